"""Where the money goes, and why one strategy earns more than another."""

from typing import TYPE_CHECKING

from sim import measures
from sim.offers import discount_per_period
from sim.plots.profit import leading
from sim.plots.style import BODY, GAIN, LINES, LOSS, QUIET, SUM, WIDTH, canvas, colours, finish, money_axis, source_line, styled
from sim.wording import amount, capital, name_of_type, percent, signed, spoken

if TYPE_CHECKING:
    from matplotlib.figure import Figure

STEPS = {  # what revenue goes to, in the order of the fall; columns of the period table
    "cost of goods": ("goods_cost",),
    "tending accounts": ("service_cost", "contact_cost", "listening_cost"),
    "solving problems": ("resolution_cost",),
    "setting accounts up": ("setup_cost",),
    "winning accounts": ("acquisition_cost", "referral_reward", "commission"),
    "advertising and programmes": ("advertising_cost", "programme_cost"),
    "relationship budget": ("budget_to_serve", "budget_to_win"),
}


@styled
def money_flow(comparison) -> "Figure":
    """Revenue down to profit, per buyer and discounted, the strategies side by side."""
    rows, paint = falls(comparison), colours(comparison)
    names = [step for step in rows if step in ("revenue", "profit") or any(high > low for low, high in rows[step].values())]
    figure, axes = canvas(height=2.0 + 0.34 * len(names) * (len(paint) + 0.6))
    slot = 0.8 / len(paint)
    most = max(high for step in rows.values() for _, high in step.values()) or 1.0
    for row, step in enumerate(names):
        for place, (name, (low, high)) in enumerate(rows[step].items()):
            y = row - 0.4 + slot * (place + 0.5)
            axes.barh(y, high - low, left=low, height=slot * 0.9, color=paint[name], alpha=1 if step in ("revenue", "profit") else 0.6)
            bar_label(axes, step, name, (low, high), y, paint[name], most)
    axes.set_ylim(len(names) - 0.45, -0.55)
    axes.set_xlim(min(0, 1.05 * min(low for step in rows.values() for low, _ in step.values())), 1.16 * most)
    axes.set_yticks(range(len(names)), names)
    axes.tick_params(axis="y", length=0)
    axes.axvline(0, color=QUIET, linewidth=1)
    axes.set_xlabel(f"{comparison.scenario.market.currency} per buyer, discounted to the first {comparison.scenario.market.period}")
    money_axis(axes.xaxis)
    return finish(figure, money_finding(comparison, rows), source_line(comparison), left=0.6 + 0.115 * max(map(len, names)))


def bar_label(axes, step: str, name: str, span: tuple[float, float], y: float, colour: str, most: float) -> None:
    """The amount beside a bar; the strategy's name within its revenue, or beside where it is too short."""
    low, high = span
    said = amount(high - low) if step in ("revenue", "profit") else amount(low - high) if high > low else ""
    if step == "profit" and low < 0:
        said = amount(low)
    inside = step == "revenue" and high > 0.35 * most
    if step == "revenue" and not inside:
        said += f"  {spoken(name)}"
    if inside:
        axes.annotate(
            spoken(name), (0, y), (8, 0), textcoords="offset points", va="center", color="white", fontsize=BODY - 1, fontweight="bold"
        )
    axes.annotate(said, (high, y), (5, 0), textcoords="offset points", va="center", color=colour, fontsize=BODY - 1, fontweight="bold")


def falls(comparison) -> dict[str, dict[str, tuple[float, float]]]:
    """Each step of the fall from revenue to profit: step -> strategy -> (low, high), money per buyer."""
    worth = present_values(comparison)
    rows = {step: {} for step in ("revenue", *STEPS, "profit")}
    for name in comparison.runs.strategies:
        level = worth["revenue"][name]
        rows["revenue"][name] = (0.0, level)
        for step, columns in STEPS.items():
            cost = sum(worth[column][name] for column in columns)
            rows[step][name] = (level - cost, level)
            level -= cost
        rows["profit"][name] = (min(level, 0.0), max(level, 0.0))
    return rows


def present_values(comparison) -> dict[str, dict[str, float]]:
    """Discounted revenue and costs of the focal seller per buyer: column -> strategy -> mean over runs."""
    ours = comparison.ours[comparison.ours.period > 0]
    rate, share = discount_per_period(comparison.scenario), comparison.runs.runs * comparison.buyers
    columns = ["revenue", *(column for columns in STEPS.values() for column in columns)]
    found = {column: measures.net_present_value(ours, rate, column, ("strategy",)) / share for column in columns}
    return {column: {name: float(values[name]) for name in comparison.runs.strategies} for column, values in found.items()}


