"""Sellers that answer the market: each rule on its own, and best replies against what theory says of switching costs.

F5 (Klemperer 1987, 1995; Farrell & Klemperer 2007; REFERENCES 5.3): with switching cost s, unit cost c and discount factor δ newcomers get
a bargain, c − δ s, and are then charged c + s; nothing is earned over the two periods. The engine's buyers choose by a logit of noise μ, so
its prices are those of theory up to terms in μ, for which there is a closed form as well (`duel_prices`).
"""
import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.special import expit, logsumexp
from scipy.stats import binomtest

from sim.core import kernel
from sim.core import state as at
from sim.experiments.published.bargain import duel, prices
from sim.money import money
from sim.runs import simulate
from sim.scenario import load
from tests.agreement import assert_agrees, share
from tests.conftest import SMALL
from tests.markets import BUYERS, OURS, STRATEGY, Stepped, accounts, column, static_market, switching_cost_for


def course(record, name: str, seller: int = OURS) -> np.ndarray:
    """What one field of a seller's course was in every recorded period."""
    return record.course[1:, seller, at.COURSE.index(name)].astype(float)


def played(scenario, strategy: str = STRATEGY):
    """One run."""
    return simulate(scenario, [strategy], runs=1).records[strategy][0]


# --- matching the lowest price ----------------------------------------------------------------------------------------------------

def test_the_lowest_price_is_matched_one_period_late_and_above_a_floor():
    """Rivals ask 100, 90 from period 4, 50 from 8 and 120 from 12: ours asks as much one period later, but neither less than 1.1 unit
    costs nor more than its own list price; its burn-in is left alone."""
    scenario = load("default", [*SMALL, "market.periods=14", "market.burn_in=3", "sellers.ours={price: 104, unit_cost: 60, answers:"
                                " {match_lowest_price: {floor: 0.1}}}",
                                "events=[{at: 4, rivals_2: {price: 90}}, {at: 8, rivals: {price: 50}}, {at: 12, rivals: {price: 120}}]"])
    record = played(scenario)
    assert record.course[0, 0, 0] == 104
    assert course(record, "price") == pytest.approx([100] * 4 + [90] * 4 + [66] * 4 + [104] * 2)
    assert course(record, "price", 1) == pytest.approx([100] * 7 + [50] * 4 + [120] * 3)


def test_two_who_match_settle_on_the_lower_list_price():
    """Each meets the other's price of the period before: no spiral, since neither asks less than it has seen."""
    record = played(load("default", [*SMALL, "sellers.rivals.count=1", "sellers.ours={price: 100, answers: {match_lowest_price: true}}",
                                     "sellers.rivals={price: 95, answers: {match_lowest_price: true}}"]))
    assert (course(record, "price") == 95).all() and (course(record, "price", 1) == 95).all()


# --- harvesting -------------------------------------------------------------------------------------------------------------------

def test_harvesting_begins_at_one_share_and_ends_below_another():
    """Hysteresis: from 30% on until below 20%; what it asks in between depends on where it comes from."""
    market = Stepped(load("default", [*SMALL, "market.burn_in=0", "sellers.ours={premium: 0.02, answers: {harvest_locked_in:"
                                      " {from_share: 0.3, to_share: 0.2, premium: 0.15}}}"]), "transactional")
    shares = (0.0, 0.25, 0.29, 0.3, 0.25, 0.2, 0.195, 0.25, 0.9, 0.2, 0.0)
    harvests = (0, 0, 0, 1, 1, 1, 0, 0, 1, 1, 0)
    for t, (of_buyers, harvesting) in enumerate(zip(shares, harvests, strict=True)):
        market.market.accounts[0] = round(600 * of_buyers), 0, 0, 0, 0
        kernel.open_period(market.words, t)
        assert market.market.response[0, at.HARVESTING] == harvesting, t
        assert market.market.offers[0, at.PREMIUM] == pytest.approx(0.15 if harvesting else 0.02)
        assert market.market.offers[1, at.PREMIUM] == 0


