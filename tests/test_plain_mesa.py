"""The benchmark's peer is the same market: means over runs agree with the kernel's, rule by rule, within their noise."""
import numpy as np
import pytest

from benchmarks import step
from benchmarks.plain_mesa import PlainMarket
from sim.core import state as at
from sim.core.terms import LEVELS
from sim.runs import simulate
from sim.scenario import load

RUNS = 32
MOST_STANDARD_ERRORS = 4
SETTING = ("market.buyers=500", "market.periods=10", "market.burn_in=6", "sellers.rivals.count=2", "market.turnover=0.02")
CASES = {
    "uniform and basic": ("transactional",),
    "by type": ("relationship",),
    "new, unknown and advertised": ("relationship", "market.start=new", "sellers.ours.reach=0.3", "sellers.ours.advertising=0.15"),
    "listening, capacity, discount": (
        "relationship", "sellers.ours.capacity={partnership: 20}", "sellers.ours.listening=[surveys, trailer_calls]",
        "sellers.rivals.loyalty_discount={per_year: 0.1, most: 0.2}", "sellers.ours.accuracy=0.9"),
    "promise and capability": ("relationship", "sellers.ours.promise=1.15", "sellers.ours.capability=0.9", "sellers.rivals.reputation=0.3"),
    "events": ("later", "strategies.later={events: [{at: 3, ours: {level: partnership, price: 104}}, {at: 6, rivals: {price: 95}}]}"),
    "contracts and lots": (
        "relationship", "buyers.intermediate.contract={lognormal: {median: 4, spread: 0.5}}", "buyers.intermediate.lots=3",
        "product.purchase_cycle=1.5", "product.complexity=2"),
}
COLUMNS = ("problems", "complaints", "detected", "resolved", "contacts", "reviews", "reorders", "lots", "kept", "broken", "units")


def of_kernel(record) -> dict[str, float]:
    """What one run of the kernel left behind, cell by cell."""
    def column(name):
        return record.flows[1:, :, :-1, at.COLUMNS.index(name)].sum(0)

    booked = {name: column(name) / (at.UNIT_PARTS if name == "units" else 1) for name in COLUMNS}
    served = sum(column(f"served_{level}") for level in LEVELS)
    booked["served"], booked["bond"] = served, column("bond_sum") / 10_000
    booked["won"] = column("won_new") + column("won_back")
    booked["lost"], booked["lost_turnover"] = column("lost_price") + column("lost_incident"), column("lost_turnover")
    stocks = record.flows[:, :, :-1].sum((0, 1))
    accounts = [stocks[:, at.ENTERED_LEVEL + level] - stocks[:, at.QUITTED_LEVEL + level] for level in range(len(LEVELS))]
    return cells(booked, np.transpose(accounts), record.standing[:, at.REPUTATION], record.standing[:, at.LEARNED])


def of_plain(market) -> dict[str, float]:
    """The same of a plain Mesa market."""
    market.run_model()
    booked = {name: np.transpose([seller.book[name] for seller in market.sellers])
              for name in (*COLUMNS, "served", "bond_sum", "won", "lost", "lost_turnover")}
    booked["bond"] = booked.pop("bond_sum")
    stocks = (np.array([getattr(seller, name) for seller in market.sellers]) for name in ("accounts", "reputation", "learned"))
    return cells(booked, *stocks)


def cells(booked, accounts, reputation, learned) -> dict[str, float]:
    """Sums by column, type and side (ours, rivals); accounts by side and level; standing by side."""
    found = {}
    for side, sellers in (("ours", slice(0, 1)), ("rivals", slice(1, None))):
        for name, table in booked.items():
            found |= {f"{name}, type {k}, {side}": table[k, sellers].sum() for k in range(len(table))}
        found |= {f"accounts, {level}, {side}": accounts[sellers, i].sum() for i, level in enumerate(LEVELS)}
        found |= {f"reputation, {side}": reputation[sellers].mean(), f"learned, {side}": learned[sellers].mean()}
    return found


def errors_between(mine: list[dict], theirs: list[dict]) -> dict[str, float]:
    """How many standard errors lie between two means, cell by cell."""
    far = {}
    for name in mine[0]:
        a, b = (np.array([run[name] for run in runs], float) for runs in (mine, theirs))
        spread = np.sqrt(a.var(ddof=1) / len(a) + b.var(ddof=1) / len(b))
        far[name] = (a.mean() - b.mean()) / spread if spread > 0 else 0.0 if np.isclose(a.mean(), b.mean(), atol=1e-6) else np.inf
    return far


def compared(kernels, plains, strategy) -> dict[str, float]:
    """Standard errors between the kernel's runs of one scenario and the plain market's of another."""
    records = simulate(kernels, [strategy], runs=RUNS, threads=1).records[strategy]
    return errors_between([of_kernel(record) for record in records],
                          [of_plain(PlainMarket(plains, strategy, seed=1000 + run)) for run in range(RUNS)])


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
def test_plain_mesa_is_the_same_market(case):
    strategy, *sets = CASES[case]
    scenario = load("default", (*SETTING, *sets))
    far = compared(scenario, scenario, strategy)
    worst = max(far, key=lambda name: abs(far[name]))
    assert abs(far[worst]) <= MOST_STANDARD_ERRORS, f"{worst}: {far[worst]:+.1f} standard errors"
    squares = np.mean([error ** 2 for error in far.values()])
    assert squares < 2, f"the {len(far)} cells lie {squares:.2f} times as far apart as luck would have them"


LONGER = ("market.periods=30", "market.buyers=600")
WRONG = {
    "behaviour.loss_aversion=1.5": (), "behaviour.promise_bond=0.03": (), "product.tolerance=14": (), "behaviour.seller_learning=0.15": (),
    "behaviour.forgetting=0.2": LONGER,
    "behaviour.tie_value=400": (*LONGER, "sellers.ours.quality=106"),           # ties show where an inferior seller holds on to its buyers
}


@pytest.mark.slow
@pytest.mark.parametrize("wrong", WRONG)
def test_a_slightly_different_market_is_noticed(wrong):
    """The negative control: one number off in one of the two, and the comparison fails."""
    setting = (*SETTING, "product.purchase_cycle=1.5", *WRONG[wrong])
    far = compared(load("default", setting), load("default", (*setting, wrong)), "relationship")
    assert max(map(abs, far.values())) > MOST_STANDARD_ERRORS


def test_a_short_run_is_much_the_same():
    """The quick form: one case, few runs."""
    scenario = load("default", ("market.buyers=300", "market.periods=4", "market.burn_in=2"))
    records = simulate(scenario, ["relationship"], runs=8, threads=1).records["relationship"]
    far = errors_between([of_kernel(record) for record in records],
                         [of_plain(PlainMarket(scenario, "relationship", seed=run)) for run in range(8)])
    assert np.median(np.abs(list(far.values()))) < 1.2


def test_the_benchmark_prints_its_table():
    """With few buyers, so that it shows that everything runs and nothing about speed."""
    report = step.run(step.Size(rounds=2, small=600, large=1200, small_periods=2, large_periods=2, plain_periods=1, long_run=0))
    lines = step.table(report).splitlines()
    assert len(lines) == 8 and lines[1].split()[-1] == "1"
    assert all(figure > 0 for row in report["rows"].values() for figure in row.values())
    assert report["bytes_per_buyer"] >= 4 * at.rows(5)
