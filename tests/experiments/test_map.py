"""Break-even maps of markets: a border known in closed form, costs that bear on the books alone, failing points, and resuming."""
import json

import numpy as np
import pandas as pd
import pytest

from sim.experiments.mapping import NoMap, axes, break_even_map
from sim.experiments.mapping.axes import axes_of, on_the_books
from sim.experiments.mapping.crossings import crossings
from sim.experiments.ranges import NoRange
from sim.experiments.sweep import OtherStudy, plan_of, sweep
from sim.plots.map import break_even
from sim.scenario import load
from tests.everything import everything
from tests.markets import BUYERS, NOISE, static_market

SMALL = ("market.buyers=200", "market.periods=12", "market.burn_in=4", "runs=6")
PERIODS, DISCOUNT, CHEAPER = 10, 0.12, 6.0
STUDIES = 200
SWITCHING, COST = f"{BUYERS}.switching_cost=0..30", "sellers.ours.unit_cost=0..80"


def small(*sets):
    return load("default", [*SMALL, *sets])


# --- a border known in closed form --------------------------------------------------------------------------------------------------------


def retention_market(*sets):
    """The retention model (Berger & Nasr 1998): accounts of ours that stay with constant probability and are lost for good; we may sell at
    100, or at 94 and keep more of them."""
    return static_market(f"market.periods={PERIODS}", "market.buyers=300", "runs=10",
                         "strategies.relationship.ours={price: 94, level: basic}", *sets)


def worth(price_gap: float, margin, switching_cost, wrong: float = 1.0):
    """m · Σ_{t=1..T} r^t / (1+d)^(t−1) with r = 1 / (1 + exp(−(σ + price gap)/μ)); wrong: switching cost misread by a factor."""
    retention = 1 / (1 + np.exp(-(wrong * switching_cost + price_gap) / NOISE))
    t = np.arange(1, PERIODS + 1)
    return margin * (retention ** t / (1 + DISCOUNT) ** (t - 1)).sum()


def break_even_cost(switching_cost: float, wrong: float = 1.0) -> float:
    """The unit cost at which both prices earn the same: (100 − c)·S0 = (94 − c)·S1."""
    dear, cheap = worth(0, 1, switching_cost, wrong), worth(CHEAPER, 1, switching_cost, wrong)
    return (94 * cheap - 100 * dear) / (cheap - dear)


@pytest.fixture(scope="module", params=["as it is", "as if behaviour hung on costs"])
def retention_map(request):
    """The map over switching cost and unit cost; once from two unit costs alone, once refined along both axes."""
    with pytest.MonkeyPatch.context() as patch:
        if request.param != "as it is":
            patch.setattr(axes, "on_the_books", lambda scenario, path: False)
        return break_even_map(retention_market(), SWITCHING, COST)


def held(found, wrong: float = 1.0) -> np.ndarray:
    """At which of many switching costs the band of the border holds the exact break-even cost."""
    rows = found.border[(found.border.along == "sellers.ours.unit_cost") & found.border["at"].between(12.5, 28)]
    exact = np.array([break_even_cost(at, wrong) for at in rows["at"]])
    return (rows.low.fillna(0).to_numpy() <= exact) & (exact <= rows.high.fillna(80).to_numpy())


def test_the_border_is_that_of_the_closed_form(retention_map):
    """Within its band nearly everywhere (neighbouring places share their luck), and never far off."""
    found = held(retention_map)
    assert len(found) >= 13 and found.mean() >= 0.85
    rows = retention_map.border[(retention_map.border.along == "sellers.ours.unit_cost") & retention_map.border["at"].between(12.5, 28)]
    exact = np.array([break_even_cost(at) for at in rows["at"]])
    assert np.abs(rows.position - exact).max() < 6 and (rows.before == "relationship").all() and (rows.after == "transactional").all()


