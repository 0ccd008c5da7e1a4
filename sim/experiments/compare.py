"""Compare strategies: the same buyers with the same luck under each, and the difference in the focal seller's profit, run by run."""
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.experiments.told import Told
from sim.experiments.verdict import answer, sentence
from sim.experiments.why import CAUSES, account_flows, decompose
from sim.intervals import Interval, interval, verdict
from sim.measures import first_period, last_stretch
from sim.money import accounts_by_level, discounting, ledger, money, stated_terms, terms, total, type_shares, won_by_channel

if TYPE_CHECKING:
    from pathlib import Path

    from sim.runs import Runs

UNITS = ["strategy", "run", "period", "buyer_type", "seller", "units"]
RUNS_AT_ONCE = 8             # whose money is reckoned at a time: what a study keeps grows with its runs, what it takes on the way does not


def compare(scenario, strategies: Iterable[str] | None = None, runs: int | None = None, seed: int | None = None,
            baseline: str | None = None, threads: int | None = None, progress: Callable[[int, int], None] | None = None,
            watch: Iterable[int] = (), on_disk: "Path | None" = None) -> "Comparison":
    """Play the strategies on common random numbers and compare each with the baseline.

    strategies: names, default all of the scenario's (the baseline is added where it is missing); baseline: default the scenario's; the rest
    as for `simulate` (on_disk: a folder on whose disk the states of watched buyers wait). Raises KeyError for a strategy that the scenario
    does not have, ValueError where there is nothing to compare.
    """
    from sim.runs import simulate

    baseline = baseline or scenario.baseline
    names = list(dict.fromkeys([baseline, *(scenario.strategies if strategies is None else strategies)]))
    unknown = [name for name in names if name not in scenario.strategies]
    if unknown:
        raise KeyError(f"{unknown[0]!r} is not a strategy of this scenario; it has {', '.join(scenario.strategies)}")
    if len(names) < 2:
        raise ValueError(f"there is nothing to compare with {baseline}; name another strategy")
    played = simulate(scenario, names, runs, seed, watch=watch, threads=threads, progress=progress, on_disk=on_disk)
    return Comparison(played, baseline)


