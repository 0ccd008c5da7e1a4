"""Which piece comes next: runs interleave, wide intervals get more, and what is played of a point follows from its own rows."""
import numpy as np
import pytest

from sim.experiments.sweep import plan_of
from sim.experiments.sweep.rows import table
from sim.experiments.sweep.schedule import LEAST, MOST, Schedule, Tally, Target, target_of
from sim.experiments.sweep.work import Played
from sim.intervals import interval
from sim.outcomes import OUTCOMES
from tests.experiments.sweep.markets import tiny

LUCK = np.random.default_rng(5)
# profit [point, strategy, run]: the wider, the later the point
PROFIT = 100 + LUCK.normal(size=(6, 2, 400)) * np.array([0.5, 1, 2, 4, 8, 16])[:, None, None]


@pytest.fixture
def plan():
    return plan_of(tiny(), runs=10)


def played(piece) -> Played:
    """A piece of the made-up profits."""
    values = np.full((2, piece.runs, len(OUTCOMES)), 7.0)
    values[:, :, 0] = PROFIT[piece.point, :, piece.first:piece.first + piece.runs]
    return Played(piece.point, piece.first, piece.runs, values, None, "", (0, 0))


def play_out(schedule, hands: int = 1, order=None, most: int = 10_000) -> list:
    """Play until nothing is handed out, so many pieces at a time, those under way ending in some order; returns the pieces."""
    pieces, pending = [], []
    while len(pieces) < most:
        while len(pending) < hands and (piece := schedule.next()):
            pending.append(piece)
            pieces.append(piece)
        if not pending:
            break
        schedule.took(played(pending.pop(0 if order is None else int(order.integers(len(pending))))))
    return pieces


def test_runs_interleave_and_every_piece_comes_once(plan):
    pieces = play_out(Schedule(plan, Target(10)))
    assert plan.block == 5 and len(pieces) == 12
    assert [piece.first for piece in pieces] == [0] * 6 + [5] * 6
    assert [piece.point for piece in pieces[:6]] == [piece.point for piece in pieces[6:]] == plan.order.tolist()
    assert {piece.point for piece in pieces[:3]} != {0, 1, 2}               # a start is spread over the design


def test_the_last_piece_is_shorter_where_runs_do_not_divide(plan):
    assert [piece.runs for piece in play_out(Schedule(plan, Target(7)))] == [5] * 6 + [2] * 6


@pytest.mark.parametrize("kept", [0, 1, 5, 7, 12])
def test_what_is_there_is_not_played_again(plan, kept):
    first = Schedule(plan, Target(10))
    done = [played(piece) for piece in play_out(first, most=kept)[:kept]]
    rows = [table(plan, done)] if done else []
    schedule = Schedule(plan, Target(10), rows)
    assert schedule.to_go() == 6 * 10 - 5 * kept
    assert len(play_out(schedule)) == 12 - kept and schedule.to_go() == 0 and schedule.played == 60


def test_more_runs_go_on_from_fewer(plan):
    done = [played(piece) for piece in play_out(Schedule(plan, Target(10)))]
    pieces = play_out(Schedule(plan, Target(18), [table(plan, done)]))
    assert [(piece.first, piece.runs) for piece in pieces] == [(10, 5)] * 6 + [(15, 3)] * 6


def test_mean_and_interval_are_students(plan):
    tally = Tally(plan)
    for start in range(0, 40, 5):
        tally.add(3, PROFIT[3, :, start:start + 5])
    gain = PROFIT[3, 1, :40] - PROFIT[3, 0, :40]
    expected = interval(gain)
    assert tally.gain[3, 1] == pytest.approx(expected.mean, rel=1e-12)
    assert tally.halves()[3, 1] == pytest.approx((expected.high - expected.low) / 2, rel=1e-12)
    assert tally.width(3) == pytest.approx(tally.halves([3])[0, 1] / tally.profit[3, 0], rel=1e-12)
    assert np.isinf(tally.widths()[0])


def test_points_get_runs_until_they_are_as_precise_as_asked(plan):
    schedule = Schedule(plan, Target(400, precision=0.02))
    play_out(schedule)
    runs = schedule.tally.runs
    assert runs[0] == runs[1] == LEAST and 10 < runs[3] < runs[4] < 400 and runs[5] == 400
    assert (schedule.tally.widths()[:5] <= 0.02).all() and schedule.tally.widths()[5] > 0.02
    gain = PROFIT[3, 1] - PROFIT[3, 0]
    for count in range(LEAST, int(runs[3]), plan.block):                    # it stopped at the first look that was precise
        found = interval(gain[:count])
        assert (found.high - found.low) / 2 > 0.02 * PROFIT[3, 0, :count].mean()


def test_what_is_played_of_a_point_does_not_hang_on_the_order(plan):
    expected = Schedule(plan, Target(400, precision=0.02))
    pieces = play_out(expected)
    for seed in range(3):
        order = np.random.default_rng(seed)
        other = Schedule(plan, Target(400, precision=0.02))
        assert sorted(play_out(other, hands=4, order=order)) == sorted(pieces)
        stopped = Schedule(plan, Target(400, precision=0.02))
        done = [played(piece) for piece in play_out(stopped, most=9 * (seed + 1))[:7 * (seed + 1)]]
        going_on = Schedule(plan, Target(400, precision=0.02), [table(plan, done)])
        assert sorted({piece[:3] for piece in play_out(going_on)} | {(one.point, one.first, one.runs) for one in done}) == \
            sorted(piece[:3] for piece in pieces)
        assert (going_on.tally.profit == expected.tally.profit).all()       # to the last bit: so are all decisions


def test_with_seconds_the_widest_interval_comes_next(plan):
    schedule = Schedule(plan, Target(400, seconds=60))
    pieces = play_out(schedule, most=60)
    first = pieces[:12]
    assert sorted(piece.point for piece in first) == sorted([0, 1, 2, 3, 4, 5] * 2)          # everybody has LEAST runs first
    counts = np.bincount([piece.point for piece in pieces], minlength=6)
    assert counts[5] > counts[4] >= counts[3] >= 2 and counts[:2].tolist() == [2, 2]


def test_a_point_that_failed_gets_no_further_runs(plan):
    schedule = Schedule(plan, Target(10))
    piece = schedule.next()
    schedule.took(Played(piece.point, 0, 5, None, "no", "", (0, 0)))
    rest = play_out(schedule)
    assert piece.point not in [one.point for one in rest] and len(rest) == 10
    assert schedule.tally.failures == {piece.point: (0, "no")} and schedule.to_go() == 0


def test_targets(plan):
    assert target_of(plan, None, None, None) == Target(10)
    assert target_of(plan, 3, None, None) == Target(3)
    assert target_of(plan, None, 0.02, None) == Target(MOST, 0.02)
    assert target_of(plan, 50, None, 30) == Target(50, None, 30)
