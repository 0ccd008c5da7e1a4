"""F5, bargain, then rip-off: two sellers that reply best price newcomers below cost and accounts above it by the switching cost."""
import numpy as np

from sim.experiments.published.agreement import certain
from sim.experiments.published.figure import Figure, Group
from sim.experiments.published.markets import BUYERS, STATIC, STRATEGY, course
from sim.money import money
from sim.runs import Runs
from sim.scenario import load

FACTOR = 0.9
DISCOUNT = 1 / FACTOR - 1
NOISE = 0.002                     # as good as none: buyers take the better offer
CEILING = 100 * 0.1 / 1.1
KLEMPERER = "Klemperer 1987, 1995; Farrell & Klemperer 2007"


def duel(noise: float, *sets: str, rivals: int = 1, s: float = 1, c: float = 1, discount: float = DISCOUNT, foresight: bool = True,
         apart: bool = True):
    """Identical sellers that reply best, yearly periods, one type of buyers who buy and review in every period and learn nothing."""
    rule = f"{{best_reply: {{foresight: {str(foresight).lower()}, accounts_apart: {str(apart).lower()}}}}}"
    one = f"price: {2 * c}, unit_cost: {c}, quality: {10 * c}, reputation: 1, reach: 1, level: basic, answers: {rule}"
    return load("default", [*STATIC, "market.start=new", "market.periods=2", "market.buyers=20000", f"market.discount_rate={discount}",
                            f"behaviour.choice_noise={noise}", f"{BUYERS}.switching_cost={s}", f"{BUYERS}.return_cost=0",
                            f"sellers={{ours: {{{one}}}, rivals: {{count: {rivals}, {one}}}}}", *sets])


def prices(record) -> tuple[np.ndarray, np.ndarray]:
    """What newcomers and accounts are asked: float64 [period, seller]."""
    fresh, premium = course(record, "price"), course(record, "premium")
    return fresh, fresh * (1 + premium)


def profit(scenario, record) -> np.ndarray:
    """Both sellers' profit per buyer, period by period."""
    runs = Runs(scenario, scenario.seed, (), {STRATEGY: [record]})
    return money(runs, STRATEGY)["profit"][0].sum((1, 2)) / scenario.market.buyers


def markets() -> dict:
    return {"two periods": duel(NOISE), "nine periods": duel(0.05, "market.periods=9", s=100, c=100, discount=0.1)}


def figures(records: dict) -> list[Figure]:
    """s = 1, c = 1, δ = 0.9: newcomers pay c − δ s, then accounts c + s, and nothing is earned; in a long market s d/(1+d) a period."""
    (short,), (long,), group = records["two periods"], records["nine periods"], "bargain, then rip-off (F5)"
    fresh, kept = prices(short)
    earned = profit(markets()["two periods"], short) @ [1, FACTOR]
    sustained = prices(long)[1][1:8].mean() - 100
    return [
        Figure(group, "s = c = 1, δ = 0.9: newcomers pay c − δs", certain(fresh[0].mean()), 0.10, KLEMPERER, 0.10, 0.01, "money"),
        Figure(group, "the same: accounts pay c + s", certain(kept[1].mean()), 2.00, KLEMPERER, 2.00, 0.02, "money"),
        Figure(group, "the same: earned over both periods", certain(earned), 0.0, KLEMPERER, 0.0, 0.02, "money"),
        Figure(group, "s = 100, d = 10%: premium s d/(1+d)", certain(sustained), CEILING, KLEMPERER, 9.09, 0.05 * CEILING, "money")]


GROUPS = (Group("bargain, then rip-off (F5)", "two sellers that reply best to each other", markets, figures, runs=1),)
