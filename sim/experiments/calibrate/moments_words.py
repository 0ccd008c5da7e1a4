"""What came out of aiming at moments, in words: the scenario's text, the sentence for a board, and what targets can and cannot tell."""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sim.experiments.calibrate.moments_asked import Target
from sim.experiments.calibrate.writing import comment, quoted, said, with_interval
from sim.scenario.template import flow
from sim.wording import capital, listed, spoken

LEFT = ("schema", "name", "teaches", "data", "observed", "sweep")  # the files and the findings are those of the other market
EDGE, CERTAIN = 0.02, 0.05  # of a range: as good as its end; chance below which a test speaks


def phrase(target: Target, value: float, currency: str, period: str) -> str:
    """A moment as one says it."""
    return {
        "retention": f"{value:.1%} of accounts are kept in a year",
        "market_share": f"we hold {value:.1%} of the market",
        "share_of_wallet": f"we get {value:.1%} of what our accounts buy",
        "purchases": f"a buyer buys {value:.3g} times a year",
        "cost_to_serve": f"an account costs {value:.3g} {currency} a {period} to serve",
        "satisfaction": f"accounts believe a unit to be worth {value:.4g} {currency}",
    }[target.moment].replace(".0%", "%")


def figure(target: Target, value: float, currency: str) -> str:
    """A moment's name and value, short."""
    told = f"{value:.1%}" if target.about.share else f"{said(value, 3)}{'' if target.moment == 'purchases' else ' ' + currency}"
    return f"{spoken(target.moment)} {told}"


def held(row) -> str:
    """A parameter with its interval, as one says it."""
    if row.parameter == "advantage":
        ends = sorted(abs(end) for end in (row.low, row.high))
        crosses = not math.isnan(row.low) and row.low < 0 < row.high
        side, sign = ("less", -1) if row.value < 0 else ("more", 1)
        inside = f" ({said(min(sign * row.low, sign * row.high), 3)} to {said(max(sign * row.low, sign * row.high), 3)})" if crosses else \
            f" ({said(ends[0], 3)} to {said(ends[1], 3)})" if not math.isnan(row.low) else ""  # fmt: skip
        return f"an offer of ours worth {said(abs(row.value), 3)}{inside} {row.unit} {side} than rivals'"
    told, what = with_interval(row.value, row.low, row.high), row.how.rpartition("; ")[2]
    return {
        "switching_cost": f"a switching cost of {told} {row.unit} (mean over buyers)",
        "time_horizon": f"a time horizon of {told} {row.unit} (mean over buyers)",
        "quality": f"a quality of {told} {row.unit}",
        "many_suppliers": f"a {what} of {told}",
        "purchase_cycle": f"a purchase occasion every {told} {row.unit}",
        "cost_per_account": f"a cost of {told} {row.unit} for an account",
    }.get(row.parameter, f"{what} at {told}")


def facts(search, story: "Story") -> dict:
    """What was asked, in plain words and numbers."""
    market = search.scenario.market
    notes = [
        f"aimed at {listed([f'{aim.moment} {aim.text}' for aim in search.aims])} under the strategy {spoken(search.strategy)} of "
        f"{search.scenario.name}",
        f"searched first with {search.small.market.buyers:,} buyers, then with all {market.buyers:,}; played at last with fresh luck",
    ]
    return {"targets": {aim.moment: aim.text for aim in search.aims}, "tolerances": {aim.moment: aim.tolerance for aim in search.aims},
            "strategy": search.strategy, "searched": [one.name for one in search.searched], "buyers": market.buyers,
            "reached": [bool(one) for one in story.reached], "period": market.period, "notes": notes}  # fmt: skip


