"""Play claims of the literature in the default market, and at points of a Latin hypercube over its defaults; kept claim by claim."""
import hashlib
import inspect
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from sim.experiments.claims.contrasts import Contrast
from sim.experiments.claims.defaults import hypercube, under
from sim.experiments.claims.markets import Under
from sim.experiments.claims.result import Claims
from sim.experiments.claims.stated import Claim
from sim.experiments.claims.table import CLAIMS
from sim.experiments.keeping import kept
from sim.experiments.sweep.store import whole
from sim.scenario import load
from sim.scenario.suggest import among

SHARED = ("contrasts.py", "markets.py", "watched.py")        # what experiments are made with


class NoClaim(Exception):  # noqa: N818 - named for what was looked for
    """Somebody asked for a claim that there is not; the message says which there are."""


def chosen(numbers: Sequence[str] | None) -> tuple[Claim, ...]:
    """The claims of these numbers (C6, c6 or 6) in the order of the table; None: all twelve. Raises NoClaim."""
    wanted = [f"C{str(number).strip().upper().removeprefix('C')}" for number in numbers or CLAIMS]
    unknown = [number for number in wanted if number not in CLAIMS]
    if unknown:
        raise NoClaim(f"{unknown[0]!r} is not a claim; {among(unknown[0], list(CLAIMS))}")
    return tuple(claim for number, claim in CLAIMS.items() if number in wanted)


def claims(numbers: Sequence[str] | None = None, robustness: int = 0, runs: int | None = None, folder: str | Path | None = None,
           threads: int | None = None, force: bool = False, progress: Callable[[float, float], None] | None = None,
           command: str | None = None) -> Claims:
    """C1 to C12 (MODEL 12) as experiments under the one set of defaults: verdicts, their intervals, and how robust they are.

    numbers: which ('C6'), default all; robustness: points of a Latin hypercube over the plausible ranges of the defaults (`RANGES`), at
    each of which the headline contrasts are played once more, smaller; 0: none; runs: of every experiment, at points too, default its own
    (20 to 100, at points 6 to 16); folder: where each claim and point is kept as it is done, so that the same call goes on where it was
    left; progress: called with (done, total) seconds of what it takes on two cores that have nothing else to do. The numbers follow from
    the default scenario's seed. Raises NoClaim, OtherStudy where the folder holds something else."""
    asked, scenario = chosen(numbers), load("default")
    points = hypercube(robustness, scenario.seed) if robustness else pd.DataFrame()
    meter = Meter(expected(asked, len(points)), progress)
    with kept("claims", scenario, {"runs": runs}, folder, force, command) as place:
        parts = Parts(place.part("claims"), runs, threads)
        found, there = {}, {claim.number: [] for claim in asked}
        for claim in asked:
            found[claim.number] = parts.played(claim)
            meter.add(claim.seconds[0])
        for point, row in points.iterrows():
            for claim in asked:
                there[claim.number].append(parts.played(claim, (robustness, point, row)))
                meter.add(claim.seconds[1])
        result = Claims(asked, found, points, there if robustness else {}, scenario.seed, runs)
        place.finish(*in_folder(parts, result))
    return result


def in_folder(parts: "Parts", result: Claims) -> tuple[dict, dict[str, pd.DataFrame]]:
    """(answer, tables) of all claims that the folder holds, asked for this time or another."""
    others = {claim.number: there for claim in CLAIMS.values() if (there := parts.there(claim)) is not None}
    held = {number: result.contrasts.get(number, others.get(number)) for number in CLAIMS if number in result.contrasts or number in others}
    whole = replace(result, asked=tuple(CLAIMS[number] for number in held), contrasts=held)
    return whole.answer(), {"verdicts": whole.verdicts, "headlines": whole.headlines, "contrasts": whole.table,
                            "robustness": whole.robustness}


def expected(asked: Sequence[Claim], points: int) -> float:
    """How long it takes, s, on two cores that have nothing else to do."""
    return sum(claim.seconds[0] + points * claim.seconds[1] for claim in asked)


class Meter:
    """Adds up what is done."""

    def __init__(self, total: float, progress: Callable[[float, float], None] | None):
        self.done, self.total, self.progress = 0.0, total, progress

    def add(self, seconds: float) -> None:
        self.done += seconds
        if self.progress:
            self.progress(self.done, self.total)


Point = tuple[int, int, pd.Series]               # of how many, which, and its defaults


@dataclass(frozen=True)
class Parts:
    """The contrasts of every claim and point, in files as they are done; folder None: nowhere."""
    folder: Path | None
    runs: int | None = None
    threads: int | None = None

    def played(self, claim: Claim, point: Point | None = None) -> list[Contrast]:
        """The contrasts of a claim: from their file where they stand there, else played and written there."""
        there = self.there(claim, point)
        if there is not None:
            return there
        found, condition = [], self._condition(point)
        for function, size in self._tasks(claim, point):
            found += function(**size, under=condition)
        if self.folder is not None:
            write(self._file(claim, point), self._key(claim, point), found)
        return found

    def there(self, claim: Claim, point: Point | None = None) -> list[Contrast] | None:
        """The contrasts in their file; None where there is none, or where the sources of the experiments have become others."""
        return None if self.folder is None else read(self._file(claim, point), self._key(claim, point))

    def _file(self, claim: Claim, point: Point | None) -> Path:
        return self.folder / (f"{claim.number}.json" if point is None else f"of_{point[0]}/{claim.number}_{point[1]:03d}.json")

    def _condition(self, point: Point | None) -> Under:
        return Under(threads=self.threads) if point is None else under(point[2], self.threads)

    def _tasks(self, claim: Claim, point: Point | None) -> list[tuple[Callable, dict]]:
        """What is called with which sizes; at points of the hypercube smaller, and only what decides the claim."""
        sized = [(one.function, one.full if point is None else one.small) for one in claim.experiments]
        own = {} if self.runs is None else {"runs": self.runs}
        return [(function, dict(size) | own) for function, size in sized if size is not None]

    def _key(self, claim: Claim, point: Point | None) -> str:
        """What contrasts rest on: sources, sizes and defaults of the experiments; the model's own are in the folder's record."""
        tasks = self._tasks(claim, point)
        digest = hashlib.sha256(repr((self._condition(point).defaults, [sorted(size.items()) for _, size in tasks])).encode())
        shared = [Path(__file__).with_name(name) for name in SHARED]
        for source in [*shared, *sorted({Path(inspect.getsourcefile(function)) for function, _ in tasks})]:
            digest.update(source.read_bytes())
        return digest.hexdigest()


def read(file: Path, key: str) -> list[Contrast] | None:
    """The contrasts in a file; None where there is none, or they rest on something else."""
    try:
        record = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return [Contrast(*row) for row in record["contrasts"]] if record.get("key") == key else None


def write(file: Path, key: str, found: list[Contrast]) -> None:
    """Contrasts into a file that is there when it is whole; numbers to the last bit."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with whole(file) as out:
        out.write((json.dumps({"key": key, "contrasts": found}, indent=1, ensure_ascii=False) + "\n").encode())
