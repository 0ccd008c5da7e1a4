"""The schedule: the same numbers however the work is shared out, no buyer in another's way, and books that balance."""
from itertools import pairwise

import numpy as np
import pytest

from sim import runs as engine
from sim.core import kernel
from sim.core import state as at
from sim.core.handle import handle
from sim.core.terms import Cause
from sim.money import discounting, money
from sim.offers import burn_in, strategy_arrays
from sim.population import buyers_by_type, draw_population
from sim.runs import new_market, simulate
from sim.scenario import ScenarioError, load
from tests.conftest import SMALL
from tests.lively import BEYOND
from tests.markets import rows_of

# A market in which everything happens: advertising to the unaware, capacity, discounts, listening, all ways of targeting, events.
BUSY = (*SMALL, "market.turnover=0.03", "market.burn_in=5", "behaviour.reputation_speed=0.2", "product.tolerance=4",
        "buyers.intermediate.contract=3", "sellers.rivals.reach=0.6", "sellers.rivals.advertising=0.1",
        "sellers.ours.loyalty_discount={per_year: 0.04, most: 0.1}", "sellers.ours.listening=[surveys, lost_customer_surveys]",
        "sellers.ours.capacity={partnership: 40, proactive: 40}", "sellers.ours.acquisition_cost=20",
        "strategies.relationship.rivals_1={level: {by_value: {basic: 0, proactive: 800, partnership: 3000}}}",
        "strategies.relationship.rivals_2={level: segments_of_one}",
        "strategies.relationship.events=[{at: 8, until: 15, ours: {price: 94}}, {at: 12, rivals_1: {level: accountable, quality: 123}}]")
COL = {name: i for i, name in enumerate(at.COLUMNS)}


@pytest.fixture(scope="module")
def busy():
    """The busy market."""
    return load("default", sets=BUSY)


@pytest.fixture(scope="module", params=["small_world", "well_mixed", "scale_free", "none"])
def beyond(request):
    """The busy market with everything beyond the dyad, for every kind of network."""
    return load("default", sets=[*BUSY, *BEYOND, f"word_of_mouth.network={request.param}"])


def market_of(scenario, strategy: str = "relationship", run: int = 0, workers: int = 1, watched=()):
    """A market ready to be settled."""
    return new_market(scenario, strategy_arrays(scenario, strategy), draw_population(scenario), scenario.seed, run, workers, watched)


def assert_same(one, other) -> None:
    """Two records (or markets) hold the same numbers, bit for bit; two markets the same words too."""
    for name in ("flows", "endings", "worth", "channel_endings", "channel_worth", "course", "goodwill", "goodwill_course", "panel",
                 "standing", "state", "beyond"):
        a, b = getattr(one, name, None), getattr(other, name, None)
        a, b = (each.words if name == "beyond" and each else each for each in (a, b))
        assert (a is None) == (b is None), name
        if a is not None:
            assert np.array_equal(a.view(np.uint8), b.view(np.uint8)), name


def assert_same_runs(one, other) -> None:
    """Two `Runs` hold the same numbers."""
    assert one.strategies == other.strategies
    for name in one.strategies:
        for a, b in zip(one.records[name], other.records[name], strict=True):
            assert_same(a, b)


# --- the same numbers, however the work is shared out -----------------------------------------------------------------------------

def test_one_thread_is_two(busy):
    """Runs side by side on two or three threads are the runs one after another."""
    alone = simulate(busy, threads=1, keep_state=True, watch=(0, 7, 599))
    for threads in (2, 3):
        assert_same_runs(alone, simulate(busy, threads=threads, keep_state=True, watch=(0, 7, 599)))


def alone_and_together(scenario, strategy: str, threads: int, monkeypatch):
    """One market stepped by one thread, and by several."""
    alone = simulate(scenario, [strategy], runs=1, threads=1, keep_state=True, watch=(3, 2599))
    monkeypatch.setattr(engine, "LARGE_MARKET", 10)
    calls = []
    shared = engine.play_shared
    monkeypatch.setattr(engine, "play_shared", lambda *given: (calls.append(1), shared(*given)))
    together = simulate(scenario, [strategy], runs=1, threads=threads, keep_state=True, watch=(3, 2599))
    assert calls == [1]
    return alone, together


@pytest.mark.parametrize("threads", [2, 3])
def test_threads_that_share_one_market_change_nothing(busy, threads, monkeypatch):
    """A market stepped by several threads is the market stepped by one: state, ledger, panel and diary."""
    assert_same_runs(*alone_and_together(busy.replace(["market.buyers=2600"]), "relationship", threads, monkeypatch))


@pytest.mark.parametrize("strategy", ["relationship", "answered"])
def test_threads_change_nothing_where_buyers_and_sellers_hear_each_other(beyond, strategy, monkeypatch):
    """With everything beyond the dyad: words, partners, shocks, budgets and answers; courses, goodwill and channels as well."""
    alone, together = alone_and_together(beyond.replace(["market.buyers=2600"]), strategy, 2, monkeypatch)
    assert_same_runs(alone, together)


