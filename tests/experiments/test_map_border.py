"""Borders, bands and meshes on planted surfaces: positions exact, bands that hold the truth as often as they say, points where they pay."""
from itertools import pairwise

import numpy as np
import pytest

from sim.experiments.mapping.crossings import crossings, edges
from sim.experiments.mapping.mesh import Cell, first_cells, halves, points_of, straight
from sim.experiments.mapping.refining import borders_in, may_hide, refined
from sim.experiments.mapping.surface import Surface

SHARES = np.arange(65) / 64
RUNS = 8


def surface_of(profits: dict, cells=(), shares=(SHARES, SHARES)) -> Surface:
    """The surface over points that were played."""
    where = sorted(profits)
    places = np.array([(shares[0][i], shares[1][j]) for i, j in where])
    holes = tuple((shares[0][c.left], shares[1][c.lower], shares[0][c.right], shares[1][c.upper]) for c in cells
                  if not all(corner in profits for corner in c.corners))
    return Surface(places, np.stack([profits[point] for point in where]), holes)


def planted(rule, noise: float = 0.0, runs: int = RUNS, seed: int = 5):
    """What plays points of a planted market: rule(x, y) -> mean profits of strategies; runs differ by luck that is theirs at all points."""
    luck = np.random.default_rng(seed).normal(size=(runs, 3, 8)) * noise

    def played(points):
        found = {}
        for i, j in points:
            x, y = SHARES[i], SHARES[j]
            mean = np.asarray(rule(x, y), float)
            if not np.isnan(mean).any():
                found[i, j] = mean + luck[:, 0, :len(mean)] + x * luck[:, 1, :len(mean)] + y * luck[:, 2, :len(mean)]
        return found
    return played


def circle(x, y):
    """The second strategy is best within a circle of radius 0.3."""
    return 0.0, 0.09 - (x - 0.45) ** 2 - (y - 0.55) ** 2


def on_circle(y: float) -> list[float]:
    inner = 0.09 - (y - 0.55) ** 2
    return [0.45 - inner ** 0.5, 0.45 + inner ** 0.5] if inner > 0 else []


# --- along a line -----------------------------------------------------------------------------------------------------------------


def test_a_border_and_its_band_are_where_the_interval_says():
    """Two strategies a straight line apart: the border is the mean's root, the band ends where |mean| = t·s/√n."""
    places = np.array([0.0, 0.25, 0.6, 1.0])
    slope, level = np.array([2.0, 2.2, 1.9, 2.1]), np.array([-1.0, -0.7, -1.2, -0.9])
    gap = level + slope * places[:, None]
    found, = crossings(places, np.stack([gap, np.zeros_like(gap)], 2))
    assert (found.before, found.after) == (1, 0) and found.place == pytest.approx(-level.mean() / slope.mean())
    for end in (found.low, found.high):
        there = level + slope * end
        assert abs(there.mean()) == pytest.approx(3.182446305284263 * there.std(ddof=1) / 2)      # t(3), n = 4
    assert found.low < found.place < found.high


def test_runs_alike_leave_no_band():
    found, = crossings(np.array([0.0, 1.0]), np.array([[[1.0, 0.0]] * 3, [[-1.0, 0.0]] * 3]))
    assert found.low == found.place == found.high == 0.5 and (found.before, found.after) == (0, 1)


def test_a_band_that_leaves_the_line_is_open():
    gap = np.array([[-3.0, 2.0], [-3.0, 4.0]])[:, :, None]
    found, = crossings(np.array([0.0, 1.0]), np.concatenate([gap, np.zeros_like(gap)], 2))
    assert np.isnan(found.low) and np.isnan(found.high)


def test_three_strategies_take_turns_and_gaps_are_left_out():
    means = np.array([[3, 0, 2], [0, 0, 2], [0, 3, 2.0]])
    profits = np.repeat(means[:, None], 3, axis=1)
    places = np.array([0.0, 1.0, 2.0])
    found = crossings(places, profits)
    assert [(one.before, one.after) for one in found] == [(0, 2), (2, 1)]
    assert [one.place for one in found] == pytest.approx([1 / 3, 1 + 2 / 3])
    assert [one.place for one in crossings(places, profits, np.array([False, True]))] == pytest.approx([1 + 2 / 3])


def test_a_border_right_at_a_point_is_told_once():
    means = np.array([[1, 0], [0, 0], [-1, 0.0]])
    found = crossings(np.array([0.0, 1.0, 2.0]), np.repeat(means[:, None], 3, axis=1))
    assert [one.place for one in found] == [1.0]


