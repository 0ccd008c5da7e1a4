"""How compiled code passes a market around: as one array of addresses and lengths, the handle.

A tuple of two dozen arrays costs three hundred words and two dozen reference counts at every call of a compiled function; a purchase took
ten times as long. `handle` writes the addresses down, `view` reads them back as the very same `Market`, and costs nothing: what a
function does not use is never loaded. Whoever makes a handle keeps the market alive while it is in use.
"""
import numpy as np
from numba import carray, types
from numba.extending import intrinsic

from sim.core.jit import njit
from sim.core.state import Behaviour, Market, Population, Strategy


def handle(market: Market) -> np.ndarray:
    """int64: the burn-in, then for each array its address and its shape. Raises ValueError where an array is not contiguous."""
    words = [market.burn_in]
    for array in _arrays(market):
        if not array.flags.c_contiguous:
            raise ValueError("a market's arrays must be contiguous")
        words += [array.ctypes.data, *array.shape]
    return np.array(words, np.int64)


def _arrays(market: Market) -> list[np.ndarray]:
    """Every array of a market, in the order in which `view` reads them."""
    return [market.luck, market.behaviour, market.levels, *market.strategy, *market.population, market.state, market.standing,
            market.accounts, market.service, market.discount_factor, market.flows, market.endings, market.worth, market.watched,
            market.panel]


@intrinsic
def _pointer(typing, address):
    """The address as a pointer."""
    def generate(context, builder, signature, arguments):
        return builder.inttoptr(arguments[0], context.get_value_type(types.voidptr))
    return types.voidptr(types.int64), generate


@njit(inlined=True)
def _one(words, at, kind):
    return carray(_pointer(words[at]), (words[at + 1],), kind)


@njit(inlined=True)
def _two(words, at, kind):
    return carray(_pointer(words[at]), (words[at + 1], words[at + 2]), kind)


@njit(inlined=True)
def _three(words, at, kind):
    return carray(_pointer(words[at]), (words[at + 1], words[at + 2], words[at + 3]), kind)


@njit(inlined=True)
def _behaviour(words, at):
    b = _one(words, at, np.float32)
    return Behaviour(b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14], b[15], b[16], b[17],
                     b[18], b[19], b[20], b[21], b[22], b[23], b[24], b[25])


@njit(inlined=True)
def view(words):
    """The market behind a handle; `behaviour` as named scalars. Position = 1 + the words of all arrays before."""
    return Market(
        luck=_one(words, 1, np.uint32),
        behaviour=_behaviour(words, 3),
        levels=_two(words, 5, np.float32),
        strategy=Strategy(
            epoch=_one(words, 8, np.int32), offers=_three(words, 10, np.float32), level_of=_three(words, 14, np.int32),
            value_from=_three(words, 18, np.float32), capacity=_three(words, 22, np.float32), regrouped=_two(words, 26, np.uint8)),
        population=Population(
            attributes=_three(words, 29, np.float32), tastes=_three(words, 33, np.float32), lots=_one(words, 37, np.int32),
            present=_one(words, 39, np.int32),
            start=_one(words, 41, np.float32), tile_type=_one(words, 43, np.int32), tile_first=_one(words, 45, np.uint32),
            tile_lanes=_one(words, 47, np.int32)),
        state=_two(words, 49, np.float32),
        standing=_two(words, 52, np.float32),
        accounts=_two(words, 55, np.int64),
        service=_two(words, 58, np.float32),
        burn_in=words[0],
        discount_factor=_one(words, 61, np.float32),
        flows=carray(_pointer(words[63]), (words[64], words[65], words[66], words[67], words[68]), np.int64),
        endings=carray(_pointer(words[69]), (words[70], words[71], words[72], words[73], words[74], words[75]), np.int64),
        worth=carray(_pointer(words[76]), (words[77], words[78], words[79], words[80]), np.int64),
        watched=_one(words, 81, np.int64),
        panel=_three(words, 83, np.float32))
