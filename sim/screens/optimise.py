"""The best relationship policy: what it is, what it is worth, the front, what it would pay to loosen, and how to use it."""

import math

from rich.text import Text

from sim.experiments.optimise.words import policies
from sim.scenario.levels import LEVELS
from sim.screens.paper import faint, grid, heading, interval_text
from sim.wording import amount, capital, counted, listed, percent, signed, spoken

NARROW = 110
TITLES = {"best": "the best", "uniform": "uniform", "own": "own strategy"}


def result(found) -> list:
    """The whole answer."""
    return [Text(found.sentence(), style="bold"), Text(), *side_by_side(found), *front(found), *loosened(found), *luck(found)]


def side_by_side(found) -> list:
    """The best, the best uniform level and the scenario's own strategies on the fresh runs."""
    currency = found.scenario.market.currency
    shown = grid(
        f"profit\n{currency} per buyer",
        "accounts kept\nin a year",
        f"cost to serve\n{currency} an account",
        f"{_goal(found)}\nof the best",
        first=f"{counted(found.runs, 'fresh run')}\n(± half the 95% interval)",
    )
    rows = sorted(zip(found.arms, found.table.itertuples(), strict=True), key=lambda pair: _place(found, pair[0]))
    for one, row in rows:
        if not (one.kind in TITLES or found.is_uniform(one)):
            continue
        lead = found.ahead_of(one)
        shown.add_row(
            _name(found, one),
            interval_text(row.profit, row.profit_low, row.profit_high, amount),
            interval_text(row.retention, row.retention_low, row.retention_high, lambda share: percent(share, 1)),
            interval_text(row.cost_to_serve, row.cost_to_serve_low, row.cost_to_serve_high, amount),
            "" if one is found.best else _lead(found, lead),
        )
    beside = [row for row in found.gains.itertuples() if row.beside]
    notes = [faint(f"{capital(spoken(row.name))} also changes {row.beside}, which was not decided here.") for row in beside]
    over = [_name(found, one).plain for one in found.arms if (one.kind in TITLES or found.is_uniform(one)) and found.beyond(one)]
    notes += [faint(f"Beyond the budget: {listed(over)}.")] if over else []
    return [shown, *notes]


def _place(found, one) -> tuple:
    """The best first, then the uniform levels from below, then the scenario's own strategies."""
    level = one.policy.get("level") if one.policy is not None else None
    return one is not found.best, one.kind == "own", LEVELS.index(level) if isinstance(level, str) else 0


def _goal(found) -> str:
    return "lead" if found.goal == "profit" else "lead in retention"


def _lead(found, lead) -> str:
    """By how much the best is ahead."""
    if found.goal == "profit":
        text = interval_text(float(lead.mean), float(lead.low), float(lead.high), amount)
        return f"+{text}" if lead.mean > 0 else text
    return f"{100 * float(lead.mean):+.1f} ± {50 * float(lead.high - lead.low):.1f} points".replace("-", "−")


def _name(found, one) -> Text:
    """An arm's name in the table; the best and the best uniform level stand out."""
    if one is found.best:
        return Text(f"best: {_short(one.name)}", style="bold")
    best_uniform = found.uniform is not None and one is found.arm(found.uniform)
    words = spoken(one.name) if one.kind == "own" else one.name
    return Text(_short(f"{words} (best uniform level)" if best_uniform else words))


def _short(text: str) -> str:
    return text if len(text) <= NARROW else f"{text[: NARROW - 1]}…"


def front(found) -> list:
    """Profit against retention: the policies that no other beats in both."""
    table = found.front
    table = table[table.held]
    if found.objective != "both" or len(table) < 2:
        return []
    currency = found.scenario.market.currency
    shown = grid("profit", "accounts kept\nin a year", f"a point of\nretention, {currency}", first="the front, by retention")
    for row in table.itertuples():
        shown.add_row(
            Text(_short(row.name), style="bold" if row.kind == "best" else ""),
            interval_text(row.profit, row.profit_low, row.profit_high, amount),
            interval_text(row.retention, row.retention_low, row.retention_high, lambda share: percent(share, 1)),
            "" if math.isnan(row.point_cost) else f"{amount(row.point_cost)}",
        )
    lost = int((~found.front.held).sum())
    words = f"{policies(lost)} of the race's front did not hold on the fresh runs; left out."
    title = f"Profit against retention: what a point of retention costs in profit, against the best ({currency} per buyer)"
    return [Text(), heading(title), shown, *([faint(words)] if lost else [])]


