"""The six markets: what sellers spend beyond the dyad builds stocks that settle where the closed form says, each with its one effect."""
import math

import numpy as np
import pytest

from sim.core import kernel
from sim.core import state as at
from sim.core.terms import MARKETS
from sim.money import money
from sim.offers import fixed_cost, market_spending, partner_spending
from sim.runs import simulate
from sim.scenario import load
from tests.conftest import SMALL
from tests.markets import Stepped, column, static_market

EVENLY = "customer: 0.1, referral: 0.2, supplier: 0.3, recruitment: 0.15, influence: 0.05, internal: 0.2"
SHARES = dict(zip(MARKETS, (0.1, 0.2, 0.3, 0.15, 0.05, 0.2), strict=True))
FADES = dict(zip(MARKETS, (0.03, 0.05, 0.02, 0.02, 0.03, 0.05), strict=True))     # the defaults a month
HALF_AT = {**dict.fromkeys(MARKETS, 1.0), "supplier": 2.0}
LAID_OUT = tuple(f"six_markets.{name}={{half_at: {HALF_AT[name]}, fade: {FADES[name]}}}" for name in MARKETS)


def course(record, name: str, seller: int = 0) -> np.ndarray:
    """What one field of a seller's course was in every period, the start first."""
    return record.course[:, seller, at.COURSE.index(name)].astype(float)


def path(spending: float, fade: float, half_at: float, buyers: int, periods: int, start: float = 0.0) -> np.ndarray:
    """C_t in closed form: C* + (C_0 − C*) · (1 − gs − δ)^t with C* = gs / (gs + δ), g = δ / (half_at · buyers)."""
    gain = fade / (half_at * buyers) * spending
    settled = gain / (gain + fade)
    return settled + (start - settled) * (1 - gain - fade) ** np.arange(periods + 1)


# --- stocks -----------------------------------------------------------------------------------------------------------------------

def test_each_stock_takes_the_path_of_the_closed_form():
    """All six at once, each with its share of 900 a period: within float32 of C* + (C_0 − C*)(1 − gs − δ)^t; and nobody else's moves."""
    scenario = load("default", ["market.buyers=500", "market.periods=90", "market.burn_in=0", *LAID_OUT,
                                f"sellers.ours.relationship_budget={{total: 900, {EVENLY}}}"])
    record = simulate(scenario, ["transactional"], runs=1).records["transactional"][0]
    for name, share in SHARES.items():
        exact = path(900 * share, FADES[name], HALF_AT[name], 500, 90)
        assert course(record, name) == pytest.approx(exact, abs=1e-5), name
        assert (course(record, name, 1) == 0).all()
    assert record.standing[0, at.STOCKS:] == pytest.approx([course(record, name)[-1] for name in MARKETS])


@pytest.mark.parametrize("market", MARKETS)
def test_a_stock_settles_at_one_half_where_it_is_said_to(market):
    """half_at money per buyer and period, and nothing else: one half, whatever the fade and however many buyers."""
    for buyers, fade, half_at in ((150, 0.2, 0.5), (600, 0.1, 7)):
        scenario = load("default", [f"market.buyers={buyers}", "market.periods=90", "market.burn_in=0",
                                    f"six_markets.{market}={{half_at: {half_at}, fade: {fade}}}",
                                    f"sellers.ours.relationship_budget={{total: {buyers * half_at}, {market}: 1}}"])
        record = simulate(scenario, ["transactional"], runs=1).records["transactional"][0]
        assert course(record, market)[-1] == pytest.approx(0.5, abs=2e-4)
        for other in MARKETS:
            assert other == market or (course(record, other) == 0).all()


def test_a_stock_that_is_not_kept_up_fades():
    """C · (1 − δ)^t once spending stops; and a burn-in without a budget builds nothing."""
    scenario = load("default", ["market.buyers=300", "market.periods=60", "market.burn_in=10",
                                "six_markets.customer={half_at: 1, fade: 0.04}",
                                "strategies.burst={ours: {relationship_budget: {total: 600, customer: 1}}, events: [{at: 21, ours:"
                                " {relationship_budget: {total: 0}}}]}"])
    record = simulate(scenario, ["burst"], runs=1).records["burst"][0]
    stock, exact = course(record, "customer"), path(600, 0.04, 1, 300, 20)
    assert stock[0] == 0 and stock[:21] == pytest.approx(exact, abs=1e-5)
    assert stock[20:] == pytest.approx(exact[-1] * 0.96 ** np.arange(41), abs=1e-5)


