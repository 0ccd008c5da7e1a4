"""The ledger as tidy tables: one row per strategy, run, period, buyer type and seller; everything in a column of its own name.

Counts are whole numbers as the engine left them, money is float64 in money of the period (see `sim.money`). Text columns are
categories. Each table comes whole (`period_table`) or piece by piece (`period_tables`): some runs of a strategy at a time, the same rows
in the same order, so that a study of any number of runs is written in the memory of a few. `sim.parquet` keeps the tables on disk.
"""
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.core.state import COLUMNS, COURSE, FIRST_HEARSAY, UNIT_PARTS, WORTH_PARTS
from sim.core.terms import CAUSES, CHANNELS, LEVELS, MARKETS
from sim.money import (
    ANSWERED,
    COLUMN,
    COSTS,
    FIXED,
    accounts_by_level,
    discounting,
    in_force,
    ledger,
    lost,
    money,
    stated_terms,
    total,
    won,
    won_by_channel,
)

if TYPE_CHECKING:
    from sim.runs import Runs

CELLS_AT_ONCE = 16_384       # of a study's ledger (run, period, buyer type, seller) that become a piece of a table; some 25 MB on the way
ORIGINS = ("held at the start", "won")
BY_LEVEL = tuple(f"{change}_{level}" for change in ("entered", "quitted", "set_up", "sold") for level in LEVELS)
SCALED = ("value_sum", "bond_sum", "units", "units_repeat", "units_wallet", "discount", "prospects", "former")
COUNTED = tuple(name for name in COLUMNS if name not in BY_LEVEL + SCALED)
MONEY = ("revenue", "discount", *(cost for cost in COSTS if cost not in FIXED), "fixed_cost", *FIXED, "profit")