def loosened(found) -> list:
    """Which limit binds, and what one more of it would bring."""
    lines = [Text(sentence) for sentence in binding_sentences(found)]
    return [Text(), heading("Limits"), *lines] if lines else []


def binding_sentences(found) -> list[str]:
    """A sentence for each limit."""
    return [_budget_sentence(found, row) if row.limit == "budget" else _capacity_sentence(found, row) for row in found.binding.itertuples()]


def _budget_sentence(found, row) -> str:
    market = found.scenario.market
    unit = f"{market.currency} a {market.period}" + (f" per {found.budget.per}" if found.budget.per else "")
    words = f"The best policy spends {amount(row.used)} of {amount(row.now)} {unit}"
    if math.isnan(row.gain):
        return f"{words}; nothing tried that spends more did better in the search: the budget does not bind."
    said = f"a policy that spends {amount(row.more)} more brings {_gain(found, row)}"
    if row.verdict != "ahead":
        return f"{words}; {said}: whether the budget binds remains open."
    scale, what = (1, f"{market.currency} of profit per buyer") if found.goal == "profit" else (100, "points of retention")
    worth = f"one more {market.currency} of it is worth at least about {amount(scale * row.gain / row.more)} {what}"
    return f"{words}; {said}: the budget binds, and {worth}."


def _gain(found, row) -> str:
    """What loosening a limit brought."""
    if found.goal == "profit":
        low, high = amount(row.gain_low), amount(row.gain_high)
        return f"{signed(row.gain)} {found.scenario.market.currency} per buyer (95% interval {low} to {high})"
    return f"{100 * row.gain:+.2f} points of retention (95% interval {100 * row.gain_low:.2f} to {100 * row.gain_high:.2f})"


def _capacity_sentence(found, row) -> str:
    binds = {"ahead": "it binds", "behind": "it protects from serving too many so"}.get(row.verdict, "it does not show")
    scale = 1 if found.goal == "profit" else 100
    each = f", about {amount(scale * row.gain / row.more)} for each account more" if row.verdict == "ahead" else ""
    return f"The capacity of {row.limit}, {row.now:,.0f} accounts: a tenth more brings the same policy {_gain(found, row)}; {binds}{each}."


def luck(found) -> list:
    """How much of what the search saw was luck."""
    seen, fresh = found.luck["search"], found.luck["fresh"]
    if math.isnan(seen) or math.isnan(fresh):
        return []
    say = amount if found.goal == "profit" else lambda value: f"{100 * value:.1f} points"
    words = (
        f"The best of {len(found.history.tried):,} looked {say(seen)} ahead of the best uniform level in the search's {found.search_runs} "
        f"runs; on runs by which nobody was chosen the winner is {say(fresh)} ahead. It was best in {percent(found.standing.sure)} of "
        "resamples of the race."
    )
    return [Text(), heading("How much of it was luck"), Text(words)]


def use(found) -> list:
    """The strategy to paste."""
    from sim.experiments.optimise.strategy_file import strategy_text

    lines = [f"  {line}" for line in strategy_text(found).rstrip().splitlines()]
    return [Text(), heading("To use it, paste this under strategies: of your scenario"), *map(Text, lines)]


def kept(found, folder) -> list[str]:
    """Where everything is."""
    return [
        f"Results are in {folder}: candidates.parquet (every policy tried), fresh.parquet, front.parquet, gains.parquet, experiment.json.",
        f"The strategy is in {folder}/best.yaml; the verdict on it, why, and what would flip it:",
        f"  tenure compare {folder}/best.yaml",
    ]


def rests_on(found) -> Text:
    """What the numbers rest on, in one faint line."""
    market, history = found.scenario.market, found.history.tried
    over = sum(one.failure is None and one.over > 0 for one in history)
    failed = sum(one.failure is not None for one in history)
    words = [found.scenario.name, f"decided: {', '.join(found.space.decisions)}", f"{len(history):,} policies × {found.search_runs} runs"]
    words += [f"{over:,} beyond the budget"] * bool(over) + [f"{failed:,} failed"] * bool(failed)
    words += [counted(market.buyers, "buyer"), f"seeds {', '.join(map(str, found.seeds))} (search, race, fresh)"]
    return faint(" · ".join(words))