def test_n_periods_then_m_is_n_plus_m(busy):
    """Played in two sittings, with nothing but the market's arrays kept in between, a market ends the same."""
    periods = burn_in(busy) + busy.market.periods
    once, twice = market_of(busy, watched=(1, 2)), market_of(busy, watched=(1, 2))
    in_sittings(once, periods)
    in_sittings(twice, 3, 11, periods)
    assert_same(once, twice)


def in_sittings(market, *stops: int) -> None:
    """Play a market up to each of some periods, with nothing but its arrays kept in between."""
    kernel.begin(handle(market))
    for start, stop in zip((0, *stops), stops, strict=False):
        kernel.play(handle(market), start, stop, kernel.new_scratch(len(market.standing)))
    kernel.close_market(handle(market), 0)


@pytest.mark.parametrize("strategy", ["relationship", "answered"])
def test_beyond_the_dyad_too_n_periods_then_m_is_n_plus_m(beyond, strategy):
    """What was told, answered and invested is in the market's arrays as well; stopped at even and odd periods."""
    periods = burn_in(beyond) + beyond.market.periods
    once, twice = (market_of(beyond, strategy, watched=(1, 2)) for _ in range(2))
    in_sittings(once, periods)
    in_sittings(twice, 3, 10, 17, periods)
    assert_same(once, twice)
    assert (len(once.beyond.words[0]) > 0) == (beyond.word_of_mouth.network != "none")


def step_by_step(market, periods: int, pieces) -> None:
    """Play a market by calling `advance` on pieces of tiles: pieces(tile, lanes in use) gives (begin, end) pairs."""
    words, scratch = handle(market), kernel.new_scratch(len(market.standing))
    before = np.zeros((len(market.standing), len(at.COLUMNS)), np.int64)
    kernel.begin(words)
    for t in range(periods):
        kernel.booked_before(words, t, before)
        kernel.open_period(words, t)
        for q, lanes in enumerate(market.population.tile_lanes):
            for begin, end in pieces(q, int(lanes)):
                kernel.advance(words, 0, q, begin, end, t, scratch)
        kernel.close_period(words, t, before)
        kernel.watch(words, t)
    kernel.close_market(words, 0)


CUTS = ("lane by lane", "backwards", "odd pieces")


def pieces_of(cut: str):
    """A way of cutting tiles into pieces: pieces(tile, lanes in use) gives (begin, end) pairs."""
    rng = np.random.default_rng(5)

    def pieces(q, lanes):
        if cut != "odd pieces":
            return [(lane, lane + 1) for lane in (range(lanes) if cut == "lane by lane" else reversed(range(lanes)))]
        cuts = [0, *sorted(rng.choice(np.arange(1, lanes), 6, replace=False).tolist()), lanes]
        return rng.permutation(list(pairwise(cuts))).tolist()
    return pieces


@pytest.mark.parametrize("cut", CUTS)
def test_any_partition_of_lanes_is_all_at_once(busy, cut):
    """One buyer at a time, last buyer first, or in pieces of any size: no lane sees another's move."""
    periods = burn_in(busy) + busy.market.periods
    whole, parts = market_of(busy, watched=(4,)), market_of(busy, watched=(4,))
    step_by_step(whole, periods, lambda q, lanes: [(0, lanes)])
    step_by_step(parts, periods, pieces_of(cut))
    assert_same(whole, parts)


@pytest.mark.parametrize("cut", CUTS)
def test_any_partition_is_all_at_once_where_buyers_hear_each_other(beyond, cut):
    """Nobody hears what was said in the same period, so who is moved first hears no more than who is moved last; words are the same."""
    periods = burn_in(beyond) + beyond.market.periods
    whole, parts = (market_of(beyond, "answered", watched=(4,)) for _ in range(2))
    step_by_step(whole, periods, lambda q, lanes: [(0, lanes)])
    step_by_step(parts, periods, pieces_of(cut))
    assert_same(whole, parts)
    record = simulate(beyond, ["answered"], runs=1, threads=1, keep_state=True).records["answered"][0]
    assert np.array_equal(record.state.view(np.uint8), whole.state.view(np.uint8)) and np.array_equal(record.flows, whole.flows[0])
    assert np.array_equal(record.course, whole.course) and np.array_equal(record.goodwill, whole.goodwill_course)


def test_no_lane_out_of_use_is_touched(busy):
    """Lanes past tile_lanes keep whatever lay there, to the last bit."""
    market = market_of(busy)
    market.state.view(np.uint32)[:] = 0x7FC0DEAD
    kernel.begin(handle(market))
    kernel.play(handle(market), 0, 20, kernel.new_scratch(len(market.standing)))
    kernel.close_market(handle(market), 0)
    lanes = market.state.view(np.uint32).reshape(len(market.state), -1, at.STRIDE)
    assert any(market.population.tile_lanes < at.LANES)
    for tile, used in zip(lanes, market.population.tile_lanes, strict=True):
        assert (tile[:, used:] == 0x7FC0DEAD).all()
        assert (tile[:, :used] != 0x7FC0DEAD).all()


# --- luck and neighbours ----------------------------------------------------------------------------------------------------------

