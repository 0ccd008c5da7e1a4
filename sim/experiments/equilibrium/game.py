"""A game in normal form whose alike players are told apart by nothing but what they choose: only how many choose what counts.

n alike players with k choices have C(k + n − 1, n) profiles in place of kⁿ (Cheng, Reeves, Vorobeychik & Wellman 2004, "Notes on
equilibria in symmetric games"; role-symmetric games: Wellman 2006, "Methods for empirical game-theoretic analysis").
"""
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations_with_replacement, pairwise, product
from math import comb, prod

import numpy as np

Profile = tuple[tuple[int, ...], ...]        # for each role, how many of its members play each choice


@dataclass(frozen=True)
class Game:
    """Who plays what: roles (each the names of its members, who are alike) and the names of the choices, the same for everybody."""
    roles: tuple[tuple[str, ...], ...]
    choices: tuple[str, ...]

    @property
    def players(self) -> tuple[str, ...]:
        """All players, role by role."""
        return tuple(name for members in self.roles for name in members)

    @property
    def sizes(self) -> tuple[int, ...]:
        """How many members each role has."""
        return tuple(len(members) for members in self.roles)

    @property
    def size(self) -> int:
        """How many profiles there are: Π C(k + n − 1, n) over roles."""
        return prod(comb(len(self.choices) + many - 1, many) for many in self.sizes)

    @cached_property
    def profiles(self) -> tuple[Profile, ...]:
        """Every profile, those with more of the first choices first."""
        return tuple(product(*(counts(many, len(self.choices)) for many in self.sizes)))

    @cached_property
    def index(self) -> dict[Profile, int]:
        """Profile -> its number."""
        return {profile: number for number, profile in enumerate(self.profiles)}

    def playing(self, profile: Profile) -> tuple[int, ...]:
        """The choice of every player where a profile is played: a role's first members play the first choices."""
        return tuple(choice for many in profile for choice, count in enumerate(many) for _ in range(count))

    @cached_property
    def assignment(self) -> np.ndarray:
        """`playing` of every profile: [profile, player]."""
        return np.array([self.playing(profile) for profile in self.profiles])

    @cached_property
    def count(self) -> np.ndarray:
        """How many members of each role play each choice: [profile, role, choice]."""
        return np.array(self.profiles)

    @cached_property
    def deviations(self) -> np.ndarray:
        """Everything that a single player can do otherwise: rows (profile, role, from choice, to choice, profile that is reached), in the
        order of profiles."""
        rows = [(number, role, one, other, self.index[moved(profile, role, one, other)])
                for number, profile in enumerate(self.profiles) for role, many in enumerate(profile)
                for one, count in enumerate(many) if count for other in range(len(self.choices)) if other != one]
        return np.array(rows, np.int64)

    def apart(self) -> "Game":
        """The same game with every player as a role of its own: nothing is reduced."""
        return Game(tuple((name,) for name in self.players), self.choices)

    def uniform(self, choice: int) -> int:
        """The number of the profile in which everybody plays the same."""
        one = tuple(tuple(many if number == choice else 0 for number in range(len(self.choices))) for many in self.sizes)
        return self.index[one]


def counts(players: int, choices: int) -> list[tuple[int, ...]]:
    """Every way in which so many alike players can play so many choices."""
    ways = combinations_with_replacement(range(choices), players)
    return [tuple(way.count(choice) for choice in range(choices)) for way in ways]


def moved(profile: Profile, role: int, one: int, other: int) -> Profile:
    """A profile after one member of a role has changed from one choice to another."""
    many = list(profile[role])
    many[one] -= 1
    many[other] += 1
    return (*profile[:role], tuple(many), *profile[role + 1:])


def payoffs_of(game: Game, profits: np.ndarray) -> np.ndarray:
    """What a member of each role earns with each choice in each profile: float64 [run, profile, role, choice]; nan where nobody plays it.

    profits: [run, profile, player], players playing as `Game.playing` says. Alike players who play alike share one payoff, the mean of
    theirs. Their luck is not alike: what a member of a role earns above the role's mean in profiles in which the whole role plays one
    choice is luck of its own, with mean nought since members are alike, and is taken off its profit everywhere (a control variate with
    coefficient 1: Lavenberg & Welch 1981), so that a profile in which the lucky member invests does not speak for investing.
    """
    profits, first = np.asarray(profits, float), 0
    found = np.full((*profits.shape[:2], len(game.roles), len(game.choices)), np.nan)
    for role, many in enumerate(game.sizes):
        members = slice(first, first + many)
        own, played = profits[..., members], game.assignment[:, members]
        together = (played == played[:, :1]).all(1)
        luck = (own[:, together] - own[:, together].mean(-1, keepdims=True)).mean(1) if many > 1 else np.zeros((len(own), 1))
        own = own - luck[:, None]
        for choice in range(len(game.choices)):
            there = played == choice
            some = there.any(1)
            found[:, some, role, choice] = (own * there)[:, some].sum(-1) / there[some].sum(-1)
        first += many
    return found


def spread(game: Game, payoffs: np.ndarray) -> np.ndarray:
    """Payoffs [..., profile, role, choice] of a game as those of `game.apart()`: [..., profile, player, choice]."""
    apart, of = game.apart(), np.repeat(np.arange(len(game.roles)), game.sizes)
    ends = np.cumsum([0, *game.sizes])
    where = []
    for profile in apart.profiles:
        one = np.array(profile)
        where.append(game.index[tuple(tuple(one[low:high].sum(0).tolist()) for low, high in pairwise(ends))])
    found = payoffs[..., np.array(where), :, :][..., of, :]
    return np.where(apart.count > 0, found, np.nan)