# --- the premium on accounts ------------------------------------------------------------------------------------------------------

def test_accounts_pay_the_premium_and_newcomers_do_not():
    """Units bought from the supplier at 20% above the price, the others at the price; choice weighs it, so retention is the logit's."""
    sigma = switching_cost_for(0.9) + 20
    scenario = static_market("market.buyers=20000", "market.periods=3", "sellers.ours.premium=0.2", f"{BUYERS}.switching_cost={sigma}",
                             f"{BUYERS}.return_cost=0")
    runs = simulate(scenario, [STRATEGY], runs=1)
    record = runs.records[STRATEGY][0]
    units, repeat = column(record, "units"), column(record, "units_repeat")
    assert (repeat < units)[1:].all()                         # newcomers from the rival, from the second period on
    assert np.array_equal(column(record, "discount"), -2000 * repeat)
    lost = column(record, "lost_price")
    assert_agrees(share(20000 - lost[0], 20000), 0.9, "retention")
    of = money(runs, STRATEGY)
    revenue = (100 * (units - repeat) + 120 * repeat) / at.UNIT_PARTS
    assert of["revenue"][0, :, :, OURS].sum(1) == pytest.approx(revenue)
    factors = 1.12 ** -np.arange(3.0)
    worth = (record.worth[:, OURS] / at.WORTH_PARTS * np.concatenate([[1.0], factors])).sum()
    assert worth == pytest.approx((of["profit"][0, :, :, OURS].sum(1) * factors).sum(), rel=1e-5)
    plain = static_market("market.buyers=20000", "market.periods=3", f"{BUYERS}.switching_cost={sigma}", f"{BUYERS}.return_cost=0")
    assert column(played(plain), "lost_price")[0] < lost[0] / 5 and (column(played(plain), "discount") == 0).all()


def test_a_premium_takes_from_the_loyalty_discount():
    """An account of twelve months: 2% off, 5% on: 3% above the price; below nought it is a price cut for accounts."""
    for premium, points in ((0.05, -300), (-0.1, 1200), (0.0, 200)):
        market = Stepped(static_market(
            "market.period=month", f"sellers.ours={{premium: {premium}, loyalty_discount: {{per_year: 0.02, most: 0.1}}}}",
            f"{BUYERS}.switching_cost=1000", "market.buyers=30"))
        market.put("since", -12)
        market.step()
        assert market.booked("units")[0] == 30 * at.UNIT_PARTS and market.booked("discount")[0] == points * market.booked("units")[0]


def test_the_premium_is_paid_from_the_second_period_on():
    """Two lots bought from a new supplier cost what newcomers pay; those of the next period the premium on top."""
    market = Stepped(static_market("market.start=new", "sellers.ours.premium=0.2", "sellers.rivals.reach=0", "market.buyers=40",
                                   f"{BUYERS}.lots=2", f"{BUYERS}.volume=2", f"{BUYERS}.switching_cost=1000"))
    market.step()
    assert market.booked("units")[0] == 80 * at.UNIT_PARTS and market.booked("discount")[0] == 0
    market.step()
    assert market.booked("units")[0] == 80 * at.UNIT_PARTS and market.booked("discount")[0] == -2000 * 80 * at.UNIT_PARTS


def test_nobody_is_paid_for_buying():
    """A premium of −90% and a loyalty discount of 50%: the goods are free, and no more than that."""
    market = Stepped(static_market("market.period=month", "sellers.ours={premium: -0.9, loyalty_discount: {per_year: 0.5, most: 0.5}}",
                                   f"{BUYERS}.switching_cost=1000", "market.buyers=30"))
    market.put("since", -12)
    worth = market.get("worth")
    market.step()
    assert market.booked("discount")[0] == 10_000 * market.booked("units")[0] > 0
    assert (market.get("worth") == worth).all()                        # nothing paid, and nothing that it cost


# --- copying who earns most -------------------------------------------------------------------------------------------------------

