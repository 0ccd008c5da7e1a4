"""What became of the claims: verdicts, the contrasts they rest on, and how robust they are; as tables, sentences and plain data."""
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from sim.experiments.claims.contrasts import FAILS, GAIN, HOLDS, IN_PART, UNDECIDED, VERDICTS, Contrast
from sim.experiments.claims.defaults import RANGES
from sim.experiments.claims.stated import Claim
from sim.experiments.told import Told
from sim.intervals import CONFIDENCE
from sim.wording import plain

SAID = {HOLDS: ("holds", "hold"), IN_PART: ("holds in part", "hold in part"), FAILS: ("fails", "fail"),
        UNDECIDED: ("is undecided", "are undecided")}
NUMBERS = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


@dataclass
class Claims(Told):
    """The claims that were played. contrasts: every contrast of a claim; at_points: its contrasts at each point of the Latin hypercube, in
    the order of `points` (a row for each, a column for each range of the defaults), empty where robustness was not asked for."""
    asked: tuple[Claim, ...]
    contrasts: dict[str, list[Contrast]]
    points: pd.DataFrame = field(default_factory=pd.DataFrame)
    at_points: dict[str, list[list[Contrast]]] = field(default_factory=dict)
    seed: int = 0
    runs: int | None = None

    @cached_property
    def verdicts(self) -> pd.DataFrame:
        """claim, title, who, year, verdict, said (the finding in a sentence), headlines, holding (how many of them hold), why; then points,
        the share of points at which it holds, holds in part, fails, is undecided, and Wilson's interval of the first: low, high."""
        return pd.DataFrame([self._verdict(claim) for claim in self.asked])

    def _verdict(self, claim: Claim) -> dict:
        heads = claim.heads(self.contrasts[claim.number])
        row = {"claim": claim.number, "title": claim.title, "who": claim.who, "year": claim.year,
               "verdict": claim.verdict(self.contrasts[claim.number]), "said": claim.in_a_sentence(self.contrasts[claim.number]),
               "headlines": len(heads), "holding": sum(one.verdict == HOLDS for one in heads), "why": claim.why}
        return row | self._robust([claim.verdict(found) for found in self.at_points.get(claim.number, ())])

    @staticmethod
    def _robust(verdicts: list[str]) -> dict:
        """The share of points with each verdict, and how sure that of the first is."""
        many, counted = len(verdicts), Counter(verdicts)
        low, high = wilson(counted[HOLDS], many)
        return {"points": many} | {name: counted[name] / many if many else float("nan") for name in VERDICTS} | {"low": low, "high": high}

    @cached_property
    def headlines(self) -> pd.DataFrame:
        """claim, words, unit, mean, low, high, verdict; relative, relative_low and relative_high: the same in % of `standard`; and the
        share of points at which this contrast holds, fails, is undecided."""
        return pd.DataFrame([row for claim in self.asked for row in self._heads(claim)])

    def _heads(self, claim: Claim) -> list[dict]:
        rows, elsewhere = [], [claim.heads(found) for found in self.at_points.get(claim.number, ())]
        for number, (head, one) in enumerate(zip(claim.headlines, claim.heads(self.contrasts[claim.number]), strict=True)):
            share = 100 / one.standard if one.standard else float("nan")
            there = self._robust([found[number].verdict for found in elsewhere])
            rows.append({"claim": claim.number, "words": head.words, "unit": head.unit, "mean": one.mean, "low": one.low, "high": one.high,
                         "verdict": one.verdict, "standard": head.standard, "relative": share * one.mean, "relative_low": share * one.low,
                         "relative_high": share * one.high, **{name: there[name] for name in ("points", HOLDS, FAILS, UNDECIDED)}})
        return rows

    @cached_property
    def table(self) -> pd.DataFrame:
        """Every contrast: claim, part (which part of the claim; 'gain': a figure that decides nothing), case, mean, low, high, verdict."""
        rows = [(claim.number, one.claim, one.case, float(one.mean), float(one.low), float(one.high),
                 "" if one.claim == GAIN else one.verdict) for claim in self.asked for one in self.contrasts[claim.number]]
        return pd.DataFrame(rows, columns=["claim", "part", "case", "mean", "low", "high", "verdict"])

    @cached_property
    def robustness(self) -> pd.DataFrame:
        """claim, point, verdict, then the value of every default that varies; empty where robustness was not asked for."""
        rows = [{"claim": claim.number, "point": point, "verdict": claim.verdict(found), **values}
                for claim in self.asked for (point, values), found in
                zip(self.points.to_dict("index").items(), self.at_points.get(claim.number, ()), strict=False)]
        return pd.DataFrame(rows, columns=["claim", "point", "verdict", *(one.name for one in RANGES)])

    def sentence(self) -> str:
        """What a board is told: how many claims hold, hold in part, fail, are undecided."""
        if len(self.asked) == 1:
            row = self.verdicts.iloc[0]
            return f"{row.claim} ({row.who} {row.year}: {row.title.lower()}) {SAID[row.verdict][0]}. {row.said}{self._held(row)}"
        counted = Counter(self.verdicts.verdict)
        parts = [f"{numbered(counted[name])} {SAID[name][counted[name] != 1]} ({', '.join(self._numbers(name))})"
                 for name in VERDICTS if counted[name]]
        return f"Of {numbered(len(self.asked))} claims {', '.join(parts)}, under one set of defaults."

    def _numbers(self, verdict: str) -> list[str]:
        """The claims with a verdict."""
        return list(self.verdicts.claim[self.verdicts.verdict == verdict])

    @staticmethod
    def _held(row) -> str:
        return (f" It holds at {row[HOLDS] * row.points:.0f} of {row.points} points of the defaults' plausible ranges, and in part at "
                f"{row[IN_PART] * row.points:.0f}." if row.points else "")

    def answer(self) -> dict:
        """Everything as plain data."""
        heads, found = self.headlines, {}
        for claim, row in zip(self.asked, self.verdicts.to_dict("records"), strict=True):
            of_claim = heads[heads.claim == claim.number].drop(columns="claim").to_dict("records")
            found[claim.number] = plain({name: value for name, value in row.items() if name != "claim"}) | {
                "sentence": claim.sentence, "measured": claim.measured, "headlines": [plain(one) for one in of_claim]}
        return {"seed": self.seed, "runs": self.runs, "confidence": CONFIDENCE, "points": len(self.points), "sentence": self.sentence(),
                "claims": found}


def wilson(successes: int, trials: int) -> tuple[float, float]:
    """Wilson's 95% interval for a share (1927); nan without trials."""
    from scipy.special import ndtri

    if not trials:
        return float("nan"), float("nan")
    z, share = float(ndtri(0.5 + CONFIDENCE / 2)), successes / trials
    middle, half = share + z * z / (2 * trials), z * np.sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    return tuple(float(np.clip((middle + sign * half) / (1 + z * z / trials), 0, 1)) for sign in (-1, 1))


def numbered(count: int) -> str:
    """A number in words as far as twelve."""
    return NUMBERS[count] if count < len(NUMBERS) else f"{count}"
