"""The claims of the literature as pictures: what decides each, with its interval, and how it stands with all of them."""

import textwrap
from typing import TYPE_CHECKING

from sim.experiments.claims.contrasts import FAILS, HOLDS, IN_PART, UNDECIDED
from sim.plots.style import BODY, INK, LINES, QUIET, SMALL, canvas, finish, styled
from sim.wording import amount, capital, counted, signed

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLOURS = {HOLDS: "#0072B2", IN_PART: "#009E73", FAILS: "#D55E00", UNDECIDED: "#7A7A7A"}
MARKS = {HOLDS: "o", FAILS: "X", UNDECIDED: "D"}
WORDS = {HOLDS: "this contrast holds", FAILS: "it fails", UNDECIDED: "undecided"}
LINEAR = 5  # per cent: within it the overview's scale is even, beyond it logarithmic
ROW, CLAIM_ROW = 0.76, 0.68  # inches


@styled
def overview(found) -> "Figure":
    """All claims: a row each, in it every contrast that decides it, in % of its own standard, to the right where it is as claimed."""
    rows, heads = found.verdicts, found.headlines
    figure, axes = canvas(height=2.6 + CLAIM_ROW * len(rows), width=13.0)
    finish(figure, found.sentence().rstrip("."), source(found), left=3.75, right=2.95, bottom=0.95, top=0.5)
    for place, row in enumerate(rows.to_dict("records")):
        band(axes, place)
        claimed(axes, place, row)
        dots(axes, place, heads[heads.claim == row["claim"]].to_dict("records"))
    axes.set_ylim(len(rows) - 0.5, -0.5)
    stretched(axes, heads)
    axes.axvline(0, color=QUIET, linewidth=1.2, zorder=1)
    axes.set_yticks([])
    axes.set_xlabel("against the claim  ←  % of the contrast's own standard (such as profit)  →  as claimed", fontsize=BODY - 1)
    key(axes, heads)
    return figure


def band(axes: "Axes", place: int) -> None:
    """Every other row shaded."""
    if place % 2 == 0:
        axes.axhspan(place - 0.5, place + 0.5, color="#F3F3F3", linewidth=0, zorder=0)


def claimed(axes: "Axes", place: int, row: dict) -> None:
    """What is claimed by whom at the left, the verdict at the right."""
    left, right = beside(axes, 0.25), beside(axes, axes.figure.get_size_inches()[0] - 2.8)
    who = textwrap.shorten(f"{row['who']} {row['year']}", 46, placeholder=" …")
    axes.text(0, place - 0.17, f"{row['claim']}  {row['title']}", transform=left, fontsize=BODY - 1, fontweight="bold", va="center")
    axes.text(0, place + 0.21, who, transform=left, fontsize=SMALL - 1, color=QUIET, va="center")
    many = row["points"]
    robust = f"; at {row[HOLDS] * many:.0f} of {many} points all" if many else ""
    axes.text(0, place - 0.17, row["verdict"], transform=right, fontsize=BODY - 1, fontweight="bold", va="center",
              color=COLOURS[row["verdict"]])  # fmt: skip
    axes.text(0, place + 0.21, f"{row['holding']} of {row['headlines']} contrasts{robust}", transform=right, fontsize=SMALL - 1,
              color=QUIET, va="center")  # fmt: skip


def beside(axes: "Axes", inches: float):
    """A transform whose x counts from so many inches of the figure, y from the rows."""
    from matplotlib.transforms import ScaledTranslation, blended_transform_factory

    start = ScaledTranslation(inches, 0, axes.figure.dpi_scale_trans)
    return blended_transform_factory(axes.figure.dpi_scale_trans + start, axes.transData)


def dots(axes: "Axes", place: int, heads: list[dict]) -> None:
    """The contrasts of a claim, below each other within its row."""
    step = min(0.16, 0.84 / max(len(heads), 1))
    for number, head in enumerate(heads):
        at(axes, place + step * (number - (len(heads) - 1) / 2), head, 6)


def at(axes: "Axes", height: float, head: dict, size: float) -> None:
    """A contrast with its 95% interval: colour and shape say its verdict."""
    colour = COLOURS[head["verdict"]]
    axes.plot([head["relative_low"], head["relative_high"]], [height, height], color=colour, linewidth=2, zorder=3, solid_capstyle="butt")
    axes.plot([head["relative"]], [height], MARKS[head["verdict"]], color=colour, markersize=size, zorder=4, markeredgecolor="white",
              markeredgewidth=0.7)  # fmt: skip