def pieces(runs: "Runs", make: Callable[["Runs", str], pd.DataFrame]) -> Iterator[pd.DataFrame]:
    """What `make` says of some runs (a part of the study) under a strategy, for every strategy and part in turn."""
    cells = (runs.scenario.market.periods + 1) * len(runs.scenario.buyers) * len(runs.scenario.sellers)
    for strategy in runs.strategies:
        for part in runs.parts(max(CELLS_AT_ONCE // cells, 1)):
            yield make(part, strategy)


def _whole(tables: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Pieces as one table."""
    return pd.concat(tables, ignore_index=True)


def period_table(runs: "Runs") -> pd.DataFrame:
    """What happened, in every cell: strategy, run, period, buyer_type, seller, then

    - stocks: accounts (at the end), accounts_start, accounts_<level>; phases of Dwyer, Schurr & Oh: awareness (know the seller, never
      bought), exploration, expansion, commitment (accounts tended in the period, by bond), dissolution (left, and not come back);
      aware (know the seller, whether they ever bought or not; nan where buyers hear of no seller, as nobody counts it then);
    - counts of the period: acquisitions = won_new + won_back = Σ won_<channel>; defections = lost_price + lost_incident + lost_turnover;
      everything else that `core.state.COLUMNS` names; served, and served_<level>, are the accounts tended; heard (by advertising),
      heard_word_of_mouth and heard_partner are newly aware; vouched and unvouched the accounts won by word of mouth and tended whose
      referrer is an account too, or no longer;
    - units, units_repeat (bought from the supplier of the period's start), units_wallet (bought anywhere by buyers this seller served);
    - money of the period: revenue (discount already off), discount (below nought where accounts pay a premium), each of `money.COSTS`,
      fixed_cost = Σ `money.FIXED`, profit;
    - believed_value (mean V + G, money per unit) and bond (mean, 0..1) over the accounts tended; nan where there was none.

    Period 0 is the moment before the record: its stocks stand, its flows and phases by bond are nought. The columns are the same for every
    scenario: what a market does not have is nought in them.
    """
    return _whole(period_tables(runs))


def period_tables(runs: "Runs") -> Iterator[pd.DataFrame]:
    """`period_table` piece by piece."""
    heard = {name: any(record.flows[..., FIRST_HEARSAY:].any() for record in runs.records[name]) for name in runs.strategies}
    return pieces(runs, lambda part, strategy: _periods(part, strategy, heard[strategy]))


def _periods(runs: "Runs", strategy: str, heard: bool) -> pd.DataFrame:
    """The period table of one strategy; heard: whether in any of the study's runs something was counted that buyers hear."""
    flows = ledger(runs, strategy)
    recorded = _recorded(flows)
    columns = _keys(runs, strategy, flows.shape[:-1]) | _stocks(flows, recorded) | {"aware": _aware(flows, heard)} | _counts(recorded)
    columns |= {name: recorded[..., COLUMN[name]] / UNIT_PARTS for name in ("units", "units_repeat", "units_wallet")}
    found = money(runs, strategy, flows)
    columns |= {name: _from_one(found[name]) for name in MONEY}
    served = total(recorded, *(f"served_{level}" for level in LEVELS))
    columns["believed_value"] = _mean(total(recorded, "value_sum"), served, 100)
    columns["bond"] = _mean(total(recorded, "bond_sum"), served, 10_000)
    return _frame(columns)


def _keys(runs: "Runs", strategy: str, shape: tuple[int, ...]) -> dict:
    """strategy, run, period, buyer_type, seller for an array [run, period, type, seller]."""
    return _places(runs, strategy, shape, "buyer_type", runs.scenario.buyers, "seller", runs.scenario.sellers)


def categories(codes: np.ndarray, names) -> pd.Categorical:
    """A text column from whole numbers: names[code], unordered, all names known even where none occurs."""
    return pd.Categorical.from_codes(codes.reshape(-1).astype(np.int16), categories=list(names))


def _stocks(flows: np.ndarray, recorded: np.ndarray) -> dict:
    """Accounts by level, before and after; and the phases."""
    by_level = accounts_by_level(flows)
    accounts = by_level.sum(-1)
    start = np.concatenate([np.zeros_like(accounts[:, :1]), accounts[:, :-1]], axis=1)
    served = total(recorded, *(f"served_{level}" for level in LEVELS))
    stocks = {"accounts": accounts, "accounts_start": start}
    stocks |= {f"accounts_{level}": by_level[..., number] for number, level in enumerate(LEVELS)}
    stocks |= {"awareness": flows[..., COLUMN["prospects"]].cumsum(1), "dissolution": flows[..., COLUMN["former"]].cumsum(1),
               "exploration": served - total(recorded, "expansion", "commitment"), "served": served}
    return {name: compact(values) for name, values in stocks.items()}


def _aware(flows: np.ndarray, heard: bool) -> np.ndarray:
    """How many buyers know the seller at the end of the period: known on entering + newly aware − gone from the market; float64, nan where
    nobody counts it, which is where buyers hear of no seller."""
    change = total(flows, "known", "heard", "heard_word_of_mouth", "heard_partner") - total(flows, "forgotten")
    return change.cumsum(1).astype(float) if heard else np.full(change.shape, np.nan)


def _counts(recorded: np.ndarray) -> dict:
    """Events of the period, as counted."""
    counts = {"acquisitions": won(recorded), "defections": lost(recorded)}
    counts |= {name: recorded[..., COLUMN[name]] for name in COUNTED}
    counts |= {f"won_{channel}": values for channel, values in zip(CHANNELS, np.moveaxis(won_by_channel(recorded), -1, 0), strict=True)}
    return {name: compact(values) for name, values in counts.items()}


def _recorded(flows: np.ndarray) -> np.ndarray:
    """The flows with nothing in period 0: what came before the record shows in stocks alone."""
    blank = flows.copy()
    blank[:, 0] = 0
    return blank


def _from_one(values: np.ndarray) -> np.ndarray:
    """An array that begins with period 1, with a period 0 of noughts before it."""
    return np.concatenate([np.zeros_like(values[:, :1]), values], axis=1)


def _mean(sums: np.ndarray, counts: np.ndarray, scale: int) -> np.ndarray:
    """sums / scale / counts as float32, nan where nothing was counted."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(counts > 0, sums / scale / counts, np.nan).astype(np.float32)


def compact(values: np.ndarray) -> np.ndarray:
    """Whole numbers in 32 bits where they fit."""
    fits = values.size == 0 or abs(values).max() < 2**31
    return values.astype(np.int32 if fits else np.int64)


def survival_table(runs: "Runs") -> pd.DataFrame:
    """Every relationship by how long it lasted: strategy, run, buyer_type, seller, origin, duration, cause, relationships.

    duration: whole periods on record (0: won and lost in one period); origin: 'held at the start' of the record (its time counts from
    there) or 'won' since; cause: price, incident, turnover, or running, which means that it had not ended at the horizon (censored).
    relationships: how many. Combinations that do not occur have no row."""
    return _whole(survival_tables(runs))


def survival_tables(runs: "Runs") -> Iterator[pd.DataFrame]:
    """`survival_table` piece by piece."""
    return pieces(runs, _survival)


def _survival(runs: "Runs", strategy: str) -> pd.DataFrame:
    """The relationships under one strategy."""
    endings = np.stack([record.endings for record in runs.records[strategy]])
    run, kind, seller, origin, duration, cause = cell = np.nonzero(endings)
    return pd.DataFrame(_found(runs, strategy, run) | {
        "buyer_type": categories(kind, runs.scenario.buyers), "seller": categories(seller, runs.scenario.sellers),
        "origin": categories(origin, ORIGINS), "duration": duration.astype(np.int32), "cause": categories(cause, CAUSES),
        "relationships": compact(endings[cell])})


def _found(runs: "Runs", strategy: str, run: np.ndarray) -> dict:
    """strategy and run of cells found in an array [run, …]; run: where along it."""
    return {"strategy": categories(np.full(len(run), runs.strategies.index(strategy)), runs.strategies),
            "run": run.astype(np.int32) + np.int32(runs.first)}


def channel_survival_table(runs: "Runs") -> pd.DataFrame:
    """`survival_table` of the relationships won on record, by the channel through which they came: strategy, run, buyer_type, seller,
    channel, duration, cause, relationships. Empty where buyers hear of no seller."""
    return _whole(channel_survival_tables(runs))


def channel_survival_tables(runs: "Runs") -> Iterator[pd.DataFrame]:
    """`channel_survival_table` piece by piece."""
    return pieces(runs, _channel_survival)


def _channel_survival(runs: "Runs", strategy: str) -> pd.DataFrame:
    """The relationships won under one strategy, by channel."""
    endings = _by_channel(runs, strategy, "channel_endings")
    run, kind, seller, channel, duration, cause = cell = np.nonzero(endings)
    return pd.DataFrame(_found(runs, strategy, run) | {
        "buyer_type": categories(kind, runs.scenario.buyers), "seller": categories(seller, runs.scenario.sellers),
        "channel": categories(channel, CHANNELS), "duration": duration.astype(np.int32), "cause": categories(cause, CAUSES),
        "relationships": compact(endings[cell])})


def _by_channel(runs: "Runs", strategy: str, name: str) -> np.ndarray:
    """An array of relationships by channel, run by run; noughts where buyers hear of no seller."""
    found = [getattr(record, name) for record in runs.records[strategy]]
    shape = (len(runs.scenario.buyers), len(runs.scenario.sellers), len(CHANNELS), runs.scenario.market.periods + 1)
    nothing = np.zeros(shape if name == "channel_worth" else (*shape, len(CAUSES)), np.int64)
    return np.stack([nothing if values is None else values for values in found])


def channel_table(runs: "Runs") -> pd.DataFrame:
    """What accounts were worth, by when and through which channel they were won: strategy, run, cohort (the period), buyer_type, seller,
    channel, accounts, worth, worth_now; money as in `cohort_table`, whose cohorts 1, 2, … it splits without remainder.

    Combinations that do not occur have no row; the table is empty where buyers hear of no seller."""
    return _whole(channel_tables(runs))


def channel_tables(runs: "Runs") -> Iterator[pd.DataFrame]:
    """`channel_table` piece by piece."""
    return pieces(runs, _channels)


def _channels(runs: "Runs", strategy: str) -> pd.DataFrame:
    """What accounts won under one strategy were worth, by channel."""
    factors = np.concatenate([[1.0], discounting(runs.scenario)])
    worth = np.moveaxis(_by_channel(runs, strategy, "channel_worth"), -1, 1) / WORTH_PARTS
    heard = runs.records[strategy][0].channel_worth is not None
    accounts = _recorded(won_by_channel(ledger(runs, strategy))) * heard
    run, cohort, kind, seller, channel = cell = np.nonzero(accounts)
    return pd.DataFrame(_found(runs, strategy, run) | {
        "cohort": cohort.astype(np.int32), "buyer_type": categories(kind, runs.scenario.buyers),
        "seller": categories(seller, runs.scenario.sellers), "channel": categories(channel, CHANNELS),
        "accounts": compact(accounts[cell]), "worth": worth[cell], "worth_now": worth[cell] * factors[cohort]})


def course_table(runs: "Runs") -> pd.DataFrame:
    """What each seller did and how it stood: strategy, run, period, seller, then

    price (of a newcomer, money per unit), premium (share of it that accounts pay on top), unit_cost and capability, in force in the period;
    reputation, learned and the stocks in the six markets stock_<market> at its end, 0..1; follows (the seller whose level plan it has:
    itself unless it copies) and harvesting (whether it harvests its accounts). Period 0: the last before the record."""
    return _whole(course_tables(runs))


def course_tables(runs: "Runs") -> Iterator[pd.DataFrame]:
    """`course_table` piece by piece."""
    return pieces(runs, _course)


def _course(runs: "Runs", strategy: str) -> pd.DataFrame:
    """The course of the sellers under one strategy."""
    sellers = list(runs.scenario.sellers)
    course = np.stack([record.course for record in runs.records[strategy]])
    found = {name: course[..., number] for number, name in enumerate(COURSE)}
    stated = _stated_course(runs.scenario, strategy)
    found |= {name: in_force(stated[name], found[name]) for name in ANSWERED}
    columns = _places(runs, strategy, course.shape[:-1], "seller", sellers)
    columns |= {f"stock_{name}" if name in MARKETS else name: values for name, values in found.items()}
    columns |= {"follows": categories(found["follows"], sellers), "harvesting": found["harvesting"] > 0}
    return _frame(columns)


def _stated_course(scenario, strategy: str) -> dict[str, np.ndarray]:
    """What plans state for each period, and for the one before the record, which a running market spends under the baseline: float64
    [1 + periods, seller] by name."""
    recorded = stated_terms(scenario, strategy)
    before = stated_terms(scenario, scenario.baseline) if scenario.market.start == "running" else recorded
    return {name: np.concatenate([before[name][:1, 0], values[:, 0]]) for name, values in recorded.items()}


def goodwill_table(runs: "Runs") -> pd.DataFrame:
    """What referral partners think of the sellers: strategy, run, period (0: before the record), partner, seller, goodwill (at the end,
    0..1). Empty where there are no partners."""
    return _whole(goodwill_tables(runs))


def goodwill_tables(runs: "Runs") -> Iterator[pd.DataFrame]:
    """`goodwill_table` piece by piece."""
    return pieces(runs, _goodwill)


def _goodwill(runs: "Runs", strategy: str) -> pd.DataFrame:
    """What partners think under one strategy."""
    goodwill = np.stack([record.goodwill for record in runs.records[strategy]])
    columns = _places(runs, strategy, goodwill.shape, "partner", runs.scenario.partners, "seller", runs.scenario.sellers)
    return _frame(columns | {"goodwill": goodwill})


def _places(runs: "Runs", strategy: str, shape: tuple[int, ...], *axes) -> dict:
    """strategy, run, period, then (name, its values) of each further axis, for an array [run, period, …]."""
    run, period, *rest = (np.broadcast_to(axis, shape) for axis in np.ogrid[tuple(slice(n) for n in shape)])
    found = {"strategy": categories(np.full(shape, runs.strategies.index(strategy)), runs.strategies),
             "run": run.astype(np.int32) + np.int32(runs.first), "period": period.astype(np.int32)}
    return found | {name: categories(codes, names) for codes, name, names in zip(rest, axes[::2], axes[1::2], strict=True)}


def _frame(columns: dict) -> pd.DataFrame:
    """Arrays and categories as the columns of a table."""
    return pd.DataFrame({name: values if isinstance(values, pd.Categorical) else np.ascontiguousarray(values).reshape(-1)
                         for name, values in columns.items()})


def cohort_table(runs: "Runs") -> pd.DataFrame:
    """What accounts were worth, by when they were won: strategy, run, cohort, buyer_type, seller, accounts, worth, worth_now (money).

    cohort 0: held at the start (accounts = those then held), cohort p: won in period p. worth: the sum over the cohort's accounts of all
    their profit to the horizon, set-up and acquisition included, programmes and advertising not, discounted to the cohort's own period;
    worth_now: the same in money of the first period. Σ worth_now = net present value of variable profit, to float32's rounding and half a
    part (state.WORTH_PARTS) an account."""
    return _whole(cohort_tables(runs))


def cohort_tables(runs: "Runs") -> Iterator[pd.DataFrame]:
    """`cohort_table` piece by piece."""
    return pieces(runs, _cohorts)


def _cohorts(runs: "Runs", strategy: str) -> pd.DataFrame:
    """What accounts were worth under one strategy."""
    factors, flows = np.concatenate([[1.0], discounting(runs.scenario)]), ledger(runs, strategy)
    worth = np.moveaxis(np.stack([record.worth for record in runs.records[strategy]]), -1, 1) / WORTH_PARTS
    accounts = won(flows)
    accounts[:, 0] -= lost(flows)[:, 0]
    columns = {"cohort" if name == "period" else name: key for name, key in _keys(runs, strategy, worth.shape).items()}
    return _frame(columns | {"accounts": compact(accounts), "worth": worth, "worth_now": worth * factors[:, None, None]})
