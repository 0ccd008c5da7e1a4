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
from sim.agents import Buyer, Market, Seller
from sim.runs import simulate
from sim.scenario import load

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


def played(scenario, strategy=None, shuffle_seed=None, **options):
    market = Market(scenario, strategy, **options)
    if shuffle_seed is not None:
        market.random.seed(shuffle_seed)
    market.run_model()
    return market


def assert_same(mine, theirs):
    """Two records hold the same bits."""
    for name in ("flows", "endings", "worth", "standing", "state"):
        assert getattr(mine, name).tobytes() == getattr(theirs, name).tobytes(), name


# --- the same bits ------------------------------------------------------------------------------------------------------------------

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


def test_a_wrong_order_of_events_would_be_noticed(small):
    """The negative control: what the comparison above compares does change with seed, run and strategy."""
    record = played(small, "one").record(keep_state=True)
    for other in (played(small, "one", seed=1), played(small, "one", run=1), played(small, "value")):
        with pytest.raises(AssertionError):
            assert_same(other.record(keep_state=True), record)


@given(buyers=st.integers(20, 1100), periods=st.integers(1, 5), start=st.sampled_from(["new", "running"]), rivals=st.integers(1, 6),
       lots=st.integers(1, 5), contract=st.integers(0, 8), turnover=st.sampled_from([0, 0.03, 0.5]), advertising=st.sampled_from([0, 0.3]),
       level=st.sampled_from(["basic", "partnership", "segments_of_one", "{by_value: {basic: 0, proactive: 2000}}"]),
       seed=st.integers(0, 2**63 - 1))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_small_market_is_the_same_one_by_one(buyers, periods, start, rivals, lots, contract, turnover, advertising, level, seed):
    scenario = load("default", (
        f"market.buyers={buyers}", f"market.periods={periods}", f"market.start={start}", "market.burn_in=2", f"market.turnover={turnover}",
        f"sellers.rivals.count={rivals}", f"buyers.always_a_share.lots={lots}", f"buyers.lost_for_good.contract={contract}",
        "sellers.ours.reach=0.5", f"sellers.ours.advertising={advertising}", f"strategies.tried={{ours: {{level: {level}}}}}"))
    whole = played(scenario, "tried", seed=seed)
    assert_same(played(scenario, "tried", seed=seed, activation="shuffle_do").record(keep_state=True), whole.record(keep_state=True))


# --- the model ------------------------------------------------------------------------------------------------------------------------

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


def test_activation_can_be_overridden(small):
    class Backwards(Market):
        def activate(self):
            self.buyers.sort("unique_id").do("step")
            self.sellers.do("step")
    market = Backwards(small, "one")
    market.run_model()
    assert_same(market.record(keep_state=True), played(small, "one").record(keep_state=True))


def test_markets_can_be_copied_and_pickled_midway(small):
    market = Market(small, "relationship")
    for _ in range(4):
        market.step()
    twins = [copy.deepcopy(market), pickle.loads(pickle.dumps(market))]
    market.run_model()
    for twin in twins:
        assert twin.steps == 4 and not np.shares_memory(twin.arrays.state, market.arrays.state)
        twin.run_model()
        assert_same(twin.record(keep_state=True), market.record(keep_state=True))


def test_a_dropped_market_is_let_go(small):
    market = played(small, activation="shuffle_do")
    kept, view = weakref.ref(market), market.buyers[3]
    market.buyers.select(lambda buyer: buyer.bought > 0).shuffle()
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


# --- views ----------------------------------------------------------------------------------------------------------------------------

def test_a_view_is_whom_it_shows(market, small):
    buyer, seller = market.buyers[5], market.sellers[1]
    assert isinstance(buyer, mesa.Agent) and isinstance(seller, mesa.Agent)
    assert buyer == market.buyers[5] and buyer != market.buyers[6] and buyer != Market(small).buyers[5]
    assert len({buyer, market.buyers[5], market.agents[5]}) == 1
    assert (buyer.unique_id, seller.unique_id, buyer.pos, buyer.model) == (6, 242, None, market)
    assert len(set(market.agents.get("unique_id"))) == len(market.agents) == 244
    assert (repr(buyer), repr(seller)) == ("<Buyer 5>", "<Seller 1>")


def test_columns_hold_what_views_say(market):
    market.step()
    for agents, kind in ((market.buyers, Buyer), (market.sellers, Seller)):
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


# --- sets -----------------------------------------------------------------------------------------------------------------------------

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
    assert market.agent_types == [Buyer, Seller]
    assert market.agents_by_type[Buyer] == market.buyers and market.agents_by_type[Seller] == market.sellers
    assert market.agents.select(agent_type=Seller) == market.sellers and market.buyers | market.sellers == market.agents
    assert market.agents.select(lambda agent: isinstance(agent, Seller)).get("name")[0] == "ours"
    with pytest.raises(AttributeError, match="price"):
        market.agents.get("price")


# --- data collection ---------------------------------------------------------------------------------------------------------------------

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


# --- a million --------------------------------------------------------------------------------------------------------------------------

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
