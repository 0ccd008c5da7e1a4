"""Plays a market in C, in the very arrays that `sim.runs.new_market` makes: what the kernel would leave there, C leaves there."""
import ctypes

import numpy as np

from benchmarks.limit.build import library
from sim.core import state as at
from sim.core.handle import handle
from sim.offers import strategy_arrays
from sim.population import draw_population
from sim.runs import Record, new_market, record_of

ANSWERS = ("match", "harvest", "copy_lag", "drop_lag", "reprice_every")      # a rule is on where its number is above nought
STAGE_COUNT = 11                                                             # `enum stage` in stages.h


class RefusedError(ValueError):
    """The market has something that the C does not play."""


def refusals(market: at.Market) -> list[str]:
    """What a market has that the C does not play."""
    stated, answers = market.strategy.stated, market.strategy.answers
    return [what for what, there in {
        "word of mouth": market.network > 0,
        "referral partners": len(market.beyond.partners) > 0,
        "influence shocks": len(market.beyond.shocks) > 0,
        "spending in the six markets": bool((stated[..., at.SPEND:at.SPEND + 6] > 0).any()),
        "sellers that answer the market": any((answers[..., at.ANSWER.index(name)] > 0).any() for name in ANSWERS),
    }.items() if there]


class Player:
    """A market and the C that plays it: `begin`, `play`, `close`, as in `sim.core.kernel`. Raises RefusedError, and NoCompilerError."""

    def __init__(self, market: at.Market, form: str = "limit"):
        if there := refusals(market):
            raise RefusedError(f"The C plays no market with {', '.join(there)}.")
        self.market, self.compiled, self.words = market, library(form), handle(market)

    def begin(self) -> None:
        """The first buyers and, in a running market, their suppliers."""
        self.compiled.market_begin(self._address())

    def play(self, t_from: int, t_to: int) -> None:
        """Periods t_from … t_to − 1, a thread to each of the market's ledgers."""
        self.compiled.market_play(self._address(), ctypes.c_int64(t_from), ctypes.c_int64(t_to))

    def close(self) -> None:
        """Relationships that still run are recorded as running."""
        self.compiled.market_close(self._address())

    def stages(self) -> np.ndarray:
        """int64: cycles by stage so far in this process (`stages.h`), counted by the forms that end in `_stages`; may be set to nought."""
        return np.ctypeslib.as_array((ctypes.c_int64 * STAGE_COUNT).in_dll(self.compiled, "stage_cycles"))

    def _address(self) -> ctypes.c_void_p:
        return ctypes.c_void_p(self.words.ctypes.data)


def played(scenario, strategy: str, run: int = 0, workers: int = 1, form: str = "limit", watched: tuple[int, ...] = ()) -> Record:
    """One run of one strategy, played in C from beginning to end: the ledger that `sim.runs.simulate` returns, and the final state."""
    market = new_market(scenario, strategy_arrays(scenario, strategy), draw_population(scenario), scenario.seed, run, workers, watched)
    player = Player(market, form)
    player.begin()
    player.play(0, len(market.strategy.epoch))
    player.close()
    return record_of(market, keep_state=True)
