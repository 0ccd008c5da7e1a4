"""Everything beyond the dyad at once: the books balance whatever a scenario switches on, and where nothing is on there is nothing."""
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.core import kernel
from sim.core import state as at
from sim.core.books import profit
from sim.core.handle import handle
from sim.core.terms import BY_WORD_OF_MOUTH, CHANNELS, Cause
from sim.money import COSTS, discounting, money
from sim.offers import strategy_arrays
from sim.population import draw_population
from sim.runs import Runs, new_market, record_of
from sim.scenario import load
from tests.conftest import SMALL
from tests.core.test_kernel import BUSY
from tests.lively import BEYOND
from tests.markets import rows_of

COLUMN = {name: number for number, name in enumerate(at.COLUMNS)}


def lives(scenario, strategy: str):
    """(record, market, what sellers reckon to have earned: float64 [period, seller]) of one run, played period by period."""
    market = new_market(scenario, strategy_arrays(scenario, strategy), draw_population(scenario), scenario.seed, 0)
    words, scratch, sellers = handle(market), kernel.new_scratch(len(market.standing)), range(len(market.standing))
    kernel.begin(words)
    kernel.play(words, 0, market.burn_in, scratch)
    earned = []
    for period in range(1, scenario.market.periods + 1):
        kernel.play(words, market.burn_in + period - 1, market.burn_in + period, scratch)
        earned.append([profit(words, s, period) for s in sellers])
    kernel.close_market(words, 0)
    return record_of(market, True), market, np.array(earned)


def col(record, *names):
    """Sum of columns, nobody's row left out: int64 [1 + periods, type, seller]."""
    return sum(record.flows[..., :-1, COLUMN[name]] for name in names)


# --- everything does happen -------------------------------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def answered():
    """(scenario, strategy, record, market, earned) of the market in which sellers answer in every way."""
    scenario = load("default", [*BUSY, *BEYOND])
    return scenario, "answered", *lives(scenario, "answered")


def test_everything_beyond_the_dyad_happens(answered):
    """The test market does what the tests below rest on: each count is counted, each answer given."""
    record, market = answered[2:4]
    on_record = record.flows[1:].sum((0, 1, 2))
    for name in at.COLUMNS[at.FIRST_HEARSAY:]:
        assert on_record[COLUMN[name]] > 0, name
    course = dict(zip(at.COURSE, record.course[1:].transpose(2, 1, 0), strict=True))         # each [seller, period]
    ours, matcher, harvester, replier = range(4)
    assert len(set(course["follows"][matcher])) > 1 and set(course["harvesting"][harvester]) == {0, 1}
    assert len(set(course["price"][matcher])) > 1 and len(set(course["price"][replier])) > 3
    assert course["premium"][harvester].max() == pytest.approx(0.1) and course["premium"][ours].min() == pytest.approx(-0.02)
    assert course["unit_cost"][ours, -1] < course["unit_cost"][ours, 0] and course["capability"][ours, -1] > course["capability"][ours, 0]
    assert np.ptp(record.goodwill[1:, :, ours], axis=0).min() > 0
    assert (market.response[:, at.SERVED_AS:] != range(5)).any()


# --- nothing on, nothing there ----------------------------------------------------------------------------------------------------

def test_a_market_of_dyads_has_no_trace_of_what_lies_beyond():
    """No rows of hearsay, no words, no channels; the columns that were added are all nought; courses are the plan's own."""
    scenario = load("default", SMALL)
    record, market, _ = lives(scenario, "relationship")
    assert market.hearing == 0 == market.network and market.beyond.words.shape[1] == 0 == len(market.beyond.neighbours)
    assert market.state.shape[1] == at.rows(4) * at.STRIDE and at.COLUMNS[at.FIRST_HEARSAY - 1] == "former"
    assert (record.flows[..., at.FIRST_HEARSAY:] == 0).all()
    assert record.channel_endings is None and record.channel_worth is None and record.goodwill.shape[1] == 0
    course = dict(zip(at.COURSE, record.course.transpose(2, 0, 1), strict=True))
    for name in ("price", "unit_cost", "capability"):
        assert (course[name] == np.array([getattr(seller, name) for seller in scenario.sellers.values()], np.float32)).all()
    for name in ("premium", "harvesting", *at.COURSE[6:12]):
        assert (course[name] == 0).all(), name
    assert (course["follows"] == range(4)).all()


