"""The loops that every buyer goes through in every period become vector instructions. Losing that costs 5 to 15 times, silently.

Code from the disk cache cannot be inspected, so the loops are compiled afresh in a process of their own with an empty cache.
"""
import json
import os
import re
import subprocess
import sys

import llvmlite.binding as llvm
import pytest

MASKED = r"vmaskmov\w+\s.*%ymm|vmov\w+\s.*%[yz]mm.*\{%k"      # a store into some lanes of a register
FLOATS, WORDS = r"v(mul|fmadd\w+|add|sub)ps\s.*%?[yz]mm", r"vp(cmp\w+d|sub[dq]|add[dq]|and[dq]?|or[dq]?|test\w+|ternlog\w+)\s.*%?[yz]mm"
CHOICE = r"vp?blend\w+\s.*%[yz]mm|vmov\w+\s.*%[yz]mm.*\{%k|vbroadcastss\s.*\{%k"
LUCK = r"vpmul(udq|ld|lq)\s.*%?[yz]mm"
# What a loop must contain on 256-bit or wider registers: packed float sums and products, packed whole numbers, the products of luck.
WANTED = {"draw_luck": LUCK, "greet": WORDS, "levels_served": WORDS, "use": FLOATS, "leave_bond": r"vmulps\s.*%?[yz]mm",
          "leave_experience": MASKED, "add_use": WORDS, "tally": WORDS, "sum_over": r"vp(add|sub)q\s.*%?[yz]mm",
          "pick_dyads": CHOICE, "pick_numbers": CHOICE,
          "deal_lot": LUCK, "decide": r"v(divps|mulps|rcp\w+)\s.*%?[yz]mm", "deal_four_options": LUCK, "weigh": FLOATS, "conclude": WORDS,
          "count_decisions": WORDS, "deal_records": LUCK, "deal_tastes": LUCK, "receive": FLOATS, "lay_back": MASKED, "count_lots": WORDS}


SCRIPT = """
import json, sys, time
import numpy as np
from sim.core import buying, entering, picking, rules, using
from sim.core.jit import njit
from sim.core.state import Behaviour, COLUMNS, LANES
from sim.core.scratch import GUMBEL, new_scratch

scratch, luck = new_scratch(4), np.array([1, 2, 3], np.uint32)
using.draw_luck(luck, np.uint32(0), 0, LANES, 0, scratch)
using.use(Behaviour(*np.full(len(Behaviour._fields), 0.5, np.float32)), 0, LANES, 3, scratch, np.float32(1))
using.greet(scratch, 0, LANES, scratch)
using.levels_served(np.int32(1), 0, LANES, scratch)
using.leave_bond(scratch, np.int32(1), 20, 0, LANES, np.float32(0.9), scratch)
using.leave_experience(scratch, np.int32(1), 20, 0, LANES, scratch)
using.add_use(scratch, np.int32(1), 20, 0, LANES, scratch)
using.tally(scratch, 0, LANES, np.int32(1))
using.sum_over(scratch, 0, LANES, np.int32(0), 5)
picking.pick_dyads(scratch, 0, (0, 2), 4, scratch, 10, scratch, (40, 41), 0, LANES)
picking.pick_numbers(scratch, 100, 4, scratch, 10, scratch, (40, 41), 0, LANES)

book = np.zeros((5, len(COLUMNS)), np.int64)
buying.deal_lot(luck, np.uint32(0), LANES, 0, 0, scratch)
buying.decide(LANES, LANES, 5, np.float32(12), np.float32(1), scratch)
buying.conclude(LANES, LANES, scratch)
buying.count_decisions(LANES, 4, scratch, book)
buying.deal_records(luck, np.uint32(0), LANES, scratch)
buying.lay_back(scratch, np.int32(1), 20, 21, 22, LANES, scratch)
buying.count_lots(LANES, 4, scratch, book)

y, offer = Behaviour(*np.full(len(Behaviour._fields), 0.5, np.float32)), np.full(32, 0.5, np.float32)
entering.deal_tastes(luck, np.uint32(0), LANES, scratch)
buying.deal_four_options(luck, np.uint32(0), LANES, 0, 0, GUMBEL, scratch)

@njit
def weigh_often(y, offer, scratch, times):
    for _ in range(times):
        buying.weigh(y, offer, 1, np.float32(-0.1), LANES, 5, scratch)

@njit
def receive_often(y, scratch, times):
    for _ in range(times):
        buying.receive(y, LANES, 5, np.float32(1), scratch)

@njit
def one_after_another(values):
    # each step needs the one before: nothing to vectorise
    x = np.float32(0)
    for i in range(values.size):
        x = x * values[i] + np.float32(1) if x < values[i] else values[i] * x
    return x

one_after_another(scratch)

def fastest(function, *arguments):
    function(*arguments, 1)
    seconds = []
    for _ in range(9):
        start = time.perf_counter()
        function(*arguments, 50)
        seconds.append(time.perf_counter() - start)
    return min(seconds)

found = {"ratio": fastest(weigh_often, y, offer, scratch) / fastest(receive_often, y, scratch)}
rooms = (using, picking, entering, buying)
loops = {name: next(getattr(room, name) for room in rooms if hasattr(room, name)) for name in sys.argv[1:]}

def machine_code(loop):
    # as compiled code calls it, and as Python does
    return "\\n".join([*loop.inspect_asm().values(), *loop.door.inspect_asm().values()])

found |= {name: machine_code(loop) for name, loop in loops.items()}
found["one_after_another"] = machine_code(one_after_another)
json.dump(found, sys.stdout)
"""


@pytest.fixture(scope="module")
def assembly(tmp_path_factory) -> dict[str, str]:
    """The machine code of each loop, freshly compiled."""
    features = llvm.get_host_cpu_features()
    if not (features.get("avx2") and features.get("fma")):
        pytest.skip("this machine has no AVX2")
    environment = os.environ | {"TENURE_CACHE": str(tmp_path_factory.mktemp("cache")),
                                "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    script = tmp_path_factory.mktemp("script") / "loops.py"
    script.write_text(SCRIPT, encoding="utf-8")
    out = subprocess.run([sys.executable, str(script), *WANTED], env=environment, capture_output=True, text=True, check=False)
    assert out.returncode == 0, out.stderr
    return json.loads(out.stdout)


@pytest.mark.parametrize("loop", WANTED)
def test_loop_is_vectorised(assembly, loop):
    """Its arithmetic runs on whole registers of lanes (ymm or zmm), not on one lane at a time."""
    assert re.search(WANTED[loop], assembly[loop]), f"{loop} has become scalar"


def test_weighing_takes_its_vector_path(assembly):
    """A loop may have vector code and yet never enter it, when the compiler cannot tell its rows apart: weighing a seller was then six
    times as slow as receiving a delivery. As it should be it takes about half of that."""
    assert assembly["ratio"] < 3


def test_negative_control(assembly):
    """A loop in which every step needs the one before has no vector arithmetic, and the check says so."""
    assert not any(re.search(pattern, assembly["one_after_another"]) for pattern in WANTED.values())
