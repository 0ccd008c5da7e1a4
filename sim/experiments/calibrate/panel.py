"""A brand-choice panel as a market: price sensitivity, tastes and switching cost, with tastes and switching cost told apart."""

import os

import numpy as np

from sim.experiments.calibrate import panel_models as models
from sim.experiments.calibrate import repertoires
from sim.experiments.calibrate.choices import Model
from sim.experiments.calibrate.mixed_logit import Estimate, fit
from sim.experiments.calibrate.panel_money import Money, in_money
from sim.experiments.calibrate.panel_reading import Panel, panel_of, some_households
from sim.experiments.calibrate.panel_scenario import scenario_text
from sim.experiments.calibrate.panel_words import estimates_of, facts_of, headline, limits
from sim.experiments.calibrate.playing import scenario_of
from sim.experiments.calibrate.rates import chances, fit_counts
from sim.experiments.calibrate.reading import Table
from sim.experiments.calibrate.repertoires import MEASURES, Bought
from sim.experiments.calibrate.result import Calibration, dropped_table, fit_table
from sim.experiments.calibrate.writing import safe_name

MOST_FITTED = 2000  # households that the likelihood is taken over
RUNS_HELD_AGAINST = 10
RECORDED = "as_recorded"       # the strategy with the prices of the record
STEPS = 7  # estimations that a search tells of, about; for the bar
TOLD = 1000  # ticks of the bar that a step is worth


def calibrate_panel(table: Table, runs: int = 40, seed: int = 42, households: int = MOST_FITTED, currency: str = "USD",
                    name: str | None = None, threads: int | None = None, progress=None) -> Calibration:  # fmt: skip
    """A brand-choice panel (customer, choice, perhaps date, occasion, price.X and other attributes of each alternative) -> a market.

    runs: the scenario's; households: at most so many are fitted. The last fifth of each household's purchases is kept from the choice of
    the model and foretold; the scenario is then estimated on all purchases."""
    threads = threads or os.cpu_count() or 1
    everybody = panel_of(table)
    panel = some_households(everybody, households, seed)
    steps = [0]

    def tell(_what=None):
        steps[0] += 1
        if progress:
            progress(min(steps[0], STEPS + 1) * TOLD, (STEPS + 2) * TOLD)

    before, ahead, last = models.split(panel.choices)
    found = models.search(before, panel.priced, seed, threads, tell)
    scores, chances = models.foretold(found, before, ahead, last, seed, threads)
    estimate = fit(panel.choices, found.chosen.model, models.FINAL_DRAWS, seed, threads, found.chosen.theta)
    naive = fit(panel.choices, Model(heterogeneous=False, priced=panel.priced), 1, seed, threads)
    tell()
    rates = rates_of(everybody)
    money = in_money(estimate, panel)
    sellers = seller_names(panel.choices.brands)
    first = np.bincount(everybody.choices.chosen[everybody.choices.start[:-1]], minlength=len(sellers)) + 0.5
    text = scenario_text(table.source, name, everybody, estimate, money, sellers, rates, first, None, runs, seed, currency)
    scenario = scenario_of(text)
    held = RECORDED if RECORDED in scenario.strategies else scenario.baseline
    played = repertoires.play(scenario, min(runs, RUNS_HELD_AGAINST), threads, strategy=held)
    fits = held_against(everybody, played, sellers, rates["least"])
    fits["last_fifth"] = foretold_table(chances, ahead)
    figures = scores_of(scores, fits, money, estimate, naive, everybody)
    if progress:
        progress((STEPS + 2) * TOLD, (STEPS + 2) * TOLD)
    estimates = estimates_of(estimate, money, rates, sellers, naive)
    said = headline(everybody, money, scores, naive, currency)
    return Calibration("panel", table.source, facts_of(table, everybody, panel, estimate), estimates, fits,
                       *limits(everybody, money, found, estimate), dropped_table(table.dropped), text, said, figures,
                       considered_table(found))  # fmt: skip