COPYING = (*SMALL, "market.burn_in=4", "market.turnover=0", "sellers.ours={level: proactive, answers: {copy_level: {lag: 3}}}",
           "sellers.rivals.level=reactive", "strategies.apart={rivals_1: {level: {lost_for_good: partnership, intermediate: basic,"
           " always_a_share: basic}}, rivals_2: {level: accountable}}")


def earning(market: Stepped, *each: float) -> None:
    """Have the sellers earned so much in every period so far."""
    market.market.earned[:, :] = np.array(each)[:, None]


def test_the_plan_of_the_rival_that_earned_most_is_taken_over():
    """Every three periods and not before three are on record; accounts are assigned anew in that period, and the ledger shows it."""
    market = Stepped(load("default", COPYING), "apart").step(4)
    for period in range(1, 8):
        earning(market, 10, 30, 20, 10) if period < 5 else earning(market, 10, 30, 40, 10)
        market.step()
        follows = market.market.response[:, at.FOLLOWS].tolist()
        assert follows == ([0, 1, 2, 3] if period < 4 else [1, 1, 2, 3] if period < 7 else [2, 1, 2, 3]), period
        assert market.market.course[period, :, at.COURSE.index("follows")].tolist() == follows
        held = market.market.accounts[0]
        if period < 4:
            assert held[3] == held.sum() > 50
        elif period < 7:
            assert held[[1, 2, 3]].sum() == 0 and held[0] > 20 and held[4] > 20
            assert period > 4 or market.booked("quitted_proactive")[0] >= held.sum() * 0.8
        else:
            assert held[2] == held.sum() > 50
    assert market.market.accounts[3, 1] == market.market.accounts[3].sum()      # who copies nobody keeps its plan


def test_nobody_is_copied_who_did_not_earn_more():
    """Neither the best itself, nor at par, nor losses: a rival that earns as much is no reason to change."""
    for earned in ((30, 20, 10, 0), (30, 30, 30, 30), (-5, -6, -5, -9)):
        market = Stepped(load("default", COPYING), "apart").step(4)
        for _ in range(7):
            earning(market, *earned)
            market.step()
        assert market.market.response[:, at.FOLLOWS].tolist() == [0, 1, 2, 3]


def test_what_was_earned_is_the_money_of_those_periods():
    """`earned`, which copying rests on, is `sim.money`'s profit, period by period and seller by seller."""
    scenario = load("default", COPYING)
    market = Stepped(scenario, "apart").step(28)
    profit = money(simulate(scenario, ["apart"], runs=1), "apart")["profit"][0].sum(1)
    assert market.market.earned[:, 4:].T == pytest.approx(profit, rel=1e-5, abs=0.05)
    assert (market.market.earned[:, :4] == 0).all()


def test_who_is_copied_is_copied_as_it_was_at_the_end_of_the_period_before():
    """Seller 0 copies 2 and seller 1 copies 0 in the same period: 1 gets the plan that 0 had, whatever the order."""
    for first, second in ((0, 1), (1, 0)):
        names = ("ours", "rivals_1")
        scenario = load("default", [*SMALL, "market.burn_in=4", "strategies.apart={rivals_2: {level: partnership}, "
                                    f"{names[first]}: {{level: basic, answers: {{copy_level: {{lag: 4}}}}}}, "
                                    f"{names[second]}: {{level: accountable, answers: {{copy_level: {{lag: 2}}}}}}}}"])
        market = Stepped(scenario, "apart").step(8)
        market.market.earned[:] = 0
        market.market.earned[2, 4:6], market.market.earned[first, 6:8], market.market.earned[second, 6:8] = 500, 60, 50
        kernel.open_period(market.words, 8)
        follows = market.market.response[:, at.FOLLOWS]
        assert (follows[first], follows[second]) == (2, first)


