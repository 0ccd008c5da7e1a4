"""Calibration: a market read from the data that people have.

found = calibrate("purchases.csv")             # a log, a panel, contracts, a retention or a repertoire table
print(found.sentence()); found.estimates       # with intervals; found.fit: what the market plays beside the data
open("market.yaml", "w").write(found.scenario)
calibrate_moments(load("default"), ["retention=82%", "market_share=0.20"])     # no data, only figures that every manager knows
"""

from importlib import import_module
from inspect import signature
from pathlib import Path

import pandas as pd

from sim.experiments.calibrate.moments import calibrate_moments
from sim.experiments.calibrate.reading import KINDS, UnfitData, read
from sim.experiments.calibrate.result import Calibration
from sim.scenario.suggest import among

__all__ = ["KINDS", "Calibration", "UnfitData", "calibrate", "calibrate_moments", "read"]


def calibrate(
    source: str | Path | pd.DataFrame,
    kind: str | None = None,
    columns: dict[str, str] | None = None,
    progress=None,
    threads: int | None = None,
    **options,
) -> Calibration:
    """Read data, estimate, play the market that follows, and hold it against the data.

    source: a CSV or Parquet file, or a data frame; kind: log, panel, contracts, retention or repertoire, else recognised from the columns;
    columns: what columns hold, where their names do not say it: {"customer": "cust_no"}; options: those of the kind.
    progress(done, total) is called as markets are played. Raises UnfitData where the data cannot be used."""
    table = read(source, kind, columns)
    read_kind = getattr(import_module(f"sim.experiments.calibrate.{table.kind}"), f"calibrate_{table.kind}")
    known = [*signature(read_kind).parameters][1:]
    for option in options:
        if option not in known:
            raise UnfitData(f"{option} is nothing that data of the kind {table.kind} can be told; {among(option, known)}")
    return read_kind(table, progress=progress, threads=threads, **options)
