"""A comparison as its folder tells it: the same tables, without playing anything again."""

from functools import cached_property
from pathlib import Path
from types import SimpleNamespace

import pandas as pd

from sim.parquet import read_table
from sim.rebuild import rebuilt
from sim.results import NotResults, read_record, with_links


class Study:
    """The folder of a comparison. It answers what figures and their findings ask of a `Comparison`: scenario, focal, baseline, others,
    runs (their number, seed and strategies), gain, paths, why, periods, survival.

    Raises NotResults where the folder holds no comparison."""

    def __init__(self, folder: str | Path):
        self.folder, self.record = Path(folder), read_record(folder)
        if "answer" not in self.record:
            raise NotResults(
                f"{folder} holds the runs of one strategy, which have no verdict to report; compare it with another: tenure compare"
            )
        if not (self.folder / "summary.parquet").is_file():
            raise NotResults(
                f"{folder} was written by an older Tenure, without the tables that a report draws; "
                "write it again with tenure compare --force"
            )

    @cached_property
    def scenario(self):
        return rebuilt(with_links(self.record["scenario"], self.folder), self.record["name"])

    @property
    def answer(self) -> dict:
        """What `Comparison.answer` said."""
        return self.record["answer"]

    @property
    def baseline(self) -> str:
        return self.record["baseline"]

    @property
    def focal(self) -> str:
        return self.answer["focal"]

    @property
    def others(self) -> list[str]:
        return [name for name in self.record["strategies"] if name != self.baseline]

    @property
    def buyers(self) -> int:
        return self.answer["buyers"]

    @property
    def runs(self) -> SimpleNamespace:
        """Which runs there were: runs (how many), seed, strategies."""
        return SimpleNamespace(runs=self.record["runs"], seed=self.record["seed"], strategies=self.record["strategies"])

    @cached_property
    def gain(self) -> pd.DataFrame:
        return read_table(self.folder / "answer.parquet")

    @cached_property
    def why(self) -> pd.DataFrame:
        return read_table(self.folder / "why.parquet")

    @cached_property
    def paths(self) -> pd.DataFrame:
        return read_table(self.folder / "paths.parquet")

    @cached_property
    def periods(self) -> pd.DataFrame:
        return read_table(self.folder / "periods.parquet")

    @cached_property
    def ours(self) -> pd.DataFrame:
        """The rows of `periods` that tell of the focal seller."""
        return self.periods[self.periods.seller == self.focal]

    @property
    def units(self) -> pd.DataFrame:
        """`periods`, for its units."""
        return self.periods

    @cached_property
    def survival(self) -> pd.DataFrame:
        """How long the focal seller's relationships lasted (`tables.survival_table`)."""
        table = read_table(self.folder / "survival.parquet")
        return table[table.seller == self.focal]

    @cached_property
    def summary(self) -> pd.DataFrame:
        return read_table(self.folder / "summary.parquet")

    def sentences(self) -> dict[str, str]:
        """The verdict on every strategy but the baseline, the one that gains most first."""
        order = self.gain.sort_values("gain", ascending=False).strategy
        return {name: self.answer["strategies"][name]["sentence"] for name in order}
