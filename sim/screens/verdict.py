"""The verdict on one screen: the sentence first, then the figures side by side, why, and what to try next."""

import textwrap

from rich.text import Text

from sim.screens.paper import faint, grid, heading, interval_text
from sim.wording import amount, counted, signed, spoken

ROWS = {  # figure of the summary -> (words, how to say it)
    "profit": ("profit per buyer, {currency}", "money"),
    "retention": ("accounts kept in a year", "share"),
    "market_share": ("market share, last year", "share"),
    "share_of_wallet": ("share of wallet, last year", "share"),
    "accounts": ("accounts at the end", "count"),
    "account_worth": ("worth of an account won, {currency}", "money"),
    "cost_to_serve": ("cost to serve, {currency} a {period}", "money"),
    "satisfaction": ("satisfaction, {currency} a unit", "value"),
    "bond": ("bond, 0 to 1", "bond"),
}
MOST_COLUMNS = 4
BAR = 16  # letters of the longest bar
UP, DOWN = "#0072B2", "#D55E00"


def leading(comparison) -> str:
    """The strategy with the highest gain."""
    return str(comparison.gain.loc[comparison.gain.gain.idxmax(), "strategy"])


def verdict(comparison) -> list:
    """Everything that follows from the runs at hand."""
    return [*sentences(comparison), Text(), side_by_side(comparison), *why(comparison, leading(comparison)), *channels(comparison),
            *moves(comparison)]  # fmt: skip


def sentences(comparison) -> list[Text]:
    """The verdict on the leading strategy, then on the others."""
    first = leading(comparison)
    rest = [name for name in comparison.gain.sort_values("gain", ascending=False).strategy if name != first]
    return [Text(comparison.sentence(first), style="bold"), *(Text(comparison.sentence(name)) for name in rest)]


def said(kind: str, value: float) -> str:
    """A figure as its kind is said."""
    if value != value:
        return "–"
    if kind == "share":
        return f"{100 * value:.1f}%"
    return {
        "money": amount,
        "value": lambda number: f"{number:,.1f}" if abs(number) < 1000 else amount(number),
        "count": lambda number: f"{number:,.0f}",
        "bond": lambda number: f"{number:.2f}",
    }[kind](value)


def side_by_side(comparison):
    """The strategies in columns, the focal seller's figures in rows."""
    market, runs = comparison.scenario.market, comparison.runs.runs
    names = shown(comparison)
    headings = in_lines(names)
    first = f"{spoken(comparison.focal)}, {counted(runs, 'run')}\n(± half the 95% interval)"
    table, rows = grid(*headings, first=first), comparison.summary.set_index("strategy")
    for figure, (words, kind) in ROWS.items():
        cells = [figure_cell(rows.loc[name], figure, kind) for name in names]
        table.add_row(words.format(currency=market.currency, period=market.period), *cells, style="bold" if figure == "profit" else None)
    return table


def shown(comparison) -> list[str]:
    """The baseline and the strategies that gain most, as many as there are columns for."""
    best = comparison.gain.sort_values("gain", ascending=False).strategy.tolist()
    return [name for name in comparison.runs.strategies if name in [comparison.baseline, *best[: MOST_COLUMNS - 1]]]


def in_lines(names: list[str]) -> list[str]:
    """Strategies as narrow headings."""
    return ["\n".join(textwrap.wrap(spoken(name), 12, break_long_words=False)) for name in names]


def figure_cell(row, figure: str, kind: str) -> str:
    """One figure with its interval, where the table says one."""
    return interval_text(row[figure], row[f"{figure}_low"], row[f"{figure}_high"], lambda value: said(kind, value))