def stretched(axes: "Axes", heads) -> None:
    """A scale that is even about nought and logarithmic beyond, as small and large contrasts stand side by side."""
    from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

    most = max(abs(heads[["relative_low", "relative_high"]].to_numpy()).max() * 1.15, 2 * LINEAR)
    axes.set_xscale("symlog", linthresh=LINEAR, linscale=0.7)
    axes.set_xlim(-most, most)
    ticks = [value for value in (0, 5, 20, 100, 500, 2500) if value <= most]
    axes.xaxis.set_major_locator(FixedLocator(sorted({*ticks, *(-value for value in ticks)})))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}".replace("-", "−")))
    axes.grid(axis="x", color=LINES, linewidth=0.8, zorder=0)


def key(axes: "Axes", heads) -> None:
    """What shapes and colours mean, above the rows."""
    from matplotlib.lines import Line2D

    shown = [verdict for verdict in MARKS if (heads.verdict == verdict).any()]
    marks = [Line2D([], [], color=COLOURS[verdict], marker=MARKS[verdict], markersize=7, linewidth=2) for verdict in shown]
    axes.legend(marks, [WORDS[verdict] for verdict in shown], loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3, frameon=False,
                fontsize=SMALL, handlelength=2.2, columnspacing=2)  # fmt: skip


@styled
def claim(found, number: str) -> "Figure":
    """One claim: the contrasts that decide it, each in words, in % of its standard and in its own unit."""
    row = found.verdicts.set_index("claim").loc[number]
    heads = found.headlines[found.headlines.claim == number].to_dict("records")
    figure, axes = canvas(height=2.75 + ROW * len(heads), width=13.0)
    finish(figure, finding(number, row), source(found), left=4.7, right=3.7, bottom=1.0, top=0.3)
    aside = axes.get_yaxis_transform()
    for place, head in enumerate(heads):
        band(axes, place)
        at(axes, place, head, 11)
        words = lines(head["words"], 46)
        below = 0.13 * (1 + words.count("\n"))
        axes.text(-0.02, place - 0.12, words, transform=aside, ha="right", va="center", fontsize=SMALL, linespacing=1.25)
        axes.text(-0.02, place + 0.06 + below, f"100%: {head['standard']}", transform=aside, ha="right", va="center", fontsize=SMALL - 2,
                  color=QUIET)  # fmt: skip
        axes.text(1.02, place - 0.16, f"{head['verdict']}: {said(head)}", transform=aside, va="center", fontsize=SMALL, fontweight="bold",
                  color=COLOURS[head["verdict"]])  # fmt: skip
        axes.text(1.02, place + 0.2, f"{amount(head['low'])} to {amount(head['high'])}{elsewhere(head)}", transform=aside, va="center",
                  fontsize=SMALL - 1, color=QUIET)  # fmt: skip
    axes.set_ylim(len(heads) - 0.5, -0.5)
    axes.set_yticks([])
    axes.axvline(0, color=INK, linewidth=1.2, zorder=1)
    low, high = min(0, *(head["relative_low"] for head in heads)), max(0, *(head["relative_high"] for head in heads))
    room = 0.08 * (high - low or 1)
    axes.set_xlim(low - room, high + room)
    axes.set_xlabel("against the claim  ←  %  →  as claimed", fontsize=BODY - 2)
    return figure


def said(head: dict) -> str:
    """The figure with its unit."""
    unit = "" if head["unit"] == "of a correlation" else head["unit"]
    return f"{signed(head['mean'])}{'' if unit in ('', '%') else ' '}{unit}"


def elsewhere(head: dict) -> str:
    """At how many points of the defaults' ranges the contrast holds."""
    return f"; holds at {head[HOLDS] * head['points']:.0f} of {head['points']} points" if head["points"] else ""


def lines(words: str, most: int) -> str:
    return "\n".join(textwrap.wrap(capital(words), most))


def finding(number: str, row) -> str:
    """The verdict in a sentence."""
    verdict = "is undecided" if row.verdict == UNDECIDED else row.verdict
    many = "all" if row.holding == row.headlines else f"{row.holding} of"
    return f"{number}, {row.title} ({row.who} {row.year}), {verdict}: {many} {counted(row.headlines, 'contrast')} as claimed"


def source(found) -> str:
    """What a figure rests on."""
    points = "" if not len(found.points) else f" · {counted(len(found.points), 'point')} of the defaults' plausible ranges, played smaller"
    runs = f"{found.runs} runs each" if found.runs else "20 to 100 paired runs each"
    return f"Tenure · default market, one set of defaults · 95% intervals, {runs} · seed {found.seed}{points}"
