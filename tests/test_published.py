"""Figures from papers, each simulated: margin multiples, the value of five points of retention, elasticities, renewals, toothpaste.

The formula gives the printed number; the simulation agrees with the formula within four standard errors.
"""
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from sim.cli import app
from sim.experiments.published import GROUPS, Published, complaints, published
from sim.experiments.published.agreement import Estimate, certain
from sim.experiments.published.figure import Figure, Group
from sim.experiments.published.markets import MARGIN
from sim.experiments.published.renewals import SURVIVORS, beta_geometric
from sim.experiments.published.repertoire import TOOTHPASTE, dirichlet
from sim.experiments.published.retention import BERGER_NASR, RENEWS, berger_nasr, held_market, lots_held, present_value
from sim.experiments.published.worth import (
    EACH_WAY,
    ELASTICITIES,
    FIVE_POINTS,
    HOMOGENEOUS,
    MULTIPLES,
    RATES,
    elasticity_of,
    far,
    homogeneous_market,
    multiple,
    one_per_cent,
    value,
    won_market,
    worth_won,
)
from sim.parquet import read_table
from sim.runs import simulate
from tests.agreement import assert_agrees, assert_all_agree, estimate, share
from tests.markets import STRATEGY, accounts
from tests.test_theory import toothpaste  # noqa: F401


def played(scenario) -> list:
    """Every run's record of the one strategy."""
    return simulate(scenario, [STRATEGY]).records[STRATEGY]


# --- Gupta & Lehmann 2003, 2005: the margin multiple r/(1 + i − r) ----------------------------------------------------------------

@pytest.mark.parametrize("retention", MULTIPLES)
def test_margin_multiples(retention):
    """Sixteen cells of the published table: present value over margin."""
    lots = lots_held(played(held_market(retention)))
    cells = {}
    for rate, printed in zip(RATES, MULTIPLES[retention], strict=True):
        exact = retention / (1 + rate - retention)
        assert round(exact, 2) == printed
        beyond = exact * (retention / (1 + rate)) ** 60      # what lies past the horizon
        assert multiple(retention, rate) == pytest.approx(exact - beyond)
        cells[rate] = estimate(present_value(lots, rate)), exact - beyond
    assert_all_agree(cells)


# --- Reichheld & Sasser 1990, Reichheld 1996: five points of retention ------------------------------------------------------------

@pytest.mark.parametrize("retention", FIVE_POINTS)
def test_five_points_of_retention_by_formula(retention):
    """The table's cells; 25% to 95% needs high retention or a large acquisition cost."""
    for cost, printed in enumerate(FIVE_POINTS[retention]):
        before, after = value(retention, cost), value(retention + 0.05, cost)
        if printed is None:
            assert before < 0 < after
        else:
            assert 100 * (after / before - 1) == pytest.approx(printed, abs=0.1 if printed < 100 else 0.5)


@pytest.mark.parametrize(("retention", "cost"), [(0.80, 0), (0.80, 2), (0.90, 0), (0.90, 1), (0.85, 3), (0.70, 2)])
def test_five_points_of_retention_simulated(retention, cost):
    """The gain in what accounts won are worth, on common luck, against the table's cell (four standard errors, delta method)."""
    before, after = (worth_won(played(won_market(rate, cost))) for rate in (retention, retention + 0.05))
    exact = value(retention + 0.05, cost) / value(retention, cost)
    quotient = after.mean() / before.mean()
    spread = (after - quotient * before).std(ddof=1) / np.sqrt(len(after)) / before.mean()
    assert abs(quotient - exact) <= 4 * spread
    assert spread < 0.05


# --- Gupta, Lehmann & Stuart 2004: elasticities -----------------------------------------------------------------------------------

@pytest.mark.parametrize(("retention", "printed"), ELASTICITIES.items())
def test_retention_elasticity(retention, printed):
    """One per cent more retention lifts m r/(1+d−r) by (1+d)/(1+d−r) per cent at d = 12%; a half per cent each way on common luck."""
    exact = 1.12 / (1.12 - retention)
    assert exact == pytest.approx(printed, abs=0.01)
    found = elasticity_of(*(played(held_market(retention * (1 + way), far(retention))) for way in (-EACH_WAY, EACH_WAY)))
    assert abs(found.mean / exact - 1) < 0.05 or abs(found.errors_from(exact)) < 4
    assert found.standard_error < 0.1 * exact