def money_finding(comparison, rows: dict) -> str:
    """What becomes of revenue under the leading strategy."""

    def kept(name: str) -> str:
        low, high = rows["profit"][name]
        revenue = rows["revenue"][name][1]
        return percent((high + low) / revenue) if revenue else "nothing"

    base = comparison.baseline
    if not comparison.others:
        return f"Of its revenue {spoken(comparison.focal)} keeps {kept(base)} as profit"
    name = leading(comparison)["strategy"]
    more = rows["revenue"][name][1] - rows["revenue"][base][1]
    currency, word = comparison.scenario.market.currency, "more" if more >= 0 else "less"
    return (
        f"{capital(spoken(name))} sells for {amount(abs(more))} {currency} {word} per buyer and keeps {kept(name)} of revenue as profit; "
        f"{spoken(base)} keeps {kept(base)}"
    )


@styled
def why(comparison, strategy: str | None = None) -> "Figure":
    """The gap by cause, a panel for each buyer type and one for all of them; the panels' sums add up to the gap."""
    strategy = strategy or leading(comparison)["strategy"]
    table = comparison.why[comparison.why.strategy == strategy].pivot_table(index="cause", columns="buyer_type", values="gain", sort=False)
    table = table.loc[:, (table != 0).any()]
    parts = {name_of_type(kind): table[kind] for kind in table} | {"all buyers": table.sum(axis=1)}
    figure, grid = canvas(1, len(parts), sharey=True, sharex=True, squeeze=False, height=5.6, width=max(WIDTH, 3.1 * len(parts) + 1.2))
    low, high = (end([0.0, *(end([*part, part.sum()]) for part in parts.values())]) for end in (min, max))
    spare = 0.36 * (high - low) or 1.0
    for axes, (kind, part) in zip(grid[0], parts.items(), strict=True):
        why_panel(axes, kind, part, (low - spare, high + spare))
    grid[0][0].set_yticks(range(len(table) + 1), [*table.index, "sum"])
    grid[0][0].set_ylim(len(table) + 0.6, -0.6)
    finish(
        figure, why_finding(comparison, strategy, parts["all buyers"]), source_line(comparison), left=2.15, top=0.6, wspace=0.1, right=0.3
    )
    market = comparison.scenario.market
    figure.supxlabel(
        f"{market.currency} per buyer of the market, discounted, {spoken(strategy)} less {spoken(comparison.baseline)}",
        fontsize=BODY,
        y=0.6 / 5.6,
    )
    return figure


def why_panel(axes, kind: str, part, limits: tuple[float, float]) -> None:
    """One buyer type's bars, with their sum below the line."""
    values = [*part.to_numpy(), part.sum()]
    paint = [GAIN if value >= 0 else LOSS for value in values[:-1]] + [SUM]
    axes.barh(range(len(values)), values, color=paint, height=0.66)
    for y, value in enumerate(values):
        axes.annotate(
            signed(value),
            (value, y),
            (4 if value >= 0 else -4, 0),
            textcoords="offset points",
            va="center",
            ha="left" if value >= 0 else "right",
            fontsize=BODY - 1,
            fontweight="bold" if y == len(values) - 1 else "normal",
        )
    axes.axvline(0, color=QUIET, linewidth=1)
    axes.axhline(len(values) - 1.5, color=LINES, linewidth=1.2)
    axes.set_xlim(limits)
    axes.set_title(kind, fontsize=BODY, fontweight="bold", loc="left")
    axes.spines["left"].set_visible(False)
    axes.spines["bottom"].set_visible(False)
    axes.tick_params(axis="both", length=0)
    axes.set_xticks([])


def why_finding(comparison, strategy: str, causes) -> str:
    """The largest cause for and the largest against."""
    currency, up, down, total = comparison.scenario.market.currency, causes.idxmax(), causes.idxmin(), causes.sum()
    start = f"{capital(spoken(strategy))} {'gains' if total >= 0 else 'loses'} {amount(abs(total))} {currency} per buyer: "
    words = [f"{cause} brings {amount(causes[cause])}" for cause in [up] if causes[up] > 0]
    words += [f"{cause} takes {amount(-causes[cause])}" for cause in [down] if causes[down] < 0]
    return start + (", ".join(words) or "nothing differs")