def test_a_border_of_a_wrong_theory_is_found_out(retention_map):
    """A switching cost misread by half is outside the band nearly everywhere."""
    assert held(retention_map, 1.5).mean() < 0.3


def test_refining_plays_a_fraction_of_the_grid(retention_map):
    played = len(retention_map.profits)
    linear = any(axis.linear for axis in retention_map.axes)
    assert retention_map.full_grid == 65 ** 2 and played <= (0.02 if linear else 0.10) * 65 ** 2
    assert retention_map.markets == played * 10 * 2 and not retention_map.ran_out


@pytest.mark.slow
def test_the_band_of_a_market_holds_its_border_in_95_of_100_studies():
    """The break-even unit cost of the retention model at σ = 20, from 200 studies of eight runs each; one of half the width does not."""
    scenario = retention_market(f"{BUYERS}.switching_cost=20", "market.buyers=100")
    costs = pd.DataFrame({"sellers.ours.unit_cost": [0.0, 80.0]})
    rows = sweep(plan_of(scenario, points=costs, runs=STUDIES * 8)).rows()
    profits = rows.profit.to_numpy().reshape(2, 2, STUDIES, 8)             # cost, strategy, study, run
    exact = break_even_cost(20.0) / 80
    share = {}
    for confidence in (0.95, 0.6):
        bands = [crossings(np.array([0.0, 1.0]), np.moveaxis(profits[:, :, study], 1, 2), confidence=confidence)
                 for study in range(STUDIES)]
        share[confidence] = np.mean([bool(one) and not (one[0].low > exact or one[0].high < exact) for one in bands])
    assert 0.91 < share[0.95] < 0.99 and share[0.6] < 0.75


# --- costs that bear on the books alone ------------------------------------------------------------------------------------------------

BOOKED = ["sellers.ours.unit_cost", "sellers.ours.contact_cost", "sellers.ours.resolution_cost", "sellers.ours.acquisition_cost",
          "sellers.ours.advertising_cost", "sellers.rivals.unit_cost", "levels.partnership.cost_per_account", "levels.proactive.setup_cost",
          "levels.partnership.programme_cost", "listening.surveys.cost_per_account", "strategies.relationship.ours.contact_cost"]


def at_three(scenario, path: str):
    """Profits [value, strategy and run] at 10, 20 and 30."""
    rows = sweep(plan_of(scenario, points=pd.DataFrame({path: [10.0, 20.0, 30.0]}), runs=2)).rows()
    return rows.profit.to_numpy().reshape(3, -1)


@pytest.mark.parametrize("path", BOOKED)
def test_profit_is_linear_in_what_bears_on_the_books_alone(path):
    scenario = small("sellers.ours.listening=[surveys]", "strategies.relationship.ours.contact_cost=5", "sellers.ours.advertising=0.1")
    assert on_the_books(scenario, path)
    low, middle, high = at_three(scenario, path)
    assert middle == pytest.approx((low + high) / 2, rel=1e-9, abs=1e-9)


def test_profit_is_not_linear_in_what_changes_behaviour():
    low, middle, high = at_three(small(), "sellers.ours.price")
    assert not on_the_books(small(), "sellers.ours.price") and np.abs(middle - (low + high) / 2).max() > 1


def test_costs_that_somebody_looks_at_are_not_on_the_books_alone():
    assert not on_the_books(everything(), "sellers.ours.unit_cost")                                     # sellers that answer the market
    by_value = "strategies.relationship.ours.level={by_value: {basic: 0, partnership: 3000}}"
    assert on_the_books(small(), "sellers.ours.unit_cost") and not on_the_books(small(by_value), "sellers.ours.unit_cost")
    for path in ("product.complexity", "sellers.ours.price", "levels.partnership.resolve", "sellers.ours", "market.discount_rate"):
        assert not on_the_books(small(), path)


