"""Estimators of lifetime value against the truth, on a screen."""

from math import isnan

from rich.text import Text

from sim.experiments.lab.result import ALL, MIX, said, signed
from sim.screens.paper import faint, grid, heading
from sim.wording import amount, capital, counted, name_of_type, percent

MODELS = ("BG/NBD", "Pareto/NBD", "BG/BB", "sBG")


def result(found) -> list:
    """The answer, then market by market what each estimator predicted and what came to pass."""
    lines = [Text(found.sentence(), style="bold")]
    for market in found.markets:
        lines += [Text(), heading(title(found, market)), estimators(found.rows(market))]
    kinds = [kind for kind in dict.fromkeys(found.table[found.table.market == MIX].buyer_type) if kind != ALL]
    return [*lines, *(by_type(found, kinds) if len(kinds) > 1 else []), *reasons(found)]


def title(found, market: str) -> str:
    """What a market's table is about."""
    row, of = found.rows(market).iloc[0], found.scenario.market
    who = "All types together" if market == MIX else capital(f"{name_of_type(market)} buyers alone")
    return (f"{who}: a customer buys {row.purchases_true:.2f} times in the holdout and is worth {amount(row.clv_true)} {of.currency}; "
            f"{percent(row.alive_true)} are alive")


def estimators(rows):
    """Bias, error and P(alive) of each estimator."""
    headings = ("purchases:\nbias", "error", "lifetime value:\nbias (95% interval)", "error", "alive,\nit says", "called lost,\nbuy again")
    shown = grid(*headings)
    for row in rows.itertuples():
        if isnan(row.clv_bias):
            shown.add_row(row.estimator, *["–"] * 5, "not fitted")
            continue
        interval = f"{signed(row.clv_bias)} ({signed(row.clv_low)} to {signed(row.clv_high)})"
        shown.add_row(row.estimator, signed(row.purchases_bias), percent(row.purchases_error), interval, percent(row.clv_error),
                      percent(row.alive_predicted), percent(row.lost_and_back))
    return shown


def by_type(found, kinds: list[str]) -> list:
    """Within the mix: who pays for whom."""
    shown = grid(*(f"{name_of_type(kind)}" for kind in (*kinds, ALL)), first="bias of lifetime values")
    for estimator in dict.fromkeys(found.table.estimator):
        rows = found.table[(found.table.market == MIX) & (found.table.estimator == estimator)].set_index("buyer_type")
        shown.add_row(estimator, *("–" if isnan(rows.clv_bias[kind]) else signed(rows.clv_bias[kind]) for kind in (*kinds, ALL)))
    return [Text(), heading("The mix, type by type: errors that cancel in the total"), shown]


def reasons(found) -> list:
    """Why the two models are off where they are."""
    models = found.table[(found.table.buyer_type == ALL) & found.table.estimator.isin(MODELS)]
    return [Text(), *(Text(f"  {said(row)}") for row in models.dropna(subset="clv_bias").itertuples())]


def rests_on(found) -> Text:
    """What the numbers rest on, in a faint line."""
    of, unit = found.windows, found.scenario.market.period
    return faint(
        f"{found.scenario.name} · {counted(found.runs, 'run')} · customers won in the first {counted(of.cohort, unit)} of a market that "
        f"begins with the record · calibration {of.calibration:,}, holdout {of.holdout:,}, lifetime value over {counted(of.horizon, unit)} "
        f"before the cost to serve · seed {found.scenario.seed}")