@pytest.mark.parametrize("network", ["well_mixed", "small_world", "scale_free"])
def test_a_network_on_which_nobody_talks_moves_no_number(network):
    """talk = 0, support = 0: what is known of a dyad stands in the same rows and columns, bit for bit; only what lies beyond is kept."""
    scenario = load("default", BUSY)
    silent = scenario.replace([f"word_of_mouth={{network: {network}, talk: 0, support: 0, degree: 4}}"])
    for strategy in ("transactional", "relationship"):
        plain, hushed = lives(scenario, strategy)[0], lives(silent, strategy)[0]
        assert np.array_equal(plain.flows[..., :at.FIRST_HEARSAY], hushed.flows[..., :at.FIRST_HEARSAY])
        for name in ("endings", "worth", "standing", "course"):
            assert np.array_equal(getattr(plain, name), getattr(hushed, name)), name
        one, other = (rows_of(record, draw_population(scenario), 0, at.rows(4)) for record in (plain, hushed))
        assert np.array_equal(one.view(np.uint32), other.view(np.uint32))
        assert hushed.flows[..., [COLUMN["told_good"], COLUMN["told_bad"], COLUMN["vouched"]]].sum() == 0


def test_a_network_on_which_somebody_talks_does_move_numbers():
    """The negative control."""
    scenario = load("default", BUSY)
    talking = scenario.replace(["word_of_mouth={network: well_mixed, talk: 0.05, support: 0}"])
    assert not np.array_equal(*(lives(each, "relationship")[0].flows[..., :at.FIRST_HEARSAY] for each in (scenario, talking)))


def test_channels_are_kept_where_there_is_advertising_and_nothing_else():
    """Buyers hear of sellers: two channels; the money is the same for both, so the numbers are those of before."""
    record, market, _ = lives(load("default", [*SMALL, "sellers.rivals={reach: 0.5, advertising: 0.1}"]), "transactional")
    assert market.hearing == 1 and market.network == 0 and market.beyond.words.shape[1] == 0
    assert col(record, "won_advertising").sum() > 50 and col(record, "won_word_of_mouth", "won_partner").sum() == 0
    assert (record.channel_endings.sum((0, 1, 3, 4)) > 0).tolist() == [True, True, False, False]


# --- the books balance, whatever is on --------------------------------------------------------------------------------------------

def check_accounts(record, market) -> None:
    """start + won − lost = end, by seller and type; none below nought; and the last is what the buyers say."""
    won, lost = col(record, "won_new", "won_back"), col(record, "lost_price", "lost_incident", "lost_turnover")
    accounts = np.cumsum(won - lost, 0)
    assert (accounts >= 0).all()
    assert np.array_equal(accounts[-1].T, market.held) and np.array_equal(accounts[-1].sum(0), market.accounts.sum(1))
    incumbents = rows_of(record, market.population, at.INCUMBENT).view(np.int32)[0]
    assert np.array_equal(np.bincount(incumbents + 1, minlength=accounts.shape[2] + 1)[1:], accounts[-1].sum(0))
    levels = sum(np.cumsum(col(record, f"entered_{level}") - col(record, f"quitted_{level}"), 0)
                 for level in ("basic", "reactive", "accountable", "proactive", "partnership"))
    assert np.array_equal(levels, accounts)


def check_channels(record, market) -> None:
    """Accounts won by advertising, word of mouth and partners are among those won; the rest by own search; endings and worth the same."""
    won = col(record, "won_new", "won_back")
    others = [col(record, f"won_{channel}") for channel in CHANNELS[1:]]
    own = won - sum(others)
    assert all((each >= 0).all() for each in (own, *others))
    if market.hearing:
        by_channel = np.stack([own, *others])[:, 1:].sum(1).transpose(1, 2, 0)                     # [type, seller, channel]
        assert np.array_equal(record.channel_endings.sum((-1, -2)), by_channel)
        assert np.array_equal(record.channel_endings.sum(2), record.endings[:, :, 1])
        assert np.array_equal(record.channel_worth.sum(2)[..., 1:], record.worth[..., 1:]) and (record.channel_worth[..., 0] == 0).all()
    assert (col(record, "won_word_of_mouth")[1:].sum() == 0) or market.network


def check_awareness(record, market) -> None:
    """Known on entering and heard of since, less those who left the market: as many as know each seller; prospects among them."""
    aware = rows_of(record, market.population, at.AWARE).view(np.uint32)[0]
    sellers = len(market.standing)
    knows = (aware[:, None] >> np.arange(sellers, dtype=np.uint32) & 1).sum(0)
    if market.hearing:
        assert np.array_equal(col(record, "known", "heard", "heard_word_of_mouth", "heard_partner").sum((0, 1))
                              - col(record, "forgotten").sum((0, 1)), knows)
    histories = rows_of(record, market.population, at.ROWS + at.HISTORY * sellers, sellers).view(np.int32)
    never, left = (histories >> 16) & 0xFFFF == 0, (histories & 128) != 0
    for s in range(sellers):
        assert col(record, "prospects")[..., s].sum() == ((aware >> s & 1 == 1) & never[s]).sum()
        assert col(record, "former")[..., s].sum() == left[s].sum()
        assert ((aware >> s & 1 == 1) | never[s]).all()


