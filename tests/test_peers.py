"""Every peer of the benchmark is the same market: means over runs agree with the kernel's, rule by rule, within their noise."""
from functools import cache

import numpy as np
import pytest

from benchmarks.peers import BY_AGENTS, PEERS, __main__, installed, peer
from benchmarks.peers.books import books
from sim.runs import simulate
from sim.scenario import load
from tests.test_plain_mesa import CASES, COLUMNS, MOST_STANDARD_ERRORS, RUNS, SETTING, WRONG, cells, errors_between, of_kernel

OTHERS = [name for name in PEERS if name != "plain Mesa"]   # which has a test of its own
BY_COLUMNS = [name for name in OTHERS if name not in BY_AGENTS]
MORE, FEWER = ("market.buyers=5000",), 16                   # where buyers cost little and periods much: more buyers in fewer runs
ANEW = [("NumPy", wrong) for wrong in WRONG] + [("Polars", wrong) for wrong in WRONG if not WRONG[wrong]]  # the others borrow their rules


def market(name: str):
    """The class of a peer, where its library is installed."""
    if not installed(name):
        pytest.skip(f"{PEERS[name][0]} is not installed (pip install tenure[bench])")
    return peer(name)


def played(make, scenario, strategy, seed) -> dict[str, float]:
    """What one run of a peer left behind, cell by cell."""
    one = make(scenario, strategy, seed=seed)
    for _ in range(scenario.market.periods):
        one.step()
    left = books(one)
    booked = {name: np.transpose(left.booked[name]) for name in (*COLUMNS, "served", "won", "lost", "lost_turnover")}
    booked["bond"] = np.transpose(left.booked["bond_sum"])
    return cells(booked, left.accounts, left.reputation, left.learned)


@cache
def of_kernels(strategy: str, sets: tuple[str, ...], runs: int) -> list[dict[str, float]]:
    """The kernel's runs of a scenario."""
    records = simulate(load("default", sets), [strategy], runs=runs, threads=1).records[strategy]
    return [of_kernel(record) for record in records]


def far_apart(name, strategy, kernels, peers, runs) -> dict[str, float]:
    """Standard errors between the kernel's runs of one setting and a peer's of another."""
    make, scenario = market(name), load("default", peers)
    return errors_between(of_kernels(strategy, kernels, runs), [played(make, scenario, strategy, 1000 + run) for run in range(runs)])


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("name", OTHERS)
def test_a_peer_is_the_same_market(name, case):
    strategy, *sets = CASES[case]
    more, runs = (MORE, FEWER) if name in BY_COLUMNS else ((), RUNS)
    setting = (*SETTING, *sets, *more)
    far = far_apart(name, strategy, setting, setting, runs)
    worst = max(far, key=lambda cell: abs(far[cell]))
    assert abs(far[worst]) <= MOST_STANDARD_ERRORS, f"{worst}: {far[worst]:+.1f} standard errors"
    squares = np.mean([error ** 2 for error in far.values()])
    assert squares < 2, f"the {len(far)} cells lie {squares:.2f} times as far apart as luck would have them"


@pytest.mark.slow
@pytest.mark.parametrize(("name", "wrong"), ANEW)
def test_a_slightly_different_peer_is_noticed(name, wrong):
    """The negative control: one number off in either, and the comparison fails."""
    setting = (*SETTING, "product.purchase_cycle=1.5", *WRONG[wrong], *MORE)
    far = far_apart(name, "relationship", setting, (*setting, wrong), FEWER)
    assert max(map(abs, far.values())) > MOST_STANDARD_ERRORS


def test_numpy_is_much_the_same():
    """The quick form: one case, few runs."""
    setting = ("market.buyers=300", "market.periods=4", "market.burn_in=2")
    far = far_apart("NumPy", "relationship", setting, setting, runs=8)
    assert np.median(np.abs(list(far.values()))) < 1.2


def test_the_benchmark_prints_its_table():
    """With few buyers, so that it shows that everything runs and nothing about speed."""
    report = __main__.run(__main__.Size(rounds=2, small=600, large=1200, periods=1, kernel_periods=2), ["plain Mesa", "NumPy"])
    assert [(row["name"], row["buyers"]) for row in report["rows"]] == [
        ("kernel, 1 thread", 600), ("plain Mesa", 600), ("NumPy", 600), ("kernel, 1 thread", 1200), ("NumPy", 1200)]
    assert all(row["processor"] > 0 and row["times_kernel_clock"] > 0 for row in report["rows"])
    assert len(__main__.table(report).splitlines()) == 7


def test_a_missing_library_is_said(monkeypatch, capsys):
    monkeypatch.setattr(__main__, "installed", lambda name: name != "Polars")
    assert "Polars" not in __main__.those_installed()
    assert "Polars is left out: polars is not installed" in capsys.readouterr().err