def why(comparison, strategy: str) -> list:
    """The gain by cause and buyer type, with bars; rows and columns sum to the gap."""
    table = comparison.why[comparison.why.strategy == strategy].pivot_table(index="cause", columns="buyer_type", values="gain", sort=False)
    table = table.loc[:, (table != 0).any()]
    table["all buyers"] = table.sum(axis=1)
    currency, reach = comparison.scenario.market.currency, float(table["all buyers"].abs().max()) or 1.0
    shown = grid(*(in_two_lines(kind) for kind in table), first=f"{currency} per buyer")
    shown.add_column("", no_wrap=True)
    for cause, row in table.iterrows():
        if (row != 0).any():
            shown.add_row(str(cause), *(signed(value) for value in row), bar(float(row["all buyers"]), reach))
    shown.add_section()
    total = table.sum()
    shown.add_row("sum", *(signed(value) for value in total), bar(float(total["all buyers"]), reach), style="bold")
    verb = "gains" if total["all buyers"] >= 0 else "loses"
    return [
        Text(),
        heading(f"Why {spoken(strategy)} {verb} {amount(abs(total['all buyers']))} {currency} per buyer, by cause and buyer type"),
        shown,
    ]


def channels(comparison) -> list:
    """Through which channels the focal seller won accounts, and by how much these are worth more than others like them."""
    found = comparison.channels
    if not len(found):
        return []
    names, rows = shown(comparison), found.set_index(["strategy", "channel"])
    table = grid(*in_lines(names), first="share of accounts won (worth beside others\nof the same type and period, where it differs)")
    for channel in dict.fromkeys(found.channel):
        table.add_row(spoken(channel), *(channel_cell(rows.loc[(name, channel)]) for name in names))
    return [Text(), heading(f"How {spoken(comparison.focal)} won its accounts"), table]


def channel_cell(row) -> str:
    """A channel's share of the accounts won; and how much more an account is worth that came through it, where that can be told."""
    sure = row.gap_low > 0 or row.gap_high < 0
    return said("share", row.share) + (f" ({100 * (row.ratio - 1):+.0f}%)".replace("-", "−") if sure else "")


def moves(comparison) -> list:
    """What sellers did in answer to the market under the strategies shown."""
    found = comparison.moves[comparison.moves.strategy.isin(shown(comparison))]
    if not len(found):
        return []
    table = grid("price\nat first", "at the\nend", "accounts pay\non top", "harvesting,\nof the time", "copies levels,\nof the runs",
                 first="seller, strategy")  # fmt: skip
    for row in found.to_dict("records"):
        table.add_row(f"{spoken(row['seller'])}, {spoken(row['strategy'])}", amount(row["price"]), amount(row["price_end"]),
                      *(said("share", row[name]) for name in ("premium_end", "harvesting", "copying")))  # fmt: skip
    return [Text(), heading("How sellers answered the market"), table]


def in_two_lines(kind: str) -> str:
    """A buyer type as a narrow heading."""
    return {"lost_for_good": "lost-\nfor-good", "always_a_share": "always-\na-share"}.get(kind, spoken(kind).replace(" ", "\n", 1))


def bar(value: float, reach: float) -> Text:
    """A bar from the middle: to the left for a loss, to the right for a gain."""
    half = BAR // 2
    length = min(round(abs(value) / reach * half), half)
    if value < 0:
        return Text(" " * (half - length) + "█" * length + "│" + " " * half, style=DOWN)
    return Text(" " * half + "│" + "█" * length + " " * (half - length), style=UP)


def flips(changes: list, most: int = 3) -> list:
    """What would turn the answer, nearest first."""
    if not changes:
        return [Text(), heading("What would flip the answer"), Text("  No single change within reach does.")]
    return [Text(), heading("What would flip the answer"), *(Text(f"  {change.sentence}") for change in changes[:most])]


def next_steps(name: str, strategy: str) -> list:
    """Commands to go on with."""
    steps = [
        (f"tenure trace {name}", "one buyer's two lives, side by side"),
        (f"tenure compare {name} --set market.periods=36", "the same question with another value"),
        (f"tenure new mine.yaml --from {name}", "a file of your own to change"),
        ("tenure list", "other markets, and what they teach"),
    ]
    width = max(len(command) for command, _ in steps)
    return [Text(), heading("Next"), *(Text.assemble(f"  {command:<{width}}", (f"  {words}", "dim")) for command, words in steps)]


def rests_on(comparison) -> Text:
    """What the numbers rest on, in one faint line."""
    market = comparison.scenario.market
    return faint(
        f"{comparison.scenario.name} · {counted(comparison.runs.runs, 'paired run')} · {counted(market.buyers, 'buyer')} · "
        f"{counted(market.periods, market.period)} · seed {comparison.runs.seed}"
    )