def test_changing_buyer_7_changes_nobody_else(busy):
    """With public reputation and learning switched off (through them all buyers meet), buyer 7 can do nothing to anybody."""
    alone = busy.replace(["behaviour.reputation_speed=0", "behaviour.seller_learning=0", "market.turnover=0",
                          "sellers.ours.capacity={partnership: .inf, proactive: .inf}"])
    population = draw_population(alone)
    usual, changed = market_of(alone), market_of(alone)
    for market in (usual, changed):
        kernel.begin(handle(market))
        if market is changed:
            tile = market.state[0].reshape(-1, at.STRIDE)
            tile[[at.SWITCHING_COST, at.TIME_HORIZON, at.RETURN_COST, at.PURCHASE_RATE, at.VOLUME], 7] = 0, 0, 0, 1, 99
        kernel.play(handle(market), 0, 29, kernel.new_scratch(len(market.standing)))
    one, other = (rows_of(market, population, 0, at.rows(4)).view(np.uint32) for market in (usual, changed))
    differs = (one != other).any(0)
    assert differs[7]
    assert np.flatnonzero(differs).tolist() == [7]
    assert not np.array_equal(usual.flows, changed.flows)


def test_more_buyers_move_none_of_the_first(small):
    """A larger market holds the smaller one's buyers, type by type, with the same luck (where buyers do not meet)."""
    apart = small.replace(["behaviour.reputation_speed=0", "behaviour.seller_learning=0"])
    larger = apart.replace(["market.buyers=900"])
    states, counts = [], []
    for scenario in (apart, larger):
        population = draw_population(scenario)
        record = simulate(scenario, ["relationship"], runs=1, threads=1, keep_state=True).records["relationship"][0]
        states.append(rows_of(record, population, 0, at.rows(4)).view(np.uint32))
        counts.append(buyers_by_type(scenario))
    starts = [np.cumsum([0, *count]) for count in counts]
    for k, count in enumerate(counts[0]):
        assert np.array_equal(states[0][:, starts[0][k]:starts[0][k] + count], states[1][:, starts[1][k]:starts[1][k] + count])


def test_two_strategies_share_their_luck_until_they_differ(small):
    """Strategies that differ from period 10 on have the same history until period 9, and another one after."""
    late = small.replace(["strategies.late={ours: {level: basic}, events: [{at: 10, ours: {level: partnership}}]}"])
    runs = simulate(late, ["transactional", "late"])
    for plain, moved in zip(runs.records["transactional"], runs.records["late"], strict=True):
        assert np.array_equal(plain.flows[:10], moved.flows[:10])
        assert not np.array_equal(plain.flows[10:], moved.flows[10:])


def test_a_rivals_price_leaves_most_choices_alone(small):
    """Each seller's luck with a buyer is its own: a rival 1% cheaper wins buyers, and moves hardly any between the other sellers."""
    cheaper = small.replace(["strategies.cheaper={rivals_3: {price: 99}}", "market.start=new", "market.periods=1", "market.buyers=3000",
                             "product.purchase_cycle=1"])
    runs = simulate(cheaper, ["transactional", "cheaper"], runs=1, keep_state=True)
    population = draw_population(cheaper)
    before, after = (rows_of(runs.records[name][0], population, at.INCUMBENT).view(np.int32)[0] for name in runs.strategies)
    spurious = (before != after) & (after != 3)
    assert (after == 3).sum() > (before == 3).sum()
    assert spurious[:buyers_by_type(cheaper)[0]].sum() == 0            # one lot: whoever moves moves to the cheaper seller


@pytest.mark.parametrize("change", [{"seed": 43}, {"seed": 42 + (1 << 32)}])
def test_another_seed_another_history(small, change):
    """Both words of the seed count; runs differ from each other as well."""
    usual, other = simulate(small, ["transactional"]), simulate(small, ["transactional"], **change)
    assert not np.array_equal(usual.records["transactional"][0].flows, other.records["transactional"][0].flows)
    assert not np.array_equal(usual.records["transactional"][0].flows, usual.records["transactional"][1].flows)


def test_the_same_seed_the_same_history(small):
    """Run by run and whatever other strategies are played; more runs leave the first ones as they are."""
    usual, again = simulate(small), simulate(small, ["relationship"], runs=3)
    for a, b in zip(usual.records["relationship"], again.records["relationship"], strict=False):
        assert_same(a, b)


# --- buyer by buyer: what use does to a dyad --------------------------------------------------------------------------------------

def flag(happened, bit):
    """Whether something happened to a watched buyer in a period."""
    return (happened & bit) != 0


@pytest.fixture(scope="module", params=[0, 3], ids=["no doubt", "doubt"])
def watched(small, request):
    """(scenario, states of all 600 buyers at the end of every period: dict of [period, buyer])."""
    scenario = small.replace(["strategies.partners={ours: {level: partnership}, rivals: {level: accountable},"
                              " rivals_2: {level: reactive}}", "market.turnover=0.01",
                              f"behaviour.doubt={request.param}"])
    record = simulate(scenario, ["partners"], runs=1, watch=range(600)).records["partners"][0]
    whole = {"incumbent", "agreement", "since", "entered", "aware", "happened", *(f"history_{s}" for s in range(4))}
    panel = np.ascontiguousarray(record.panel.transpose(2, 0, 1))
    return scenario, {name: row.view(np.int32) if name in whole else row for name, row in zip(at.row_names(4), panel, strict=True)}


