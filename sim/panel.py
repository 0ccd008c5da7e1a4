"""The watched buyers, period by period: the engine's rows decoded into words."""
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.core import state as at
from sim.core.terms import CHANNELS, LEVELS
from sim.runs import let_go
from sim.tables import categories

if TYPE_CHECKING:
    from sim.runs import Runs

NO_SUPPLIER = "none"
ROWS_AT_ONCE = 200_000       # of the buyer table, made and written at a time: some 50 MB
EVENTS = {"newcomer": at.NEWCOMER, "problem": at.PROBLEM, "complained": at.COMPLAINED, "detected": at.DETECTED, "resolved": at.RESOLVED,
          "unresolved": at.UNRESOLVED, "contact": at.CONTACT, "occasion": at.OCCASION, "reviewed": at.REVIEWED, "switched": at.SWITCHED,
          "skipped": at.SKIPPED, "broken": at.BROKEN}
ATTRIBUTES = {"switching_cost": at.SWITCHING_COST, "time_horizon": at.TIME_HORIZON, "return_cost": at.RETURN_COST,
              "relationship_orientation": at.RELATIONSHIP_ORIENTATION, "price_sensitivity": at.PRICE_SENSITIVITY,
              "purchase_rate": at.PURCHASE_RATE, "volume": at.VOLUME, "voice": at.VOICE}


def buyer_table(runs: "Runs") -> pd.DataFrame:
    """The buyers that `simulate(..., watch=...)` kept: a row for each strategy, run, period and buyer, as it stood when the period ended.

    strategy, run, period (0: before the record; only in a running market), buyer (its number), buyer_type, then
    supplier ('none' where there is none), level, tenure (periods with the supplier), under_contract, tie (0..1), value, relationship, bond
    (the buyer's dyad with its supplier: V and G in money per unit, B in 0..1; nan without one), incident (a grievance waits for an answer);
    lots (bought in the period) and what happened in it: EVENTS, and bought_from_<seller>; of every seller knows_<seller> and
    value_of_<seller> (V, as believed); channel (through which the supplier won it) and referrer (the number of the buyer or partner that
    recommended it, -1: nobody, or no account there any more); recommended (the seller last recommended and not weighed yet),
    recommended_by (the channel) and adviser (whose word it was, as referrer); the buyer's own numbers: ATTRIBUTES (volume is per lot).
    A buyer that leaves the market is followed by a fresh one under the same number: `newcomer` marks the period."""
    return pd.concat(buyer_tables(runs), ignore_index=True)