def test_more_than_the_stock_can_take_fills_it_and_no_more():
    """A budget without measure: one, never more, from the first period on where growth would overshoot."""
    scenario = load("default", [*SMALL, "sellers.ours.relationship_budget={total: 1e7, influence: 1}"])
    stock = course(simulate(scenario, ["transactional"], runs=1).records["transactional"][0], "influence")
    assert (stock <= 1).all() and (stock >= 0).all() and stock[1] == 1


# --- alliances --------------------------------------------------------------------------------------------------------------------

ALLIES = ("market.buyers=500", "market.periods=30", "market.burn_in=0", *LAID_OUT,
          f"sellers.ours={{network: blue, relationship_budget: {{total: 900, {EVENLY}}}}}",
          "sellers.ally={network: blue, relationship_budget: {total: 400, supplier: 0.5, customer: 0.5}}",
          "sellers.third={network: red, relationship_budget: {total: 300, supplier: 1}}",
          f"sellers.loner={{relationship_budget: {{total: 500, {EVENLY}}}}}")


def test_allies_share_supplier_and_referral_stocks_and_no_others():
    """The spending of all members builds each member's stock; alone, or in another alliance, one's own does."""
    scenario = load("default", ALLIES)
    record = simulate(scenario, ["transactional"], runs=1).records["transactional"][0]
    names = list(scenario.sellers)
    mine, ally, third, loner = (names.index(name) for name in ("ours", "ally", "third", "loner"))
    together = {"supplier": 900 * 0.3 + 200, "referral": 900 * 0.2}
    for name, spending in together.items():
        for member in (mine, ally):
            assert course(record, name, member) == pytest.approx(path(spending, FADES[name], HALF_AT[name], 500, 30), abs=1e-5)
    for seller, name, spending in ((mine, "customer", 90), (ally, "customer", 200), (ally, "influence", 0), (third, "supplier", 300),
                                   (third, "referral", 0), (loner, "supplier", 150), (loner, "referral", 100)):
        assert course(record, name, seller) == pytest.approx(path(spending, FADES[name], HALF_AT[name], 500, 30), abs=1e-5)


def test_who_leaves_an_alliance_loses_what_the_others_pay():
    """From the event on its own spending alone counts: here none, so the stock fades."""
    scenario = load("default", [*ALLIES, "strategies.apart={events: [{at: 11, ally: {network: null}}]}"])
    record = simulate(scenario, ["apart"], runs=1).records["apart"][0]
    ally = list(scenario.sellers).index("ally")
    stock, exact = course(record, "referral", ally), path(180, 0.05, 1, 500, 10)
    assert stock[:11] == pytest.approx(exact, abs=1e-5)
    assert stock[10:] == pytest.approx(exact[-1] * 0.95 ** np.arange(21), abs=1e-5)


# --- what each stock does ---------------------------------------------------------------------------------------------------------

EFFECTS = ("six_markets.customer.effect=0.5", "six_markets.referral.effect=1", "six_markets.supplier.effect=0.05",
           "six_markets.recruitment.effect=0.1", "six_markets.influence.effect=0.5", "six_markets.internal.effect=0.05")


def opened(**stocks: float) -> Stepped:
    """A market whose first seller has some stocks, its second period begun: nothing else has happened yet."""
    market = Stepped(load("default", [*SMALL, "market.burn_in=0", *EFFECTS, "word_of_mouth={network: well_mixed, talk: 0.2}",
                                      "sellers.ours.capability=0.9"]), "relationship")
    for name, stock in stocks.items():
        market.market.standing[0, at.STOCKS + MARKETS.index(name)] = stock
    kernel.open_period(market.words, 1)
    return market