def quiet(panel, s: int):
    """Periods in which a buyer stayed with seller s and bought nothing: [period − 1, buyer]; only use and tending happened."""
    happened = panel["happened"][1:]
    return (panel["incumbent"][1:] == s) & (panel["incumbent"][:-1] == s) & ~flag(happened, at.NEWCOMER) & ~flag(happened, at.OCCASION)


@pytest.mark.parametrize(("s", "name"), [(0, "partnership"), (1, "accountable"), (2, "reactive")])
def test_use_moves_the_dyad_as_the_rules_say(watched, s, name):
    """G, bond and tie after a period without a purchase, from the state before and what is on record as having happened; who has bought
    and is left alone by a seller that does not call is in doubt."""
    scenario, panel = watched
    mind, product = scenario.behaviour, scenario.product
    level = scenario.levels[name]
    where, happened = quiet(panel, s), panel["happened"][1:]
    where[0] = False                                                       # the strategy begins in period 1
    problem, complained, resolved, unresolved, contact = (
        flag(happened, bit) for bit in (at.PROBLEM, at.COMPLAINED, at.RESOLVED, at.UNRESOLVED, at.CONTACT))
    assert (problem == (resolved | unresolved)).all() and (where & unresolved).any() and (where & contact).any()
    theta = panel["relationship_orientation"][1:].astype(float)
    g = level.usage - product.severity * unresolved * (1 - product.complaint_relief * complained) + product.delight * resolved
    periods = np.arange(scenario.market.periods)[:, None] + burn_in(scenario)
    tense = ((panel[f"history_{s}"][:-1] >> 16) & 0xFFFF == periods) & ~contact      # bought in the period before, and left alone since
    g = g - mind.doubt * tense
    assert ((where & tense).sum() > 20) == (name == "reactive")                      # the others call after the sale
    uses = (panel[f"history_{s}"][:-1] >> 8) & 127
    weight = np.maximum(mind.slowest_learning, 1 / (2 + uses))
    before = panel[f"relationship_{s}"][:-1].astype(float)
    believed = before + np.where(g < before, np.minimum(weight * mind.loss_aversion, 1), weight) * (g - before)
    assert panel[f"relationship_{s}"][1:][where] == pytest.approx(believed[where], rel=1e-5, abs=1e-5)
    assert (((panel[f"history_{s}"][1:] >> 8) & 127)[where] == np.minimum(uses + 1, 127)[where]).all()
    bond = panel[f"bond_{s}"][:-1] * (1 - mind.bond_decay)
    bond = np.where(contact, bond + level.social_growth * theta * (1 - bond), bond)
    bond = np.where(unresolved, bond * (1 - mind.bond_damage), bond)
    assert panel[f"bond_{s}"][1:][where] == pytest.approx(bond[where], rel=1e-5, abs=1e-7)
    tie = panel["tie"][:-1] * (1 - mind.tie_fade)
    tie = tie + level.tie_growth * theta * (1 - tie)
    assert panel["tie"][1:][where] == pytest.approx(tie[where], rel=1e-5, abs=1e-7)


def test_bonds_with_everybody_else_only_decay(watched):
    """A seller that is not the incumbent before or after: its bond is what decay leaves, and nothing else of the dyad moves."""
    scenario, panel = watched
    stays = ~flag(panel["happened"][1:], at.NEWCOMER) & ~flag(panel["happened"][1:], at.OCCASION)
    for s in range(4):
        away = stays & (panel["incumbent"][1:] != s) & (panel["incumbent"][:-1] != s)
        left = panel[f"bond_{s}"][:-1] * np.float32(1 - np.float32(scenario.behaviour.bond_decay))
        assert panel[f"bond_{s}"][1:][away] == pytest.approx(left[away], rel=1e-6)
        for name in ("value", "relationship", "history"):
            assert np.array_equal(panel[f"{name}_{s}"][1:][away], panel[f"{name}_{s}"][:-1][away])


def test_only_those_bought_from_are_learned_from(watched):
    """Believed offering value moves with purchases alone, counted one by one; the last purchase is dated."""
    scenario, panel = watched
    periods = np.arange(scenario.market.periods)[:, None] + burn_in(scenario)
    stays = ~flag(panel["happened"][1:], at.NEWCOMER)
    bought = 0
    for s in range(4):
        before, after = panel[f"history_{s}"][:-1], panel[f"history_{s}"][1:]
        more = (after & 127) - (before & 127)
        assert (more[stays] >= 0).all()
        assert (panel[f"value_{s}"][1:] == panel[f"value_{s}"][:-1])[stays & (more == 0) & ((before & 127) < 127)].all()
        assert (((after >> 16) & 0xFFFF) == periods + 1)[stays & (more > 0)].all()
        bought = bought + np.where((before & 127) < 120, more, 0)
    capped = np.any([(panel[f"history_{s}"][1:] & 127) >= 120 for s in range(4)], 0)
    assert ((panel["happened"][1:] >> at.BOUGHT_SHIFT) == bought)[stays & ~capped].all()


