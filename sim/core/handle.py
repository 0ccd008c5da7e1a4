"""How compiled code passes a market around: as one array of addresses and lengths, the handle.

A tuple of dozens of arrays costs hundreds of words and dozens of reference counts at every call of a compiled function; a purchase took
ten times as long. `handle` writes the addresses down, `view` reads them back as the very same `Market`, and costs nothing: what a
function does not use is never loaded. Whoever makes a handle keeps the market alive while it is in use.
"""
from collections import namedtuple

import numpy as np
from numba import carray, types
from numba.extending import intrinsic

from sim.core.jit import njit
from sim.core.state import Behaviour, Beyond, Market, Population, Strategy

# Every array and its number of dimensions, in the order in which the handle has them.
DIMENSIONS = {
    "luck": 1, "behaviour": 1, "levels": 2, "state": 2, "standing": 2, "accounts": 2, "held": 2, "offers": 2, "service": 2, "changed": 1,
    "response": 2, "earned": 2, "discount_factor": 1, "flows": 5, "endings": 6, "worth": 4, "channel_endings": 6, "channel_worth": 5,
    "course": 3, "goodwill_course": 3, "watched": 1, "panel": 3,
    "epoch": 1, "stated": 3, "level_of": 3, "value_from": 3, "capacity": 3, "regrouped": 2, "answers": 3, "spending": 3,
    "attributes": 3, "tastes": 3, "lots": 1, "present": 1, "start": 1, "tile_type": 1, "tile_first": 1, "tile_lanes": 1, "type_slots": 2,
    "first": 1, "neighbours": 1, "words": 3, "six_markets": 2, "partners": 2, "goodwill": 2, "advises": 2, "shocks": 2}
SCALARS = ("burn_in", "hearing", "network")                  # come first
Place = namedtuple("Place", DIMENSIONS)
PLACE = Place(*(len(SCALARS) + np.cumsum([0, *(1 + n for n in DIMENSIONS.values())])[:-1]).tolist())     # where each array's address stands


def handle(market: Market) -> np.ndarray:
    """int64: the scalars, then for each array its address and its shape. Raises ValueError where an array is not contiguous."""
    words, arrays = [getattr(market, name) for name in SCALARS], arrays_of(market)
    for name, dimensions in DIMENSIONS.items():
        array = arrays[name]
        if not array.flags.c_contiguous or array.ndim != dimensions:
            raise ValueError(f"a market's arrays must be contiguous and have their dimensions; {name} has {array.shape}")
        words += [array.ctypes.data, *array.shape]
    return np.array(words, np.int64)


def arrays_of(market: Market) -> dict[str, np.ndarray]:
    """Every array of a market, the strategy's, the population's and those beyond the dyad included, by name."""
    parts = (market, market.strategy, market.population, market.beyond)
    return {name: value for part in parts for name, value in part._asdict().items() if isinstance(value, np.ndarray)}


@intrinsic
def _pointer(typing, address):
    """The address as a pointer."""
    def generate(context, builder, signature, arguments):
        return builder.inttoptr(arguments[0], context.get_value_type(types.voidptr))
    return types.voidptr(types.int64), generate


@njit(inlined=True, arrays=True)
def _one(words, at, kind):
    return carray(_pointer(words[at]), (words[at + 1],), kind)


@njit(inlined=True, arrays=True)
def _two(words, at, kind):
    return carray(_pointer(words[at]), (words[at + 1], words[at + 2]), kind)


@njit(inlined=True, arrays=True)
def _three(words, at, kind):
    return carray(_pointer(words[at]), (words[at + 1], words[at + 2], words[at + 3]), kind)


@njit(inlined=True, arrays=True)
def _four(words, at, kind):
    return carray(_pointer(words[at]), (words[at + 1], words[at + 2], words[at + 3], words[at + 4]), kind)


@njit(inlined=True, arrays=True)
def _five(words, at, kind):
    return carray(_pointer(words[at]), (words[at + 1], words[at + 2], words[at + 3], words[at + 4], words[at + 5]), kind)