def test_margin_and_acquisition_elasticities_differ_by_one():
    """Value is homogeneous of degree one in margin and acquisition cost: their elasticities sum to one (1.00 ± 0.02), margin first.
    And retention matters more than margin, margin more than acquisition cost."""
    by = one_per_cent({name: played(homogeneous_market(**change)) for name, change in HOMOGENEOUS.items()})
    margin, acquisition, retention = by["margin"], by["acquisition cost"], by["retention"]
    assert margin + acquisition == pytest.approx(1.0, abs=0.02)
    assert retention > margin > -acquisition > 0


# --- Fader & Hardie 2007: renewals ------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("segment", SURVIVORS)
def test_survival_of_real_contracts(segment):
    """With the published shapes (fitted to these seven years) the simulated survival is within two points of the customers' own."""
    churn, stay, survivors = SURVIVORS[segment]
    records = played(beta_geometric(churn, stay))
    stocks = sum(accounts(record) for record in records)
    found = stocks[1:8] / stocks[0]
    assert np.abs(found - np.array(survivors) / 1000).max() < 0.02


# --- Goodhardt, Ehrenberg & Chatfield 1984: toothpaste ----------------------------------------------------------------------------

def test_toothpaste_penetrations(toothpaste):  # noqa: F811
    """Brands' penetrations in the first quarter of 1973 (printed to a whole per cent): simulated within a point and a quarter."""
    found = {name: share((toothpaste[brand] > 0).sum(), toothpaste.shape[1]) for brand, name in enumerate(TOOTHPASTE)}
    assert_all_agree({name: (found[name], dirichlet(brand)["penetration"]) for brand, name in enumerate(TOOTHPASTE)})
    assert {name: round(each.mean, 4) for name, each in found.items() if abs(each.mean - TOOTHPASTE[name][1]) > 0.0125} == {}


# --- Fader & Hardie 2012, Ascarza, Fader & Hardie 2017: what must not be done -----------------------------------------------------

def test_expected_life_times_margin_overstates():
    """80% retention as 'five years' of annuity gives 360.48 where the account is worth 250: 44% too much."""
    annuity = MARGIN * (1 - 1.12**-5) / 0.12
    assert annuity == pytest.approx(360.48, abs=0.005)
    found = estimate(MARGIN * present_value(lots_held(played(held_market(0.8))), 0.12))
    assert_agrees(found, 250, "residual value")
    assert annuity / found.mean == pytest.approx(1.44, abs=0.03)


# --- Berger & Nasr 1998 -----------------------------------------------------------------------------------------------------------

def test_berger_and_nasrs_first_case_by_formula():
    """GC 260, M 50, r .75, d .20, n 10 -> 568.78; the same with a promotion paid at the start of the year is not."""
    survivors = RENEWS ** np.arange(11.0)
    assert berger_nasr(survivors) == pytest.approx(BERGER_NASR, abs=0.005)
    early = sum(260 * 0.75**i / 1.2**i for i in range(11)) - sum(50 * 0.75 ** (i - 1) / 1.2 ** (i - 1) for i in range(1, 11))
    assert abs(early - BERGER_NASR) > 5


# --- TARP -------------------------------------------------------------------------------------------------------------------------

def test_what_follows_from_the_eight_shares():
    """Major loss, 50% complain, 40% of them satisfied, half of those fast: 23.8% buy again; 80% complain: 32.7%."""
    assert 100 * complaints.derived("major", 0.5) == pytest.approx(23.8, abs=0.05)
    assert 100 * complaints.derived("major", 0.8) == pytest.approx(32.7, abs=0.05)


# --- the whole table --------------------------------------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def quick() -> Published:
    """All groups but the two that take longest."""
    return published(groups=tuple(group for group in GROUPS if group.name not in ("five points of retention", "repertoires (F4)")))


def test_every_figure_agrees(quick):
    """Every simulated figure within four standard errors of the exact one, and the closed form rounds to the printed figure where it is
    what was printed (data and readings at another noise keep to their tolerance)."""
    assert list(quick.off.what) == []
    assert quick.agrees and quick.sentence().startswith(f"{len(quick.table)} of {len(quick.table)} figures agree")
    assert [one.what for one in quick.figures if not one.exact_to_print] == []
    assert {"retention model (F1)", "migration model (F2)", "shifted beta-geometric (F3)", "bargain, then rip-off (F5)",
            "complaints (TARP)"} <= set(quick.table.group)


def test_figures_are_unbiased(quick):
    """In standard errors the figures scatter as chance has it: a root mean square near one."""
    off = quick.table.off.dropna()
    assert 0.6 < np.sqrt((off**2).mean()) < 1.4


