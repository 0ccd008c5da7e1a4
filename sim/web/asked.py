"""What a page asks, made out: the market of its address with everything that was changed in it."""

from dataclasses import dataclass, field

from sim.scenario import Scenario
from sim.web.levers import options
from sim.web.state import State, market_of, names_of, read


@dataclass(frozen=True)
class Asked:
    """A state made out: its market, the strategies that are compared (the baseline first), and the changes as options 'path=value'."""

    state: State
    scenario: Scenario = field(repr=False)
    strategies: tuple[str, ...]
    sets: tuple[str, ...]

    @property
    def unchanged(self) -> Scenario:
        """The market before anything was changed."""
        return market_of(self.state.unchanged())


def made_out(query: str) -> Asked:
    """What a query asks. Raises Refused with everything that is wrong."""
    state = read(query)
    moved = options(market_of(state), state.levers) if state.levers else []
    scenario = market_of(state, tuple(moved))
    named = [f"{name}={value}" for name, value in (("runs", state.runs), ("seed", state.seed)) if value]
    return Asked(state, scenario, tuple(names_of(scenario, state)), (*state.sets, *moved, *named))
