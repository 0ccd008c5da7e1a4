"""Scenario files on the screen: the list, the explanation, the difference."""

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from sim.screens.paper import faint, heading
from sim.wording import counted, listed, name_of_type, spoken


def catalogue(found: dict) -> list:
    """The shipped scenarios: name, and whom they teach what."""
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True, style="bold")
    table.add_column()
    for name, teaches in found.items():
        table.add_row(name, teaches)
    return [
        table,
        Text(),
        faint("tenure compare NAME plays one; tenure explain NAME says what is in it; tenure new FILE --from NAME makes it yours."),
    ]


def explanation(scenario, rows: list, whole: bool = True) -> list:
    """Every value in words, section by section; where what is off is told in short, a last line says so."""
    lines, section = [Text(f"{scenario.name}: {counted(len(rows), 'value')}", style="bold"), Text(scenario.teaches)], None
    for row in rows:
        if row.section != section:
            section = row.section
            lines += [Text(), heading(section)]
        lines.append(
            Text.assemble(f"  {row.path} = ", (row.value, "bold"), f" {row.unit}" if row.unit else "", (f"  [{row.origin}]", "dim"))
        )
        lines.append(faint(f"      {row.meaning}" + (f" ({row.source})" if row.source else "")))
    return lines if whole else [*lines, Text(), faint("What is off is told in short; --all shows its numbers and their sources too.")]


def differences(first: str, second: str, rows: list) -> list:
    """What differs between two scenarios."""
    if not rows:
        return [Text(f"{first} and {second} say the same in every value.")]
    table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1), show_edge=False)
    table.add_column("value", no_wrap=True)
    table.add_column(first, overflow="fold", ratio=1)
    table.add_column(second, overflow="fold", ratio=1)
    for row in rows:
        table.add_row(row.path, row.first or "–", row.second or "–")
    return [table, Text(f"{counted(len(rows), 'value')} {'differs' if len(rows) == 1 else 'differ'}.")]


def sound(name: str, scenario) -> str:
    """What a file that is in order holds."""
    market, types = scenario.market, [kind for kind, buyer in scenario.buyers.items() if buyer.share > 0]
    return (
        f"{name} is in order: {counted(market.buyers, 'buyer')} ({listed([name_of_type(kind) for kind in types])}), "
        f"{counted(len(scenario.sellers), 'seller')}, {counted(market.periods, market.period)}, "
        f"strategies {listed([spoken(strategy) for strategy in scenario.strategies])}, {counted(scenario.runs, 'run')}."
    )
