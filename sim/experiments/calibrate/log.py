"""A transaction log of one seller as a market: our seller against elsewhere, whoever is silent being there, perhaps for good.

What is estimated (`buying`) is exactly what is written: a rate of occasions that is gamma over buyers, tastes for us and for elsewhere
whose choices are beta over buyers, a switching cost, perhaps a horizon between reviews. Which of the models it is, Akaike's criterion says
on the part of the record that is fitted; the holdout is looked at once, by the market that was written.
"""

import numpy as np
import pandas as pd

from sim.experiments.calibrate.buying import MODELS, Buying, fit
from sim.experiments.calibrate.histories import Histories, histories
from sim.experiments.calibrate.log_played import by_frequency, course, scores_of, standards
from sim.experiments.calibrate.log_scenario import scenario_text
from sim.experiments.calibrate.log_words import facts_of, headline, limits
from sim.experiments.calibrate.playing import play, purchases, scenario_of, watched
from sim.experiments.calibrate.reading import Table
from sim.experiments.calibrate.result import Calibration, dropped_table, estimates_table
from sim.experiments.calibrate.spend import spending
from sim.experiments.calibrate.writing import NOISE

MOST_FITTED = 10_000  # customers that the likelihood is taken over; a sample of more says hardly anything new


def calibrate_log(table: Table, unit: str | None = None, holdout: str | float | None = None, entered: str | None = None, runs: int = 40,
                  seed: int = 42, customers: int = MOST_FITTED, currency: str = "USD", name: str | None = None, threads: int | None = None,
                  progress=None) -> Calibration:  # fmt: skip
    """A transaction log (customer, date, perhaps amount) -> a market of two sellers, ours and elsewhere.

    unit, holdout, entered: see `histories`; runs: how often the market is played; customers: at most so many are fitted."""
    seen = histories(table, unit, holdout, entered)
    fitted = seen.before(seen.split)
    sample = fitted.some(customers, seed)
    tried = candidates(sample, seen.periods)
    best = min(tried, key=lambda one: one.aic)
    worth = spending(fitted.customer, fitted.amount)
    estimates = estimates_of(best, seen, worth)
    text = scenario_text(table.source, name, seen, best, estimates, price_of(worth), runs, seed, currency)
    scenario = scenario_of(text)
    played = purchases(play(scenario, runs, threads, progress))
    standard = standards(sample) if seen.entered == "first purchase" else {}
    curve = course(seen, best, played, scenario.market.buyers, standard)
    fit_by = {"course": curve, **by_frequency(seen, watched(scenario, threads), seed)}
    scores = scores_of(curve, list(standard))
    considered = pd.DataFrame(
        [(one.model, one.settled > 0, len(one.values), one.log_likelihood, one.aic, one is best) for one in tried],
        columns=["model", "settled", "parameters", "log_likelihood", "aic", "chosen"],
    )
    return Calibration("log", table.source, facts_of(table, seen, sample), estimates, fit_by, *limits(seen, best, worth, estimates),
                       dropped_table(table.dropped), text, headline(seen, best, scores), scores, considered)  # fmt: skip


def candidates(sample: Histories, periods: int) -> list[Buying]:
    """Every model by maximum likelihood, each begun where the last one ended; where entry is unseen, also as settled before the record."""
    found, start = [], {}
    for model, (_, _, comes_back) in MODELS.items():
        for settled in (0, periods) if sample.entered == "unseen" and comes_back and model != "never leaves" else (0,):
            found.append(fit(sample, model, settled, {"horizon": 1.5} | start if "horizon" in MODELS[model][0] else start))
        if model in ("never leaves", "switching cost"):
            start = min(found, key=lambda one: one.aic).values
    return found


def estimates_of(best: Buying, seen: Histories, worth: dict | None) -> pd.DataFrame:
    """Estimates by the path of the scenario that they go to."""
    how = f"maximum likelihood of {best.customers:,} histories ({best.model})"
    places = {
        "mean": ("buyers.customers.purchase_rate.gamma.mean", 1.0, f"occasions per {seen.unit}"),
        "shape": ("buyers.customers.purchase_rate.gamma.shape", 1.0, "shape"),
        "ours": ("sellers.ours.taste_shape", 1.0, "shape"),
        "elsewhere": ("sellers.elsewhere.taste_shape", 1.0, "shape"),
        "cost": ("buyers.customers.switching_cost", NOISE * price_of(worth), "money per unit, at the assumed choice_noise"),
        "horizon": ("buyers.customers.time_horizon", 1.0, f"{seen.unit}s"),
    }
    rows = []
    for name, value in best.values.items():
        path, times, unit = places[name]
        rows.append((path, value * times, *(limit * times for limit in best.interval(name)), unit, how))
    if worth:
        spread, low, high = worth["between"]
        mean, error = worth["mean"], 1.96 * worth["error"]
        how = "maximum likelihood of log amounts with a customer's own mean; scaled so that the mean purchase is the data's"
        price = price_of(worth)
        halved = np.exp(-(spread**2) / 2) / price
        rows += [
            ("buyers.customers.volume.lognormal.median", mean * halved, (mean - error) * halved, (mean + error) * halved, "units", how),
            ("buyers.customers.volume.lognormal.spread", spread, low, high, "of the logarithm", how),
        ]
    return estimates_table(rows)


def price_of(worth: dict | None) -> float:
    """The price of a unit: a power of ten, so that a purchase has a number of units that one can read."""
    return 1.0 if not worth else 10.0 ** max(0, int(np.ceil(np.log10(worth["mean"] / 1000))))