def test_tie_and_contract_are_lost_on_leaving(watched):
    """Whoever has changed supplier in a period has no structural tie, and its relationship began in that period."""
    scenario, panel = watched
    moved = (panel["incumbent"][1:] != panel["incumbent"][:-1]) & (panel["incumbent"][1:] >= 0) & (panel["incumbent"][:-1] >= 0)
    moved &= flag(panel["happened"][1:], at.SWITCHED)
    assert moved.sum() > 20
    assert (panel["tie"][1:][moved] == 0).all()
    periods = np.broadcast_to(np.arange(scenario.market.periods)[:, None] + burn_in(scenario), moved.shape)
    assert (panel["since"][1:] == periods)[moved].all()


# --- the books balance ------------------------------------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def kept(busy):
    """(scenario, runs with their final state, population)."""
    return busy, simulate(busy, keep_state=True), draw_population(busy)


def records(kept):
    """Every record of every strategy and run."""
    return [record for of_strategy in kept[1].records.values() for record in of_strategy]


def col(record, *names):
    """Sum of columns: int64 [1 + periods, type, seller + 1]."""
    return sum(record.flows[..., COL[name]] for name in names)


def stock(record):
    """Accounts at the end of each period: int64 [1 + periods, type, seller]."""
    return sum(np.cumsum(col(record, f"entered_{level}") - col(record, f"quitted_{level}"), 0)
               for level in ("basic", "reactive", "accountable", "proactive", "partnership"))[..., :-1]


def test_accounts_balance(kept):
    """Start + won − lost = end in every period, type and seller, no stock is negative, and the last one is what the buyers say."""
    scenario, _, population = kept
    for record in records(kept):
        accounts = stock(record)
        won = col(record, "won_new", "won_back")[..., :-1]
        lost = col(record, "lost_price", "lost_incident", "lost_turnover")[..., :-1]
        assert (accounts >= 0).all()
        assert np.array_equal(np.diff(accounts, axis=0), (won - lost)[1:])
        assert np.array_equal(accounts[0], (won - lost)[0])
        incumbents = rows_of(record, population, at.INCUMBENT).view(np.int32)[0]
        starts = np.cumsum([0, *buyers_by_type(scenario)])
        for k in range(len(scenario.buyers)):
            counts = np.bincount(incumbents[starts[k]:starts[k + 1]] + 1, minlength=5)[1:]
            assert np.array_equal(accounts[-1, k], counts)


def test_levels_balance(kept):
    """No level ever holds fewer than no accounts, and accounts tended never exceed those held when the period began."""
    for record in records(kept):
        served = 0
        for level in ("basic", "reactive", "accountable", "proactive", "partnership"):
            assert (np.cumsum(col(record, f"entered_{level}") - col(record, f"quitted_{level}"), 0) >= 0).all()
            served = served + col(record, f"served_{level}")[1:, :, :-1]
        turned_over = col(record, "lost_turnover")[1:, :, :-1]
        assert np.array_equal(served, stock(record)[:-1] - turned_over)


def test_stocks_of_prospects_and_former_accounts_are_what_buyers_remember(kept):
    """Aware but never a customer; customer once and left: the running sums of the ledger against the buyers' own memories."""
    _, _, population = kept
    for record in records(kept):
        aware = rows_of(record, population, at.AWARE).view(np.int32)[0]
        histories = rows_of(record, population, at.ROWS + at.HISTORY * 4, 4).view(np.int32)
        for s in range(4):
            knows, never = (aware >> s) & 1 == 1, (histories[s] >> 16) & 0xFFFF == 0
            assert col(record, "prospects")[..., s].sum() == (knows & never).sum()
            assert col(record, "former")[..., s].sum() == ((histories[s] & 128) != 0).sum()


def test_counts_of_use_and_purchase_agree(kept):
    """Problems end resolved or not; what surfaced was voiced or found; lots are reorders or reviews that ended in a purchase."""
    for record in records(kept):
        assert np.array_equal(col(record, "problems"), col(record, "resolved", "unresolved"))
        assert (col(record, "resolved") <= col(record, "complaints", "detected")).all()
        assert (col(record, "complaints", "detected") <= col(record, "problems")).all()
        assert np.array_equal(col(record, "lots"), col(record, "kept", "broken"))
        assert col(record, "lots").sum() == (col(record, "reviews", "reorders") - col(record, "skipped")).sum()
        assert (col(record, "units_repeat") <= col(record, "units_wallet")).all()
        assert (col(record, "units_repeat") <= col(record, "units")).all()
        assert (record.flows[..., -1, COL["lots"]] == 0).all()             # nobody sells nothing


def test_relationships_on_record_are_as_many_as_began(kept):
    """Endings by origin and cause: those held at the start plus those won since, each ended once or still running."""
    for record in records(kept):
        assert np.array_equal(record.endings[:, :, 0].sum((-1, -2)), stock(record)[0])
        won = col(record, "won_new", "won_back")[1:, :, :-1].sum(0)
        assert np.array_equal(record.endings[:, :, 1].sum((-1, -2)), won)
        for cause, name in ((Cause.PRICE, "lost_price"), (Cause.INCIDENT, "lost_incident"), (Cause.TURNOVER, "lost_turnover")):
            assert np.array_equal(record.endings[..., cause].sum((-1, -2)), col(record, name)[1:, :, :-1].sum(0))
        assert np.array_equal(record.endings[..., Cause.RUNNING].sum((-1, -2)), stock(record)[-1])


