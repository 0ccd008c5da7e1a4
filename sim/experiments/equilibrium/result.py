"""What came out of a game: payoffs, equilibria, the path to them and their price, as tables, as a sentence and as plain data."""
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from sim.experiments.equilibrium.game import Game, payoffs_of
from sim.experiments.equilibrium.kinds import kind_of
from sim.experiments.equilibrium.luck import resamples
from sim.experiments.equilibrium.naming import profile_name, role_names
from sim.experiments.equilibrium.path import Dominated, Path, best_replies, dominated
from sim.experiments.equilibrium.price import Anarchy, Dilemma, anarchy, dilemma, earned
from sim.experiments.equilibrium.rest import REFUTED, SURE, Rest, rest
from sim.experiments.equilibrium.solving import Mixed, learnt, mixed_equilibria
from sim.experiments.told import Told
from sim.intervals import Interval, interval


@dataclass(eq=False)
class Equilibrium(Told):
    """A game between sellers, estimated from paired runs. Money is per buyer of the whole market and in money of the first period.

    profits: what each player earned, float64 [run, profile, player]; start: the profile from which best replies begin; retention: of the
    focal seller, [run, profile]; notes: what the reader should know of how the game was set up."""
    scenario: object = field(repr=False)
    game: Game
    profits: np.ndarray = field(repr=False)
    start: int = 0
    retention: np.ndarray | None = field(default=None, repr=False)
    notes: tuple[str, ...] = ()

    @property
    def runs(self) -> int:
        return len(self.profits)

    @cached_property
    def payoffs(self) -> np.ndarray:
        """What a member of each role earns with each choice in each profile: float64 [run, profile, role, choice] (`game.payoffs_of`)."""
        return payoffs_of(self.game, self.profits)

    @cached_property
    def payoff(self) -> Interval:
        """The same on average, with 95% intervals: [profile, role, choice]."""
        return interval(self.payoffs)

    @cached_property
    def weights(self) -> np.ndarray:
        """Resamples of the runs (`luck.resamples`)."""
        return resamples(self.runs, self.scenario.seed)

    @cached_property
    def rest(self) -> Rest:
        """What single players could gain, and how sure each profile is an equilibrium or none."""
        return rest(self.game, self.payoffs, self.weights)

    @cached_property
    def pure(self) -> list[int]:
        """The profiles that are not refuted as equilibria, the surest first."""
        there = [number for number, verdict in enumerate(self.rest.verdict) if verdict != REFUTED]
        return sorted(there, key=lambda number: (self.rest.verdict[number] != SURE, -self.rest.share[number], number))

    @cached_property
    def mixed(self) -> list[Mixed]:
        """The equilibria in which somebody chooses by chance."""
        return mixed_equilibria(self.game, self.payoffs, self.weights, self.left, self.scenario.seed)

    @cached_property
    def learnt(self) -> np.ndarray | None:
        """Where sellers end who begin at random and err less and less: [role, choice]; None where that is not known."""
        return learnt(self.game, self.payoffs.mean(0))

    @cached_property
    def fallen(self) -> list[Dominated]:
        """The choices that are dominated for sure."""
        return dominated(self.game, self.rest)[0]

    @cached_property
    def left(self) -> np.ndarray:
        """The choices that are not dominated on average, [role, choice]."""
        return dominated(self.game, self.rest, certain=False)[1]

    @property
    def solved(self) -> bool:
        """Whether dominance, for sure, leaves every role one choice."""
        return len(self.fallen) == len(self.game.roles) * (len(self.game.choices) - 1)

    @cached_property
    def path(self) -> Path:
        """Who switches to what from `start` on."""
        return best_replies(self.game, self.rest, self.start)

    @cached_property
    def at(self) -> int | None:
        """The equilibrium that is spoken of: where the path comes to rest, if that is as sure as any other; else the surest; None where
        every profile is refuted."""
        if not self.pure:
            return None
        end, best = self.path.profiles[-1], self.pure[0]
        return end if self.path.back is None and self.rest.verdict[end] == self.rest.verdict[best] else best

    @cached_property
    def earned(self) -> np.ndarray:
        """What each player earns in each profile: [run, profile, player] (`price.earned`)."""
        return earned(self.game, self.payoffs)

    @cached_property
    def dilemma(self) -> Dilemma | None:
        """The profile in which every player would earn more than at the equilibrium; None where there is none."""
        return None if self.at is None else dilemma(self.game, self.earned, self.rest, self.at, self.weights)

    @cached_property
    def anarchy(self) -> Anarchy | None:
        """What all together would earn at best, over what they earn at the equilibrium."""
        return None if self.at is None else anarchy(self.earned, self.at, self.weights)

    @cached_property
    def kind(self) -> str:
        """Which game it is: one of `kinds.KINDS`."""
        return kind_of(self.game, self.rest, self.solved, self.dilemma)

    def name(self, profile: int) -> str:
        """A profile in words."""
        return profile_name(self.scenario, self.game, self.game.profiles[profile])

    @cached_property
    def roles(self) -> list[str]:
        """The names of the roles."""
        return role_names(self.scenario, self.game)

    @property
    def sides(self) -> list[str]:
        """The names of the players where there are two, else of the roles."""
        return list(self.game.players) if len(self.game.players) == 2 else self.roles

    @property
    def table(self) -> pd.DataFrame:
        """The table that says most: `profiles`."""
        return self.profiles

    @cached_property
    def profiles(self) -> pd.DataFrame:
        """A row for each profile: profile, words, verdict, share (of resamples in which it is an equilibrium), regret, regret_low,
        regret_high (the most that a single player would gain), total, total_low, total_high (what all players earn together), retention
        (of the focal seller)."""
        from sim.experiments.equilibrium.tables import profiles

        return profiles(self)

    def tables(self) -> dict[str, pd.DataFrame]:
        """All tables by name (`equilibrium.tables`)."""
        from sim.experiments.equilibrium import tables

        return tables.all_of(self)

    def sentence(self) -> str:
        """The answer for a board."""
        from sim.experiments.equilibrium.words import sentence

        return sentence(self)

    def answer(self) -> dict:
        """Everything as plain numbers and texts, ready for JSON."""
        from sim.experiments.equilibrium.tables import answer

        return answer(self)