def seller_names(brands) -> list[str]:
    """Names that a scenario can hold, each its own."""
    names: list[str] = []
    for brand in brands:
        plain = safe_name(brand if str(brand)[:1].isalpha() else f"brand_{brand}")
        names.append(plain if plain not in names else f"{plain}_{len(names) + 1}")
    return names


def counted(number: int, thing: str) -> str:
    """1 purchase, 5 purchases."""
    return f"{number} {thing}{'' if number == 1 else 's'}"


def rates_of(panel: Panel) -> dict:
    """How often households buy: gamma over households, at most once a week."""
    counts = panel.counts
    least = int(counts.min())
    (mean, shape), covariance = fit_counts(counts, panel.weeks, least)
    error = 1.96 * np.sqrt(np.maximum(np.diag(covariance), 0))
    like = float(chances(mean, shape, panel.weeks)[least:].sum())
    note = (
        f"the panel has no households of fewer than {counted(least, 'purchase')}; by the form of the gamma they are {1 - like:.0%} "
        f"of the market, "
        "and are left out where it is held against the panel"
    )
    return {"mean": float(mean), "shape": float(shape), "least": least, "like_these": like, "note": note,
            "mean_interval": tuple(float(mean * np.exp(side * error[0])) for side in (-1, 1)),
            "shape_interval": tuple(float(shape * np.exp(side * error[1])) for side in (-1, 1))}  # fmt: skip


# --- held against the data -------------------------------------------------------------------------------------------------------------


def held_against(panel: Panel, played: list[Bought], sellers: list[str], least: int) -> dict:
    """Each measure, brand by brand: the panel's households beside the market's, counted alike (those with so many purchases or more)."""
    c = panel.choices
    real = repertoires.measures(Bought(c.who, c.chosen, panel.week, c.households, len(c.brands)).who_bought(least))
    mean, error = repertoires.spread([run.who_bought(least) for run in played], c.households)
    return {name: fit_table(what, sellers, real[name], mean[name], mean[name] - 1.96 * error[name], mean[name] + 1.96 * error[name])
            for name, what in MEASURES.items()}  # fmt: skip


def foretold_table(chances: np.ndarray, ahead) -> "object":
    """The last fifth, by the chance that each brand was given: how often it was bought."""
    table = models.reliability(chances, ahead)
    at = [f"{10 * (place // 1):.0f} to {10 * (place // 1) + 10:.0f}%" for place in np.minimum(table["at"].to_numpy() * 10, 9.99)]
    return fit_table("share bought in the last fifth, by the chance foretold", at, table.observed.to_numpy(), table["at"].to_numpy(),
                     table.low.to_numpy(), table.high.to_numpy(), True, customers=table.purchases.to_numpy())  # fmt: skip


def scores_of(scores, fits: dict, money: Money, estimate: Estimate, naive: Estimate, panel: Panel) -> dict[str, float]:
    """Log scores of the last fifth by model, how far the market is from the data, and what a model without tastes would have said."""
    found = {f"log_score: {row.model}": row.log_score for row in scores.itertuples()}
    for row in scores.iloc[1:].itertuples():
        found |= {
            f"better_than: {row.model}": row.behind,
            f"better_than: {row.model}, low": row.behind_low,
            f"better_than: {row.model}, high": row.behind_high,
        }
    found |= {
        f"largest_miss: {name}": float((table.simulated - table.observed).abs().max()) for name, table in fits.items() if name in MEASURES
    }
    return found | {"state_dependence": float(estimate["state"]) if estimate.model.classes == 1 else float("nan"),
                    "state_dependence_without_tastes": float(naive["state"])}  # fmt: skip


def considered_table(found: models.Search):
    """Every model that was tried on the first four fifths."""
    import pandas as pd

    return pd.DataFrame(
        [
            (name, len(one.theta), one.log_likelihood, one.aic, one.bic, one is found.chosen, one.converged)
            for name, one in found.tried.items()
        ],
        columns=["model", "parameters", "log_likelihood", "aic", "bic", "chosen", "converged"],
    )
