"""How far the first compilation is: functions that have their machine code, out of those that the model is made of."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

MODEL = "sim.core."


@contextmanager
def compilation(tell: Callable[[int, int], None] | None = None) -> Iterator[set[str]]:
    """Tells `tell` (functions compiled, functions there are) at each of the model's functions; yields the names, which grow meanwhile.

    What comes from the cache is not compiled, and not told. Not every function is needed by every market.
    """
    import numba  # noqa: F401  the events are part of it, and only there once it is
    from numba.core import event

    named: set[str] = set()

    class Heard(event.Listener):
        def on_start(self, happened) -> None:
            pass

        def on_end(self, happened) -> None:
            function = happened.data["dispatcher"].py_func
            if function.__module__.startswith(MODEL):
                named.add(f"{function.__module__}.{function.__qualname__}")
                if tell:
                    tell(len(named), functions())

    listener = Heard()
    event.register("numba:compile", listener)
    try:
        yield named
    finally:
        event.unregister("numba:compile", listener)


def functions() -> int:
    """How many compiled functions the model's modules have, as far as they are imported; what is merged into its callers is none."""
    from numba.core.dispatcher import Dispatcher

    modules = [module for name, module in list(sys.modules.items()) if name.startswith(MODEL)]
    return sum(isinstance(value, Dispatcher) and value.__module__ == module.__name__ and value.targetoptions.get("inline") != "always"
               for module in modules for value in list(vars(module).values()))  # fmt: skip