def offered(market: Stepped) -> dict:
    """What seller 0 offers, and what partnership and proactive amount to, by name."""
    found = dict(zip(at.OFFER, market.market.offers[0].astype(float).tolist(), strict=True))
    for level in range(5):
        found |= {(level, field): float(market.market.service[level, field]) for field in range(at.SERVICE_FIELDS)}
    return found


def differing(**stocks: float) -> set:
    """Which numbers of seller 0's offer and service a stock moves; the other sellers' stay."""
    plain, built = opened(), opened(**stocks)
    assert np.array_equal(plain.market.offers[1:], built.market.offers[1:])
    assert np.array_equal(plain.market.service[5:], built.market.service[5:])
    before, after = offered(plain), offered(built)
    return {name for name in before if before[name] != after[name]}


LEVELS_SERVED = range(5)


def test_customer_stock_lets_social_bonds_grow_faster():
    """growth · (1 + ½ C), and nothing else."""
    assert differing(customer=0.6) == {(level, at.SERVICE_SOCIAL) for level in LEVELS_SERVED if offered(opened())[level, at.SERVICE_SOCIAL]}
    growth = load("default").levels["partnership"].social_growth
    assert offered(opened(customer=0.6))[4, at.SERVICE_SOCIAL] == pytest.approx(growth * 1.3)


def test_referral_stock_lets_accounts_talk_more():
    """talk · (1 + C), and nothing else."""
    assert differing(referral=0.5) == {"talk"}
    assert offered(opened(referral=0.5))["talk"] == pytest.approx(0.2 * 1.5)


def test_supplier_stock_lowers_unit_cost_and_problems():
    """Both by 5% at a full stock, and nothing else."""
    assert differing(supplier=1) == {"unit_cost", *((level, at.SERVICE_PROBLEM) for level in LEVELS_SERVED)}
    plain, built = offered(opened()), offered(opened(supplier=1))
    assert built["unit_cost"] == pytest.approx(0.95 * plain["unit_cost"])
    for level in LEVELS_SERVED:
        assert built[level, at.SERVICE_PROBLEM] == pytest.approx(0.95 * plain[level, at.SERVICE_PROBLEM])


def test_internal_stock_moves_capability_towards_a_ceiling_that_recruitment_raises():
    """capability · (1 + C_internal (.05 + .1 C_recruitment)): nothing without internal marketing, 15% with both full; what staff deliver,
    resolve and help with follows."""
    assert differing(recruitment=1) == set()
    able = {"capability", *((level, field) for level in LEVELS_SERVED for field in (at.SERVICE_RESOLVE, at.SERVICE_USAGE)
                            if offered(opened())[level, field])}
    assert differing(internal=1) == able == differing(internal=1, recruitment=1)
    for internal, recruitment, gain in ((1, 0, 1.05), (1, 1, 1.15), (0.5, 0.4, 1.045)):
        built = offered(opened(internal=internal, recruitment=recruitment))
        assert built["capability"] == pytest.approx(0.9 * gain)
        assert built[4, at.SERVICE_RESOLVE] == pytest.approx(offered(opened())[4, at.SERVICE_RESOLVE] * gain)


def test_influence_stock_cushions_reputation():
    """share + ½ C (1 − share) of the promises kept counts, and nothing else moves; a seller that keeps all has nothing to cushion."""
    assert differing(influence=1) == set()
    sets = ("product.delivery_spread=0", "product.tolerance=0", "behaviour.reputation_speed=0.25", "six_markets.influence.fade=0.000001")
    for promise, share in ((1.2, 0.0), (0.9, 1.0)):
        market = Stepped(static_market(*sets, f"sellers.ours.promise={promise}"))
        market.market.standing[0, at.STOCKS + MARKETS.index("influence")] = 0.8
        market.market.standing[0, at.REPUTATION] = 0.5
        market.step()
        target = share + 0.5 * 0.8 * (1 - share)
        assert market.market.standing[0, at.REPUTATION] == pytest.approx(0.5 + 0.25 * (target - 0.5))