def buyer_tables(runs: "Runs", rows: int = ROWS_AT_ONCE) -> Iterator[pd.DataFrame]:
    """`buyer_table` piece by piece, in the order of its rows: each piece some periods of one run, about `rows` rows, whatever there is.

    Raises ValueError where no buyer was watched."""
    from sim.offers import burn_in

    if not runs.watched:
        raise ValueError("no buyer was watched; play the runs again with watch=[...], numbers from 0 to buyers − 1")
    first = 0 if burn_in(runs.scenario) else 1                  # a new market has no state before its first period
    step = max(rows // len(runs.watched), 1)
    for strategy in runs.strategies:
        for run, record in enumerate(runs.records[strategy], runs.first):
            for begin in range(first, len(record.panel), step):
                yield _piece(runs, strategy, run, begin, record.panel[begin:begin + step])
            let_go(record.panel)


def _piece(runs: "Runs", strategy: str, run: int, first: int, panel: np.ndarray) -> pd.DataFrame:
    """The buyer table of one run in the periods from `first` on; panel: their rows of its panel, [period, buyer, row]."""
    from sim.offers import burn_in

    shape = panel.shape[:-1]
    period, buyer = (np.broadcast_to(axis, shape) for axis in np.ogrid[tuple(slice(n) for n in shape)])
    period = period + first
    columns = {"strategy": categories(np.full(shape, runs.strategies.index(strategy)), runs.strategies),
               "run": np.full(shape, run, np.int32), "period": period.astype(np.int32), "buyer": np.array(runs.watched)[buyer],
               "buyer_type": categories(_types(runs)[buyer], runs.scenario.buyers)}
    now = period + burn_in(runs.scenario) - 1                   # the engine counts from 0, burn-in included
    columns |= _relationship(runs, panel, now) | _events(runs, panel, now, period > 0) | _hearsay(runs, panel)
    columns |= {name: panel[..., row] for name, row in ATTRIBUTES.items()}
    return pd.DataFrame({name: values if isinstance(values, pd.Categorical) else np.ascontiguousarray(values).reshape(-1)
                         for name, values in columns.items()})


def _types(runs: "Runs") -> np.ndarray:
    """The type of each watched buyer: buyers are numbered type after type."""
    from sim.population import buyers_by_type

    return np.searchsorted(np.cumsum(buyers_by_type(runs.scenario)), runs.watched, side="right")


def _whole(panel: np.ndarray, row) -> np.ndarray:
    """A row that holds whole numbers."""
    return np.ascontiguousarray(panel[..., row]).view(np.int32)


def _relationship(runs: "Runs", panel: np.ndarray, now: np.ndarray) -> dict:
    """The incumbent and the dyad with it."""
    sellers, supplier = len(runs.scenario.sellers), _whole(panel, at.INCUMBENT)
    has = supplier >= 0
    columns = {
        "supplier": categories(np.where(has, supplier, sellers), [*runs.scenario.sellers, NO_SUPPLIER]),
        "level": categories(np.where(has, _whole(panel, at.AGREEMENT) & at.LEVEL_BITS, -1), LEVELS),
        "tenure": np.where(has, now - _whole(panel, at.SINCE), 0).astype(np.int32),
        "under_contract": has & (_whole(panel, at.AGREEMENT) >> at.CONTRACT_SHIFT > now + 1), "tie": panel[..., at.TIE]}
    for name, field in (("value", at.VALUE), ("relationship", at.RELATIONSHIP), ("bond", at.BOND)):
        row = at.ROWS + field * sellers + np.maximum(supplier, 0)
        columns[name] = np.where(has, np.take_along_axis(panel, row[..., None], -1)[..., 0], np.float32(np.nan))
    return columns


def _events(runs: "Runs", panel: np.ndarray, now: np.ndarray, recorded: np.ndarray) -> dict:
    """What happened in the period, lots bought and from whom; nothing in period 0."""
    happened, sellers = _whole(panel, at.HAPPENED), len(runs.scenario.sellers)
    columns = {"incident": (happened & at.INCIDENT) != 0,
               "lots": np.where(recorded, happened >> at.BOUGHT_SHIFT, 0).astype(np.int16)}
    columns |= {name: recorded & ((happened & bit) != 0) for name, bit in EVENTS.items()}
    for number, name in enumerate(runs.scenario.sellers):
        last = (_whole(panel, at.ROWS + at.HISTORY * sellers + number) >> 16) & 0xFFFF
        columns[f"bought_from_{name}"] = recorded & (last == now + 1)
    return columns


def _hearsay(runs: "Runs", panel: np.ndarray) -> dict:
    """What the buyer knows and believes of every seller, how it came to its supplier, and whom it was recommended last."""
    names, supplier, aware = list(runs.scenario.sellers), _whole(panel, at.INCUMBENT), _whole(panel, at.AWARE)
    columns = {f"knows_{name}": ((aware >> s) & 1).astype(bool) for s, name in enumerate(names)}
    columns |= {f"value_of_{name}": panel[..., at.ROWS + at.VALUE * len(names) + s] for s, name in enumerate(names)}
    first = at.ROWS + at.DYAD_ROWS * len(names)
    heard = panel.shape[-1] > first
    nothing = np.full(supplier.shape, -1, np.int32)
    channel, referrer, recommended, by = (
        _whole(panel, first + field) if heard else nothing for field in (at.CHANNEL, at.REFERRER, at.RECOMMENDED, at.RECOMMENDED_BY))
    channel = np.where(supplier >= 0, np.maximum(channel, 0), len(CHANNELS))
    spoken_for, whose = recommended >= 0, np.where(recommended >= 0, by & 7, len(CHANNELS))
    return columns | {
        "channel": categories(channel, [*CHANNELS, NO_SUPPLIER]), "referrer": _number(runs, channel, np.where(supplier >= 0, referrer, -1)),
        "recommended": categories(np.where(spoken_for, recommended, len(names)), [*names, NO_SUPPLIER]),
        "recommended_by": categories(whose, [*CHANNELS, NO_SUPPLIER]),
        "adviser": _number(runs, whose, np.where(spoken_for, (by >> 3) - 1, -1))}


def _number(runs: "Runs", channel: np.ndarray, who: np.ndarray) -> np.ndarray:
    """The number of whoever recommended: a partner's as it stands, a buyer's from the slot it lives in; -1 for nobody."""
    from sim.population import buyers_by_type, type_slots

    before, first = type_slots(buyers_by_type(runs.scenario)).T
    kind = np.searchsorted(first, who, side="right") - 1
    buyer = np.where(who >= 0, before[kind] + who - first[kind], -1)
    return np.where(channel == CHANNELS.index("word_of_mouth"), buyer, who).astype(np.int32)


def repeat_rate_by_recency(buyers: pd.DataFrame, seller: str, by=("strategy",)) -> pd.DataFrame:
    """How likely a buyer is to buy from the seller again, by how long ago it last did: `by`, recency, buyers, repeat_rate.

    recency k: the last purchase from the seller was k periods ago; repeat_rate: the share of such buyers who buy from it in the period
    (Dwyer's customer migration model; Pfeifer & Carraway 2000). Purchases before the record are not known; a newcomer starts afresh."""
    table = buyers.sort_values(["strategy", "run", "buyer", "period"], kind="stable").reset_index(drop=True)
    bought = table[f"bought_from_{seller}"].to_numpy()
    person = table.newcomer.to_numpy() | _starts(table)
    row = np.arange(len(table))
    began = np.maximum.accumulate(np.where(person, row, 0))
    last = np.maximum.accumulate(np.where(bought, row, -1))
    previous = np.concatenate([[-1], last[:-1]])                # the last purchase before this row
    known = previous >= began
    found = table.loc[known, list(by)].assign(recency=(row - previous)[known], bought=bought[known])
    counted = found.groupby([*by, "recency"], observed=True)["bought"].agg(buyers="size", repeat_rate="mean")
    return counted.reset_index()


def _starts(table: pd.DataFrame) -> np.ndarray:
    """Where another buyer, run or strategy begins in a sorted table."""
    keys = [table[name].cat.codes.to_numpy() if name == "strategy" else table[name].to_numpy() for name in ("strategy", "run", "buyer")]
    return np.concatenate([[True], np.any([key[1:] != key[:-1] for key in keys], axis=0)])
