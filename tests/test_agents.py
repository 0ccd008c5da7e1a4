"""The market as a Mesa model: the same bits as the kernel's, views that cost nothing, and what a Mesa user expects."""
import copy
import doctest
import gc
import pickle
import random
import time
import tracemalloc
import weakref

import mesa
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mesa.agent import AgentSet

import sim.agents
from sim.agents import Buyer, Market, Partner, Seller
from sim.core import state as at
from sim.money import discounting, money
from sim.runs import Runs, simulate
from sim.scenario import load
from tests.lively import BEYOND

SMALL = ("market.buyers=240", "market.periods=9")
STRATEGIES = (
    "strategies.value={ours: {level: {by_value: {basic: 0, accountable: 1000, partnership: 2500}}, listening: [surveys, visits]}}",
    "strategies.one={ours: {level: segments_of_one, capacity: {partnership: 20}}}",
    "strategies.promise={ours: {level: proactive, promise: 1.2, loyalty_discount: {per_year: 0.02, most: 0.1}}}",
    "strategies.later={events: [{at: 4, ours: {level: partnership, price: 104}}, {at: 6, until: 8, rivals: {price: 95}}]}")
NEW = ("market.start=new", "sellers.ours.reach=0.3", "sellers.ours.advertising=0.2")
BUSY = ("market.turnover=0.05", "buyers.intermediate.lots=3", "buyers.intermediate.contract=4", "product.purchase_cycle=1")


@pytest.fixture(scope="module")
def small():
    return load("default", SMALL + STRATEGIES)


@pytest.fixture
def market(small):
    return Market(small, "relationship")


@pytest.fixture
def beyond():
    """A market with everything beyond the dyad, in which sellers answer."""
    return Market("default", "answered", sets=SMALL + BEYOND)


def played(scenario, strategy=None, shuffle_seed=None, **options):
    market = Market(scenario, strategy, **options)
    if shuffle_seed is not None:
        market.random.seed(shuffle_seed)
    market.run_model()
    return market


def assert_same(mine, theirs):
    """Two records hold the same bits."""
    for name in ("flows", "endings", "worth", "channel_endings", "channel_worth", "standing", "course", "goodwill", "panel", "state"):
        one, other = getattr(mine, name), getattr(theirs, name)
        assert one is other is None or one.tobytes() == other.tobytes(), name


# --- the same bits ----------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("sets", [(), NEW, BUSY, NEW + BUSY], ids=["running", "new", "busy", "new and busy"])
@pytest.mark.parametrize("strategy", ["transactional", "relationship", "value", "one", "promise", "later"])
def test_every_activation_ends_in_the_kernels_bits(strategy, sets):
    scenario = load("default", SMALL + STRATEGIES + sets)
    record = simulate(scenario, [strategy], runs=2, threads=1, keep_state=True).records[strategy][1]
    assert_same(played(scenario, strategy, run=1).record(keep_state=True), record)
    assert_same(played(scenario, strategy, run=1, activation="do").record(keep_state=True), record)
    for shuffle_seed in (1, 2):
        shuffled = played(scenario, strategy, shuffle_seed, run=1, activation="shuffle_do")
        assert_same(shuffled.record(keep_state=True), record)


@pytest.mark.parametrize("network", ["small_world", "well_mixed", "scale_free", "none"])
@pytest.mark.parametrize("strategy", ["relationship", "answered"])
def test_every_activation_ends_in_the_same_bits_where_agents_hear_each_other(strategy, network):
    """Buyers, sellers and partners in any order, with everything beyond the dyad: what is told is heard one period later. And the words."""
    scenario = load("default", SMALL + STRATEGIES + BUSY + BEYOND + (f"word_of_mouth.network={network}",))
    record = simulate(scenario, [strategy], runs=2, threads=1, keep_state=True, watch=(0, 7, 239)).records[strategy][1]
    whole = played(scenario, strategy, run=1, watch=(0, 7, 239))
    assert_same(whole.record(keep_state=True), record)
    for activation, shuffle_seed in (("do", None), ("shuffle_do", 1), ("shuffle_do", 2)):
        other = played(scenario, strategy, shuffle_seed, run=1, watch=(0, 7, 239), activation=activation)
        assert_same(other.record(keep_state=True), record)
        assert other.arrays.beyond.words.tobytes() == whole.arrays.beyond.words.tobytes()
    assert (record.channel_endings.sum((0, 1, 3, 4)) > 0).tolist() == [True, True, network != "none", True]