def test_unit_cost_in_force_is_what_accounts_worth_and_course_show():
    """A supplier stock of one half from the start: goods cost 2.5% less, in the diaries and in the course."""
    market = Stepped(static_market("six_markets.supplier={effect: 0.05, fade: 0.000001}", "sellers.ours.unit_cost=40", "market.buyers=50"))
    market.market.standing[0, at.STOCKS + MARKETS.index("supplier")] = 0.5
    before = market.get("worth")
    market.step()
    stays = market.get("incumbent") == 0
    assert (market.get("worth") - before)[stays] == pytest.approx(100 - 39)
    assert market.market.course[1, 0, at.COURSE.index("unit_cost")] == pytest.approx(39)


# --- partners ---------------------------------------------------------------------------------------------------------------------

WITH_PARTNERS = ("partners={bank: {half_at: 0.5, fade: 0.1}, agent: {half_at: 0.2, fade: 0.02}}",
                 f"sellers.ours={{relationship_budget: {{total: 900, {EVENLY}}}, partners: {{bank: 0.6, agent: 0.1}}}}",
                 "sellers.rivals={relationship_budget: {total: 100, referral: 1}, partners: {agent: 1}}")


def test_goodwill_of_partners_takes_the_same_path():
    """Shares of the referral spending go to partners, the rest to the seller's own accounts."""
    scenario = load("default", ["market.buyers=500", "market.periods=40", "market.burn_in=0", *LAID_OUT, *WITH_PARTNERS])
    record = simulate(scenario, ["transactional"], runs=1).records["transactional"][0]
    for p, (half_at, fade, spending) in enumerate(((0.5, 0.1, (180 * 0.6, 0)), (0.2, 0.02, (180 * 0.1, 100)))):
        for s, money_spent in enumerate(spending):
            assert record.goodwill[:, p, s] == pytest.approx(path(money_spent, fade, half_at, 500, 40), abs=1e-5)
    assert course(record, "referral") == pytest.approx(path(180 * 0.3, 0.05, 1, 500, 40), abs=1e-5)
    assert (course(record, "referral", 1) == 0).all()


# --- what it costs ----------------------------------------------------------------------------------------------------------------

def test_the_budget_is_spent_to_the_last_coin():
    """What goes to the six markets and to partners is the total; it belongs to no account, and is part of the fixed cost."""
    scenario = load("default", WITH_PARTNERS)
    ours = scenario.sellers["ours"]
    spent = sum(market_spending(ours, name) for name in MARKETS) + sum(partner_spending(scenario, ours))
    assert spent == pytest.approx(900)
    assert fixed_cost(scenario, ours) == pytest.approx(900 + fixed_cost(scenario, load("default").sellers["ours"]))


def test_a_budget_costs_what_it_says_and_nothing_more():
    """Stocks without effect: the same market, buyer by buyer, and a profit lower by the budget in every period."""
    idle = [f"six_markets.{name}.effect=0" for name in MARKETS]
    runs = simulate(load("default", [*SMALL, *idle, f"strategies.spends={{ours: {{relationship_budget: {{total: 900, {EVENLY}}}}}}}"]),
                    ["transactional", "spends"], runs=1)
    plain, spends = (runs.records[name][0] for name in runs.strategies)
    assert np.array_equal(plain.flows, spends.flows) and np.array_equal(plain.worth, spends.worth)
    profit = {name: money(runs, name)["profit"][0].sum(1) for name in runs.strategies}
    assert profit["transactional"][:, 0] - profit["spends"][:, 0] == pytest.approx(900)
    assert profit["transactional"][:, 1:] == pytest.approx(profit["spends"][:, 1:])


def test_a_budget_pays_where_its_stocks_do():
    """The negative control of the one above: with effects the market is another one, and problems are fewer where suppliers are tended."""
    sets = [*SMALL, "market.buyers=3000", "six_markets.supplier={half_at: 0.01, effect: 0.5}",
            "strategies.spends={ours: {relationship_budget: {total: 900, supplier: 1}}}"]
    runs = simulate(load("default", sets), ["transactional", "spends"], runs=1)
    problems = [column(runs.records[name][0], "problems").sum() / column(runs.records[name][0], "served_basic").sum()
                for name in runs.strategies]
    assert math.isclose(problems[1], 0.5 * problems[0], rel_tol=0.15)