@dataclass(eq=False)
class Comparison(Told):
    """Strategies compared with a baseline for one seller, the focal one. Money is per buyer of the market and in money of the first period.

    runs: every run of every strategy; baseline: the strategy that the others are compared with.
    """
    runs: "Runs" = field(repr=False)
    baseline: str

    @property
    def table(self) -> pd.DataFrame:
        """The table that says most: `gain`."""
        return self.gain if self.others else self.summary

    @property
    def scenario(self):
        return self.runs.scenario

    @property
    def focal(self) -> str:
        """The seller whose profit the verdict is about."""
        return self.scenario.focal

    @property
    def others(self) -> list[str]:
        """The strategies that are compared with the baseline."""
        return [name for name in self.runs.strategies if name != self.baseline]

    @property
    def buyers(self) -> int:
        """How many buyers the market has."""
        return self.scenario.market.buyers

    @cached_property
    def profits(self) -> dict[str, np.ndarray]:
        """The focal seller's discounted profit per buyer by strategy: float64 [run, period]."""
        return {name: sides["profit"].sum(-1) * self.factors / self.buyers for name, sides in self.sides.items()}

    @cached_property
    def gaps(self) -> dict[str, np.ndarray]:
        """How much more each other strategy earns per buyer than the baseline, paired by run: float64 [run, period]."""
        return {name: self.profits[name] - self.profits[self.baseline] for name in self.others}

    @cached_property
    def gain(self) -> pd.DataFrame:
        """One row for each other strategy: strategy, gain, low, high (95% Student interval over paired runs), share_won (of paired runs),
        verdict (ahead, behind, undecided), falls_behind (first period in which the cumulative gap's upper limit lies below nought) and
        gets_ahead (first period from which its lower limit stays above nought to the end); nan where there is none."""
        rows = []
        for name in self.others:
            total, path = self.gaps[name].sum(1), interval(self.gaps[name].cumsum(1))
            mean, low, high = (float(value) for value in interval(total))
            rows.append({"strategy": name, "gain": mean, "low": low, "high": high, "share_won": float((total > 0).mean()),
                         "verdict": verdict(low, high), "falls_behind": first_period(path.high < 0),
                         "gets_ahead": last_stretch(path.low > 0)})
        return pd.DataFrame(rows)

    @cached_property
    def why_by_run(self) -> dict[str, np.ndarray]:
        """The gap of each run split by buyer type and cause, per buyer: float64 [run, type, CAUSES]; sums to `gaps` (see `why`)."""
        one = self.sides[self.baseline]
        return {name: decompose(one, self.sides[name], self._type_counts, self.factors) / self.buyers for name in self.others}

    @cached_property
    def why(self) -> pd.DataFrame:
        """Through what a strategy gains: strategy, buyer_type, cause, gain, low, high, money per buyer of the whole market. The gains of a
        strategy sum to its `gain`."""
        frames = []
        for name in self.others:
            found = interval(self.why_by_run[name])
            types = list(self.scenario.buyers)
            frames.append(pd.DataFrame({
                "strategy": name, "buyer_type": np.repeat(types, len(CAUSES)), "cause": np.tile(CAUSES, len(types)),
                "gain": found.mean.reshape(-1), "low": found.low.reshape(-1), "high": found.high.reshape(-1)}))
        return pd.concat(frames, ignore_index=True)

    @cached_property
    def paths(self) -> pd.DataFrame:
        """Profit so far, period by period: strategy, period, profit, profit_low, profit_high (cumulative, per buyer), gap, gap_low,
        gap_high (over the baseline, paired by run; nought for the baseline itself)."""
        nothing = np.zeros_like(self.profits[self.baseline])
        return pd.concat([_path(name, interval(self.profits[name].cumsum(1)), interval(self.gaps.get(name, nothing).cumsum(1)))
                          for name in self.runs.strategies], ignore_index=True)

    @cached_property
    def periods(self) -> pd.DataFrame:
        """The period table of all runs (`tables.period_table`)."""
        from sim.tables import period_table

        return period_table(self.runs)

    @property
    def ours(self) -> pd.DataFrame:
        """The rows of `periods` that tell of the focal seller."""
        return self._told[0]

    @property
    def units(self) -> pd.DataFrame:
        """The units of `periods` alone, for all sellers: what shares of the market are taken from."""
        return self._told[1]

    @cached_property
    def _told(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """(ours, units), without `periods` ever being whole."""
        from sim.tables import period_tables

        told = [(piece[piece.seller == self.focal], piece[UNITS]) for piece in period_tables(self.runs)]
        return tuple(pd.concat(pieces, ignore_index=True) for pieces in zip(*told, strict=True))

    @cached_property
    def survival(self) -> pd.DataFrame:
        """How long the focal seller's relationships lasted (`tables.survival_table`)."""
        from sim.tables import survival_table

        table = survival_table(self.runs)
        return table[table.seller == self.focal]

    @cached_property
    def summary(self) -> pd.DataFrame:
        """One row for each strategy: what the focal seller came to (see `experiments.summary`)."""
        from sim.experiments.summary import summarise

        return summarise(self)

    @cached_property
    def channels(self) -> pd.DataFrame:
        """Through which channels the focal seller wins accounts, and what these are worth beside others like them (`experiments.channels`);
        empty where all came by own search."""
        from sim.experiments.channels import COLUMNS, by_channel

        return by_channel(self.runs, self.ours, self.focal) if self.runs.hearing else pd.DataFrame(columns=COLUMNS)

    @cached_property
    def moves(self) -> pd.DataFrame:
        """What sellers did in answer to the market (`experiments.moves`); empty where none answers."""
        from sim.experiments.moves import moves

        return moves(self.runs)

    def flips(self, strategy: str | None = None) -> list:
        """What would have to change for the answer to be another (see `experiments.flip`)."""
        from sim.experiments.flip import flip

        return flip(self.scenario, strategy, self.baseline, comparison=self)

    def sentence(self, strategy: str | None = None) -> str:
        """The verdict on one strategy (the first of `others` where none is named) in one sentence or two."""
        return sentence(self, strategy or self.others[0])

    def answer(self) -> dict:
        """Everything above as plain numbers and texts, ready for JSON."""
        return answer(self)

    @cached_property
    def factors(self) -> np.ndarray:
        """What money of each period is worth in the first, [period]."""
        return discounting(self.scenario)

    @cached_property
    def sides(self) -> dict[str, dict[str, np.ndarray]]:
        """The focal seller under each strategy: its money, its accounts and some counts, each [run, period, type]."""
        seller = list(self.scenario.sellers).index(self.focal)
        return {name: _side(self.runs, name, seller) for name in self.runs.strategies}

    @cached_property
    def _type_counts(self) -> np.ndarray:
        return type_shares(self.scenario) * self.buyers


def _side(runs: "Runs", strategy: str, seller: int) -> dict[str, np.ndarray]:
    """One seller under one strategy: what `money` and `account_flows` say, and what its stated costs are paid for: contacts, resolved
    problems, won_at_cost (accounts won by own search or advertising), units_at_cost (units, as far as their stated unit cost is
    incurred)."""
    parts = [_side_of(part, strategy, seller) for part in runs.parts(RUNS_AT_ONCE)]
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _side_of(runs: "Runs", strategy: str, seller: int) -> dict[str, np.ndarray]:
    """`_side` of a few runs; copies, so that it holds nothing of the other sellers."""
    flows, of = ledger(runs, strategy), terms(runs, strategy)
    found = money(runs, strategy, flows)
    list_margin = (of["price"] - of["unit_cost"])[..., 0, seller]
    side = {name: values[..., seller] for name, values in found.items()}
    side |= {name: total(flows, name)[:, 1:, :, seller] for name in ("contacts", "resolved")}
    side["won_at_cost"] = won_by_channel(flows[:, 1:, :, seller])[..., :2].sum(-1)
    stated = stated_terms(runs.scenario, strategy)["unit_cost"]
    incurred = np.divide(of["unit_cost"], stated, out=np.ones_like(of["unit_cost"]), where=stated > 0)
    side["units_at_cost"] = side["units"] * incurred[..., seller]
    side |= account_flows(flows, accounts_by_level(flows), found, list_margin, seller)
    return {name: values.copy() for name, values in side.items()}


def _path(name: str, profit: Interval, gap: Interval) -> pd.DataFrame:
    return pd.DataFrame({"strategy": name, "period": np.arange(1, len(profit.mean) + 1),
                         "profit": profit.mean, "profit_low": profit.low, "profit_high": profit.high,
                         "gap": gap.mean, "gap_low": gap.low, "gap_high": gap.high})