def test_a_wrong_order_of_events_would_be_noticed(small):
    """The negative control: what the comparison above compares does change with seed, run and strategy."""
    record = played(small, "one").record(keep_state=True)
    for other in (played(small, "one", seed=1), played(small, "one", run=1), played(small, "value")):
        with pytest.raises(AssertionError):
            assert_same(other.record(keep_state=True), record)


@given(buyers=st.integers(20, 1100), periods=st.integers(1, 5), start=st.sampled_from(["new", "running"]), rivals=st.integers(1, 6),
       lots=st.integers(1, 5), contract=st.integers(0, 8), turnover=st.sampled_from([0, 0.03, 0.5]), advertising=st.sampled_from([0, 0.3]),
       level=st.sampled_from(["basic", "partnership", "segments_of_one", "{by_value: {basic: 0, proactive: 2000}}"]),
       network=st.sampled_from(["none", "well_mixed", "small_world", "scale_free"]), advice=st.sampled_from([0, 0.3, 1]),
       answers=st.sampled_from(["", "copy_level: {lag: 1}, match_lowest_price: true", "best_reply: {every: 2}, drop_level: {lag: 1}"]),
       seed=st.integers(0, 2**63 - 1))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_small_market_is_the_same_one_by_one(buyers, periods, start, rivals, lots, contract, turnover, advertising, level, network,
                                                 advice, answers, seed):
    scenario = load("default", (
        f"word_of_mouth={{network: {network}, degree: 4, talk: 0.7}}", f"partners={{bank: {{advice: {advice}}}}}",
        f"sellers.ours={{relationship_budget: {{total: 100, referral: 1}}, partners: {{bank: 0.5}}, answers: {{{answers}}}}}",
        f"market.buyers={buyers}", f"market.periods={periods}", f"market.start={start}", "market.burn_in=2", f"market.turnover={turnover}",
        f"sellers.rivals.count={rivals}", f"buyers.always_a_share.lots={lots}", f"buyers.lost_for_good.contract={contract}",
        "sellers.ours.reach=0.5", f"sellers.ours.advertising={advertising}", f"strategies.tried={{ours: {{level: {level}}}}}"))
    whole = played(scenario, "tried", seed=seed)
    assert_same(played(scenario, "tried", seed=seed, activation="shuffle_do").record(keep_state=True), whole.record(keep_state=True))


# --- the model --------------------------------------------------------------------------------------------------------------------

def test_the_module_docstring_is_true():
    assert doctest.testmod(sim.agents).failed == 0


def test_a_market_counts_recorded_periods_and_stops(small):
    market = Market(small)
    assert (market.steps, market.running, market.burn_in, market.strategy) == (0, True, 24, "transactional")
    market.run_model()
    assert (market.steps, market.running) == (9, False)
    with pytest.raises(RuntimeError, match="has played all of its 9 periods"):
        market.step()
    assert market.steps == 9


