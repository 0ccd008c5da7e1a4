"""Scenario -> who hears whom: the network of buyers on which word of mouth runs, drawn by luck or read from an edge list.

A drawn network is a function of how many buyers each type has, of its parameters, the seed and the run: the strategies of a run share it,
and one buyer more, of whatever type, makes it another. An edge list is the same in every run. Where nobody or anybody is heard (`none`,
`well_mixed`) there are no links to keep.
"""
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import NamedTuple

import numpy as np

from sim.core import network as drawn
from sim.core.state import LANES, Population
from sim.edge_list import read_links, stamp, unreadable


class Neighbours(NamedTuple):
    """Whom the buyer in slot i hears: the slots of[first[i]:first[i + 1]]; a slot is tile · LANES + lane.

    Nobody lives in the slots of unused lanes: they have no neighbours and are nobody's. Without links (`none`, `well_mixed`) `first` is
    a single nought and `of` is empty. Both are read-only.
    """
    first: np.ndarray     # int64 [slots + 1]
    of: np.ndarray        # int32 [links]; a link that runs both ways stands in it twice


class Last:
    """The last thing made, for all who want the same; made by one while the others wait, and let go before another is made."""

    def __init__(self):
        self.lock, self.key, self.made = Lock(), None, None

    def get(self, key: tuple, make: Callable):
        """What `make` makes; what it made before where the key is the same."""
        with self.lock:
            if self.key != key:
                self.key = self.made = None
                self.made, self.key = make(), key
            return self.made


_last_drawn, _last_read = Last(), Last()


def buyer_network(scenario, population: Population, seed: int, run: int) -> Neighbours:
    """The network of a scenario's buyers in one run. Raises ScenarioError where its edge list cannot be used."""
    word = scenario.word_of_mouth
    if word.network in ("none", "well_mixed"):
        return frozen(np.zeros(1, np.int64), np.zeros(0, np.int32))
    buyers = tuple(buyers_in(population))
    if word.network == "file":
        path = Path(scenario.files[word.file])
        return _last_read.get((path, stamp(path, word.file), buyers), lambda: read_network(path, word.file, population))
    settings = (word.network, word.degree, word.rewired, seed, run)
    return _last_drawn.get((buyers, *settings), lambda: drawn_network(population, *settings))


def drawn_network(population: Population, network: str, degree: int, rewired: float, seed: int, run: int) -> Neighbours:
    """A small world or a scale-free network. degree: even, 2 … buyers − 1; rewired: 0..1, of a small world.

    On the ring of a small world, and in the order in which buyers come to a scale-free network, types are mixed at random."""
    luck = np.array([seed & 0xFFFFFFFF, seed >> 32, run], np.uint32)
    slots = slots_of(population)
    if network == "small_world":
        slots = slots[drawn.mixed(luck, buyers_in(population))]
        targets = drawn.small_world(luck, len(slots), degree, np.float32(rewired))
    else:
        slots = slots[drawn.shuffled(luck, len(slots))]
        targets = drawn.scale_free(luck, len(slots), degree)
    drawn.moved(targets, slots)
    return frozen(*drawn.rows(slots, targets, slots_in(population), True))


def buyers_in(population: Population) -> np.ndarray:
    """How many buyers each type has: int64 [type], up to the last type that has any."""
    return np.bincount(population.tile_type, population.tile_lanes).astype(np.int64)


def slots_of(population: Population) -> np.ndarray:
    """The slot of every buyer, in the order of their numbers: int32 [buyers]."""
    return np.flatnonzero(np.arange(LANES) < population.tile_lanes[:, None]).astype(np.int32)


def slots_in(population: Population) -> int:
    """How many slots there are, unused lanes included."""
    return len(population.tile_lanes) * LANES


def frozen(first: np.ndarray, of: np.ndarray) -> Neighbours:
    """Neighbours that nobody can change by mistake, as several markets may share them."""
    first.flags.writeable = of.flags.writeable = False
    return Neighbours(first, of)


def read_network(path: Path, name: str, population: Population) -> Neighbours:
    """The network of an edge list. name: what people call the file. Raises ScenarioError with what is wrong in it, row by row."""
    slots = slots_of(population)
    try:
        listeners, speakers, both_ways = read_links(path, name, len(slots))
    except OSError as error:
        raise unreadable(name, error) from None
    by_speaker = drawn.rows(slots[speakers], slots[listeners][:, None], slots_in(population), both_ways)
    return frozen(*drawn.turned(*by_speaker))