def test_a_new_plan_of_ones_own_ends_the_copying():
    """An event that gives the seller another plan: that is what it follows; an event of the one it follows reaches its accounts too."""
    scenario = load("default", [*COPYING, "strategies.apart.events=[{at: 6, rivals_1: {level: partnership}},"
                                " {at: 9, ours: {level: basic}}]"])
    market = Stepped(scenario, "apart").step(4)
    for period in range(1, 10):
        earning(market, 10, 30, 20, 10)
        market.step()
        held = market.market.accounts[0]
        level = {6: 4, 7: 4, 8: 4, 9: 0}.get(period)
        assert level is None or held[level] == held.sum() > 50, period
    assert market.market.response[0, at.FOLLOWS] == 0


# --- giving up a level that does not pay ------------------------------------------------------------------------------------------

def test_a_level_that_does_not_earn_its_cost_is_given_up_rung_by_rung():
    """Partnership at 500 a month for accounts that bring 40: proactive after three periods; then accountable, and so on, as far as the
    catalogue's own costs do not pay either; a level that pays is kept."""
    sets = (*SMALL, "market.burn_in=0", "market.periods=12",
            "levels={partnership: {cost_per_account: 500}, proactive: {cost_per_account: 400}, accountable: {cost_per_account: 0}}",
            "strategies.transactional.ours={level: partnership, answers: {drop_level: {lag: 3}}}")
    market = Stepped(load("default", sets), "transactional")
    levels = []
    for _ in range(12):
        market.step()
        held = market.market.accounts[0]
        assert held.max() == held.sum()
        levels.append(int(held.argmax()))
    assert levels == [4] * 3 + [3] * 3 + [2] * 6
    assert market.market.response[0, at.SERVED_AS:].tolist() == [0, 1, 2, 2, 2]
    assert (market.market.response[1:, at.SERVED_AS:] == range(5)).all()


@pytest.mark.parametrize(("share_of_income", "kept"), [(0.5, True), (0.99, True), (1.01, False), (3, False)])
def test_what_a_level_earned_is_reckoned_from_the_ledger(share_of_income, kept):
    """Given up exactly where the margin on what its accounts bought in the lag falls short of service, contacts and listening."""
    plan = ("market.burn_in=0", "market.buyers=200", "strategies.transactional.ours={level: partnership, listening: [surveys], answers:"
            " {drop_level: {lag: 4}}}")
    free = load("default", [*SMALL, *plan, "levels.partnership.cost_per_account=0"])
    flows = Stepped(free, "transactional").step(4).market.flows[0, 1:5, :, 0].sum((0, 1))
    seller, level = free.sellers["ours"], free.levels["partnership"]
    assert flows[at.SOLD_LEVEL:].sum() == flows[at.UNITS]
    income = flows[at.SOLD_LEVEL + 4] / at.UNIT_PARTS * (seller.price - seller.unit_cost) / flows[at.SERVED + 4]
    cost = share_of_income * income - free.listening["surveys"].cost_per_account - level.contact_rate * seller.contact_cost
    market = Stepped(free.replace([f"levels.partnership.cost_per_account={cost}"]), "transactional").step(4)
    kernel.open_period(market.words, 4)
    assert market.market.response[0, at.SERVED_AS + 4] == (4 if kept else 3)


def test_what_a_level_earned_is_reckoned_at_the_price_in_force():
    """Partnership at 100 a month pays at the list price of 100; at the 60 that a seller matches (its cost) it does not, nor at the
    prices of one that replies best."""
    for answers, kept in (("", True), (", match_lowest_price: true", False), (", best_reply: true", False)):
        scenario = load("default", [*SMALL, "market.burn_in=0", "levels.partnership.cost_per_account=100",
                                    "sellers.cheap={price: 60, reach: 0.1}",
                                    f"strategies.transactional.ours={{level: partnership, answers: {{drop_level: {{lag: 3}}{answers}}}}}"])
        market = Stepped(scenario, "transactional").step(4)
        assert (market.market.response[0, at.SERVED_AS + 4] == 4) == kept, answers