@njit(inlined=True, arrays=True)
def _six(words, at, kind):
    return carray(_pointer(words[at]), (words[at + 1], words[at + 2], words[at + 3], words[at + 4], words[at + 5], words[at + 6]), kind)


@njit(inlined=True, arrays=True)
def _behaviour(words, at):
    b = _one(words, at, np.float32)
    return Behaviour(b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14], b[15], b[16], b[17],
                     b[18], b[19], b[20], b[21], b[22], b[23], b[24], b[25], b[26], b[27], b[28], b[29], b[30], b[31], b[32])


@njit(inlined=True, arrays=True)
def _strategy(words):
    return Strategy(
        epoch=_one(words, PLACE.epoch, np.int32), stated=_three(words, PLACE.stated, np.float32),
        level_of=_three(words, PLACE.level_of, np.int32), value_from=_three(words, PLACE.value_from, np.float32),
        capacity=_three(words, PLACE.capacity, np.float32), regrouped=_two(words, PLACE.regrouped, np.uint8),
        answers=_three(words, PLACE.answers, np.float32), spending=_three(words, PLACE.spending, np.float32))


@njit(inlined=True, arrays=True)
def _population(words):
    return Population(
        attributes=_three(words, PLACE.attributes, np.float32), tastes=_three(words, PLACE.tastes, np.float32),
        lots=_one(words, PLACE.lots, np.int32), present=_one(words, PLACE.present, np.int32), start=_one(words, PLACE.start, np.float32),
        tile_type=_one(words, PLACE.tile_type, np.int32), tile_first=_one(words, PLACE.tile_first, np.uint32),
        tile_lanes=_one(words, PLACE.tile_lanes, np.int32), type_slots=_two(words, PLACE.type_slots, np.int64))


@njit(inlined=True, arrays=True)
def _beyond(words):
    return Beyond(
        first=_one(words, PLACE.first, np.int64), neighbours=_one(words, PLACE.neighbours, np.int32),
        words=_three(words, PLACE.words, np.float32), six_markets=_two(words, PLACE.six_markets, np.float32),
        partners=_two(words, PLACE.partners, np.float32), goodwill=_two(words, PLACE.goodwill, np.float32),
        advises=_two(words, PLACE.advises, np.float32), shocks=_two(words, PLACE.shocks, np.float32))


@njit(inlined=True, arrays=True)
def view(words):
    """The market behind a handle; `behaviour` as named scalars."""
    return Market(
        luck=_one(words, PLACE.luck, np.uint32), behaviour=_behaviour(words, PLACE.behaviour), levels=_two(words, PLACE.levels, np.float32),
        strategy=_strategy(words), population=_population(words),
        state=_two(words, PLACE.state, np.float32), standing=_two(words, PLACE.standing, np.float32),
        accounts=_two(words, PLACE.accounts, np.int64), held=_two(words, PLACE.held, np.int64),
        offers=_two(words, PLACE.offers, np.float32), service=_two(words, PLACE.service, np.float32),
        changed=_one(words, PLACE.changed, np.uint8), response=_two(words, PLACE.response, np.int32),
        earned=_two(words, PLACE.earned, np.float64), beyond=_beyond(words),
        burn_in=words[0], hearing=words[1], network=words[2],
        discount_factor=_one(words, PLACE.discount_factor, np.float32), flows=_five(words, PLACE.flows, np.int64),
        endings=_six(words, PLACE.endings, np.int64), worth=_four(words, PLACE.worth, np.int64),
        channel_endings=_six(words, PLACE.channel_endings, np.int64), channel_worth=_five(words, PLACE.channel_worth, np.int64),
        course=_three(words, PLACE.course, np.float32), goodwill_course=_three(words, PLACE.goodwill_course, np.float32),
        watched=_one(words, PLACE.watched, np.int64), panel=_three(words, PLACE.panel, np.float32))
