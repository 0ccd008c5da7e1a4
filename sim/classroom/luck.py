"""Luck or skill: the same decisions in other runs of luck."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sim.classroom.market import Changes, play
from sim.classroom.setting import Setting

OTHERS = 20


@dataclass(frozen=True)
class Luck:
    """equity: float64 [1 + other runs, team], the class's own run first."""

    equity: np.ndarray

    def as_rows(self) -> list[dict]:
        """For each team: equity (the class's), low, middle, high (of the others, their 10th, 50th and 90th percentile), leads (share of the
        others in which it leads)."""
        others = self.equity[1:]
        leads = np.bincount(others.argmax(1), minlength=others.shape[1]) / len(others)
        low, middle, high = np.percentile(others, [10, 50, 90], axis=0)
        return [
            {"equity": float(self.equity[0, team]), "low": float(low[team]), "middle": float(middle[team]), "high": float(high[team]),
             "leads": float(leads[team])}
            for team in range(others.shape[1])
        ]  # fmt: skip

    def sentence(self, names: list[str]) -> str:
        """Whether who leads would lead with other luck."""
        first, others = int(self.equity[0].argmax()), self.equity[1:]
        led = int((others.argmax(1) == first).sum())
        usual = int(np.bincount(others.argmax(1), minlength=others.shape[1]).argmax())
        said = f"With the same decisions and other luck {names[first]} leads in {led} of {len(others)} markets"
        if usual == first:
            return said + (": luck has little part in it." if led >= 0.9 * len(others) else ": some of it is luck.")
        return said + f", and {names[usual]} in {int((others.argmax(1) == usual).sum())}: this lead owes much to luck."


def luck(setting: Setting, changes: Changes, rounds: int, others: int = OTHERS, progress: Callable | None = None) -> Luck:
    """Play the class's decisions in as many other runs; the first run is the class's own, bit for bit."""
    return Luck(play(setting, changes, rounds, runs=1 + others, progress=progress).equity[:, : setting.teams])
