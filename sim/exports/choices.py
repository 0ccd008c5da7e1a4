"""A choice panel: for each lot that anybody bought, what every seller offered it, and what it took."""
import numpy as np
import pandas as pd

from sim.core import state as at
from sim.core.draws import one_uniform
from sim.core.entering import quantile
from sim.core.terms import D_TASTE
from sim.exports.writing import money
from sim.offers import burn_in
from sim.panel import ATTRIBUTES
from sim.population import buyers_by_type
from sim.purchases import Moment
from sim.purchases.paid import by_tenure


class Choices:
    """Turns moments into choice occasions; keeps for each buyer its generation, how often it chose and its last choice."""

    def __init__(self, scenario, wide: bool):
        self.sellers, self.kinds, self.wide = list(scenario.sellers), list(scenario.buyers), wide
        buyers = scenario.market.buyers
        self.ends, self.before = np.cumsum(buyers_by_type(scenario)), burn_in(scenario)
        self.places = len(str(buyers))
        self.generation, self.chosen, self.choices = np.zeros(buyers, np.int32), np.zeros(buyers, np.int32), 0

    def occasions(self, moment: Moment, day, supplier: np.ndarray, bought: np.ndarray) -> tuple[pd.DataFrame, np.ndarray]:
        """(rows of the panel for the period, numbers of the buyers who chose for the first time); supplier, bought: as `LotByLot.period`
        has them."""
        self.generation[moment.newcomers] += 1
        self.chosen[moment.newcomers] = 0
        fresh = moment.buyer[self.chosen[moment.buyer] == 0]
        supplier = np.concatenate([moment.supplier_before[None].astype(np.int8), supplier[:, moment.buyer]])
        which, lot = np.nonzero(bought[:, moment.buyer].T)
        place = np.arange(len(which)) - np.searchsorted(which, which)
        buyer, incumbent, chosen = moment.buyer[which], supplier[lot, which], supplier[lot + 1, which]
        stayed = np.logical_and.accumulate(supplier == supplier[0])[lot, which]
        tenure = np.where(stayed & (incumbent >= 0), moment.tenure_before[which], 0)
        level = np.where(stayed, moment.served[1][buyer], np.where(incumbent == moment.supplier[which],
                                                                   moment.whole(at.AGREEMENT, buyer) & at.LEVEL_BITS, 0)) + 1
        head = {"choice_id": self.choices + 1 + np.arange(len(which)), "customer_id": self.identity(buyer),
                "occasion": self.chosen[buyer] + place + 1, "date": day}
        self.choices += len(which)
        self.chosen[moment.buyer] += np.bincount(which, minlength=len(moment.buyer)).astype(np.int32)
        known = moment.whole(at.AWARE, buyer)
        offers = [self.offer(moment, s, incumbent == s, tenure, level, known) for s in range(len(self.sellers))]
        return (self._wide if self.wide else self._long)(head, chosen, offers), fresh

    def offer(self, moment: Moment, s: int, mine: np.ndarray, tenure: np.ndarray, level: np.ndarray, known: np.ndarray) -> dict:
        """What one seller offers at each occasion."""
        points = np.where(mine, by_tenure(moment, s, np.where(mine, tenure, 0)), 0)
        return {"price": money(moment.terms["price"][s] * (1 - points / 10_000)), "last": mine.astype(np.int8),
                "level": np.where(mine, level, 0).astype(np.int8), "available": ((known >> s) & 1).astype(np.int8)}

    def _long(self, head: dict, chosen: np.ndarray, offers: list[dict]) -> pd.DataFrame:
        """A row for each occasion and alternative, the alternatives of an occasion together and always in the same order."""
        sellers, n = len(self.sellers), len(chosen)
        table = {name: np.repeat(values, sellers) if isinstance(values, np.ndarray) else values for name, values in head.items()}
        table["alternative"] = pd.Categorical.from_codes(np.tile(np.arange(sellers), n), self.sellers)
        table["choice"] = (np.tile(np.arange(sellers), n) == np.repeat(chosen, sellers)).astype(np.int8)
        table |= {name: np.stack([offer[name] for offer in offers], axis=1).reshape(-1) for name in offers[0]}
        return pd.DataFrame(table)

    def _wide(self, head: dict, chosen: np.ndarray, offers: list[dict]) -> pd.DataFrame:
        """A row for each occasion."""
        table = head | {"choice": (chosen + 1).astype(np.int8)}
        return pd.DataFrame(table | {f"{name}_{seller}": offer[name] for name in offers[0]
                                     for seller, offer in zip(self.sellers, offers, strict=True)})

    def identity(self, buyer: np.ndarray) -> np.ndarray:
        """customer_id, as in `purchases.Customers`."""
        return self.generation[buyer].astype(np.int64) * 10**self.places + buyer + 1

    def truth(self, moment: Moment, buyer: np.ndarray) -> pd.DataFrame:
        """Who the buyers are: type, attributes, tastes."""
        kinds = np.searchsorted(self.ends, buyer, side="right")
        table = {"customer_id": self.identity(buyer), "buyer_type": pd.Categorical.from_codes(kinds, self.kinds)}
        table |= {name: moment.row(row, buyer) for name, row in ATTRIBUTES.items()}
        return pd.DataFrame(table | {f"taste_{seller}": tastes(moment, buyer, kinds, s) for s, seller in enumerate(self.sellers)})


def tastes(moment: Moment, buyer: np.ndarray, kinds: np.ndarray, s: int) -> np.ndarray:
    """Each buyer's taste for a seller, as the engine draws it from the buyer's entry; money per unit, float32."""
    market, (tile, lane) = moment.market, moment.slots
    number = market.population.tile_first[tile[buyer]] + lane[buyer].astype(np.uint32)
    entered, tables = moment.whole(at.ENTERED, buyer), market.population.tastes[:, s]
    found = [quantile(tables[k], one_uniform(market.luck, np.uint32(who), np.uint32(since), D_TASTE, s))
             for who, since, k in zip(number, entered, kinds, strict=True)]
    return np.array(found, np.float32)