def check_telling(record, market) -> None:
    """Accounts won by word of mouth are vouched for or not, each in every period that it begins as one: exactly, where nobody leaves the
    market (what turnover takes is not booked by channel); words told are words heard by somebody."""
    lost = col(record, "lost_vouched", "lost_unvouched")
    accounts, tended = np.cumsum(col(record, "won_word_of_mouth") - lost, 0), col(record, "vouched", "unvouched")
    assert (tended[1:] <= accounts[:-1]).all() and (lost <= col(record, "lost_price", "lost_incident")).all()
    if market.behaviour[at.Behaviour._fields.index("turnover")] == 0:
        assert np.array_equal(tended[1:], accounts[:-1])
    buyers = market.population.tile_lanes.sum()
    for reached in (col(record, "told_good", "told_bad"), col(record, "advised")):
        assert (reached[1:].sum((1, 2)) <= buyers).all()
    if market.hearing:
        rows = at.ROWS + at.DYAD_ROWS * len(market.standing)
        incumbent, channel = (rows_of(record, market.population, row).view(np.int32)[0] for row in (at.INCUMBENT, rows + at.CHANNEL))
        by_word = np.bincount(incumbent[(incumbent >= 0) & (channel == BY_WORD_OF_MOUTH)], minlength=len(market.standing))
        assert (by_word <= accounts[-1].sum(0)).all()


def check_ranges(record, market) -> None:
    """Stocks, goodwill, standing, bonds and ties in 0..1; prices and costs finite and above nought; beliefs finite."""
    sellers = len(market.standing)
    for stocks in (record.standing, record.goodwill, record.course[..., at.COURSE_STANDING:at.COURSE_STANDING + at.STANDING_FIELDS]):
        assert ((stocks >= 0) & (stocks <= 1)).all()
    course = dict(zip(at.COURSE, record.course.transpose(2, 0, 1), strict=True))
    assert np.isfinite(record.course).all() and (course["price"] > 0).all() and (course["price"] * (1 + course["premium"]) > 0).all()
    assert (course["unit_cost"] >= 0).all()
    bonds, tie = rows_of(record, market.population, at.ROWS + at.BOND * sellers, sellers), rows_of(record, market.population, at.TIE)
    assert ((bonds >= 0) & (bonds <= 1)).all() and ((tie >= 0) & (tie <= 1)).all()
    assert np.isfinite(rows_of(record, market.population, at.ROWS + at.VALUE * sellers, 2 * sellers)).all()
    if market.network:
        slots = np.concatenate([q * at.LANES + np.arange(n) for q, n in enumerate(market.population.tile_lanes)])
        words = market.beyond.words[:, slots]
        tells = words.view(np.int32)[..., at.TELLS]
        assert np.isfinite(words[..., at.TELLS_VALUE:at.TELLS_SUPPLIER]).all()
        assert ((tells == -1) | ((tells & 31) < sellers)).all() and (tells < 256).all()


def check_nobody_returns(record, scenario) -> None:
    """Lost for good is lost for good, whatever a neighbour says."""
    forever = list(scenario.buyers).index("lost_for_good")
    assert col(record, "won_back")[:, forever].sum() == 0


def check_endings(record) -> None:
    """Every relationship won on record ends once or runs on."""
    assert np.array_equal(record.endings[:, :, 1].sum((-1, -2)), col(record, "won_new", "won_back")[1:].sum(0))
    for cause, name in ((Cause.PRICE, "lost_price"), (Cause.INCIDENT, "lost_incident"), (Cause.TURNOVER, "lost_turnover")):
        assert np.array_equal(record.endings[..., cause].sum((-1, -2)), col(record, name)[1:].sum(0))


def check_money(scenario, strategy: str, record, earned) -> None:
    """What sellers reckon with is what the tables say, period by period; and the accounts' diaries, discounted back, add up to the profit
    before what belongs to no account (float32 diaries: a hundred-thousandth of what went through them)."""
    of = money(Runs(scenario, scenario.seed, (), {strategy: [record]}), strategy)
    size = sum(np.abs(of[name][0]).sum(1) for name in ("revenue", *COSTS))
    assert (np.abs(of["profit"][0].sum(1) - earned) <= 1e-6 * size + 1e-3).all()
    factors = discounting(scenario)
    diaries = (record.worth / at.WORTH_PARTS * np.concatenate([[1.0], factors])).sum(-1)                 # [type, seller]
    accounts_profit = ((of["profit"] + of["fixed_cost"])[0] * factors[:, None, None]).sum(0)
    through = sum(np.abs(of[name][0]).sum(0) for name in ("revenue", "discount", *COSTS))
    assert (np.abs(diaries - accounts_profit) <= 2e-5 * through + 0.5).all()


