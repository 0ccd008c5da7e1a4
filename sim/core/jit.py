"""Our `njit`: the flags that every compiled function of this package shares, and where its machine code is kept.

Numba's own disk cache does not notice an edited rule in another file, so the folder is named after a digest of all
sources in `sim/core`: edit one line and everything is compiled afresh; edit nothing and the next start is quick.
"""
import hashlib
import os
from functools import cache
from pathlib import Path

import numba
from numba.core import config

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


def njit(function=None, *, inlined: bool = False, arrays: bool = False):
    """Compile `function` in strict IEEE arithmetic, without the interpreter's lock, kept on disk.

    `error_model="numpy"`: a division by zero is inf or nan, not a branch that raises, so that loops vectorise.
    No `fastmath`: it would make results depend on the machine. `inlined` copies the machine code into every caller. `arrays`: the function
    makes arrays or returns them; all others are compiled without the counting of references, whose locked instructions at every
    call that is handed an array took a fourteenth of the time.
    """
    if function is None:
        return lambda decorated: njit(decorated, inlined=inlined, arrays=arrays)
    before = config.CACHE_DIR
    config.CACHE_DIR = str(cache_folder())
    try:
        return numba.njit(function, cache=True, nogil=True, error_model="numpy", fastmath=False, forceinline=inlined,
                          _nrt=arrays)
    finally:
        config.CACHE_DIR = before
