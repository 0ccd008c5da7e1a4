"""Our `njit`: the flags that every compiled function of this package shares, and where its machine code is kept.

Numba's own disk cache does not notice an edited rule in another file, so the folder is named after a digest of all
sources in `sim/core`: edit one line and everything is compiled afresh; edit nothing and the next start is quick.
"""
import gc
import hashlib
import os
from functools import cache, cached_property
from pathlib import Path

import numba
from numba.core import config
from numba.core.compiler_lock import global_compiler_lock
from numba.core.registry import CPUDispatcher
from numba.core.types import unliteral

_SOURCES = sorted(Path(__file__).parent.glob("*.py"))


@cache
def source_digest() -> str:
    """SHA-256 over the sources of `sim/core` and the version of numba: the name of the model's machine code."""
    digest = hashlib.sha256(numba.__version__.encode())
    for source in _SOURCES:
        digest.update(source.read_bytes())
    return digest.hexdigest()


def cache_folder() -> Path:
    """Where compiled kernels are kept: `$TENURE_CACHE`, or `tenure` in the user's cache folder."""
    home = os.environ.get("TENURE_CACHE") or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tenure"
    return Path(home) / source_digest()[:16]


class Door(CPUDispatcher):
    """A compiled function with a door to Python: the code that turns Python's values into numbers, and back."""

    def compile(self, signature):
        """Numba's own, without looking for garbage meanwhile: there is next to none, and looking took a fifth of the time."""
        collects = gc.isenabled()
        gc.disable()
        try:
            return super().compile(signature)
        finally:
            if collects:
                gc.enable()


class Compiled(Door):
    """A function of the model as other compiled functions call it: one set of machine code, whatever calls it, and no door.

    Python may call it as well: it is then compiled once more, with a door. Doors for all functions, and machine code anew for every literal
    (`cell(3, lane)` and `cell(4, lane)` as two functions), were a quarter of the time that the first compilation took."""

    def get_call_template(self, args, kws):
        """Numba's own, for the numbers that literals are."""
        return super().get_call_template(tuple(unliteral(kind) for kind in args), {name: unliteral(kind) for name, kind in kws.items()})

    def __call__(self, *arguments, **named):
        return self.door(*arguments, **named)

    @cached_property
    def door(self) -> Door:
        """The same function for callers from Python; kept apart on the disk, where machine code goes by the function's name."""
        return kept(Door, self.py_func, cache_folder() / "doors", self.targetoptions | {"no_cpython_wrapper": False})


def njit(function=None, *, inlined: bool = False, merged: bool = False, arrays: bool = False):
    """Compile `function` in strict IEEE arithmetic, without the interpreter's lock, kept on disk.

    `error_model="numpy"`: a division by zero is inf or nan, not a branch that raises, so that loops vectorise.
    No `fastmath`: it would make results depend on the machine. `inlined` copies the machine code into every caller. `merged` copies the
    source, which is then compiled as part of each caller and not by itself: for what stands above much else, all of which would be
    optimised anew at every level. `arrays`: the function makes arrays or returns them; all others are compiled without the counting of
    references, whose locked instructions at every call that is handed an array took a fourteenth of the time.
    """
    if function is None:
        return lambda decorated: njit(decorated, inlined=inlined, merged=merged, arrays=arrays)
    return kept(Compiled, function, cache_folder(),
                {"nopython": True, "nogil": True, "error_model": "numpy", "fastmath": False, "forceinline": inlined, "_nrt": arrays,
                 "inline": "always" if merged else "never", "no_cfunc_wrapper": True, "no_cpython_wrapper": True})


def kept(kind: type[CPUDispatcher], function, folder: Path, options: dict) -> CPUDispatcher:
    """A function to be compiled with these options, its machine code kept in a folder."""
    with global_compiler_lock:          # two threads may open the same door
        before, config.CACHE_DIR = config.CACHE_DIR, str(folder)
        try:
            compiled = kind(function, targetoptions=options)
            compiled.enable_caching()
            return compiled
        finally:
            config.CACHE_DIR = before
