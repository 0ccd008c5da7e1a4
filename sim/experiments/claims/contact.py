"""C12  Contact after the sale: where it stops, satisfaction dips and first renewals fail more (Levitt's relaxed seller, tense buyer)."""
from collections.abc import Sequence

import numpy as np

from sim.core import state as at
from sim.experiments.claims.contrasts import Contrast, contrast
from sim.experiments.claims.markets import AS_SHIPPED, TYPES, YEAR, Under, level_as, market, watched_runs
from sim.money import columns, ledger, total
from sim.offers import burn_in
from sim.population import buyers_by_type

DOUBTS = (0, 4)                                  # money per unit: the default, and as much as a problem well resolved delights
STOPS = 25                                       # two years after the record begins
STRATEGIES = {"goes_on": "ours: {level: accountable}",
              "stops": f"ours: {{level: accountable}}, events: [{{at: {STOPS}, ours: {{level: reactive}}}}]"}


def without_contact(under: Under = AS_SHIPPED) -> list[str]:
    """The reactive level made what accountable is, cost and all, but that nobody calls any more."""
    return level_as("reactive", "accountable", under, contact_after_sale=False, contact_rate=0)


def contact_stops(buyers: int = 3000, periods: int = 120, runs: int = 20, doubts: Sequence[float] = DOUBTS,
                  under: Under = AS_SHIPPED) -> list[Contrast]:
    """C12 by buyer type, without and with doubt after the sale: satisfaction (mean V + G over accounts, EUR per unit) in the first year and
    in the last two without contact, and how many of the relationships begun since fail at their first review, %; rivals are basic."""
    found = []
    for doubt in doubts:
        scenario = market(STRATEGIES, *without_contact(under), "sellers.rivals.level=basic", f"behaviour.doubt={doubt}", buyers=buyers,
                          periods=periods, under=under)
        content, failed = {name: [] for name in STRATEGIES}, {name: [] for name in STRATEGIES}
        for played in watched_runs(scenario, list(STRATEGIES), runs, under):
            for name in STRATEGIES:
                content[name].append(satisfaction(played, name))
                failed[name].append(first_reviews_failed(played, name))
        less = np.array(content["goes_on"]) - np.array(content["stops"])
        more = np.array(failed["stops"]) - np.array(failed["goes_on"])
        for k, kind in enumerate(TYPES):
            case, usual = f"doubt {doubt}, {kind}", 100 * np.mean(failed["goes_on"], 0)[k]
            found += [
                contrast("C12", f"{case}: satisfaction in the first year, contact over none", less[:, STOPS - 1:, k][:, :YEAR].mean(1)),
                contrast("C12", f"{case}: satisfaction in the last two years, contact over none", less[:, -2 * YEAR:, k].mean(1)),
                contrast("C12", f"{case}: first renewals that fail (%), none over contact ({usual:.1f})", 100 * more[:, k])]
    return found


def satisfaction(runs, strategy: str) -> np.ndarray:
    """The mean believed value V + G of our accounts, money per unit: [period, type]."""
    flows = ledger(runs, strategy)[0, 1:, :, 0]
    return total(flows, "value_sum") / 100 / np.maximum(flows[..., columns("served")].sum(-1), 1)


def first_reviews_failed(runs, strategy: str) -> np.ndarray:
    """The share of relationships begun with us since contact stopped that end at their first review, turnover left out: [type]."""
    rows = {name: row for row, name in enumerate(at.row_names(len(runs.scenario.sellers)))}
    panel = runs.records[strategy][0].panel
    supplier, since, entered, happened = (np.ascontiguousarray(panel[..., rows[name]]).view(np.int32)
                                          for name in ("incumbent", "since", "entered", "happened"))
    kind = np.repeat(range(len(TYPES)), buyers_by_type(runs.scenario))
    waiting = np.zeros(len(kind), bool)
    reviewed, failed = np.zeros(len(TYPES)), np.zeros(len(TYPES))
    for period in range(STOPS, len(panel)):
        begins = (since[period] == period + burn_in(runs.scenario) - 1) & (supplier[period] == 0)
        remains = entered[period] == entered[period - 1]
        first = waiting & remains & ((happened[period] & at.REVIEWED) != 0)
        np.add.at(reviewed, kind[first], 1)
        np.add.at(failed, kind[first & ((supplier[period] != 0) | begins)], 1)
        waiting = (waiting & remains & ~first & (supplier[period] == 0)) | begins
    return failed / np.maximum(reviewed, 1)
