"""Markets whose numbers are known, and the logs that they leave."""
import numpy as np
import pandas as pd

from sim.experiments.calibrate.buying import MODELS, Buying
from sim.experiments.calibrate.histories import Histories
from sim.experiments.calibrate.log_scenario import scenario_text
from sim.experiments.calibrate.playing import scenario_of, watched
from sim.experiments.calibrate.result import estimates_table
from sim.experiments.calibrate.writing import NOISE

PATHS = {"mean": "buyers.customers.purchase_rate.gamma.mean", "shape": "buyers.customers.purchase_rate.gamma.shape",
         "ours": "sellers.ours.taste_shape", "elsewhere": "sellers.elsewhere.taste_shape", "cost": "buyers.customers.switching_cost",
         "horizon": "buyers.customers.time_horizon"}
TRUTH = {"mean": 0.04, "shape": 0.8, "ours": 1.5, "elsewhere": 2.5, "cost": 2.0, "horizon": 10.0}


def known(model: str, **other) -> Buying:
    """A market of a model at known numbers."""
    values = {name: (TRUTH | other)[name] for name in ("mean", "shape", *MODELS[model][0])}
    return Buying(model, values, np.eye(len(values)), 0.0, 0, 0)


def market(truth: Buying, buyers: int, periods: int, seed: int = 42):
    """The scenario that says the same."""
    none = np.zeros(0, int)
    seen = Histories("day", periods, periods, none, none, np.zeros(0), np.zeros(buyers, int), "first purchase", 0.0, False)
    worth = {"cost": NOISE}
    table = estimates_table([(PATHS[name], value * worth.get(name, 1), value, value, "", "") for name, value in truth.values.items()])
    return scenario_of(scenario_text("nowhere", "Known", seen, truth, table, 1.0, 2, seed, "USD"))


def log_of(scenario, entries: int = 60) -> pd.DataFrame:
    """A log of those of its buyers who were watched: who bought on which day; each begins on a day of the first `entries`."""
    bought = watched(scenario)
    rng = np.random.default_rng(5)
    begins = rng.integers(0, entries, bought.shape[1])
    period, who = np.nonzero(bought)
    rows = pd.DataFrame({"customer": [*who, *range(len(begins))], "date": [*(period + 1 + begins[who]), *begins]})
    return rows[rows.date < len(bought)]
