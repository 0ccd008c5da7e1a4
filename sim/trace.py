"""One buyer's two lives: the same buyer with the same luck under two strategies, side by side, and where their paths part."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.happenings import plain, tell
from sim.panel import ATTRIBUTES, buyer_table
from sim.population import evenly_spread
from sim.wording import capital, counted, spoken

if TYPE_CHECKING:
    from sim.runs import Runs


def trace(
    scenario,
    buyer: int,
    strategies: tuple[str, str] | None = None,
    seed: int | None = None,
    run: int = 1,
    threads: int | None = None,
    progress=None,
) -> "Trace":
    """Follow one buyer, counted 1 … buyers, through run `run` (from 1) under two strategies: by default the baseline and the first other.

    Raises ValueError for a buyer that the market does not have, or where there are not two strategies; KeyError for an unknown strategy."""
    from sim.runs import simulate

    if not 1 <= buyer <= scenario.market.buyers:
        raise ValueError(f"there is no buyer {buyer:,}; the market has {counted(scenario.market.buyers, 'buyer')}, counted from 1")
    runs = simulate(
        scenario, two_strategies(scenario, strategies), runs=run, seed=seed, watch=[buyer - 1], threads=threads, progress=progress
    )
    return Trace(runs, buyer, run)


def telling_buyer(
    scenario, strategies: tuple[str, str] | None = None, seed: int | None = None, run: int = 1, among: int = 500, threads: int | None = None
) -> int:
    """A buyer worth following: of `among` buyers evenly spread over the market the one whose time with the focal seller differs most
    between the two strategies (the first of equals)."""
    from sim.runs import simulate

    names = two_strategies(scenario, strategies)
    spread = evenly_spread(scenario.market.buyers, among)
    runs = simulate(scenario, names, runs=run, seed=seed, watch=spread, threads=threads)
    focal = list(scenario.sellers).index(scenario.focal)
    first, second = (supplier_of(runs.records[name][run - 1].panel) == focal for name in names)
    return spread[int(np.argmax(abs(first.sum(0) - second.sum(0))))] + 1


def supplier_of(panel: np.ndarray) -> np.ndarray:
    """The number of the supplier in each period, -1 for none: whole [period, buyer]."""
    from sim.core.state import INCUMBENT

    return np.ascontiguousarray(panel[1:, :, INCUMBENT]).view(np.int32)


def two_strategies(scenario, strategies: tuple[str, str] | None) -> tuple[str, str]:
    """The strategies to follow a buyer under: by default the baseline and the first other."""
    names = tuple(strategies or [scenario.baseline, *(name for name in scenario.strategies if name != scenario.baseline)][:2])
    if len(set(names)) != 2 or len(names) != 2:
        raise ValueError("a trace needs two strategies, such as --strategies " + ",".join(list(scenario.strategies)[:2]))
    return names


@dataclass(eq=False)
class Trace:
    """The two lives of buyer number `buyer` (from 1) in run number `run` (from 1) of `runs`."""

    runs: "Runs"
    buyer: int
    run: int

    @property
    def scenario(self):
        return self.runs.scenario

    @property
    def strategies(self) -> tuple[str, str]:
        """The two strategies, the one to compare with first."""
        first, second = self.runs.strategies
        return first, second

    @cached_property
    def lives(self) -> dict[str, pd.DataFrame]:
        """Strategy -> the buyer's rows of `panel.buyer_table`, indexed by period (0: before the record, in a running market)."""
        table = buyer_table(self.runs)
        mine = table[table.run == self.run - 1]
        return {name: mine[mine.strategy == name].set_index("period") for name in self.strategies}

    @cached_property
    def buyer_type(self) -> str:
        return str(self.lives[self.strategies[0]].buyer_type.iloc[0])

    @cached_property
    def attributes(self) -> dict[str, float]:
        """What the buyer is like, as drawn when the record begins."""
        first = self.lives[self.strategies[0]].iloc[0]
        return {name: float(first[name]) for name in ATTRIBUTES}

    @cached_property
    def events(self) -> pd.DataFrame:
        """What happened: period, then a text for each strategy; only periods in which more happened than a plain reorder, a contact or
        some news."""
        told = {name: tell(life, self.scenario) for name, life in self.lives.items()}
        shown = pd.DataFrame(
            {name: [" · ".join(words) for words in lines.values()] for name, lines in told.items()}, index=next(iter(told.values())).keys()
        )
        matters = np.any([[not all(map(plain, words)) for words in lines.values()] for lines in told.values()], axis=0)
        return shown[matters].rename_axis("period").reset_index()

    @cached_property
    def figures(self) -> dict[str, dict[str, int]]:
        """Strategy -> what the life comes to, for the focal seller: see `sums_of`."""
        return {name: sums_of(life, self.scenario.focal) for name, life in self.lives.items()}

    @cached_property
    def parting(self) -> int | None:
        """The first period at whose end the two lives have different suppliers; None where they never have."""
        first, second = (life.supplier.astype(str) for life in self.lives.values())
        apart = np.flatnonzero(first.to_numpy() != second.to_numpy())
        return int(first.index[apart[0]]) if len(apart) else None

    def sentence(self) -> str:
        """What differed, to close with."""
        return closing(self)

    def answer(self) -> dict:
        """Everything as plain data, ready for JSON."""
        events = self.events.to_dict("records")
        return {
            "scenario": self.scenario.name,
            "digest": self.scenario.digest(),
            "seed": self.runs.seed,
            "run": self.run,
            "buyer": self.buyer,
            "buyer_type": self.buyer_type,
            "attributes": {name: as_json(value) for name, value in self.attributes.items()},
            "strategies": list(self.strategies),
            "focal": self.scenario.focal,
            "period": self.scenario.market.period,
            "parting": self.parting,
            "lives": self.figures,
            "events": events,
            "sentence": self.sentence(),
        }