def test_worth_of_accounts_is_the_profit_that_belongs_to_accounts(kept):
    """Accounts' diaries, discounted back cohort by cohort, add up to the discounted profit before fixed costs (float32 diaries: 1e-5)."""
    scenario, runs, _ = kept
    factors = np.concatenate([[1.0], discounting(scenario)])
    for name in runs.strategies:
        of = money(runs, name)
        profit = ((of["profit"] + of["fixed_cost"]) * discounting(scenario)[:, None, None]).sum(1)
        turnover = sum(of[cost].sum(1) for cost in ("revenue", "goods_cost", "service_cost"))
        for record, cells, size in zip(runs.records[name], profit, turnover, strict=True):
            diaries = (record.worth / at.WORTH_PARTS * factors).sum(-1)
            assert (np.abs(diaries - cells) <= 1e-5 * size + 0.5).all()


def test_a_level_is_set_up_once_for_each_buyer(small):
    """Buyers who come and go find their place kept: as many set-ups as there are buyers who ever were customers."""
    scenario = small.replace(["market.turnover=0", "market.burn_in=0", "strategies.partners={ours: {level: partnership}}"])
    population = draw_population(scenario)
    for record in simulate(scenario, ["partners"], keep_state=True).records["partners"]:
        histories = rows_of(record, population, at.ROWS + at.HISTORY * 4, 4).view(np.int32)
        customers = ((histories[0] >> 16) & 0xFFFF > 0).sum()
        assert col(record, "set_up_partnership")[..., 0].sum() == customers
        assert col(record, "won_new", "won_back")[..., 0].sum() > customers
        assert col(record, "set_up_basic", "set_up_reactive", "set_up_accountable", "set_up_proactive").sum() == 0


# --- what cannot happen -----------------------------------------------------------------------------------------------------------

def test_lost_for_good_buyers_never_return(kept):
    """Where the return cost is infinite nobody is won back; other types do come back."""
    scenario = kept[0]
    lost_for_good = list(scenario.buyers).index("lost_for_good")
    back = sum(col(record, "won_back") for record in records(kept)).sum((0, 2))
    assert back[lost_for_good] == 0
    assert (np.delete(back, lost_for_good) > 0).all()


def test_under_contract_nobody_leaves(small):
    """A contract of ten periods: none of the accounts won ends before, but by leaving the market altogether."""
    bound = small.replace(["buyers.always_a_share.contract=10", "buyers.intermediate.contract=10", "buyers.lost_for_good.contract=10",
                           "market.turnover=0.02", "market.start=new", "market.periods=40"])
    for record in simulate(bound, ["transactional"]).records["transactional"]:
        gone = record.endings[:, :, 1, :, [Cause.PRICE, Cause.INCIDENT]].sum((0, 1, 2))
        assert gone[:10].sum() == 0
        assert gone[10:].sum() > 0
        assert record.endings[:, :, 1, :10, Cause.TURNOVER].sum() > 0
    free = simulate(bound.replace(["buyers.always_a_share.contract=0"]), ["transactional"]).records["transactional"][0]
    assert free.endings[2, :, 1, :10, :2].sum() > 0


def test_turnover_replaces_buyers_type_by_type(small):
    """With certain turnover everybody is new every period; types keep their numbers, and the share that leaves is the stated one."""
    moving = small.replace(["market.turnover=0.1", "market.buyers=3000"])
    population = draw_population(moving)
    record = simulate(moving, ["transactional"], runs=1, keep_state=True).records["transactional"][0]
    entered = rows_of(record, population, at.ENTERED).view(np.int32)[0]
    assert len(entered) == 3000 == population.tile_lanes.sum()
    last = burn_in(moving) + moving.market.periods         # a buyer that came in period t has entered at t + 1; 0: there from the start
    for age in range(5):
        expected = 0.1 * 0.9**age
        found = (entered == last - age).mean()
        assert abs(found - expected) < 4 * np.sqrt(expected * (1 - expected) / 3000)
    everybody = simulate(moving.replace(["market.turnover=1"]), ["transactional"], runs=1, keep_state=True).records["transactional"][0]
    assert (rows_of(everybody, population, at.ENTERED).view(np.int32)[0] == last).all()


def test_states_stay_in_their_ranges(kept):
    """Bonds and ties in 0..1, reputations and learning too, incumbents known, levels real, beliefs finite."""
    _, _, population = kept
    strongest = 0.0
    for record in records(kept):
        bonds = rows_of(record, population, at.ROWS + at.BOND * 4, 4)
        tie = rows_of(record, population, at.TIE)
        assert ((bonds >= 0) & (bonds <= 1)).all() and ((tie >= 0) & (tie <= 1)).all()
        strongest = max(strongest, min(bonds.max(), tie.max()))
        assert ((record.standing >= 0) & (record.standing <= 1)).all()
        incumbent, agreement, aware = (rows_of(record, population, row).view(np.int32)[0] for row in (at.INCUMBENT, at.AGREEMENT, at.AWARE))
        level = agreement & at.LEVEL_BITS
        assert ((incumbent >= -1) & (incumbent < 4)).all() and ((level >= 0) & (level < 5)).all()
        assert (((aware >> np.maximum(incumbent, 0)) & 1 == 1) | (incumbent < 0)).all()
        assert np.isfinite(rows_of(record, population, at.ROWS + at.VALUE * 4, 8)).all()
    assert strongest > 0.05                                                # bonds and ties did grow