@dataclass
class Story:
    """What the search has found, for telling."""

    search: object
    estimates: pd.DataFrame
    fit: pd.DataFrame
    best: np.ndarray
    sure: object
    reached: np.ndarray

    def headline(self) -> str:
        search, currency = self.search, self.search.scenario.market.currency
        aims = listed([phrase(aim, aim.value, currency, search.scenario.market.period) for aim in search.aims])
        has = listed([held(row) for row in self.estimates.itertuples()])
        plays = ", ".join(figure(aim, value, currency) for aim, value in zip(search.aims, self.fit.simulated, strict=True))
        if self.reached.all():
            return f"A market in which {aims} has {has}; it plays {plays}."
        return f"No market within the ranges shows all targets ({aims}). The nearest has {has}; it plays {plays}. {self.missed()}"

    def missed(self) -> str:
        """By how much targets are missed, and which ranges bind."""
        search, currency = self.search, self.search.scenario.market.currency
        rows = zip(search.aims, self.fit.simulated, self.reached, strict=True)
        gaps = [f"{spoken(aim.moment)} is {gap(aim, value, currency)}" for aim, value, reached in rows if not reached]
        bound = self.bound()
        return f"{capital(listed(gaps))}; " + (
            f"what binds: {listed(bound)}."
            if bound
            else "no end of a range binds: the targets contradict each other, or no parameter moves them."
        )

    def bound(self) -> list[str]:
        """Parameters that stand at an end of their range."""
        return [f"{one.name} at its {'lower' if share < 0.5 else 'upper'} end, {said(one.low if share < 0.5 else one.high, 3)}"
                for one, share in zip(self.search.searched, self.best, strict=True) if min(share, 1 - share) < EDGE]  # fmt: skip

    def can(self) -> list[str]:
        known = [row for row in self.estimates.itertuples() if not math.isnan(row.low)]
        lines = [
            f"{row.parameter} ({row.how.rpartition('; ')[2]}): {with_interval(row.value, row.low, row.high)} {row.unit}".rstrip()
            for row in known
        ]
        if self.sure.spare > 0:
            from scipy.stats import chi2

            chance = float(chi2.sf(self.sure.misfit, self.sure.spare))
            verdict = "the market contradicts the targets taken together" if chance < CERTAIN else "no contradiction shows"
            lines.append(f"More targets than they need: a test of the market itself (J = {self.sure.misfit:.2f}, {self.sure.spare} to "
                         f"spare, chance {chance:.2g}): {verdict}.")  # fmt: skip
        return lines or ["Nothing for sure: the targets leave every parameter open."]

    def cannot(self) -> list[str]:
        search = self.search
        lines = [] if self.reached.all() else [self.missed()]
        for direction in self.sure.open:
            names = [one.name for one in search.searched]
            parts = [(name, part) for name, part in zip(names, direction, strict=True) if abs(part) > 0.15]
            lines.append(f"Nothing here moves with {parts[0][0]}: no target tells of it." if len(parts) == 1 else ridge(parts))
        if self.sure.spare == 0 and not len(self.sure.open):
            lines.append("Whether the market is right: as many targets as parameters can be met by any model, so this is no test of fit.")
        cost = self.estimates[self.estimates.parameter == "switching_cost"]
        ours = search.scenario.sellers_under(search.strategy, 1)[search.scenario.focal]
        if len(cost) and cost.value.iloc[0] > ours.price:
            lines.append(f"Why buyers stay: a switching cost above the price of a unit ({said(ours.price)}) stands for every reason to "
                         "stay; tastes, contracts and fewer always-a-share buyers (--fit) would do part of it.")  # fmt: skip
        return [*lines, "Everything else: it is the scenario's assumption, and the intervals hold no doubt about it.",
                "What the figures are worth: intervals hold their tolerance and the luck of one market of "
                f"{search.scenario.market.buyers:,} buyers over all its periods; one year or a sample of accounts tells less."]  # fmt: skip


def gap(aim: Target, value: float, currency: str) -> str:
    """How far a moment stays from its target."""
    short = aim.value - value
    told = (
        f"{100 * abs(short):.1f} points"
        if aim.about.share
        else f"{said(abs(short), 3)}{'' if aim.moment == 'purchases' else ' ' + currency}"
    )
    return f"{told} {'short of' if short > 0 else 'above'} its target"


def ridge(parts: list[tuple[str, float]]) -> str:
    """Parameters that trade off: along the ridge, targets stay as they are."""
    up, down = (
        [name for name, part in parts if (part > 0) == (parts[0][1] > 0)],
        [name for name, part in parts if (part > 0) != (parts[0][1] > 0)],
    )
    way = f"{listed(up)} up with {listed(down)} down" if down else f"{listed(up)} up together"
    names = listed([name for name, _ in parts])
    return f"{names} one by one: near the market written, {way} leaves the targets as they are; it stays near the scenario."


def scenario_text(search, final, estimates: pd.DataFrame, name: str | None) -> str:
    """The scenario as YAML, commented: what the scenario stated it still states, and what was searched is marked data."""
    source, market = search.scenario, search.scenario.market
    aims = listed([phrase(aim, aim.value, market.currency, market.period) for aim in search.aims])
    lines = [
        comment(f"A market in which {aims}, found by tenure calibrate from {source.name}. Numbers marked data follow from the targets, "
                "with 95% intervals in brackets; every other number is an assumption: the other scenario's, or a default."),
        f"schema: 1\nname: {quoted(name or f'{source.name}, on target')}",
        "teaches: >-\n  For whoever knows only a few figures of the market: a market that shows them, to compare strategies in.",
        "",
        *(comment(f"{'data' if not math.isnan(row.low) else 'assumption'}: {row.parameter} = "
                  f"{with_interval(row.value, row.low, row.high, 4)} {row.unit} ({row.how}); {wanted(search.aims)}; sets "
                  f"{', '.join(paths(search, number, row.value))}")
          for number, row in enumerate(estimates.itertuples())),
        comment(f"assumption: all else is as in {source.name}; targets are those of the strategy {search.strategy}."),
    ]  # fmt: skip
    told = final.stated.values | {"baseline": search.strategy, "focal": final.focal, "runs": final.runs, "seed": final.seed}
    if final.word_of_mouth.file in final.files:
        told["word_of_mouth"] = told["word_of_mouth"] | {"file": str(final.files[final.word_of_mouth.file].resolve())}
    return "\n".join(lines + [section(name, value) for name, value in told.items() if name not in LEFT and value is not None]) + "\n"


def wanted(aims: list[Target]) -> str:
    return "target " + listed([f"{aim.moment} {aim.text}" for aim in aims])


def paths(search, number: int, value: float) -> list[str]:
    """Which paths of the scenario a parameter sets."""
    return [path for path, _, _ in search.searched[number].changes(value)]


def section(name: str, value) -> str:
    """A section of a scenario: a line for each of its parts."""
    if not isinstance(value, dict) or not value:
        return f"{flow(name)}: {flow(value)}"
    return "\n".join([f"\n{flow(name)}:", *(f"  {flow(part)}: {flow(inner)}" for part, inner in value.items())])