# --- best reply -------------------------------------------------------------------------------------------------------------------


def duel_prices(noise: float, s: float, c: float, future: float = 0.0) -> tuple[float, float, float]:
    """(newcomers' price, accounts' price, chance to keep an account) where two sellers with accounts reply best to each other: newcomers
    p_f = c − F + μ/P, accounts p_k = c − F + μ/(1 − P), and P the logit of s + p_f − p_k."""
    def off(keep):
        return keep - expit((s + noise / keep - noise / (1 - keep)) / noise)
    keep = brentq(off, 0.4, 1 - 1e-12)
    return c - future + noise / keep, c - future + noise / (1 - keep), keep


def test_f5_bargain_then_rip_off():
    """s = 1, c = 1, δ = 0.9, noise μ = 0.002: newcomers are asked 0.10 in the first period, accounts 2.00 in the second, and the two
    periods together earn nothing: tolerances 0.01, 0.02 and 0.02 per buyer, as REFERENCES 5.3 has them."""
    runs = simulate(duel(0.002), [STRATEGY], runs=1)
    fresh, kept = prices(runs.records[STRATEGY][0])
    assert fresh[0] == pytest.approx([0.10] * 2, abs=0.01)
    assert kept[1] == pytest.approx([2.00] * 2, abs=0.02)
    profit = money(runs, STRATEGY)["profit"][0].sum((1, 2)) / 20000
    assert profit[0] == pytest.approx(-0.9, abs=0.01) and profit[1] == pytest.approx(1, abs=0.02)
    assert profit @ [1, 0.9] == pytest.approx(0, abs=0.02)


@pytest.mark.parametrize("noise", [0.001, 0.005, 0.02, 0.1, 0.3])
def test_the_bargain_has_a_closed_form_at_any_noise(noise):
    """p1 = c − δ s + 2 μ; in the last period the logit duel of `duel_prices`; buyers stay as often as it says, and profit follows."""
    runs = simulate(duel(noise), [STRATEGY], runs=1)
    record = runs.records[STRATEGY][0]
    fresh, kept = prices(record)
    newcomers, loyal, keep = duel_prices(noise, 1, 1)
    assert fresh[0] == pytest.approx([0.1 + 2 * noise] * 2, abs=2e-4)
    assert fresh[1] == pytest.approx([newcomers] * 2, rel=1e-3) and kept[1] == pytest.approx([loyal] * 2, rel=1e-3)
    lost = sum(column(record, "lost_price", s)[1] for s in range(2))
    assert binomtest(int(lost), 20000, 1 - expit((1 + fresh[1, 0] - kept[1, 0]) / noise)).pvalue > 0.001
    assert 1 - lost / 20000 == pytest.approx(keep, abs=0.01)
    profit = money(runs, STRATEGY)["profit"][0].sum((1, 2)) / 20000
    stayed = 1 - lost / 20000
    assert profit == pytest.approx([2 * noise - 0.9, stayed * (loyal - 1) + (1 - stayed) * (newcomers - 1)], abs=2e-3)


def test_without_foresight_there_is_no_bargain():
    """The negative control: newcomers pay the logit's c + 2 μ, and accounts are ripped off all the same."""
    record = played(duel(0.01, foresight=False))
    fresh, kept = prices(record)
    assert fresh[0] == pytest.approx([1.02] * 2, abs=1e-3)
    assert np.array_equal(fresh[0], kept[0])                                   # nobody has accounts to ask more of
    assert kept[1] == pytest.approx([duel_prices(0.01, 1, 1)[1]] * 2, abs=2e-3)


def test_without_switching_cost_there_is_neither_bargain_nor_rip_off():
    """s = 0: everybody pays c + 2 μ in both periods."""
    fresh, kept = prices(played(duel(0.01, s=0)))
    assert fresh == pytest.approx(1.02, abs=1e-3) and kept[1] == pytest.approx(1.02, abs=1e-3)