def test_two_values_say_what_many_do(monkeypatch):
    """The border along a cost from its two ends, and from a mesh over it."""
    here = "product.complexity=0.9..1.1"
    linear = break_even_map(small(), "sellers.ours.contact_cost=0..40", here)
    monkeypatch.setattr(axes, "on_the_books", lambda scenario, path: False)
    meshed = break_even_map(small(), "sellers.ours.contact_cost=0..40", here)
    assert len({i for i, _ in linear.profits}) == 2 < len({i for i, _ in meshed.profits})
    one, other = (found.crossings(0, 0.0) for found in (linear, meshed))
    assert [(row["position"], row["low"], row["high"]) for row in one] == pytest.approx(
        [(row["position"], row["low"], row["high"]) for row in other], rel=1e-6, nan_ok=True)


# --- what is asked, and what comes back ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def found():
    return break_even_map(small())


def test_the_tables_say_what_the_map_shows(found):
    points, border, regions = found.points, found.border, found.regions
    assert list(points.columns[:2]) == ["sellers.ours.unit_cost", "product.complexity"] and len(points) == len(found.profits)
    assert set(points.verdict) <= {"ahead", "undecided"} and (points.runs == 6).all() and points["round"].max() > 1
    assert regions.share.sum() == pytest.approx(1) and (regions.sure <= regions.share).all() and 0 <= found.undecided < 1
    assert len(border) and not ((border.low > border.position) | (border.position > border.high)).any()
    assert (border.before != border.after).all() and set(border.along) <= {axis.path for axis in found.axes}
    own = border[(border.at_path == "product.complexity") & (border["at"] == 1)]
    assert len(own) == len(found.crossings(0, found.standing[1]))


def test_the_sentence_gives_the_border_at_the_scenarios_own_value(found):
    row = found.crossings(0, found.standing[1])[0]
    words = found.sentence()
    assert words.startswith("At the scenario's own complexity of 1, relationship earns most up to a unit cost of ")
    assert f"unit cost of {row['position']:#.3g} (" in words and "transactional beyond." in words and "Of the whole map, " in words


def test_the_answer_is_plain_and_the_picture_is_drawn(found):
    answer = json.loads(json.dumps(found.answer(), allow_nan=False))
    assert answer["x"]["path"] == "sellers.ours.unit_cost" and answer["x"]["here"] == 60 and answer["points_of_a_full_grid"] == 4225
    assert answer["border"] and answer["regions"] and answer["markets"] == len(found.profits) * 12
    figure = break_even(found)
    assert "unit cost" in figure.axes[0].get_xlabel().lower() and figure.axes[0].get_xlim() == (30, 95)


def test_no_border_at_all_is_said_with_the_least_lead():
    """A strategy that gives the product away for nothing never pays."""
    gift = small("strategies.gift={ours: {price: 60}}")
    found = break_even_map(gift, "product.complexity=0.9..1.2", "sellers.ours.unit_cost=50..60", ["transactional", "gift"])
    words = found.sentence()
    assert words.startswith("Transactional pays on the whole map, for a complexity of 0.9 to 1.2 and a unit cost of 50 to 60: at every "
                            "point played it earns at least ") and "more per buyer than gift (95% interval" in words
    assert len(found.regions) == 1 and found.border.empty and break_even(found)


def test_levels_are_mapped_instead_of_strategies():
    found = break_even_map(small("runs=3"), "sellers.ours.unit_cost", "product.complexity=0.5..2:log", levels=True)
    assert found.strategies == ("basic", "reactive", "accountable", "proactive", "partnership") and len(found.regions) > 1
    assert found.axes[1].logarithmic and found.axes[1].value(0.5) == pytest.approx(1) and break_even(found)


def test_whole_numbers_stay_whole():
    found = break_even_map(small("runs=2"), "market.periods=6..12", "product.complexity=0..2", points=40)
    assert found.axes[0].values == [6, 7, 8, 9, 10, 11, 12] and found.full_grid == 7 * 65
    assert set(found.points["market.periods"]) <= set(range(6, 13)) and len(found.profits) <= 40