def test_nobody_buys_from_a_stranger(small):
    """A seller that nobody can know has no account; one that advertises is heard of, and then bought from."""
    unknown = small.replace(["sellers.rivals.reach=0", "market.start=new"])
    for record in simulate(unknown, ["transactional"]).records["transactional"]:
        assert col(record, "lots")[..., 1:4].sum() == 0 < col(record, "lots")[..., 0].sum()
    heard = unknown.replace(["sellers.rivals.advertising=0.2"])
    for record in simulate(heard, ["transactional"]).records["transactional"]:
        assert (col(record, "heard")[..., 1:4].sum((0, 1)) > 0).all()
        assert (col(record, "lots")[..., 1:4].sum((0, 1)) > 0).all()
        assert col(record, "heard")[..., 0].sum() == 0


def test_buyers_who_want_nothing_skip(small):
    """With a reserve above every offer nobody buys, and nobody is lost for it: a skipped purchase is not a defection."""
    content = small.replace(["product.reserve=1000", "market.burn_in=0", "market.turnover=0", "buyers.lost_for_good.time_horizon=0",
                             "buyers.intermediate.time_horizon=0", "buyers.always_a_share.time_horizon=0"])
    for record in simulate(content, ["transactional"]).records["transactional"]:
        assert col(record, "lots").sum() == 0 < col(record, "skipped").sum()
        assert col(record, "lost_price", "lost_incident", "lost_turnover").sum() == 0


def test_without_the_burn_in_or_with_it_the_record_has_the_same_shape(small):
    """Burn-in goes into row 0; the record holds the periods asked for."""
    for periods in (0, 7):
        record = simulate(small.replace([f"market.burn_in={periods}"]), ["transactional"], runs=1).records["transactional"][0]
        assert record.flows.shape[0] == 25
        assert (record.flows[0, :, :-1, COL["lots"]].sum() > 0) == (periods > 0)


def test_watched_buyers_are_the_states_of_the_run(busy):
    """A watched buyer's last row is its final state; watching changes nothing."""
    population = draw_population(busy)
    record = simulate(busy, ["relationship"], runs=1, keep_state=True, watch=(0, 239, 240, 599)).records["relationship"][0]
    final = rows_of(record, population, 0, at.rows(4, hearing=True))       # somebody advertises
    assert np.array_equal(record.panel[-1].view(np.uint32), final[:, [0, 239, 240, 599]].T.view(np.uint32))
    unwatched = simulate(busy, ["relationship"], runs=1, keep_state=True).records["relationship"][0]
    assert np.array_equal(record.flows, unwatched.flows)


def test_the_service_of_a_level_thins_out_past_its_capacity(busy):
    """`open_period`: a partnership with twice the accounts it can serve has half of its advantage over basic."""
    market = market_of(busy)
    kernel.begin(handle(market))
    market.accounts[0] = 0
    market.accounts[0, 4] = 80                                             # capacity 40
    kernel.open_period(handle(market), 10)
    basic, partnership = market.levels[0], market.levels[4]
    usage = market.service[4, at.SERVICE_USAGE]
    assert usage == pytest.approx(0.5 * partnership[at.LEVEL_USAGE] + 0.5 * basic[at.LEVEL_USAGE], rel=1e-6)
    assert market.service[4, at.SERVICE_COST] == pytest.approx(partnership[at.LEVEL_COST] + 0.3, rel=1e-6)


def test_reputation_follows_promises_kept(busy):
    """Where every promise is broken credit goes, where every one is kept it comes; at speed 0 it stands still."""
    generous = busy.replace(["product.tolerance=1000", "behaviour.reputation_speed=1"])
    strict = busy.replace(["product.delivery_spread=0", "product.tolerance=0", "product.problem_rate=0", "sellers.rivals.promise=1.1",
                           "behaviour.reputation_speed=1"])
    still = busy.replace(["behaviour.reputation_speed=0"])
    assert (simulate(generous, ["transactional"], runs=1).records["transactional"][0].standing[:, at.REPUTATION] == 1).all()
    assert simulate(strict, ["transactional"], runs=1).records["transactional"][0].standing[1:, at.REPUTATION] == pytest.approx(0)
    assert simulate(still, ["transactional"], runs=1).records["transactional"][0].standing[:, at.REPUTATION] == pytest.approx(0.8)


