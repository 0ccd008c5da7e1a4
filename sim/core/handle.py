"""How compiled code passes a market around: as one array of addresses and lengths, the handle.

A tuple of dozens of arrays costs hundreds of words and dozens of reference counts at every call of a compiled function; a purchase took
ten times as long. `handle` writes the addresses down, and `view` lets compiled code read them as if the handle were the very same `Market`:
`market.offers` becomes the few loads that this one array takes, where it is asked for. (A `Market` made whole in every function costs
nothing either once it is compiled, but took a third of the time that compiling took.) Whoever makes a handle keeps the market alive while
it is in use.
"""
from collections import namedtuple

import numpy as np
from llvmlite import ir
from numba import types
from numba.core.typing.templates import AttributeTemplate
from numba.extending import infer_getattr, intrinsic, lower_getattr_generic, models, register_model
from numba.np.arrayobj import make_array, populate_array
from numba.np.numpy_support import from_dtype

from sim.core.state import Behaviour, Beyond, Market, Population, Strategy

# Every array and its number of dimensions, in the order in which the handle has them.
DIMENSIONS = {
    "luck": 1, "behaviour": 1, "levels": 2, "state": 2, "standing": 2, "accounts": 2, "held": 2, "offers": 2, "service": 2, "changed": 1,
    "response": 2, "earned": 2, "discount_factor": 1, "flows": 5, "endings": 6, "worth": 4, "channel_endings": 6, "channel_worth": 5,
    "course": 3, "goodwill_course": 3, "watched": 1, "panel": 3,
    "epoch": 1, "stated": 3, "level_of": 3, "value_from": 3, "capacity": 3, "regrouped": 2, "answers": 3, "spending": 3,
    "attributes": 3, "tastes": 3, "lots": 1, "present": 1, "start": 1, "tile_type": 1, "tile_first": 1, "tile_lanes": 1, "type_slots": 2,
    "first": 1, "neighbours": 1, "words": 3, "six_markets": 2, "partners": 2, "goodwill": 2, "advises": 2, "shocks": 2}
KINDS = {"luck": np.uint32, "tile_first": np.uint32, "changed": np.uint8, "regrouped": np.uint8, "earned": np.float64,
         **dict.fromkeys(("response", "epoch", "level_of", "lots", "present", "tile_type", "tile_lanes", "neighbours"), np.int32),
         **dict.fromkeys(("accounts", "held", "flows", "endings", "worth", "channel_endings", "channel_worth", "watched", "type_slots",
                          "first"), np.int64)}                # all others are float32
PARTS = {"strategy": Strategy, "population": Population, "beyond": Beyond}
SCALARS = ("burn_in", "hearing", "network")                  # come first
Place = namedtuple("Place", DIMENSIONS)
PLACE = Place(*(len(SCALARS) + np.cumsum([0, *(1 + n for n in DIMENSIONS.values())])[:-1]).tolist())     # where each array's address stands


def handle(market: Market) -> np.ndarray:
    """int64: the scalars, then for each array its address and its shape. Raises ValueError where an array is not contiguous."""
    words, arrays = [getattr(market, name) for name in SCALARS], arrays_of(market)
    for name, dimensions in DIMENSIONS.items():
        array = arrays[name]
        if not array.flags.c_contiguous or array.ndim != dimensions or array.dtype != kind_of(name):
            raise ValueError(f"a market's arrays must be contiguous, of their dimensions and kind; {name} is {array.dtype}{array.shape}")
        words += [array.ctypes.data, *array.shape]
    return np.array(words, np.int64)


def kind_of(name: str) -> np.dtype:
    """What numbers an array holds."""
    return np.dtype(KINDS.get(name, np.float32))


def arrays_of(market: Market) -> dict[str, np.ndarray]:
    """Every array of a market, the strategy's, the population's and those beyond the dyad included, by name."""
    parts = (market, market.strategy, market.population, market.beyond)
    return {name: value for part in parts for name, value in part._asdict().items() if isinstance(value, np.ndarray)}


class View(types.Type):
    """A market, or a part of it, as compiled code sees it: the address of a handle, and which names can be read from it."""

    def __init__(self, whole):
        self.whole = whole
        super().__init__(name=f"View({whole.__name__})")


@register_model(View)
class _Model(models.PrimitiveModel):
    def __init__(self, manager, kind):
        super().__init__(manager, kind, ir.IntType(64).as_pointer())


@intrinsic
def view(typing, words):
    """The market behind a handle."""
    def generate(context, builder, signature, arguments):
        return make_array(signature.args[0])(context, builder, arguments[0]).data
    return View(Market)(words), generate


@infer_getattr
class _Kinds(AttributeTemplate):
    """The type of what a name stands for; `behaviour` as named scalars."""
    key = View

    def generic_resolve(self, view, name):
        if name not in view.whole._fields:
            return None
        if name in PARTS:
            return View(PARTS[name])
        if name in SCALARS:
            return types.int64
        if name == "behaviour":
            return types.NamedUniTuple(types.float32, len(Behaviour._fields), Behaviour)
        return _array(name)


def _array(name):
    return types.Array(from_dtype(kind_of(name)), DIMENSIONS[name], "C")


@lower_getattr_generic(View)
def _read(context, builder, view, words, name):
    """The loads that a name takes."""
    if name in PARTS:
        return words
    if name in SCALARS:
        return _load(builder, words, SCALARS.index(name))
    if name == "behaviour":
        numbers = builder.inttoptr(_load(builder, words, PLACE.behaviour), ir.FloatType().as_pointer())
        kind = ir.ArrayType(ir.FloatType(), len(Behaviour._fields))
        behaviour = ir.Constant(kind, ir.Undefined)
        for i in range(kind.count):
            behaviour = builder.insert_value(behaviour, _load(builder, numbers, i), i)
        return behaviour
    return _read_array(context, builder, words, name)


def _read_array(context, builder, words, name):
    """An array over what the market holds: its address and shape from the handle, its strides from those."""
    kind, at = _array(name), getattr(PLACE, name)
    array = make_array(kind)(context, builder)
    itemsize = context.get_constant(types.intp, kind_of(name).itemsize)
    shape = [_load(builder, words, at + 1 + i) for i in range(kind.ndim)]
    strides = [itemsize]
    for size in reversed(shape[1:]):
        strides.insert(0, builder.mul(strides[0], size))
    data = builder.inttoptr(_load(builder, words, at), array.data.type)
    populate_array(array, data=data, shape=shape, strides=strides, itemsize=itemsize, meminfo=None)
    return array._getvalue()


def _load(builder, numbers, i):
    """One number of those at an address. Nothing that compiled code writes changes it, so it may be read once for a whole loop."""
    number = builder.load(builder.gep(numbers, [ir.IntType(64)(i)]))
    number.set_metadata("invariant.load", builder.module.add_metadata([]))
    return number