def test_a_market_takes_names_and_files(small, tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text("schema: 1\nname: Mine\nextends: default\nmarket: {buyers: 100, periods: 2}\n")
    assert Market(path).number_of_buyers == 100
    assert Market("default", sets=SMALL).number_of_buyers == 240
    assert Market(small, seed=7).seed == 7


@pytest.mark.parametrize(("options", "error", "sentence"), [
    ({"strategy": "relationships"}, KeyError, "is not a strategy of this scenario"),
    ({"activation": "random"}, ValueError, "'random' is not an activation; choose from kernel, do, shuffle_do")])
def test_wrong_options_are_refused(small, options, error, sentence):
    with pytest.raises(error, match=sentence):
        Market(small, **options)


def test_agents_step_once_in_their_turn(market):
    for agent in (market.buyers[0], market.sellers[0]):
        with pytest.raises(RuntimeError, match="is not due"):
            agent.step()
    market.open_period()
    market.buyers[0].step()
    with pytest.raises(RuntimeError, match="buyer 0 is not due"):
        market.buyers[0].step()
    with pytest.raises(RuntimeError, match="seller ours is not due"):
        market.sellers[0].step()
    with pytest.raises(RuntimeError, match="ours, rivals_1, rivals_2, rivals_3 did not step in period"):
        market.end_period()


def test_partners_step_after_sellers(beyond):
    """Once in a period; who has not is named."""
    beyond.open_period()
    beyond.buyers.do("step")
    bank, agent = beyond.partners
    with pytest.raises(RuntimeError, match="partner bank is not due: partners step once in a period, when every seller has"):
        bank.step()
    beyond.sellers.do("step")
    bank.step()
    with pytest.raises(RuntimeError, match="partner bank is not due"):
        bank.step()
    with pytest.raises(RuntimeError, match=r"^agent did not step in period"):
        beyond.end_period()
    agent.step()
    beyond.end_period()


def test_activation_can_be_overridden(small):
    class Backwards(Market):
        def activate(self):
            self.buyers.sort("unique_id").do("step")
            self.sellers.do("step")
            self.partners.do("step")
    market = Backwards(small, "one")
    market.run_model()
    assert_same(market.record(keep_state=True), played(small, "one").record(keep_state=True))


@pytest.mark.parametrize("sets", [STRATEGIES, BEYOND], ids=["dyads", "beyond"])
def test_markets_can_be_copied_and_pickled_midway(sets):
    market = Market("default", "relationship", sets=SMALL + sets, watch=(1,))
    for _ in range(4):
        market.step()
    twins = [copy.deepcopy(market), pickle.loads(pickle.dumps(market))]
    market.run_model()
    for twin in twins:
        assert twin.steps == 4 and not np.shares_memory(twin.arrays.state, market.arrays.state)
        twin.run_model()
        assert_same(twin.record(keep_state=True), market.record(keep_state=True))


def test_a_dropped_market_is_let_go():
    market = played(load("default", SMALL + BEYOND), activation="shuffle_do")
    kept, view = weakref.ref(market), market.buyers[3]
    market.buyers.select(lambda buyer: buyer.bought > 0 and buyer.recommended_by is not None).shuffle()
    assert any(market.buyers.get("referrer")) and market.buyers[3].neighbours and market.sellers.get("follows")[0]
    assert view.model is market
    del market, view
    gc.collect()
    assert kept() is None


def test_batch_run_takes_markets(small):
    found = mesa.batch_run(Market, {"scenario": small, "strategy": list(small.strategies)[:2], "run": range(2)}, number_processes=1,
                           display_progress=False)
    assert [(row["strategy"], row["run"]) for row in found] == [
        ("transactional", 0), ("transactional", 1), ("relationship", 0), ("relationship", 1)]
    assert len({tuple(row["accounts"].values()) for row in found}) == 4


# --- views ------------------------------------------------------------------------------------------------------------------------

def test_a_view_is_whom_it_shows(market, small):
    buyer, seller = market.buyers[5], market.sellers[1]
    assert isinstance(buyer, mesa.Agent) and isinstance(seller, mesa.Agent)
    assert buyer == market.buyers[5] and buyer != market.buyers[6] and buyer != Market(small).buyers[5]
    assert len({buyer, market.buyers[5], market.agents[5]}) == 1
    assert (buyer.unique_id, seller.unique_id, buyer.pos, buyer.model) == (6, 242, None, market)
    assert len(set(market.agents.get("unique_id"))) == len(market.agents) == 244
    assert (repr(buyer), repr(seller)) == ("<Buyer 5>", "<Seller 1>")


@pytest.mark.parametrize("name", ["market", "beyond"])
def test_columns_hold_what_views_say(name, request):
    market = request.getfixturevalue(name)
    for _ in range(4):
        market.step()
    for agents, kind in ((market.buyers, Buyer), (market.sellers, Seller), (market.partners, Partner)):
        for name in [name for name in vars(kind) if isinstance(getattr(kind, name), sim.agents.attributes.Attribute)]:
            for one, many in zip(agents, agents.get(name), strict=True):
                value = getattr(one, name)
                assert value is many or np.array_equal(value, many) or (value != value and many != many), name


def test_a_buyers_relationship_adds_up(market):
    for _ in range(5):
        market.step()
    for buyer in market.buyers:
        if buyer.supplier is None:
            assert buyer.level is None and np.isnan([buyer.bond, buyer.tenure, buyer.since, buyer.believed_value]).all()
        else:
            s = buyer.supplier.index
            assert buyer.bond == buyer.bonds[s] and buyer.believed_value == pytest.approx(buyer.believed_values[s])
            assert buyer.tenure == market.steps - buyer.since >= 0 and buyer.knows[s] and buyer.entered - 1 <= buyer.since
            assert buyer in buyer.supplier.customers
        assert (buyer.bought > 0) <= buyer.occasion and buyer.complained <= buyer.problem == (buyer.resolved or buyer.unresolved)
        assert buyer.lots == {"lost_for_good": 1, "intermediate": 2, "always_a_share": 4}[buyer.buyer_type]


def test_sellers_books_agree_with_their_customers(market):
    for _ in range(3):
        market.step()
    for seller in market.sellers:
        assert seller.accounts == len(seller.customers) == sum(seller.accounts_by_level.values()) == market.accounts[seller.name]
        assert seller.customers.groupby("level").count() == {name: n for name, n in seller.accounts_by_level.items() if n}
    assert market.problems == market.buyers.agg("problem", sum)
    units = market.booked("units").sum(0)
    assert list(market.market_share.values()) == pytest.approx(units / units.sum())
    assert market.sellers[0].level_plan.targeting == "by_type"


def test_settings_are_written_to_the_arrays(market):
    buyer = market.buyers[100]
    buyer.switching_cost, buyer.return_cost, buyer.volume, buyer.tie = 10, float("inf"), 24, 0.5
    buyer.bonds, buyer.believed_values = [0.1, 0.2, 0.3, 0.4], 120
    again = market.buyers[100]
    assert (again.switching_cost, again.return_cost, again.volume) == (10, float("inf"), 24)
    assert again.tie == (0.5 if again.supplier else 0)
    assert again.bonds == pytest.approx([0.1, 0.2, 0.3, 0.4]) and (again.believed_values == 120).all()
    assert market.buyers[99].switching_cost != 10 and market.buyers[101].switching_cost != 10


def test_a_price_holds_until_an_event_changes_it(small):
    market = Market(small, "later")
    market.step()
    market.sellers.set("price", 90)
    prices = []
    while market.running:
        market.step()
        prices.append(tuple(market.sellers.get("price")[:2]))
    assert prices == [(90, 90)] * 2 + [(104, 90)] * 2 + [(104, 95)] * 2 + [(104, 100)] * 2


def test_a_setting_bears_on_the_market(small):
    cheap, usual = Market(small), Market(small)
    cheap.sellers[0].price = 60
    cheap.run_model(), usual.run_model()
    assert cheap.market_share["ours"] > usual.market_share["ours"] + 0.1


@pytest.mark.parametrize(("name", "value", "error", "sentence"), [
    ("switching_cost", -1, ValueError, "switching_cost: -1 is too low; give a value of 0 or more"),
    ("voice", 1.5, ValueError, "voice: 1.5 is too high; give a value between 0 and 1"),
    ("purchase_rate", float("nan"), ValueError, "not a finite number"),
    ("bonds", [0, 0, 0, 2], ValueError, "bonds: 2 is too high"),
    ("supplier", None, AttributeError, "supplier is what the market makes of an agent; it can be read, not set"),
    ("bond", 1, AttributeError, "can be read, not set"),
    ("unique_id", 1, AttributeError, "no setter"),
    ("switchingcost", 1, AttributeError, "a buyer has no 'switchingcost' to set")])
def test_settings_are_checked(market, name, value, error, sentence):
    before = market.arrays.state.tobytes()
    with pytest.raises(error, match=sentence):
        setattr(market.buyers[0], name, value)
    with pytest.raises(error, match=sentence):
        market.buyers.set(name, value)
    assert market.arrays.state.tobytes() == before


def test_nobody_is_added_or_removed(market):
    for refused in (market.buyers[0].remove, market.sellers[0].remove, market.remove_all_agents):
        with pytest.raises(TypeError, match="turnover is a rule of the market"):
            refused()
    with pytest.raises(TypeError, match="it takes no others"):
        market.register_agent(object())
    with pytest.raises(ValueError, match="read-only"):
        market.buyers[0].bonds[0] = 1


# --- beyond the dyad --------------------------------------------------------------------------------------------------------------

def test_what_a_buyer_heard_is_what_the_arrays_hold(beyond):
    for _ in range(7):
        beyond.step()
    arrays, channels, names = beyond.arrays, set(), ("own_search", "advertising", "word_of_mouth", "partner")
    for buyer in beyond.buyers:
        tile, lane = buyer.place
        row = dict(zip(at.row_names(5, True), beyond.whole_rows[tile, :, lane].tolist(), strict=True))
        word = arrays.beyond.words[(beyond.burn_in + 7) & 1, tile * at.LANES + lane]
        tells = word.view(np.int32)[at.TELLS]
        assert buyer.channel == (None if buyer.supplier is None else names[row["channel"]])
        assert (buyer.recommended.index if buyer.recommended else -1) == row["recommended"]
        assert (buyer.tells_of.index if buyer.tells_of else -1) == (tells & 31 if tells >= 0 else -1)
        assert buyer.tells_grievance == bool(tells >= 0 and tells & at.GRIEVANCE)
        if buyer.tells_of:
            assert (buyer.tells_value, buyer.tells_relationship) == (word[at.TELLS_VALUE], word[at.TELLS_RELATIONSHIP])
        channels.add(buyer.channel)
        who = buyer.referrer
        assert isinstance(who, {"word_of_mouth": Buyer | None, "partner": Partner}.get(buyer.channel, type(None)))
        if isinstance(who, Buyer):
            assert buyer in who.neighbours and row["referrer"] == who.place[0] * at.LANES + who.place[1]
        by = buyer.recommended_by
        assert isinstance(by, {"word_of_mouth": Buyer, "partner": Partner}.get(buyer.recommended_channel, type(None)))
        assert (buyer.recommended is None) <= (by is None) and (not isinstance(by, Buyer) or buyer in by.neighbours)
    assert channels >= {*names}
    vouched = [buyer for buyer in beyond.buyers if isinstance(buyer.referrer, Buyer)]
    beyond.step()
    assert len(vouched) > 5 and any(isinstance(buyer.referrer, Buyer) for buyer in vouched)


def test_neighbours_are_whom_a_buyer_may_hear(beyond):
    """Both ways in a drawn network, everybody where anybody is heard, nobody without a network."""
    for buyer in beyond.buyers:
        assert buyer not in buyer.neighbours and all(buyer in other.neighbours for other in buyer.neighbours)
    assert beyond.buyers.agg("neighbours", lambda sets: np.mean([len(one) for one in sets])) == 6
    mixed = Market("default", sets=(*SMALL, "word_of_mouth.network=well_mixed"))
    assert len(mixed.buyers[3].neighbours) == 239 and mixed.buyers[3] not in mixed.buyers[3].neighbours
    assert len(Market("default", sets=SMALL).buyers[3].neighbours) == 0


def test_where_nobody_hears_anything_there_is_nothing_to_know(market):
    market.step()
    for name in ("channel", "referrer", "recommended", "recommended_by", "recommended_channel", "tells_of"):
        assert set(market.buyers.get(name)) == {None}, name
    for name in ("delivered", "tells_value", "tells_relationship"):
        assert np.isnan(market.buyers.get(name)).all(), name
    assert not market.buyers.get("tells_grievance").any()


def test_a_buyer_that_has_not_stepped_tells_what_the_others_hear(beyond):
    """In the midst of a period: those who have stepped tell of it, the others of the period before."""
    beyond.step()
    before = beyond.buyers.get("tells_value")
    beyond.steps += 1                                      # as mesa does before a model's own step()
    beyond.open_period()
    assert np.array_equal(beyond.buyers.get("tells_value"), before, equal_nan=True)
    for buyer in beyond.buyers[:100]:
        buyer.step()
    now = beyond.buyers.get("tells_value")
    assert np.array_equal(now[100:], before[100:], equal_nan=True) and not np.array_equal(now[:100], before[:100], equal_nan=True)
    whole = copy.deepcopy(beyond)
    whole.buyers.select(lambda buyer: buyer.index >= 100).do("step")
    assert np.array_equal(whole.buyers.get("tells_value")[:100], now[:100], equal_nan=True)


def test_a_partner_is_whom_it_shows(beyond):
    bank, agent = beyond.partners
    assert beyond.agent_types == [Buyer, Seller, Partner] and beyond.agents_by_type[Partner] == beyond.partners
    assert (bank.name, bank.kind, agent.kind, bank.unique_id, repr(agent)) == ("bank", "bank", "", 246, "<Partner 1>")
    assert (bank.advice, agent.advice, bank.trust) == pytest.approx((0.3, 0.2, 0.3))
    assert len(beyond.agents) == 240 + 5 + 2 and beyond.agents.select(agent_type=Partner) == beyond.partners
    assert bank in beyond.partners and bank not in beyond.sellers and bank == beyond.agents[245] and bank != beyond.sellers[0]
    beyond.run_model()
    assert np.array_equal(beyond.partners.get("goodwill"), beyond.record().goodwill[-1])
    assert bank.goodwill[0] > 0 == bank.goodwill[1] and agent.goodwill[4] > 0
    assert beyond.partners.get("recommends").shape == (2, 5) and 0 < bank.recommends.sum() <= 1
    with pytest.raises(TypeError, match="turnover is a rule of the market"):
        bank.remove()
    with pytest.raises(AttributeError, match="recommends is what the market makes of an agent"):
        bank.recommends = 1


def test_a_partners_settings_bear_on_the_market():
    """With a full goodwill for one seller, and everybody asking, all advice is for it."""
    market = Market("default", sets=(*SMALL, *BEYOND, "market.start=new"))
    market.partners.set("goodwill", [0, 0, 0, 0, 0])
    bank, agent = market.partners
    with pytest.raises(ValueError, match=r"advice: the partners' chances would sum to 1\.1; a buyer asks one"):
        bank.advice = 0.9
    assert bank.advice == pytest.approx(0.3)
    agent.advice, bank.advice, bank.trust, bank.goodwill = 0, 1, 0.9, [0, 0, 0, 1, 0]
    market.sellers.set("commission", 0)
    market.step()
    advised = market.booked("advised").sum(0)
    assert advised[3] == 240 == advised.sum()
    with pytest.raises(ValueError, match="goodwill: 2 is too high; give a value between 0 and 1"):
        bank.goodwill = 2


def test_a_seller_shows_what_it_built_and_how_it_answers(beyond):
    ours, matcher, harvester, replier, ally = beyond.sellers
    assert [seller.network for seller in beyond.sellers] == ["blue", None, None, None, "blue"]
    assert [seller.premium for seller in (ours, ally)] == pytest.approx([0.03, 0])
    beyond.run_model()
    course = dict(zip(at.COURSE, beyond.record().course[-1].T, strict=True))
    assert (ours.referral_reward, ours.commission) == (60, 40)
    for name, stock in ours.stocks.items():
        assert stock == pytest.approx(course[name][0]) and getattr(ours, f"{name}_stock") == stock > 0
    assert ours.network is None and ally.network == "blue"                  # it has left the alliance in period 6
    assert matcher.answers == {"match_lowest_price": "matches the lowest rival price of the period before, down to a margin (floor 0.1)"}
    assert [*replier.answers] == ["drop_level", "best_reply"] and replier.answers["best_reply"].endswith(
        "(every 2, foresight true, accounts_apart true)")
    assert ally.answers == {} and [*harvester.answers] == ["harvest_locked_in", "copy_level"]
    assert [seller.follows.index for seller in beyond.sellers] == course["follows"].tolist()
    assert [seller.harvesting for seller in beyond.sellers] == course["harvesting"].astype(bool).tolist()
    assert [seller.price for seller in beyond.sellers] == pytest.approx(course["price"].tolist())
    copied = [seller for seller in beyond.sellers if seller.follows != seller]
    assert copied and all(seller.level_plan == beyond.parameters()[seller.follows.name].level for seller in copied)
    assert any(seller.served_as for seller in beyond.sellers)
    for seller in beyond.sellers:
        assert not set(seller.served_as) & {name for name, n in seller.accounts_by_level.items() if n}


def test_stocks_are_settings(beyond):
    beyond.sellers[2].supplier_stock = 1
    beyond.sellers.set("influence_stock", [0, 0.25, 0.5, 0.75, 1])
    assert beyond.sellers[2].stocks["supplier"] == 1 and beyond.sellers.get("influence_stock").tolist() == [0, 0.25, 0.5, 0.75, 1]
    beyond.step()
    assert beyond.sellers[2].unit_cost == pytest.approx(60 * 0.95) and beyond.sellers[3].unit_cost == 60
    for value, sentence in ((1.5, "customer_stock: 1.5 is too high"), (-0.1, "too low"), (float("nan"), "not a finite number")):
        with pytest.raises(ValueError, match=sentence):
            beyond.sellers[0].customer_stock = value


def test_a_price_set_by_hand_is_in_the_course_of_the_periods_in_which_it_held(small):
    """And in the money: what is on record is what buyers paid."""
    market = Market(small, "relationship")
    for _ in range(3):
        market.step()
    market.sellers[0].price = 91
    market.sellers[1].premium = 0.05
    market.run_model()
    course = market.record().course
    assert course[:, 0, at.COURSE.index("price")].tolist() == [100] * 4 + [91] * 6
    assert course[:, 1, at.COURSE.index("premium")] == pytest.approx([0] * 4 + [0.05] * 6)
    assert course[:, 2, at.COURSE.index("price")].tolist() == [100] * 10
    record = market.record()
    of = money(Runs(small, small.seed, (), {"relationship": [record]}), "relationship")
    units = record.flows[1:, :, 0, at.COLUMNS.index("units")].sum(1) / at.UNIT_PARTS
    assert of["revenue"][0, :, :, 0].sum(1) == pytest.approx(units * ([100] * 3 + [91] * 6))
    diaries = (record.worth[:, :2] / at.WORTH_PARTS * np.concatenate([[1.0], discounting(small)])).sum((0, 2))
    earned = ((of["profit"] + of["fixed_cost"])[0, :, :, :2].sum(1) * discounting(small)[:, None]).sum(0)
    assert diaries == pytest.approx(earned, rel=1e-4)


def test_a_replying_seller_replies_from_the_price_set_by_hand(beyond):
    """Between two replies a price set by hand stands; the next reply finds its own."""
    beyond.step()
    replier = beyond.sellers[3]
    first = replier.price
    replier.price = 88
    beyond.step()
    assert replier.price == 88
    beyond.step()
    assert replier.price not in (88, first)


def test_watched_buyers_are_kept_period_by_period(small):
    """As `simulate` keeps them; a market that watches nobody has an empty panel."""
    market = played(small, "value", watch=(0, 5, 239))
    assert market.record().panel.tobytes() == simulate(small, ["value"], runs=1, watch=(0, 5, 239)).records["value"][0].panel.tobytes()
    assert played(small, "value").record().panel.shape[1] == 0 and market.record().panel[1:].any(axis=(1, 2)).all()


# --- sets -------------------------------------------------------------------------------------------------------------------------

@pytest.fixture
def twins(small):
    """A market's buyers, and the same in Mesa's own set with everything kept alive: (ours, Mesa's)."""
    market = Market(small, "relationship")
    market.step()
    kept = list(market.buyers)
    stock = AgentSet(kept, random=random.Random(1))
    stock.kept = kept
    return market.buyers, stock


def agents_of(found):
    return list(found) if isinstance(found, AgentSet) else found


@pytest.mark.parametrize("ask", [
    lambda s: s, len, lambda s: s[7], lambda s: s[-1], lambda s: s[3:9:2], lambda s: s[7] in s,
    lambda s: s.select(lambda buyer: buyer.bought > 0), lambda s: s.select(at_most=5), lambda s: s.select(at_most=0.25),
    lambda s: s.select(lambda buyer: buyer.lots == 2, at_most=3), lambda s: s.select(agent_type=Buyer),
    lambda s: s.select(agent_type=Seller),
    lambda s: s.select(lambda buyer: buyer.voice > 0.5).select(at_most=1.0), lambda s: s.select(lambda buyer: buyer.index > 1e6),
    lambda s: s.sort("time_horizon"), lambda s: s.sort("lots", ascending=True), lambda s: s.sort("buyer_type"),
    lambda s: s.sort(lambda buyer: -buyer.voice), lambda s: s.sort("lots").sort("buyer_type", ascending=True),
    lambda s: list(s.get("switching_cost")), lambda s: [list(row) for row in s.get(["tie", "bought"])], lambda s: s.get(["level", "tie"]),
    lambda s: s.get("unique_id"), lambda s: list(s.get("nonsense", handle_missing="default", default_value=3)),
    lambda s: s.agg("bought", sum), lambda s: s.agg("voice", [min, max, len]), lambda s: s.agg("lots", np.mean),
    lambda s: s.map(lambda buyer, k: buyer.lots * k, 3), lambda s: s.map("__repr__"),
    lambda s: {k: agents_of(g) for k, g in s.groupby("buyer_type")}, lambda s: {k: agents_of(g) for k, g in s.groupby("supplier")},
    lambda s: s.groupby("level").count(), lambda s: s.groupby(lambda buyer: buyer.lots, result_type="list").groups,
    lambda s: s.groupby("lots").agg("bought", sum), lambda s: s.groupby("lots").map(len), lambda s: len(s.groupby("problem")),
    lambda s: s.groupby("lots", result_type="list").agg("lots", max),
    lambda s: sorted(s.groupby("supplier").map("agg", "lots", sum).values()),
    lambda s: s & s[3:8], lambda s: s.select(at_most=4) | s[2:6], lambda s: s - s[3:], lambda s: s.select(at_most=4) ^ s[2:6],
    lambda s: s.index(s[11]), lambda s: s.count(s[11]), lambda s: list(reversed(s))[:3], lambda s: copy.copy(s),
])
def test_sets_answer_as_mesas_own(twins, ask):
    ours, theirs = (agents_of(ask(s)) for s in twins)
    assert ours == pytest.approx(theirs) if isinstance(ours, float) else ours == theirs


def test_sets_change_in_place_and_leave_the_market_alone(market):
    buyers = market.buyers
    assert buyers.shuffle(inplace=True) is buyers and list(buyers) != list(market.buyers) and buyers == market.buyers
    assert buyers.sort("unique_id", ascending=True, inplace=True) is buyers and list(buyers) == list(market.buyers)
    assert buyers.select(at_most=3, inplace=True) is buyers and len(buyers) == 3
    buyers.discard(market.buyers[1])
    buyers.add(market.buyers[9])
    buyers.add(market.buyers[9])
    assert [buyer.index for buyer in buyers] == [0, 2, 9]
    with pytest.raises(KeyError):
        buyers.remove(market.buyers[1])
    with pytest.raises(ValueError, match="agents of one market only"):
        buyers.add(copy.deepcopy(market).buyers[0])
    assert len(market.buyers) == 240


def test_shuffles_follow_the_markets_generator(market):
    first = list(market.buyers.shuffle())
    market.random.seed(5)
    second = list(market.buyers.shuffle())
    market.random.seed(5)
    assert list(market.buyers.shuffle()) == second != first and set(first) == set(second)
    order = []
    market.buyers.shuffle_do(lambda buyer, to: to.append(buyer.index), order)
    assert sorted(order) == list(range(240)) != order


def test_columns_are_set_for_many(market):
    chosen = market.buyers.where(market.buyers.get("lots") == 2)
    assert chosen.set("switching_cost", 11) is chosen
    assert (market.buyers.get("switching_cost") == 11).sum() == len(chosen)
    chosen.set("voice", np.linspace(0, 1, len(chosen)))
    assert chosen[-1].voice == 1
    chosen.set("bonds", [0.5, 0, 0, 0])
    assert chosen.get("bonds").mean(0).tolist() == [0.5, 0, 0, 0]
    with pytest.raises(ValueError, match="where takes 240 truths"):
        market.buyers.where(np.arange(3))


def test_all_agents_are_buyers_and_sellers(market):
    assert market.agent_types == [Buyer, Seller] and len(market.partners) == 0
    assert market.agents_by_type[Buyer] == market.buyers and market.agents_by_type[Seller] == market.sellers
    assert market.agents.select(agent_type=Seller) == market.sellers and market.buyers | market.sellers == market.agents
    assert market.agents.select(lambda agent: isinstance(agent, Seller)).get("name")[0] == "ours"
    with pytest.raises(AttributeError, match="price"):
        market.agents.get("price")


# --- data collection --------------------------------------------------------------------------------------------------------------

def test_the_default_collector_reports_the_market(market):
    market.run_model()
    table = market.datacollector.get_model_vars_dataframe()
    assert list(table["period"]) == list(range(1, 10))
    assert all(sum(shares.values()) == pytest.approx(1) for shares in table["market_share"])
    assert table["accounts"].iloc[-1] == market.accounts


def test_a_stock_collector_collects_agents(market):
    market.datacollector = mesa.DataCollector(
        model_reporters={"incidents": lambda market: market.buyers.agg("incident", sum), "accounts": "accounts"},
        agent_reporters={"bond": "bond", "price": "price"},
        agenttype_reporters={Buyer: {"level": "level", "horizon": lambda buyer: buyer.time_horizon}, Seller: {"reputation": "reputation"}})
    market.run_model()
    everyone = market.datacollector.get_agent_vars_dataframe()
    assert everyone.shape == (9 * 244, 2) and everyone.loc[(9, 241), "price"] == 100
    buyers = market.datacollector.get_agenttype_vars_dataframe(Buyer)
    assert list(buyers.loc[9, "horizon"]) == list(market.buyers.get("time_horizon"))
    assert buyers.loc[9, "level"].value_counts().to_dict() == market.buyers.where(market.buyers.get("tenure") >= 0).groupby("level").count()
    assert market.datacollector.get_agenttype_vars_dataframe(Seller).shape == (36, 1)


# --- a million --------------------------------------------------------------------------------------------------------------------

def views_alive():
    return sum(isinstance(thing, Buyer) for thing in gc.get_objects())


@pytest.mark.slow
def test_a_million_buyers_make_no_objects():
    market = Market("default", "relationship", sets=("market.buyers=1000000", "market.burn_in=0", "market.periods=2"))
    gc.collect()
    before = views_alive()
    tracemalloc.start()
    market.step()
    buyers = market.buyers
    bond = buyers.agg("bond", np.nanmean)
    loyal = buyers.where(buyers.get("tenure") > 0).sort("bond")
    for buyer in loyal:                                     # a view at a time
        if buyer.bought:
            break
    tracemalloc.reset_peak()
    assert sum(1 for _ in buyers) == 1_000_000
    peak_of_iterating = tracemalloc.get_traced_memory()[1] - tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert 0 <= bond <= 1 and loyal[0].bond >= loyal[-1].bond
    assert views_alive() - before <= 2
    assert peak_of_iterating < 2_000_000                    # bytes: a chunk of numbers, not a million of anything


@pytest.mark.slow
def test_asking_by_column_is_faster_than_one_by_one(small):
    market = Market("default", sets=("market.buyers=100000", "market.burn_in=0", "market.periods=1"))
    began = time.perf_counter()
    market.buyers.get("bond")
    by_column = time.perf_counter() - began
    one_by_one = [buyer.bond for buyer in market.buyers]
    assert by_column < (time.perf_counter() - began - by_column) / 5
    assert np.array_equal(one_by_one, market.buyers.get("bond"), equal_nan=True)