def test_thirty_two_sellers(small):
    """As many sellers as there are bits to know them by: the books balance, the last one sells, and parts are all at once."""
    many = small.replace(["sellers.rivals.count=31", "sellers.rivals.reach=0.7", "sellers.rivals.advertising=0.05", "market.turnover=0.05"])
    record = simulate(many, ["relationship"], runs=1, keep_state=True).records["relationship"][0]
    won, lost = col(record, "won_new", "won_back"), col(record, "lost_price", "lost_incident", "lost_turnover")
    assert np.array_equal(stock(record), np.cumsum(won - lost, 0)[..., :-1])
    assert (col(record, "lots")[..., 31].sum(1) > 0).any() and col(record, "heard")[..., 31].sum() > 0
    population = draw_population(many)
    aware = rows_of(record, population, at.AWARE).view(np.uint32)[0]
    bought = (rows_of(record, population, at.ROWS + at.HISTORY * 32, 32).view(np.int32)[31] >> 16) & 0xFFFF
    assert ((aware >> 31 == 1) | (bought == 0)).all()
    parts = market_of(many)
    step_by_step(parts, burn_in(many) + 24, lambda q, lanes: [(lane, lane + 1) for lane in range(lanes)])
    assert np.array_equal(parts.flows[0], record.flows)


def test_believed_value_is_summed_without_overflow(small):
    """A product worth a million a unit: the mean believed value of the accounts tended is near what the sellers deliver."""
    dear = small.replace(["sellers.ours={price: 900000, quality: 1000000}", "sellers.rivals={price: 900000, quality: 1000000}",
                          "market.buyers=2000", "product.problem_rate=0"])
    record = simulate(dear, ["transactional"], runs=1).records["transactional"][0]
    served = col(record, *(f"served_{level}" for level in ("basic", "reactive", "accountable", "proactive", "partnership")))[1:, :, :-1]
    mean = col(record, "value_sum")[1:, :, :-1].sum() / 100 / served.sum()
    assert mean == pytest.approx(1e6, rel=0.01)


def test_the_longest_run_remembers_its_last_purchases(small):
    """A dyad keeps its last purchase in 16 bits: more periods than that are refused, or else nobody is won twice for the first time."""
    try:
        long = small.replace(["market.buyers=4", "market.periods=58000", "market.burn_in=9000", "market.turnover=0"])
    except ScenarioError:
        return
    record = simulate(long, ["transactional"], runs=1).records["transactional"][0]
    assert col(record, "won_new").sum() <= 4 * 4


# --- targeting --------------------------------------------------------------------------------------------------------------------

def accounts_of_ours(scenario, strategy: str):
    """(type, level, margin a year) of every account that ours holds at the end of a run."""
    record, population = simulate(scenario, [strategy], runs=1, keep_state=True).records[strategy][0], draw_population(scenario)
    incumbent, agreement = (rows_of(record, population, row).view(np.int32)[0] for row in (at.INCUMBENT, at.AGREEMENT))
    level = agreement & at.LEVEL_BITS
    kind = np.repeat(np.arange(len(scenario.buyers)), buyers_by_type(scenario))
    volume, rate = (rows_of(record, population, row)[0].astype(float) for row in (at.VOLUME, at.PURCHASE_RATE))
    margin = 12 * 40 * volume * population.lots[kind] * rate
    ours = incumbent == 0
    return kind[ours], level[ours], margin[ours]


def test_levels_by_type_follow_the_accuracy_of_the_database(small):
    """Of each type's accounts 70% are at the type's own level, the rest evenly at the other two's (four standard errors)."""
    kind, level, _ = accounts_of_ours(small.replace(["market.buyers=20000", "market.periods=2"]), "relationship")
    own = {0: 4, 1: 3, 2: 1}                               # partnership, proactive, reactive
    for k, right in own.items():
        held = level[kind == k]
        for at_level in own.values():
            expected = 0.7 if at_level == right else 0.15
            assert abs((held == at_level).mean() - expected) < 4 * np.sqrt(expected * (1 - expected) / len(held))


def test_levels_by_value_are_the_tiers_of_account_margin(small):
    """With a perfect database the level is the highest tier that the account's yearly margin reaches."""
    tiers = small.replace(["market.buyers=5000", "sellers.ours.accuracy=1",
                           "strategies.tiers={ours: {level: {by_value: {basic: 0, proactive: 800, partnership: 3000}}}}"])
    _, level, margin = accounts_of_ours(tiers, "tiers")
    clear = (np.abs(margin / 800 - 1) > 1e-4) & (np.abs(margin / 3000 - 1) > 1e-4)
    assert np.array_equal(level[clear], np.select([margin >= 3000, margin >= 800], [4, 3], 0)[clear])
    assert set(level) == {0, 3, 4}


def test_segments_of_one_pick_among_the_levels_allowed(small):
    """The level of highest expected value: among buyers who differ in size alone, a larger account never gets a lower level."""
    alike = [f"buyers.intermediate.{name}={value}" for name, value in (("share", 1), ("switching_cost", 15), ("time_horizon", 18),
                                                                       ("relationship_orientation", 0.5), ("voice", 0.5))]
    one = small.replace([*alike, "buyers.lost_for_good.share=0", "buyers.always_a_share.share=0", "market.buyers=5000",
                         "behaviour.seller_learning=0", "sellers.ours.accuracy=1", "strategies.each={ours: {level: segments_of_one}}",
                         "strategies.two={ours: {level: {segments_of_one: [basic, proactive]}}}"])
    _, level, margin = accounts_of_ours(one, "each")
    order = np.argsort(margin)
    assert (np.diff(level[order]) >= 0).all()
    assert len(set(level)) > 1
    assert set(accounts_of_ours(one, "two")[1]) <= {0, 3}
