"""One lane of a tile: how its numbers, whole numbers and history are read and written."""
import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from sim.core import state as at
from sim.core.arithmetic import as_float, as_int, i32, u64
from sim.core.jit import njit
from sim.core.state import DYAD_ROWS, ROWS, STRIDE


@njit
def cell(row, lane):
    """Position of a lane in a row; unsigned, so that the compiler need not test for wrap-around."""
    return u64(row) * u64(STRIDE) + u64(lane)


@njit
def dyad(field, seller, sellers):
    """Row of one field of the dyad with one seller."""
    return ROWS + field * sellers + seller


@njit
def hearsay(field, sellers):
    """Row of one field of what the buyer remembers of how it heard of sellers."""
    return ROWS + DYAD_ROWS * sellers + field


@njit
def whole(tile, row, lane):
    """A row that holds whole numbers."""
    return as_int(tile[cell(row, lane)])


@njit
def index(tile, row, lane):
    """A row that holds the number of a seller, a lane, a slot or a period: wide, so that whoever is handed one is compiled for one kind."""
    return np.int64(whole(tile, row, lane))


@njit
def put_whole(tile, row, lane, number):
    tile[cell(row, lane)] = as_float(i32(number))


@njit
def level_in(agreement):
    return i32(agreement & i32(at.LEVEL_BITS))


@njit
def contract_end_in(agreement):
    return i32(agreement >> i32(at.CONTRACT_SHIFT))


@njit
def agreement_on(level, contract_end):
    return i32(i32(level) | i32(i32(contract_end) << i32(at.CONTRACT_SHIFT)))


@njit
def purchases_in(history):
    return i32(history & i32(127))


@njit
def uses_in(history):
    return i32((history >> i32(8)) & i32(127))


@njit
def has_left(history):
    return (history & i32(128)) != 0


@njit
def is_set_up(history):
    return (history & i32(0x8000)) != 0


@njit
def last_purchase(history):
    """Period of the last purchase plus one; 0 when there was none."""
    return i32((history >> i32(16)) & i32(0xFFFF))


@njit
def with_purchase(history, t):
    """The history after one more purchase, in period t."""
    more = i32(history & i32(127)) + i32(1 if (history & i32(127)) < i32(127) else 0)
    return i32((history & i32(0xFF80 & 0xFFFF)) | more | i32(i32(t + 1) << i32(16)))


@intrinsic
def fetch(typing, address):
    """Have the memory at an address brought near: it is read soon. Changes no number."""
    def generate(context, builder, signature, arguments):
        pointer, whole_word = ir.IntType(8).as_pointer(), ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [pointer, whole_word, whole_word, whole_word])
        prefetch = builder.module.declare_intrinsic("llvm.prefetch", [pointer], kind)
        builder.call(prefetch, [builder.inttoptr(arguments[0], pointer), whole_word(0), whole_word(2), whole_word(1)])
        return context.get_dummy_value()
    return types.void(types.int64), generate
