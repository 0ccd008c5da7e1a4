"""Lanes pressed together: the numbers of some lanes of a row laid side by side, and spread out again. Sixteen lanes at a time.

A loop that lists lanes one by one, or looks them up one by one, stays scalar; pressed rows are straight memory, and every loop over them
becomes vector instructions. Written for LLVM as vectors of sixteen, which it turns into what the processor has.
"""
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from sim.core.jit import njit
from sim.core.lanes import cell

SIXTEEN, WHOLES, _SOME, _BITS = (ir.VectorType(ir.FloatType(), 16), ir.VectorType(ir.IntType(32), 16), ir.VectorType(ir.IntType(1), 16),
                                   ir.IntType(16))


def place(context, builder, kind, array, index, vector):
    """Where sixteen numbers of an array stand, from an index on."""
    data = context.make_array(kind)(context, builder, array).data
    return builder.bitcast(builder.gep(data, [index]), vector.as_pointer())


def _call(builder, name, result, arguments):
    kind = ir.FunctionType(result, [argument.type for argument in arguments])
    return builder.call(builder.module.declare_intrinsic(name, (), kind), arguments)


@intrinsic
def _flagged(typing, array, at, left):
    """Which of sixteen lanes hold a whole number other than 0, of as many as are left: a bit for each."""
    def generate(context, builder, signature, arguments):
        flags = builder.load(place(context, builder, signature.args[0], *arguments[:2], WHOLES), align=4)
        first = builder.insert_element(ir.Constant(WHOLES, ir.Undefined), builder.trunc(arguments[2], ir.IntType(32)), ir.IntType(32)(0))
        left = builder.shuffle_vector(first, first, ir.Constant(WHOLES, [0] * 16))
        alive = builder.icmp_signed("<", ir.Constant(WHOLES, list(range(16))), left)
        return builder.bitcast(builder.and_(builder.icmp_signed("!=", flags, ir.Constant(WHOLES, [0] * 16)), alive), _BITS)
    return types.uint16(array, types.uint64, types.int64), generate


@intrinsic
def _how_many(typing, those):
    """The number of bits that are set."""
    def generate(context, builder, signature, arguments):
        return builder.zext(builder.ctpop(arguments[0]), ir.IntType(64))
    return types.int64(types.uint16), generate


@intrinsic
def _press(typing, source, source_at, target, target_at, those):
    """Those of sixteen numbers, side by side; what follows them up to the sixteenth is written over."""
    def generate(context, builder, signature, arguments):
        numbers = builder.load(place(context, builder, signature.args[0], *arguments[:2], SIXTEEN), align=4)
        pressed = _call(builder, "llvm.experimental.vector.compress.v16f32", SIXTEEN,
                        [numbers, builder.bitcast(arguments[4], _SOME), ir.Constant(SIXTEEN, [0.0] * 16)])
        builder.store(pressed, place(context, builder, signature.args[2], *arguments[2:4], SIXTEEN), align=4)
        return context.get_dummy_value()
    return types.void(source, types.uint64, target, types.uint64, types.uint16), generate


@intrinsic
def _spread(typing, source, source_at, target, target_at, those):
    """The reverse: numbers that stand side by side go to those of sixteen, the others stay as they are."""
    def generate(context, builder, signature, arguments):
        target = place(context, builder, signature.args[2], *arguments[2:4], SIXTEEN)
        data = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        spread = _call(builder, "llvm.masked.expandload.v16f32", SIXTEEN,
                       [builder.gep(data, [arguments[1]]), builder.bitcast(arguments[4], _SOME), builder.load(target, align=4)])
        builder.store(spread, target, align=4)
        return context.get_dummy_value()
    return types.void(source, types.uint64, target, types.uint64, types.uint16), generate


@njit
def whole_vectors(lanes):
    """So many lanes, filled up to whole vectors: what is left over of a straight loop is done lane by lane, which takes as long as all the
    rest. A few lanes, or Mesa's one, stay as they are."""
    return (lanes + 31) & ~31 if lanes > 4 else lanes


@njit
def press(source, first, rows, target, to, flags, flag, begin, end):
    """Of each of `rows` rows of the source, from `first` on, the lanes begin … end − 1 that row `flag` of the flags marks with a whole
    number other than 0, side by side in the rows of the target from `to` on. Returns how many they are."""
    listed = 0
    for lane in range(begin, end, 16):
        those = _flagged(flags, cell(flag, lane), end - lane)
        for row in range(rows):
            _press(source, cell(first + row, lane), target, cell(to + row, listed), those)
        listed += _how_many(those)
    return listed


@njit
def spread(source, first, rows, target, to, flags, flag, begin, end):
    """What `press` has laid side by side, back in the lanes it came from; lanes that are not marked stay as they are."""
    listed = 0
    for lane in range(begin, end, 16):
        those = _flagged(flags, cell(flag, lane), end - lane)
        for row in range(rows):
            _spread(source, cell(first + row, listed), target, cell(to + row, lane), those)
        listed += _how_many(those)
