"""What the model leaves out, on the screen: in general, or for one market."""

from rich.text import Text

from sim.screens.paper import faint, heading
from sim.wording import counted


def general(limits, conditional: set[str]) -> list:
    """Every limit in full; conditional: names of those that hold only in some markets."""
    first = Text(f"What the model leaves out, the weightiest first ({counted(len(limits), 'limit')})", style="bold")
    last = faint("tenure limits FILE says which of them touch a market of yours, and what of it is assumed.")
    return [first, *in_full(limits, conditional), Text(), last]


def of_market(scenario, told, assumed, by_section: str, whole: bool) -> list:
    """Which limits touch a market, in full; the others in a sentence; what of it is assumed."""
    many, of = len(told.touching), len(told.touching) + len(told.others)
    lines = [Text(f"{scenario.name}: {many} of {of} limits of the model touch it", style="bold"), *in_full(told.touching)]
    if told.others:
        lines += [Text(), heading("The model also leaves out"), *(Text(f"  {one.left_out}") for one in told.others)]
    lines += [Text(), heading("What of it is assumed"), Text(assumed.sentence())]
    if assumed.deciding:
        lines += [Text("Those that decide most often:"), *values(assumed.deciding)]
    if assumed.others and whole:
        lines += [Text("The others:"), *values(assumed.others)]
    elif assumed.others:
        lines += [faint(f"Also {by_section}; --all shows them, tenure explain has every value.")]
    return lines


def in_full(limits, conditional: set[str] = frozenset()) -> list:
    """Limits, each with why it matters, which way it may push the answer, and what to do."""
    lines = []
    for one in limits:
        some = Text("  [in some markets]" if one.name in conditional else "", style="dim")
        lines += [Text(), Text(one.left_out, style="bold").append_text(some), Text(f"{one.matters} {one.pushes}"), Text(f"→ {one.remedy}")]
    return lines


def values(rows: list) -> list:
    """Values with what they are and why they are what they are."""
    lines = []
    for row in rows:
        lines += [
            Text.assemble(f"  {row.path} = ", (row.value, "bold"), f" {row.unit}" if row.unit else ""),
            faint(f"      {row.meaning} ({row.source})"),
        ]
    return lines
