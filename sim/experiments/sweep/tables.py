"""What came out of a sweep, point by point: means with their intervals, gains over the baseline, and which strategy is best."""
from collections.abc import Iterable

import numpy as np
import pandas as pd
import pyarrow as pa

from sim.experiments.sweep.plan import Plan
from sim.experiments.sweep.rows import codes, settled
from sim.experiments.sweep.schedule import Tally
from sim.intervals import interval, verdict
from sim.wording import counted, listed, percent, spoken


def point_tables(plan: Plan, rows: Iterable[pa.Table]) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """(points, best, failures) out of ordered rows, so many at a time.

    points: a row for each point and strategy: point, parameters, strategy, runs, each of the plan's outcomes as name, name_low,
    name_high (95% interval over runs), gain, gain_low, gain_high (profit over the baseline's, paired by run). best: a row for each point:
    point, parameters, strategy (the one that earns most on average), profit, next (the one that earns most after it), lead, lead_low,
    lead_high (over the next, paired), verdict ('ahead' where the lead is sure, else 'undecided'), runs. failures: point, parameters, run,
    reason."""
    means, leads, failed = [], [], []
    for table in rows:
        table = settled(plan, table)
        code, point = codes(plan, table), table["point"].to_numpy()
        for row in np.flatnonzero(code < 0):
            failed.append({"point": int(point[row]), "run": table["run"][int(row)].as_py(), "reason": table["failure"][int(row)].as_py()})
        values = np.stack([table[name].to_numpy() for name in plan.outcomes], axis=1)[code >= 0]
        for points, block in _blocks(point[code >= 0], values, len(plan.strategies)):
            means.append(_means(plan, points, block))
            leads.append(_leads(plan, points, block[..., 0]))
    return (_with_parameters(plan, means, "strategy"), _with_parameters(plan, leads, "strategy"),
            _with_parameters(plan, [pd.DataFrame(failed, columns=["point", "run", "reason"])], "run"))


def _blocks(point: np.ndarray, values: np.ndarray, strategies: int):
    """(points, values [run, point, strategy, outcome]) for each number of runs that points have."""
    points, counts = np.unique(point, return_counts=True)
    of = np.repeat(counts, counts)
    for count in np.unique(counts):
        runs = count // strategies
        block = values[of == count].reshape(-1, strategies, runs, values.shape[1])
        yield points[counts == count], np.moveaxis(block, 2, 0)


def _means(plan: Plan, points: np.ndarray, block: np.ndarray) -> pd.DataFrame:
    """Rows of `points` for points of the same number of runs."""
    found, many = interval(block), len(plan.strategies)
    gain = interval(block[..., 0] - block[:, :, [plan.strategies.index(plan.baseline)], 0])
    columns = {"point": np.repeat(points, many), "strategy": np.tile(plan.strategies, len(points)), "runs": len(block)}
    for number, name in enumerate(plan.outcomes):
        for suffix, one in (("", found.mean), ("_low", found.low), ("_high", found.high)):
            columns[name + suffix] = one[..., number].reshape(-1)
    for suffix, one in (("", gain.mean), ("_low", gain.low), ("_high", gain.high)):
        columns["gain" + suffix] = one.reshape(-1)
    return pd.DataFrame(columns)


def _leads(plan: Plan, points: np.ndarray, profit: np.ndarray) -> pd.DataFrame:
    """Rows of `best` for points of the same number of runs: profit [run, point, strategy]."""
    mean, names, here = profit.mean(0), np.array(plan.strategies, object), np.arange(len(points))
    order = np.argsort(-mean, axis=1, kind="stable")
    first, second = order[:, 0], order[:, min(1, mean.shape[1] - 1)]
    lead = interval(profit[:, here, first] - profit[:, here, second])
    sure = [verdict(low, high) for low, high in zip(lead.low, lead.high, strict=True)]
    return pd.DataFrame({"point": points, "strategy": names[first], "profit": mean[here, first], "next": names[second], "lead": lead.mean,
                         "lead_low": lead.low, "lead_high": lead.high, "verdict": sure, "runs": len(profit)})


def _with_parameters(plan: Plan, parts: list[pd.DataFrame], before: str) -> pd.DataFrame:
    """Tables as one, by point, with the parameters' values."""
    table = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame({"point": pd.Series(dtype=np.int32), before: []})
    table = table.sort_values("point", kind="stable", ignore_index=True)
    number = table.point.to_numpy(int)
    for path in plan.parameters:
        table.insert(table.columns.get_loc(before), path, plan.points[path].to_numpy()[number])
    return table


def sentence(found) -> str:
    """Of a `Sweep`: which strategy is best at how many points, and how sure that is."""
    best, failed, many = found.best, found.failures, len(found.plan.strategies)
    parts = []
    for name, rows in sorted(best.groupby("strategy", sort=False), key=lambda one: -len(one[1])):
        sure = int((rows.verdict == "ahead").sum())
        parts.append(f"{spoken(name)} at {len(rows):,} ({sure:,} for sure)")
    words = f"Of {counted(len(best) + len(failed), 'point')}, {spoken(found.plan.scenario.focal)} earns most with {listed(parts)}."
    if many == 1:
        words = f"{counted(len(best), 'point')} of {spoken(found.plan.strategies[0])} played."
    words += f" {counted(len(failed), 'point')} failed." if len(failed) else ""
    if found.wide:
        words += f" {counted(found.wide, 'point')} less precise than {percent(found.target.precision, 1)}."
    return words


def standing(plan: Plan, tally: Tally) -> pd.DataFrame:
    """How strategies stand while a sweep is played: strategy, profit and gain (means over the points that were played), half (the middle
    one among half intervals of gains, money) and widest, best_at (points at which the strategy earns most) and sure_at (those where its
    lead over the baseline, or the baseline's over all others, is sure)."""
    there = tally.runs > 0
    gain, half = tally.gain[there], tally.halves()[there]
    base, known = tally.baseline, np.isfinite(half).all(1)
    best = gain.argmax(1) if len(gain) else np.zeros(0, int)
    others = [number for number in range(len(plan.strategies)) if number != base]
    behind = (gain + half < 0)[:, others].all(1) if others else np.zeros(len(gain), bool)
    rows = []
    for number, name in enumerate(plan.strategies):
        sure = behind if number == base else gain[:, number] - half[:, number] > 0
        rows.append({"strategy": name, "profit": _over(np.mean, tally.profit[there][:, number]), "gain": _over(np.mean, gain[:, number]),
                     "half": _over(np.median, half[known, number]), "widest": _over(np.max, half[known, number]),
                     "best_at": int((best == number).sum()), "sure_at": int(((best == number) & sure).sum())})
    return pd.DataFrame(rows)


def _over(what, values: np.ndarray) -> float:
    return float(what(values)) if len(values) else np.nan