def test_same_numbers_for_any_number_of_threads():
    group = next(group for group in GROUPS if group.name == "complaints (TARP)")
    pd.testing.assert_frame_equal(published(threads=1, groups=(group,)).table, published(threads=2, groups=(group,)).table)


def wrong_group() -> Group:
    """A market that keeps 80%, held against 75%."""
    def figures(records):
        return [Figure("wrong", "retention", estimate(accounts(record)[1] / 2000 for record in records["one"]), 0.75, "nobody")]
    return Group("wrong", "a figure that is wrong", lambda: {"one": held_market(0.8, 2)}, figures)


def test_a_wrong_figure_is_found_out():
    found = published(groups=(wrong_group(),))
    assert not found.agrees and found.table.off[0] > 10
    assert found.sentence().endswith("Off: retention.")


@pytest.mark.parametrize(("mean", "error", "exact", "printed", "tolerance", "verdict"), [
    (1.0, 0.1, 1.39, np.nan, 0, "agrees"), (1.0, 0.1, 1.41, np.nan, 0, "off"), (1.0, 0.1, 1.0, 1.45, 0.05, "agrees"),
    (1.0, 0.1, 1.0, 1.46, 0.05, "off"), (1.0, 0.0, 1.005, 1.0, 0.01, "agrees"), (1.0, 0.0, 1.02, 1.0, 0.01, "off")])
def test_the_verdict_by_hand(mean, error, exact, printed, tolerance, verdict):
    found = Estimate(mean, error, 10) if error else certain(mean)
    assert Figure("", "", found, exact, "", printed, tolerance).verdict == verdict


def test_progress_reaches_its_total_and_tables_say_the_same(tmp_path):
    seen = []
    group = next(group for group in GROUPS if group.name == "renewals")
    found = published(progress=lambda done, total: seen.append((done, total)), groups=(group,))
    assert seen[-1][0] == seen[-1][1] and [done for done, _ in seen] == sorted(done for done, _ in seen)
    folder = found.write(tmp_path / "there", command="tenure published")
    pd.testing.assert_frame_equal(read_table(folder / "published.parquet"), found.table)
    pd.testing.assert_frame_equal(pd.read_csv(folder / "published.csv")[list(found.table)], found.table, check_dtype=False)
    record = json.loads((folder / "published.json").read_text())
    assert record["answer"]["sentence"] == found.sentence() and record["command"] == "tenure published"
    assert "| regular: retention in year 1 |" in (folder / "published.md").read_text()


# --- the command ------------------------------------------------------------------------------------------------------------------

@pytest.fixture
def ask(monkeypatch, tmp_path):
    """Run the command on one group of figures in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def asked(*words: str, group: Group | None = None):
        one = group or next(group for group in GROUPS if group.name == "promotion and contribution")
        monkeypatch.setattr("sim.experiments.published.published", lambda **options: published(**options, groups=(one,)))
        return CliRunner().invoke(app, ["published", *words])
    return asked


def test_the_command_prints_keeps_and_draws(ask):
    done = ask()
    assert done.exit_code == 0 and done.stdout.startswith("1 of 1 figure agree") and "568.78" in done.stdout
    assert sorted(path.name for path in Path("results/published").iterdir()) == [
        "figures", "published.csv", "published.json", "published.md", "published.parquet"]
    again = ask("--json")
    assert json.loads(again.stdout)["figures"][0]["printed"] == BERGER_NASR and again.exit_code == 0
    assert ask("--quiet").stdout.count("\n") == 1


def test_a_figure_that_is_off_ends_with_one(ask):
    done = ask("--no-figures", "-o", "there", group=wrong_group())
    assert done.exit_code == 1 and "Off: retention." in done.stdout


def test_folders_of_something_else_are_left_alone(ask):
    Path("mine").mkdir()
    Path("mine/notes.txt").write_text("dear diary")
    done = ask("-o", "mine")
    assert (done.exit_code, done.stderr) == (2, "mine holds files but no published.json, so it is not a folder of published figures; "
                                                "choose another folder with --out\n")
    Path("older").mkdir()
    Path("older/published.json").write_text('{"model": "another", "markets": 1}')
    done = ask("-o", "older")
    assert (done.exit_code, done.stderr) == (2, "older holds the figures of another version of the model; use --force to replace them, or "
                                                "another folder with --out\n")
    assert ask("-o", "older", "--force").exit_code == 0
