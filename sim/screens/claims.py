"""The claims of the literature on a screen: twelve lines, or one claim in full."""

from rich.text import Text

from sim.experiments.claims.contrasts import FAILS, GAIN, HOLDS, IN_PART, UNDECIDED
from sim.screens.paper import faint, grid, heading
from sim.wording import amount, counted, percent, signed

WIDEST = 27  # letters of a name
COLOURS = {HOLDS: "#0072B2", IN_PART: "#009E73", FAILS: "#D55E00", UNDECIDED: "dim"}


def result(found) -> list:
    """Everything that came out: a table where several claims were asked for, one claim in full where one was."""
    return in_full(found) if len(found.asked) == 1 else [Text(found.sentence(), style="bold"), Text(), lines(found), *why_not(found)]


def lines(found):
    """A line for each claim: verdict, how many of its headline contrasts hold, how robust it is, and the finding in a sentence."""
    shown = grid(first="claim")
    shown.columns[0].max_width = WIDEST
    shown.add_column("verdict", no_wrap=True)
    if len(found.points):
        shown.add_column(f"of {counted(len(found.points), 'point')}", no_wrap=True)
    shown.add_column("what comes out, with its figures", ratio=1)
    for row in found.verdicts.to_dict("records"):
        name = Text(f"{row['claim']} {row['title']}\n{row['who']} {row['year']}", style="")
        robust = [Text(f"{row[HOLDS] * row['points']:.0f} hold\n{row[IN_PART] * row['points']:.0f} in part")] if len(found.points) else []
        shown.add_row(name, spoken_verdict(row), *robust, Text(row["said"]), end_section=True)
    return shown


def spoken_verdict(row: dict) -> Text:
    """The verdict, and how many of the headline contrasts hold."""
    return Text.assemble((row["verdict"], f"bold {COLOURS[row['verdict']]}"), f"\n{row['holding']} of {row['headlines']} parts")


def why_not(found) -> list:
    """Of the claims that do not hold throughout: when and why."""
    rows = [row for row in found.verdicts.to_dict("records") if row["verdict"] != HOLDS]
    if not rows:
        return []
    return [Text(), heading("Where the model departs from the literature, and why"),
            *(Text(f"{row['claim']}  {row['why']}") for row in rows)]  # fmt: skip


def in_full(found) -> list:
    """One claim: its sentence, how it is measured, what decides it, why, how robust it is, and every figure."""
    claim, row = found.asked[0], found.verdicts.iloc[0].to_dict()
    return [Text(f"{claim.number}  {claim.title} ({claim.who}, {claim.year})", style="bold"), Text(claim.sentence), Text(),
            heading("How it is measured"), Text(claim.measured), Text(), heading(f"What comes out: it {verb(row['verdict'])}"),
            Text(claim.in_a_sentence(found.contrasts[claim.number])), Text(), heads(found), *because(claim, row), *robust(found, row),
            Text(), heading("Every figure (95% intervals over paired runs; 'gain' decides nothing)"), everything(found)]  # fmt: skip


def verb(verdict: str) -> str:
    """A verdict as a verb."""
    return "is undecided" if verdict == UNDECIDED else verdict


def because(claim, row: dict) -> list:
    """When and why it departs from the claim, or what to know of one that holds."""
    if not claim.why:
        return []
    return [Text(), heading("What to know about it" if row["verdict"] == HOLDS else "When and why"), Text(claim.why)]


def heads(found):
    """The contrasts that decide the claim, declared before they were played."""
    columns = ["", "95% interval", "unit", *(["holds at"] if len(found.points) else []), "verdict"]
    shown = grid(*columns, first="decided by")
    shown.columns[0].ratio = 1
    for row in found.headlines.to_dict("records"):
        at = [f"{row[HOLDS] * row['points']:.0f} of {row['points']}"] if len(found.points) else []
        cells = [signed(row["mean"]), between(row["low"], row["high"]), row["unit"], *at]
        shown.add_row(row["words"], *cells, Text(row["verdict"], style=COLOURS[row["verdict"]]))
    return shown


def between(low: float, high: float) -> str:
    return f"{amount(low)} to {amount(high)}"


def robust(found, row: dict) -> list:
    """The share of points of the defaults' plausible ranges with each verdict."""
    if not row["points"]:
        return []
    shares = ", ".join(f"{name} at {row[name] * row['points']:.0f}" for name in (HOLDS, IN_PART, FAILS, UNDECIDED))
    words = (f"At {counted(row['points'], 'point')} of a Latin hypercube over the plausible ranges of the defaults, played smaller: "
             f"{shares}. "
             f"So it holds throughout in {percent(row[HOLDS])} ({percent(row['low'])} to {percent(row['high'])}) of them.")  # fmt: skip
    return [Text(), heading("How robust it is"), Text(words)]


def everything(found):
    """Every contrast of the claim."""
    shown = grid("", "95% interval", "verdict", first="")
    shown.columns[0].ratio = 1
    for row in found.table.itertuples():
        style = "dim" if row.part == GAIN else ""
        alone = row.low == row.high == row.mean
        cells = [f"{row.mean:,.2f}".replace("-", "−"), "" if alone else between(row.low, row.high), row.verdict]
        shown.add_row(Text(row.case, style=style), *(Text(cell, style=style) for cell in cells))
    return shown


def rests_on(found) -> Text:
    """What the numbers rest on, in one faint line."""
    runs = f"{counted(found.runs, 'run')} each" if found.runs else "20 to 100 runs each"
    many = len(found.points)
    points = f" · {counted(many, 'point')} of the defaults' ranges, where undecided may mean too few runs" if many else ""
    return faint(f"default market, one set of defaults · {runs} · seed {found.seed}{points}")
