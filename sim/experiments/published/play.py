"""Plays the markets of all figures and lays what came out beside what was published."""
import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from sim.experiments.published import bargain, complaints, migration, renewals, repertoire, retention, worth
from sim.experiments.published.agreement import MOST_STANDARD_ERRORS
from sim.experiments.published.figure import AGREES, Figure, Group
from sim.experiments.published.markets import STRATEGY
from sim.experiments.sweep.work import model
from sim.experiments.told import Told
from sim.provenance import commit, spoken_command, versions
from sim.wording import counted, plain

GROUPS: tuple[Group, ...] = (*retention.GROUPS, *worth.GROUPS, *migration.GROUPS, *renewals.GROUPS, *repertoire.GROUPS, *bargain.GROUPS,
                             *complaints.GROUPS)
RECORD, TABLE = "published.json", "published"


@dataclass(frozen=True)
class Published(Told):
    """Every figure with what it rests on; `markets`: how many were played."""

    figures: tuple[Figure, ...]
    markets: int
    seed: int

    @cached_property
    def table(self) -> pd.DataFrame:
        """A row for each figure: group, what, unit, source, printed (nan where a formula alone is published), exact, simulated, error (its
        standard error, 0 where luck has no part), off (by how many of them), tolerance (of the printed figure), verdict."""
        return pd.DataFrame([{
            "group": one.group, "what": one.what, "unit": one.unit, "source": one.source, "printed": one.printed, "exact": one.exact,
            "simulated": one.found.mean, "error": one.found.standard_error, "off": one.off, "tolerance": one.tolerance,
            "verdict": one.verdict} for one in self.figures]).astype({"printed": float, "exact": float, "simulated": float})

    @property
    def off(self) -> pd.DataFrame:
        """The figures that do not agree."""
        return self.table[self.table.verdict != AGREES]

    @property
    def agrees(self) -> bool:
        return not len(self.off)

    def sentence(self) -> str:
        """How many figures agree, and how far off the furthest is."""
        table, sure = self.table, self.table.off.dropna()
        printed = int(table.printed.notna().sum())
        words = f"{len(table) - len(self.off)} of {counted(len(table), 'figure')} agree with the simulation, {printed} of them printed"
        words += f" as numbers; the furthest is {sure.abs().max():.1f} standard errors off, the usual one {np.sqrt((sure**2).mean()):.1f}."
        return words if self.agrees else f"{words} Off: {'; '.join(self.off.what)}."

    def answer(self) -> dict:
        """Everything as plain data, ready for JSON."""
        return {"figures": [plain(row) for row in self.table.to_dict("records")], "agree": len(self.table) - len(self.off),
                "off": list(self.off.what), "markets": self.markets, "seed": self.seed, "most_standard_errors": MOST_STANDARD_ERRORS,
                "sentence": self.sentence()}

    def markdown(self) -> str:
        """The table for a page, group by group."""
        lines = ["# Published figures, reproduced", "", self.sentence(), ""]
        for group, rows in self.table.groupby("group", sort=False):
            lines += [f"## {group}", "", "| what | source | printed | exact | simulated | ± SE | SE off | |"]
            lines.append("|---|---|--:|--:|--:|--:|--:|---|")
            lines += [f"| {row.what} | {row.source} | {number(row.printed)} | {number(row.exact)} | {number(row.simulated)} | "
                      f"{number(row.error) if row.error else ''} | {'' if math.isnan(row.off) else f'{row.off:+.1f}'} | {row.verdict} |"
                      for row in rows.itertuples()]
            lines.append("")
        return "\n".join(lines)

    def write(self, folder: str | Path, command: str | None = None) -> Path:
        """Write the table as published.parquet, .csv and .md, and published.json with what it rests on; returns the folder."""
        from sim.experiments.sweep.store import whole
        from sim.parquet import write_table

        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        record = {"schema": 1, "seed": self.seed, "markets": self.markets, "model": model(), "versions": versions(), "commit": commit()}
        write_table(self.table, folder / f"{TABLE}.parquet", record)
        record |= {"command": command or spoken_command(), "answer": self.answer()}
        texts = {f"{TABLE}.csv": self.table.to_csv(index=False), f"{TABLE}.md": self.markdown(),
                 RECORD: json.dumps(record, indent=1, ensure_ascii=False) + "\n"}
        for name, text in texts.items():
            with whole(folder / name) as file:
                file.write(text.encode())
        return folder


def number(value: float, figures: int = 4) -> str:
    """A figure for reading: so many significant figures, nothing where there is none."""
    return "" if math.isnan(value) else f"{value:.{figures}g}".replace("-", "−")


def published(threads: int | None = None, progress: Callable[[int, int], None] | None = None,
              groups: tuple[Group, ...] = GROUPS) -> Published:
    """Play the markets of every group of figures and lay them beside the literature's. progress: called with (done, total) buyer-periods.

    Same version, same numbers, for any number of threads."""
    from sim.runs import simulate

    plans = [(group, group.markets()) for group in groups]
    total = sum(work(scenario, group.runs) for group, markets in plans for scenario in markets.values())
    done, played, found, seed = 0, 0, [], 0
    for group, markets in plans:
        records = {}
        for name, scenario in markets.items():
            size = work(scenario, group.runs)
            tell = progress and (lambda now, of, before=done, size=size: progress(before + size * now // of, total))
            runs = simulate(scenario, [STRATEGY], group.runs, threads=threads, keep_state=group.keep_state, progress=tell)
            records[name] = runs.records[STRATEGY]
            done, played, seed = done + size, played + runs.runs, scenario.seed
        found += group.figures(records)
    return Published(tuple(found), played, seed)


def work(scenario, runs: int | None) -> int:
    """Buyer-periods to be played."""
    return (runs or scenario.runs) * scenario.market.buyers * scenario.market.periods
