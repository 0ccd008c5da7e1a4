"""A study of sensitivity: what decides, how much, and where the recommendation fails."""

import math

from rich.text import Text

from sim.screens.paper import faint, grid, heading
from sim.wording import amount, between, capital, counted, percent, signed, spoken

NAME = 42  # letters of a factor's name in a table


def result(found) -> list:
    """Everything that came out of a study, for a screen."""
    return [
        Text(found.sentence(), style="bold"),
        Text(own(found)),
        *(screening(found) if found.effects is not None else ()),
        *(shares(found) if found.indices is not None else ()),
        *(pairs(found) if found.second is not None and len(found.second) else ()),
        *(boxes(found) if found.where is not None and found.where.boxes else ()),
        *notes(found),
    ]


def own(found) -> str:
    """The gain where the scenario stands."""
    gain, currency = found.own, found.scenario.market.currency
    return (
        f"Where the scenario stands, {spoken(found.strategy)} gains {signed(float(gain.mean))} {currency} a buyer over "
        f"{spoken(found.baseline)} (95% interval {between(float(gain.low), float(gain.high))})."
    )


def screening(found) -> list:
    """Elementary effects, the largest first."""
    title = f"Elementary effects on {about(found)}, over a parameter's whole range (Morris)"
    shown = grid("size, on average", "95% interval", "with its sign", "spread", first="")
    for row in found.effects.sort_values("mu_star", ascending=False, kind="stable").to_dict("records"):
        name = Text(cut(row["name"]), style="" if _kept(found, row["factor"]) else "dim")
        interval = between(row["mu_star_low"], row["mu_star_high"])
        shown.add_row(name, say(found, row["mu_star"]), interval, say(found, row["mu"]), say(found, row["sigma"]))
    return [Text(), heading(title), shown]


def shares(found) -> list:
    """Sobol's indices, the largest total first; luck as a row of its own."""
    title = f"What explains the variance of {about(found)} (Sobol): by itself, and with all it has a part in"
    shown = grid("by itself", "95% interval", "in all", "95% interval", first="")
    for row in found.indices.sort_values("total", ascending=False, kind="stable").to_dict("records"):
        interval = [f"{share(row[f'{name}_low'])} to {share(row[f'{name}_high'])}" for name in ("first", "total")]
        shown.add_row(cut(row["name"]), share(row["first"]), interval[0], share(row["total"]), interval[1])
    value, low, high = found.explained(found.indices.factor.tolist())
    shown.add_row("all, each by itself", share(value), f"{share(low)} to {share(high)}", "", "", style="dim")
    luck = found.luck["sobol"]["of_the_mean"]
    shown.add_row("luck, within the figures above", "", "", "–" if math.isnan(luck) else share(luck, 1), "", style="dim")
    return [Text(), heading(title), shown]


def pairs(found) -> list:
    """Second-order indices, the largest first."""
    shown = grid("second-order index", "95% interval", first="two together, beyond each by itself")
    for row in found.second.sort_values("second", ascending=False, kind="stable").head(10).to_dict("records"):
        shown.add_row(cut(row["names"], 64), share(row["second"]), f"{share(row['second_low'])} to {share(row['second_high'])}")
    return [Text(), shown]


def boxes(found) -> list:
    """Where the recommendation fails: each restriction with how sure it is."""
    from sim.experiments.sensitivity.words import condition

    of, lines = {one.key: one for one in found.factors}, [Text(), heading("Where the recommendation fails (PRIM)")]
    shown = grid("of all that fail", "fails there", "quasi-p", "again on half", first="")
    for box in found.where.boxes:
        for number, row in enumerate(box.limits.itertuples()):
            whole = (share(box.coverage), share(box.density)) if not number else ("", "")
            words = ("" if not number else "and ") + condition(of[row.parameter], row)
            shown.add_row(cut(words, 60), *whole, small(row.quasi_p), share(row.again))
    return [*lines, shown]


def notes(found) -> list:
    """How far the numbers carry, and what the ranges rest on."""
    said = found.warnings()
    if found.assumed:
        said.append(
            "Nobody said what varies: the ranges are assumptions around the scenario's own values (in varies.parquet); name your own with "
            "--vary PATH=LOW..HIGH, or in the scenario's section sweep."
        )
    return [Text(), *map(Text, said)] if said else []


def kept(folder) -> str:
    """Where everything is."""
    return f"Results are in {folder}: experiment.json, tables as Parquet, the markets in played/."


def rests_on(found) -> Text:
    """What the numbers rest on, in one faint line."""
    scenario, parts = found.scenario, []
    if found.effects is not None:
        parts.append(f"{found.laid.trajectories} trajectories of {len(found.effects) + 1} points")
    if found.points is not None:
        parts.append(f"{counted(len(found.points), 'point')} for the indices")
    words = [scenario.name, *parts, f"{counted(found.runs, 'run')} each", counted(scenario.market.buyers, "buyer"), f"seed {scenario.seed}"]
    return faint(" · ".join(words))


def about(found) -> str:
    """The outcome that the tables are about, with its unit."""
    from sim.experiments.sensitivity.words import outcome_words

    money = f", {found.scenario.market.currency}" if found.money else ""
    return f"{outcome_words(found)}{money}"


def say(found, value: float) -> str:
    """A value of the outcome."""
    return amount(value) if found.money else f"{value:,.3g}".replace("-", "−")


def share(value: float, decimals: int = 0) -> str:
    """A share as a percentage, below nought too: an estimate may lie there."""
    text = percent(abs(value), decimals)
    return f"−{text}" if value < 0 and text != percent(0, decimals) else text


def small(p: float) -> str:
    """A p-value."""
    return "<0.001" if p < 0.001 else f"{p:.3f}"


def cut(text: str, most: int = NAME) -> str:
    """A name of so many letters at most."""
    text = capital(text)
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _kept(found, factor: str) -> bool:
    return found.indices is None or factor in set(found.indices.factor)