def as_json(value: float) -> float | str:
    """A number for JSON; infinity as text, as in the scenario's own plain form."""
    return float(f"{value:.6g}") if np.isfinite(value) else "inf"


# --- what a life comes to --------------------------------------------------------------------------------------------------------


def sums_of(life: pd.DataFrame, focal: str) -> dict[str, int]:
    """Periods with the focal seller at their end, purchases from it, contacts, problems and those left unsolved, promises broken, changes
    of supplier: over the record."""
    record = life[life.index > 0]
    supplier = record.supplier.astype(str)
    return {
        "periods_with_us": int((supplier == focal).sum()),
        "purchases_from_us": int(record[f"bought_from_{focal}"].sum()),
        "purchases": int((record.lots > 0).sum()),
        "contacts": int(record.contact.sum()),
        "problems": int(record.problem.sum()),
        "unsolved": int(record.unresolved.sum()),
        "promises_broken": int(record.broken.sum()),
        "changes": int(record.switched.sum()),
    }


def closing(found: Trace) -> str:
    """Where the paths part and what each life came to for the focal seller."""
    if found.parting is None:
        return f"{parting_words(found)} {capital(stay_words(found, found.strategies[0]))} under either strategy."
    first, second = found.strategies
    stayed = f"{capital(stay_words(found, second))} under {spoken(second)}; {stay_words(found, first)} under {spoken(first)}."
    return f"{parting_words(found)} {stayed} {care_words(found, second)}; {care_words(found, first).lower()}."


def parting_words(found: Trace) -> str:
    """The period in which the suppliers first differ, and what happened in it."""
    if found.parting is None:
        return "The two lives never part: the same suppliers throughout."
    if found.parting == 0:
        return "The two lives part before the record begins."
    told = {name: tell(life, found.scenario)[found.parting] for name, life in found.lives.items()}
    first, second = found.strategies
    said = {name: ", ".join(words) if words else "does nothing" for name, words in told.items()}
    return (
        f"The paths part in {found.scenario.market.period} {found.parting}: under {spoken(first)} the buyer {said[first]}; "
        f"under {spoken(second)} it {said[second]}."
    )


def stay_words(found: Trace, strategy: str) -> str:
    """How long the buyer is with the focal seller, and how often it buys there."""
    came, market = found.figures[strategy], found.scenario.market
    return (
        f"it is with {spoken(found.scenario.focal)} for {came['periods_with_us']} of {counted(market.periods, market.period)} "
        f"and buys there {times(came['purchases_from_us'])}"
    )


def care_words(found: Trace, strategy: str) -> str:
    """What happened after the sale, whoever the supplier was."""
    came = found.figures[strategy]
    problems, contacts = counted(came["problems"], "problem"), counted(came["contacts"], "contact")
    return f"Under {spoken(strategy)} {came['unsolved']} of {problems} stay unsolved, with {contacts}"


def times(number: int) -> str:
    """How often."""
    return {0: "never", 1: "once", 2: "twice"}.get(number, f"{number} times")