def test_in_a_long_market_accounts_pay_the_ceiling_period_after_period():
    """s = 100, d = 10%: while periods remain newcomers pay c − s/(1+d) and accounts s d/(1+d) = 9.09 above cost, within 5%; fewer than 1%
    of them leave in a period; in the last period c + s."""
    record = played(duel(0.05, "market.periods=9", s=100, c=100, discount=0.1))
    fresh, kept = prices(record)
    assert fresh[:8] == pytest.approx(100 - 100 / 1.1, abs=0.2)
    assert kept[1:8] - 100 == pytest.approx(100 * 0.1 / 1.1, rel=0.05)
    exact = duel_prices(0.05, 100, 100, future=100 / 1.1)
    assert fresh[1:8] == pytest.approx(exact[0], abs=0.01) and kept[1:8] == pytest.approx(exact[1], abs=0.02)
    assert kept[8] == pytest.approx(200, rel=0.005) and fresh[8] == pytest.approx(100, rel=0.005)
    lost = sum(column(record, "lost_price", s) for s in range(2))
    assert (lost[1:] < 0.01 * 20000).all()


@pytest.mark.parametrize(("above", "keeps"), [(0.95, True), (1.05, False)])
def test_no_more_than_the_ceiling_can_be_asked(above, keeps):
    """Against a rival that sells to newcomers at c − s/(1+d): 5% below the ceiling fewer than 1% of lost-for-good accounts leave, 5% above
    it nearly all do."""
    rival = 1000 - 100 / 1.1
    premium = (1000 + above * 100 * 0.1 / 1.1) / rival - 1
    record = played(static_market(f"sellers.ours={{price: {rival}, unit_cost: 1000, premium: {premium}}}",
                                  f"sellers.rivals={{price: {rival}}}", f"{BUYERS}.switching_cost=100", "behaviour.choice_noise=0.05",
                                  "market.periods=2", "market.buyers=5000"))
    stay = accounts(record)[1] / 5000
    assert stay > 0.99 if keeps else stay < 0.01


def test_turnover_makes_bargains_smaller():
    """A buyer that may be gone by then is worth (1 − turnover) of it: newcomers pay c − δ (1 − turnover) s."""
    fresh, _ = prices(played(duel(0.002, "market.turnover=0.1", "market.periods=4")))
    assert fresh[:3] == pytest.approx(1 - 0.81 + 0.004, abs=0.003)


@pytest.mark.parametrize("rivals", [1, 2, 4])
def test_sellers_without_accounts_meet_in_the_logits_equilibrium(rivals):
    """n equal sellers, no foresight, nobody attached: p = c + μ n/(n − 1) (Anderson, de Palma & Thisse 1992)."""
    fresh, _ = prices(played(duel(0.5, rivals=rivals, foresight=False)))
    sellers = rivals + 1
    assert fresh[0] == pytest.approx([1 + 0.5 * sellers / rivals] * sellers, abs=2e-3)


def test_one_price_for_all_has_no_premium():
    """Accounts not apart: one price, the same bargain at first, then far more than c; with little noise replies do not meet (theory has no
    equilibrium in pure prices either), so what is asked depends on where the thinking stopped; the margin is never a loss."""
    for noise in (0.002, 0.3):
        fresh, kept = prices(played(duel(noise, apart=False)))
        assert np.array_equal(fresh, kept)
        assert fresh[0] == pytest.approx([0.1 + 2 * noise] * 2, abs=1e-3)
        assert (fresh[1] > 1.5).all()


def test_prices_stand_between_two_replies_and_before_the_record():
    """Every three periods; in the burn-in, and where the rule is off, the plan's price."""
    scenario = load("default", [*SMALL, "market.burn_in=2", "market.periods=9", "sellers.rivals_a={answers: {best_reply: {every: 3}}}",
                                "strategies.off={rivals_a: {answers: {best_reply: false}}}"])
    s = list(scenario.sellers).index("rivals_a")
    record = played(scenario)
    assert record.course[0, s, 0] == 100
    fresh, kept = (each[:, s] for each in prices(record))
    for each in (fresh, kept):
        assert [len(set(each[i:i + 3].round(6))) for i in (0, 3, 6)] == [1, 1, 1] and len(set(each)) == 3
    assert (course(played(scenario, "off"), "price", s) == 100).all()
    assert (course(record, "price", 0) == 100).all()


