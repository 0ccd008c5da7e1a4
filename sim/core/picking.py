"""Each lane's own: of the dyads, offers or services of all sellers, those of the seller that the lane is with. Sixteen lanes at a time.

To look them up lane by lane stays scalar, and to write them seller by seller takes a store for each seller. Here sixteen lanes keep what
they have found in registers while the sellers pass by.
"""
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from sim.core.jit import njit
from sim.core.lanes import dyad
from sim.core.pressing import SIXTEEN, WHOLES, place
from sim.core.state import STRIDE

_INDEX = ir.IntType(64)


def _every(builder, number, vector):
    """A vector that holds a number sixteen times."""
    first = builder.insert_element(ir.Constant(vector, ir.Undefined), number, ir.IntType(32)(0))
    return builder.shuffle_vector(first, first, ir.Constant(WHOLES, [0] * 16))


def _pick(builder, whose, many, named, found, targets):
    """Sixteen lanes choose among `many`: place i goes by the whole number named(i) and has the vectors found(i), one for each target."""
    keys = builder.load(whose, align=4)
    kept = [cgutils.alloca_once_value(builder, ir.Constant(SIXTEEN, [0.0] * 16)) for _ in targets]
    with cgutils.for_range(builder, many) as loop:
        mine = builder.icmp_signed("==", keys, _every(builder, named(loop.index), WHOLES))
        for vector, slot in zip(found(loop.index), kept, strict=True):
            builder.store(builder.select(mine, vector, builder.load(slot)), slot)
    for slot, target in zip(kept, targets, strict=True):
        builder.store(builder.load(slot), target, align=4)


def _sixteen(context, builder, kind, array, row, lane, vector=SIXTEEN):
    """Where sixteen lanes of a row stand."""
    return place(context, builder, kind, array, builder.add(builder.mul(row, _INDEX(STRIDE)), lane), vector)


@intrinsic
def _pick_dyads(typing, source, base, fields, sellers, whose, who, target, to, lane):
    def generate(context, builder, signature, arguments):
        kinds, (source, base, fields, sellers, whose, who, target, to, lane) = signature.args, arguments
        firsts = [builder.add(base, builder.mul(field, sellers)) for field in cgutils.unpack_tuple(builder, fields)]
        targets = [_sixteen(context, builder, kinds[6], target, row, lane) for row in cgutils.unpack_tuple(builder, to)]

        def named(seller):
            return builder.trunc(seller, ir.IntType(32))

        def found(seller):
            rows = [builder.add(first, seller) for first in firsts]
            return [builder.load(_sixteen(context, builder, kinds[0], source, row, lane), align=4) for row in rows]
        _pick(builder, _sixteen(context, builder, kinds[4], whose, who, lane, WHOLES), sellers, named, found, targets)
        return context.get_dummy_value()
    return types.void(source, types.int64, fields, types.int64, whose, types.int64, target, to, types.int64), generate


@intrinsic
def _pick_numbers(typing, table, begin, lines, whose, who, target, to, lane):
    def generate(context, builder, signature, arguments):
        kinds, (table, begin, lines, whose, who, target, to, lane) = signature.args, arguments
        targets = [_sixteen(context, builder, kinds[5], target, row, lane) for row in cgutils.unpack_tuple(builder, to)]
        numbers = context.make_array(kinds[0])(context, builder, table).data

        def number(line, field):
            at = builder.add(begin, builder.add(builder.mul(line, _INDEX(len(targets) + 1)), _INDEX(field)))
            return builder.load(builder.gep(numbers, [at]))

        def named(line):
            return builder.bitcast(number(line, 0), ir.IntType(32))

        def found(line):
            return [_every(builder, number(line, 1 + field), SIXTEEN) for field in range(len(targets))]
        _pick(builder, _sixteen(context, builder, kinds[3], whose, who, lane, WHOLES), lines, named, found, targets)
        return context.get_dummy_value()
    return types.void(table, types.int64, types.int64, whose, types.int64, target, to, types.int64), generate


@njit
def pick_dyads(source, tile, fields, sellers, whose, who, target, to, begin, end):
    """Into each of the rows `to` of the target: a field of the lane's dyad with the seller that row `who` names; 0 where it names none.

    The tile's rows begin at row `tile` of the source. Lanes begin … end − 1, filled up to sixteen."""
    for lane in range(begin, end, 16):
        _pick_dyads(source, dyad(0, 0, sellers) + tile, fields, sellers, whose, who, target, to, lane)


@njit
def pick_numbers(table, at, lines, whose, who, target, to, begin, end):
    """Into each of the rows `to` of the target: the number that the table has for the whole number in row `who`; 0 where it has none.

    The table begins at position `at`; a line is a whole number and the numbers that it stands for, one for each target. Lanes begin …
    end − 1, filled up to sixteen."""
    for lane in range(begin, end, 16):
        _pick_numbers(table, at, lines, whose, who, target, to, lane)