FAILING = ("buyers.intermediate.share=0.5",)


def test_points_that_fail_are_told_and_leave_a_hole():
    found = break_even_map(small(*FAILING), "buyers.lost_for_good.share=0.1..0.9", "sellers.ours.unit_cost")
    assert len(found.failures) and "the shares of buyer types" in found.failures.reason.iloc[0]
    assert found.surface is not None and found.regions.share.sum() == pytest.approx(1) and break_even(found)
    best, _ = found.surface.best_at(np.array([[0.95, 0.5], [0.05, 0.5]]))
    assert best[0] == -1 and best[1] >= 0


def test_where_nothing_can_be_played_the_map_says_so():
    found = break_even_map(small(*FAILING), "buyers.lost_for_good.share=0.6..0.9", "sellers.ours.unit_cost")
    assert found.surface is None and found.border.empty and found.undecided == 1
    assert found.sentence().startswith("Too few points of the map could be played to say anything: 10 points failed.") and break_even(found)


@pytest.mark.parametrize(("x", "y", "sentences"), [
    ("product.complexty=0.5..2", "sellers.ours.unit_cost=-5..95", ["did you mean 'complexity'?", "-5 is too low; give a value of 0"]),
    ("product.complexity=2..1", "product.problem_rate=0.1..1.5", ["1 is not above 2", "1.5 is too high"]),
    ("sellers.our.price", None, ["did you mean 'ours'?"]),
    ("buyers.intermediate.switching_cost", None, ["is no single number above 0 in this scenario; write its range"]),
    ("product.complexity=0..2", "product.complexity=1..2", ["stands twice"]),
])
def test_wrong_axes_are_told_all_at_once(x, y, sentences):
    with pytest.raises(NoRange) as error:
        axes_of(small(), x, y)
    assert all(any(sentence in one for one in error.value.complaints) for sentence in sentences)


def test_usual_axes():
    assert [axis.text for axis in axes_of(small())] == ["sellers.ours.unit_cost=30..95", "product.complexity=0..2.5"]
    assert [axis.path for axis in axes_of(small(), "product.complexity")] == ["product.complexity", "sellers.ours.unit_cost"]
    assert [axis.path for axis in axes_of(small(), None, "sellers.ours.unit_cost")] == ["product.complexity", "sellers.ours.unit_cost"]
    assert axes_of(small(), "market.periods")[0].text == "market.periods=1..30"
    rivals, cost = axes_of(small(), "sellers.rivals.price=90..100", "strategies.relationship.ours.contact_cost=0..20")
    assert (rivals.name, cost.name, cost.here) == ("price of rivals", "contact cost of ours under relationship", None)


def test_one_strategy_is_nothing_to_compare():
    with pytest.raises(NoMap, match="nothing to compare with relationship; name another"):
        break_even_map(small(), strategies=["relationship"])
    with pytest.raises(NoMap, match="did you mean 'relationship'"):
        break_even_map(small(), strategies=["relationships", "transactional"])


class Stop(Exception):  # noqa: N818
    pass


def test_a_map_that_was_stopped_goes_on_to_the_same_numbers(tmp_path):
    """Stopped in the middle of the second round; and the same for one thread and two, in memory and on disk."""
    scenario = small()

    def stop(done, total):
        if done > 130:
            raise Stop

    with pytest.raises(Stop):
        break_even_map(scenario, folder=tmp_path / "broken", progress=stop)
    assert (tmp_path / "broken/played/round_2").is_dir() and not (tmp_path / "broken/points.parquet").exists()
    again, whole = break_even_map(scenario, folder=tmp_path / "broken", threads=1), break_even_map(scenario, threads=2)
    for name, table in whole.tables().items():
        assert again.tables()[name].equals(table), name
    assert again.answer() == whole.answer()
    with pytest.raises(OtherStudy, match="runs 6 there, 5 here"):
        break_even_map(scenario, folder=tmp_path / "broken", runs=5)