COVERED = 2000


def covered(band) -> float:
    """In what share of studies a band of a border at 0.5 holds it: band(gap at 0, gap at 1) -> (low, high). Runs differ in level and
    slope."""
    luck, held = np.random.default_rng(3), 0
    for _ in range(COVERED):
        level = -1 + 0.5 * luck.normal(size=RUNS)
        slope = 2 + 0.6 * luck.normal(size=RUNS) + 0.5 * (level + 1)
        low, high = band(level, level + slope)
        held += (np.isnan(low) or low <= 0.5) and (np.isnan(high) or high >= 0.5)
    return held / COVERED


def on_the_line(before, after, confidence=0.95):
    profits = np.stack([np.stack([before, np.zeros(RUNS)], 1), np.stack([after, np.zeros(RUNS)], 1)])
    found = crossings(np.array([0.0, 1.0]), profits, confidence=confidence)
    return (found[0].low, found[0].high) if found else (np.nan, np.nan)


def test_the_band_holds_the_border_in_95_of_100_studies():
    """Two standard errors of a share of 2,000 are 1%."""
    assert abs(covered(on_the_line) - 0.95) < 0.015


def test_bands_made_wrongly_are_found_out():
    """A band of one standard error; and one of the borders of single runs, as if they were the studies: neither holds 95%."""
    def narrow(before, after):
        return on_the_line(before, after, 0.65)

    def of_single_runs(before, after):
        roots = before / (before - after)
        half = 2.365 * roots.std(ddof=1) / np.sqrt(RUNS)
        return np.median(roots) - half / 2, np.median(roots) + half / 2

    assert covered(narrow) < 0.75 and covered(of_single_runs) < 0.93


def test_edges_of_a_band_are_roots_of_the_quadratic():
    before, after = np.array([-1.0, -0.8, -1.3]), np.array([1.1, 0.7, 1.2])
    for place in edges(0.0, 1.0, before, after, 0.95):
        there = before + place * (after - before)
        assert abs(there.mean()) == pytest.approx(4.302652729911275 * there.std(ddof=1) / np.sqrt(3))


# --- over a map -------------------------------------------------------------------------------------------------------------------


def test_the_border_of_a_circle_is_found_within_a_64th_with_few_points():
    profits, _, ran_out = refined((SHARES, SHARES), planted(circle), 4225)
    surface = surface_of(profits)
    for y in np.linspace(0.3, 0.8, 11):
        found = [one.place for one in surface.borders(0, y)]
        assert found == pytest.approx(on_circle(y), abs=1 / 64), y
    assert len(profits) < 0.10 * 65 ** 2 and not ran_out
    assert not surface.borders(0, 0.05) and len(surface.lines()) > 20
    for one, other, ends in surface.lines():
        assert (one, other) == (0, 1)
        assert np.abs(np.hypot(ends[:, 0] - 0.45, ends[:, 1] - 0.55) - 0.3).max() < 1 / 64


def test_points_lie_where_the_border_is():
    profits, _, _ = refined((SHARES, SHARES), planted(circle), 4225)
    off = np.array([abs(np.hypot(SHARES[i] - 0.45, SHARES[j] - 0.55) - 0.3) for i, j in profits])
    assert np.median(off) < 0.12 and (off > 0.4).sum() <= 12


def test_a_straight_border_takes_few_points():
    """Where straight lines are the truth, the second round says so and there is no third."""
    profits, _, _ = refined((SHARES, SHARES), planted(lambda x, y: (x + 0.3 * y, 0.613)), 4225)
    assert len(profits) < 70
    found, = surface_of(profits).borders(0, 0.37)
    assert found.place == pytest.approx(0.613 - 0.3 * 0.37)


def test_where_runs_cannot_tell_no_more_points_are_played():
    """Noise a hundred times the gap: the band is wider than the coarsest cell."""
    profits, _, _ = refined((SHARES, SHARES), planted(circle, noise=10.0), 4225)
    assert len(profits) == 25
    _, least = surface_of(profits).best_at(np.array([[0.5, 0.5], [0.1, 0.1]]))
    assert (least < 0).all()


def test_the_budget_is_kept_and_told():
    profits, _, ran_out = refined((SHARES, SHARES), planted(circle), 40)
    assert ran_out and 25 < len(profits) <= 40


