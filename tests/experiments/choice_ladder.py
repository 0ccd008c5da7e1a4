"""What each thing that a market may have adds to the state dependence found in its exported choice panel, beside the planted one.

`python -m tests.experiments.choice_ladder` prints the table (a minute). The plain market has one type of buyer, all alike, who choose anew
at every purchase; its switching cost is 1.5 choice noises and nothing else holds anybody. Each row adds one thing that a market may have.
"""
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd

from sim.experiments.calibrate import read
from sim.experiments.calibrate.choices import Choices, Model
from sim.experiments.calibrate.mixed_logit import Estimate, fit
from sim.experiments.calibrate.panel_reading import panel_of
from sim.exports import export
from sim.purchases import purchases
from sim.scenario import load

ALONE, COST, NOISE = "buyers.intermediate", 12, 8
ONE_TYPE = ("buyers.lost_for_good.share=0", f"{ALONE}.share=1", "buyers.always_a_share.share=0", "market.burn_in=100", "runs=2")
PLAIN = {  # what the reference market has, and how it is switched off
    "lasting private tastes": (f"{ALONE}.taste_spread=0",),
    "switching costs that differ": (f"{ALONE}.switching_cost={COST}",),
    "two lots an occasion": (f"{ALONE}.lots=1",),
    "beliefs learnt from deliveries": ("behaviour.learning=0", "product.delivery_spread=0"),
    "problems in use": ("product.problem_rate=0",),
    "bonds": ("behaviour.bond_value=0",),
    "levels that differ": ("sellers.rivals.level=basic",),
    "turnover of buyers": ("market.turnover=0",),
    "purchases that are skipped": ("product.reserve=-1000",),
    "a cost of going back": (f"{ALONE}.return_cost=0",),
    "a review in six purchases": (f"{ALONE}.time_horizon=1",),
}  # fmt: skip
MORE = {"four lots an occasion": (f"{ALONE}.lots=4",), "sellers known to half": ("sellers.ours.reach=0.5", "sellers.rivals.reach=0.5"),
        "contracts of a year": (f"{ALONE}.contract=12",)}  # fmt: skip
LEARNT = ("beliefs learnt from deliveries", "problems in use", "bonds", "levels that differ")  # each moves choices through the first
ROWS = {f"with {name}": (name,) for name in (*PLAIN, *MORE) if name not in LEARNT[1:]}
ROWS |= {"with deliveries and problems learnt from": LEARNT[:2], "with these, bonds and levels that differ": LEARNT,
         "with all that the reference market has": (*PLAIN,)}  # fmt: skip


def market(*added: str, buyers: int = 300, sets: tuple = ()):
    """The plain market with the things named."""
    off = [one for name, ways in PLAIN.items() if name not in added for one in ways]
    on = [one for name in added for one in MORE.get(name, ())]
    return load("default", sets=[*ONE_TYPE, f"market.buyers={buyers}", *off, *on, *sets])


def exported(scenario) -> pd.DataFrame:
    """Its choice panel, as `tenure export --to panel` writes it."""
    with TemporaryDirectory() as folder:
        export(scenario, "panel", Path(folder) / "panel", formats=("parquet",))
        return pd.read_parquet(Path(folder) / "panel" / "panel.parquet")


def choices(table: pd.DataFrame) -> Choices:
    """The panel as `tenure calibrate` reads it."""
    return panel_of(read(table, "panel")).choices


def found(bought: Choices, **model) -> Estimate:
    """The mixed logit of these choices; prices are all alike."""
    return fit(bought, Model(priced=False, **model), 128)


def reviewed_alone(scenario) -> Choices:
    """The purchases at which the supplier was reviewed; every occasion has one lot, so that moments and panel have the same order."""
    looked = np.concatenate([moment.reviewed for moment in purchases(scenario, scenario.baseline)])
    return choices(exported(scenario)[np.repeat(looked, len(scenario.sellers))])


def main() -> None:
    """Print the table."""
    print(f"{'state dependence found, in choice noises':42s}{'found':>7s}{'± 95%':>7s}{'without tastes':>16s}   planted {COST / NOISE}")

    def row(name: str, bought: Choices) -> None:
        one = found(bought)
        naive = found(bought, heterogeneous=False)["state"]
        print(f"{name:42s}{one['state']:7.2f}{1.96 * one.error('state'):7.2f}{naive:16.2f}", flush=True)

    row("the plain market", choices(exported(market())))
    for name, added in ROWS.items():
        row(name, choices(exported(market(*added))))
    row("a review in six, reviewed purchases alone", reviewed_alone(market("a review in six purchases")))


if __name__ == "__main__":
    main()
