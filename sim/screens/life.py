"""One buyer's two lives, side by side."""

import math

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from sim.screens.paper import faint
from sim.wording import amount, name_of_type, spoken

SAME = "the same"


def life(trace) -> list:
    """The screen of `tenure trace`: who the buyer is, what happened when, and what differed."""
    market = trace.scenario.market
    first, second = trace.strategies
    table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1), show_edge=False, expand=True)
    table.add_column(market.period, justify="right", no_wrap=True)
    table.add_column(f"under {spoken(first)}", ratio=1)
    table.add_column(f"under {spoken(second)}", ratio=1)
    for row in trace.events.to_dict("records"):
        table.add_row(str(row["period"]), *sides(row[first], row[second]), style="bold" if row["period"] == trace.parting else None)
    who = f"Buyer {trace.buyer:,} of {market.buyers:,}, {name_of_type(trace.buyer_type)}, in run {trace.run} of {trace.scenario.name}"
    return [Text(who, style="bold"), faint(about(trace)), Text(), table, Text(), Text(trace.sentence()), *hint(trace)]


def hint(trace) -> list[Text]:
    """Where to find a more telling buyer."""
    return [] if trace.parting is not None else [faint("Leave out --buyer to follow one whose two lives differ.")]


def sides(one: str, other: str) -> tuple[Text, Text]:
    """What happened in one period in either life."""
    if one == other:
        return Text(one, style="dim"), Text(SAME, style="dim")
    return Text(one or "–"), Text(other or "–")


def about(trace) -> str:
    """What the buyer is like."""
    drawn, currency, period = trace.attributes, trace.scenario.market.currency, trace.scenario.market.period
    words = [
        f"switching cost {amount(drawn['switching_cost'])} {currency} a unit",
        f"horizon {drawn['time_horizon']:.0f} {period}s",
        "once lost, lost for good" if math.isinf(drawn["return_cost"]) else f"return cost {amount(drawn['return_cost'])} {currency} a unit",
        f"relationship orientation {drawn['relationship_orientation']:.2f}",
        f"voice {drawn['voice']:.2f}",
    ]
    if drawn["purchase_rate"] > 0:
        words.append(f"buys every {1 / drawn['purchase_rate']:.3g} {period}s")
    return " · ".join(words)
