"""One strategy's results: seller by seller, type by type, and beside what was observed."""

from rich.text import Text

from sim.screens.paper import faint, grid, heading, interval_text
from sim.screens.verdict import said
from sim.wording import amount, counted, name_of_type, percent, spoken

COLUMNS = {  # figure -> (heading, kind)
    "profit": ("profit\nper buyer", "money"),
    "accounts": ("accounts\nat the end", "count"),
    "market_share": ("market\nshare", "share"),
    "retention": ("kept in\na year", "share"),
    "share_of_wallet": ("share of\nwallet", "share"),
    "cost_to_serve": ("cost to\nserve", "money"),
    "bond": ("bond", "bond"),
}


CHANNELS = ("own_search", "advertising", "word_of_mouth", "partner")


def study(runs, strategy: str, sellers, types, channels) -> list:
    """The screen of `tenure run`: `overview.by_seller`, `by_type` and `by_channel`."""
    scenario, market = runs.scenario, runs.scenario.market
    about = (
        f"{scenario.name}, strategy {spoken(strategy)}: {counted(runs.runs, 'run')} of {counted(market.buyers, 'buyer')} over "
        f"{counted(market.periods, market.period)}, seed {runs.seed}"
    )
    units = f"mean ± half its 95% interval; money in {market.currency}; cost to serve per account and {market.period}"
    return [
        Text(about, style="bold"),
        faint(units),
        Text(),
        figures(sellers, "seller", spoken, f"with {spoken(scenario.focal)} in bold", scenario.focal),
        Text(),
        figures(types, "buyer_type", name_of_type, f"{spoken(scenario.focal)}, by buyer type", None),
        *won_through(channels, scenario.focal, market.currency),
    ]


def won_through(channels, focal: str, currency: str) -> list:
    """Through which channels the sellers won their accounts, and what that cost; nothing where all came by own search."""
    if not len(channels):
        return []
    headings = [*(spoken(name).replace(" ", "\n", 1) for name in CHANNELS), f"{currency} for\nan account"]
    shown = grid(*headings, first="accounts won, by channel")
    for row in channels.to_dict("records"):
        cells = [*(said("share", row[name]) for name in CHANNELS), said("money", row["cost_to_win"])]
        shown.add_row(spoken(row["seller"]), *cells, style="bold" if row["seller"] == focal else None)
    return [Text(), shown]


def figures(table, rows: str, name_of, title: str, bold: str | None):
    """Rows of figures; only profit and share carry their intervals, for want of room."""
    shown = grid(*(heading for heading, _ in COLUMNS.values()), first=title)
    for row in table.to_dict("records"):
        cells = [cell(row, figure, kind) for figure, (_, kind) in COLUMNS.items()]
        shown.add_row(name_of(row[rows]), *cells, style="bold" if row[rows] == bold else None)
    return shown


def cell(row: dict, figure: str, kind: str) -> str:
    if figure in ("profit", "market_share"):
        return interval_text(row[figure], row[f"{figure}_low"], row[f"{figure}_high"], lambda value: said(kind, value))
    return said(kind, row[figure])


def observed(cells) -> list:
    """The simulated market beside the real one, cell by cell."""
    table = grid("observed", "simulated", "difference", "", first="cell")
    for row in cells.itertuples():
        verdict = "" if row.within is None else "within" if row.within else "OUT"
        table.add_row(
            row.cell,
            percent(row.observed, 1),
            percent(row.simulated, 1),
            f"{100 * row.difference:+.1f} points".replace("-", "−"),
            verdict,
            style="bold" if verdict == "OUT" else None,
        )
    judged = [row.within for row in cells.itertuples() if row.within is not None]
    total = (
        f"{sum(judged)} of {counted(len(judged), 'cell')} within the limits that the scenario sets."
        if judged
        else "The scenario sets no limits."
    )
    return [heading("Beside what was observed"), table, Text(total)]


def sentence(runs, strategy: str, sellers) -> str:
    """What the focal seller comes to, in a sentence."""
    row, market = sellers.set_index("seller").loc[runs.scenario.focal], runs.scenario.market
    profit = interval_text(row.profit, row.profit_low, row.profit_high, amount)
    return (
        f"Under {spoken(strategy)} {spoken(runs.scenario.focal)} earns {profit} {market.currency} per buyer over "
        f"{counted(market.periods, market.period)} and sells {percent(row.market_share, 1)} of all units in the last year."
    )