def reckoned(market: Stepped, s: int, price: np.ndarray, foresight: bool, own: bool, others: bool) -> np.ndarray:
    """What each price is reckoned to earn seller s a period, in double precision and straight from the rule's words: the logit of quality
    less price less switching cost for the median buyer of each type, over those served by each seller and by nobody."""
    y = at.Behaviour(*market.market.behaviour.astype(float))
    offers, middle, total = market.market.offers.astype(float), at.QUANTILE_POINTS // 2, 0.0
    slots = market.market.population.type_slots
    for k in range(market.market.held.shape[1]):
        sigma, _, _, _, alpha, rate, volume, _, _ = market.market.population.attributes[k, :, middle].astype(float)
        units = volume * rate * market.market.population.lots[k]
        future = sigma / alpha * ((1 - y.turnover) / (1 + y.discount)) ** (1 / rate) if foresight else 0.0
        free = slots[k + 1, 0] - slots[k, 0] - market.market.held[:, k].sum()
        for served_by, buyers in ((-1, free), *enumerate(market.market.held[:, k])):
            if (served_by == s and not own) or (served_by != s and not others):
                continue
            asked = np.tile(offers[:, at.PRICE], (len(price), 1))
            if served_by >= 0:
                asked[:, served_by] *= 1 + offers[served_by, at.PREMIUM]
            asked[:, s] = price
            away = (np.arange(len(offers)) != served_by) & (served_by >= 0)
            u = offers[:, at.QUALITY] * offers[:, at.CAPABILITY] - alpha * asked - sigma * away
            everything = np.column_stack([u, np.full(len(price), y.reserve)])
            chosen = np.exp((u[:, s] / y.choice_noise) - logsumexp(everything / y.choice_noise, axis=1))
            total += buyers * units * chosen * (price - offers[s, at.UNIT_COST] + future)
    return total


@pytest.mark.parametrize("foresight", [True, False])
@pytest.mark.parametrize("apart", [True, False])
def test_a_best_reply_earns_most_of_all_prices(foresight, apart):
    """Three types, accounts here and elsewhere, rivals at other prices and qualities: no price on a fine grid earns more, by the test's own
    arithmetic, than the one found (to a ten-thousandth)."""
    rule = f"{{best_reply: {{foresight: {str(foresight).lower()}, accounts_apart: {str(apart).lower()}}}}}"
    market = Stepped(load("default", [
        *SMALL, "market.burn_in=6", "market.turnover=0.02", "sellers.rivals.price=96", "product.reserve=5",
        "sellers.third={price: 108, quality: 124}", f"sellers.ours={{starting_share: 0.4, capability: 0.95, answers: {rule}}}"]),
        "transactional")
    market.step(6)
    kernel.open_period(market.words, 6)
    price, premium = market.market.offers[0, at.PRICE].item(), market.market.offers[0, at.PREMIUM].item()
    grid = np.linspace(20, 140, 2401)
    asked = ((price, False, True), (price * (1 + premium), True, False)) if apart else ((price, True, True),)
    for found, own, others in asked:
        best = reckoned(market, 0, grid, foresight, own, others).max()
        assert reckoned(market, 0, np.array([found]), foresight, own, others)[0] >= best - 1e-4 * abs(best)
        for worse in (0.9, 1.1):
            assert reckoned(market, 0, np.array([worse * found]), foresight, own, others)[0] < best - 1e-4 * abs(best)
    assert premium == 0 or apart
    assert all(market.market.offers[s, at.PRICE] == price_of for s, price_of in ((1, 96), (4, 108)))