def check_everything(scenario, strategy: str, record, market, earned) -> None:
    check_money(scenario, strategy, record, earned)
    check_accounts(record, market)
    check_channels(record, market)
    check_awareness(record, market)
    check_telling(record, market)
    check_ranges(record, market)
    check_nobody_returns(record, scenario)
    check_endings(record)


def test_the_books_balance_with_everything_on(answered):
    """In the market in which everything happens."""
    check_everything(*answered)


@st.composite
def scenarios(draw):
    """Any small market with anything beyond the dyad."""
    def pick(*values):
        return draw(st.sampled_from(values))

    def share():
        return pick(0, 0.1, 0.5, 1)

    word = (f"word_of_mouth={{network: {pick('none', 'well_mixed', 'small_world', 'scale_free')}, degree: {pick(2, 4, 10)},"
            f" rewired: {share()}, talk: {share()}, bad_news: {pick(0, 1, 2, 50)}, credence: {share()}, lent_trust: {share()},"
            f" support: {share()}}}")
    bank, agent = pick((0.5, 0.5), (0.1, 0.0), (1.0, 0.0))
    partners = pick("", f"bank: {{advice: {bank}, trust: {share()}, half_at: {pick(0.01, 1)}}},"
                        f" agent: {{advice: {agent}, fade: {pick(0.01, 1)}}}")
    shocks = pick("", f"{{at: 2, influencer: press, seller: rivals, reputation: {pick(-1, 0.5)}, reach: {share()}, news: -30}},"
                      f" {{at: 2, influencer: union, seller: ours, reputation: 0.1, reach: {share()}, news: {pick(-500, 20)}}}")
    markets = [f"six_markets.{name}={{half_at: {pick(0.01, 1)}, effect: {pick(0, most)}}}"
               for name, most in (("customer", 5), ("referral", 3), ("supplier", 1), ("recruitment", 1), ("influence", 1), ("internal", 1))]
    price_rule = pick("", f"match_lowest_price: {{floor: {pick(-0.5, 0, 0.3)}}}",
                      "harvest_locked_in: {from_share: 0.3, to_share: 0.2, premium: 1}",
                      f"best_reply: {{every: {pick(1, 3)}, foresight: {pick('true', 'false')}, accounts_apart: {pick('true', 'false')}}}")
    answers = ", ".join(filter(None, [pick("", f"copy_level: {{lag: {pick(1, 2)}}}"), pick("", f"drop_level: {{lag: {pick(1, 3)}}}"),
                                      price_rule]))
    ours = (f"sellers.ours={{reach: {share()}, advertising: {pick(0, 0.2)}, premium: {pick(-0.9, 0, 0.3)}, referral_reward: {pick(0, 100)},"
            f" commission: {pick(0, 1000)}, network: {pick('blue', 'null')}, partners: {{{'bank: 0.5, agent: 0.5' if partners else ''}}},"
            f" relationship_budget: {{total: {pick(0, 50, 1e6)}, referral: 0.25, customer: 0.25, supplier: 0.125, influence: 0.125,"
            f" recruitment: 0.125, internal: 0.125}}, loyalty_discount: {{per_year: 0.5, most: {pick(0, 0.4)}}}}}")
    rivals = (f"sellers.rivals={{count: {draw(st.integers(1, 5))}, reach: {share()}, network: {pick('blue', 'null')},"
              f" answers: {{{answers}}}, relationship_budget: {{total: {pick(0, 20)}, supplier: 1}}}}")
    event = pick("", "{at: 3, until: 5, ours: {relationship_budget: {total: 0}, answers: {copy_level: {lag: 1}}, level: reactive}}")
    level = pick("basic", "partnership", "segments_of_one", "{by_value: {basic: 0, proactive: 2000}}")
    return load("default", [
        f"market.buyers={draw(st.integers(12, 700))}", f"market.periods={draw(st.integers(5, 9))}", f"seed={draw(st.integers(0, 2**32))}",
        f"market.start={pick('new', 'running')}", "market.burn_in=2", f"market.turnover={pick(0, 0.03, 0.5, 1)}",
        f"buyers.always_a_share.lots={pick(1, 4)}", f"buyers.intermediate.contract={pick(0, 3)}", f"behaviour.doubt={pick(0, 5)}",
        f"product.reserve={pick(0, 20, -50)}", f"behaviour.choice_noise={pick(0.5, 8)}", word, f"partners={{{partners}}}",
        f"influence=[{shocks}]", *markets, ours, rivals, f"events=[{event}]",
        f"strategies.tried={{ours: {{level: {level}, answers: {{{answers}}}}}}}"])


@given(scenarios())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_the_books_balance_whatever_is_on(scenario):
    """Networks, partners, shocks, budgets, alliances, premiums, answers, events, contracts, turnover: any of it, in any market."""
    check_everything(scenario, "tried", *lives(scenario, "tried"))