def test_a_third_strategy_between_two_is_not_overlooked():
    """Best only in the middle of a cell whose corners do not show it."""
    means = np.array([[1, 0, .7], [0, 1, .7], [1, 0, .7], [0, 1, .7]])
    assert borders_in(means) == [(0, 2), (1, 2)] and borders_in(means[:, :2]) == [(0, 1)] and borders_in(means[[0, 0, 0, 0]]) == []
    profits, _, _ = refined((SHARES, SHARES), planted(lambda x, y: (1 - x, x, 0.6)), 4225)
    assert [(one.before, one.after) for one in surface_of(profits).borders(0, 0.4)] == [(0, 2), (2, 1)]


def test_an_island_between_the_first_points_is_looked_for():
    """A region that no corner of the coarse mesh lies in, but that the leads of the corners point to."""
    profits, _, _ = refined((SHARES, SHARES), planted(lambda x, y: (0.0, 0.012 - (x - 0.37) ** 2 - (y - 0.37) ** 2)), 4225)
    found = surface_of(profits).borders(0, 0.37)
    assert [one.place for one in found] == pytest.approx([0.37 - 0.012 ** 0.5, 0.37 + 0.012 ** 0.5], abs=1 / 64)


def test_points_that_fail_leave_a_hole():
    """x + y > 1.2 cannot be played: nothing is said there, and the rest is."""
    def rule(x, y):
        return (np.nan, np.nan) if x + y > 1.2 else (x, 0.4)

    profits, cells, _ = refined((SHARES, SHARES), planted(rule), 4225)
    surface = surface_of(profits, cells)
    best, least = surface.best_at(np.array([[0.9, 0.9], [0.2, 0.2], [0.8, 0.1]]))
    assert best.tolist() == [-1, 1, 0] and np.isnan(least[0])
    assert [one.place for one in surface.borders(0, 0.5)] == pytest.approx([0.4], abs=1 / 64) and surface.borders(0, 0.99) == []


def test_every_point_failed_or_all_in_a_line():
    profits, cells, _ = refined((SHARES, SHARES), lambda points: {}, 400)
    assert profits == {} and len(cells) == 16


def test_cells_are_cut_down_to_single_steps():
    cell, = first_cells(1, 1)
    assert halves(cell) == [Cell(0, 0, 1, 1, cell)] and len(halves(Cell(0, 0, 2, 1))) == 2 and len(halves(Cell(0, 0, 3, 2))) == 4
    assert len(points_of(first_cells(64, 64))) == 25 and len(first_cells(3, 1)) == 3
    means = {(0, 0): np.zeros((2, 1)), (2, 0): np.ones((2, 1)), (0, 2): np.ones((2, 1)), (2, 2): np.full((2, 1), 4.0)}
    assert straight(Cell(0, 0, 2, 2), (1, 1), means, (np.arange(3), np.arange(3))) == pytest.approx([1.5])


def test_a_lead_that_dips_is_looked_into():
    flat, dipping = np.full((4, RUNS, 2), [3.0, 1.0]), np.zeros((4, RUNS, 2))
    dipping[:, :, 0] = np.array([0.3, 3, 3, 3])[:, None]
    none, half = np.zeros((0, 2)), np.array([[1.0, 0.0]])
    assert may_hide(dipping, none, None) and not may_hide(flat, none, None)
    assert not may_hide(dipping, none, np.zeros((5, 2))) and may_hide(dipping, none, half)
    assert may_hide(flat, np.array([[1.0, 1.2]]), half) and not may_hide(flat, np.array([[3.0, 1.0]]), half)


def test_the_surface_is_straight_between_points():
    played = planted(lambda x, y: (2 * x - y, 0.3), noise=0.1)
    surface = surface_of(played([(i, j) for i in (0, 32, 64) for j in (0, 32, 64)]))
    for axis, at in ((0, 0.21), (1, 0.77)):
        places, profits, known = surface.cut(axis, at)
        x, y = (places, at) if axis == 0 else (at, places)
        assert known.all() and (np.diff(places) > 0).all() and places[[0, -1]].tolist() == [0, 1]
        for (a, b), (low, high) in zip(pairwise(places), pairwise(profits), strict=True):
            assert high - low == pytest.approx((b - a) * (profits[-1] - profits[0]), abs=1e-12)
        assert np.corrcoef(profits.mean(1)[:, 0], 2 * x - y)[0, 1] == pytest.approx(1)
