"""F3, the shifted beta-geometric: retention that rises with tenure by selection alone, and the survivors of two real cohorts."""
import numpy as np

from sim.experiments.published.agreement import certain, share
from sim.experiments.published.figure import Figure, Group
from sim.experiments.published.markets import accounts, static_market
from sim.experiments.staying import ShiftedBetaGeometric, fit

# Customers of a thousand that are left after so many renewals (Berry & Linoff's two segments as printed by Fader & Hardie), with the shapes
# fitted to these seven years: churn alpha, stay beta.
SURVIVORS = {"regular": (0.704, 1.182, (631, 468, 382, 326, 289, 262, 241)),
             "high end": (0.668, 3.806, (869, 743, 653, 593, 551, 517, 491))}
COHORT, WITHIN = 1000, 0.02
SOURCE = "Fader & Hardie 2007"


def beta_geometric(churn: float, stay: float, *sets: str):
    """Lost-for-good buyers with private stay probabilities Beta(stay, churn), from Dirichlet tastes for us and for the rival."""
    return static_market(f"sellers.ours.taste_shape={stay}", f"sellers.rivals.taste_shape={churn}",
                         "market.periods=8", "market.buyers=20000", "runs=6", *sets)


def markets() -> dict:
    return {segment: beta_geometric(churn, stay) for segment, (churn, stay, _) in SURVIVORS.items()}


def figures(records: dict) -> list[Figure]:
    """Retention in period t = (β + t − 1)/(α + β + t − 1), survival its product, and the customers' own survival within two points."""
    found = []
    for segment, (churn, stay, survivors) in SURVIVORS.items():
        stocks, model = sum(accounts(record) for record in records[segment]), ShiftedBetaGeometric(churn, stay)
        found += [Figure("shifted beta-geometric (F3)", f"{segment}: retention in year {t}", share(stocks[t], stocks[t - 1]),
                         float(model.retention(t)), SOURCE, unit="share") for t in range(1, 9)]
        found += [Figure("survivors of real contracts", f"{segment}: left of a thousand after {t} years", share(stocks[t], stocks[0]),
                         float(model.survival(t)), f"{SOURCE}, table 1", left / COHORT, WITHIN, "share")
                  for t, left in enumerate(survivors, start=1)]
    return found + by_likelihood()


def by_likelihood() -> list[Figure]:
    """The shapes that the survivors give by maximum likelihood; nothing is played."""
    found = []
    for segment, (churn, stay, survivors) in SURVIVORS.items():
        left = np.array([COHORT, *survivors])
        model = fit(-np.diff(left), [0] * (len(survivors) - 1) + [survivors[-1]]).model
        shapes = (("alpha, churn", model.alpha, churn), ("beta, stay", model.beta, stay))
        found += [Figure("shapes by maximum likelihood (no market is played)", f"{segment}: {name}", certain(shape), printed, SOURCE,
                         printed, 0.0005) for name, shape, printed in shapes]
    return found


GROUPS = (Group("renewals", "retention rises with tenure although nobody changes", markets, figures),)
