"""What players earn who choose by chance: expected payoffs, and the mixtures in which nobody would rather do something else."""
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from math import factorial

import numpy as np

from sim.experiments.equilibrium.game import Game, counts

NEAR = 1e-9              # of the range of payoffs: how close to indifferent is indifferent
TURNS = 60               # of Newton's method
STARTS = 24              # places to begin from, for each set of choices that may be mixed
MOST_SUPPORTS = 400      # sets of choices that are searched


@dataclass(frozen=True)
class Mixing:
    """A game whose roles mix: every member of a role plays each choice with the role's probability, each for itself."""
    game: Game

    @cached_property
    def others(self) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
        """For a member of each role, everything that all others may do: how many of each role play each choice [case, role, choice], in how
        many ways [case], and the profile that it comes to with each choice of one's own [case, choice]."""
        found = []
        for role in range(len(self.game.roles)):
            sizes = [many - (number == role) for number, many in enumerate(self.game.sizes)]
            cases = list(product(*(counts(many, len(self.game.choices)) for many in sizes)))
            ways = [np.prod([factorial(sum(many)) / np.prod([factorial(count) for count in many]) for many in case]) for case in cases]
            reached = [[self.game.index[_joined(case, role, choice)] for choice in range(len(self.game.choices))] for case in cases]
            found.append((np.array(cases), np.array(ways), np.array(reached)))
        return found

    def expected(self, payoffs: np.ndarray, mix: np.ndarray) -> np.ndarray:
        """What a member of each role earns on average with each choice while all others mix: [..., role, choice].

        payoffs: [..., profile, role, choice]; mix: probabilities [..., role, choice]. Both may have further axes in front."""
        found, own = [], np.arange(len(self.game.choices))
        for role, (cases, ways, reached) in enumerate(self.others):
            chance = ways * (mix[..., None, :, :] ** cases).prod((-1, -2))
            found.append((chance[..., None] * payoffs[..., reached, role, own]).sum(-2))
        return np.stack(found, axis=-2)

    def gains(self, payoffs: np.ndarray, mix: np.ndarray) -> np.ndarray:
        """What a member of each role gains by each choice over mixing as all do: [..., role, choice]."""
        values = self.expected(payoffs, mix)
        return values - (values * mix).sum(-1, keepdims=True)

    def solved(self, payoffs: np.ndarray, starts: np.ndarray) -> np.ndarray:
        """Where, nearest to `starts` [case, role, choice], every choice that is mixed there earns the same: Newton's method, case by case;
        nan where it leads nowhere. All cases mix the same choices; payoffs: [profile, role, choice] or [case, …]."""
        support = np.argwhere(starts[0] > 0)
        values, held = starts[:, support[:, 0], support[:, 1]], np.zeros_like(starts)

        def off(some: np.ndarray) -> np.ndarray:
            mix = held.copy()
            mix[:, support[:, 0], support[:, 1]] = some
            earned = self.expected(payoffs, mix)[:, support[:, 0], support[:, 1]]
            parts = []
            for role in range(len(self.game.roles)):
                own = support[:, 0] == role
                parts += [earned[:, own][:, 1:] - earned[:, own][:, :1], some[:, own].sum(1, keepdims=True) - 1]
            return np.concatenate(parts, axis=1)

        with np.errstate(all="ignore"):
            for _ in range(TURNS):
                here, step = off(values), 1e-7
                slope = np.stack([(off(values + step * unit) - here) / step for unit in np.eye(len(support))], axis=2)
                singular = ~np.isfinite(slope).all((1, 2)) | (np.abs(np.linalg.det(np.where(np.isfinite(slope), slope, 0))) < 1e-14)
                slope[singular], here[singular] = np.eye(len(support)), np.nan
                change = np.clip(np.linalg.solve(slope, here[..., None])[..., 0], -1, 1)
                values = values - change
                if not np.nanmax(np.abs(change), initial=0) > 1e-14:
                    break
            there = (np.abs(off(values)) <= NEAR).all(1)
        held[:, support[:, 0], support[:, 1]] = np.where(there[:, None], values, np.nan)
        return held

    def is_rest(self, payoffs: np.ndarray, mix: np.ndarray) -> np.ndarray:
        """Whether mixtures [case, role, choice] are equilibria of payoffs whose range is 1."""
        inside = np.isfinite(mix).all((1, 2)) & (np.nan_to_num(mix, nan=-1) >= -NEAR).all((1, 2))
        return inside & (self.gains(payoffs, np.nan_to_num(mix)) <= 10 * NEAR).all((1, 2))

    def alike(self, payoffs: np.ndarray, luck: np.random.Generator, alive: np.ndarray) -> list[np.ndarray]:
        """Every equilibrium that was found in which some role mixes, members of a role alike: [role, choice] each. All sets of choices that
        may be mixed are tried, from many places each. alive: choices that are not dominated [role, choice]; payoffs of range 1."""
        sets = [[np.isin(np.arange(len(row)), some) for some in _subsets(np.flatnonzero(row))] for row in alive]
        found: list[np.ndarray] = []
        if np.prod([len(one) for one in sets], dtype=float) > MOST_SUPPORTS:
            return found
        for case in product(*sets):
            support = np.stack(case)
            if support.sum() > len(support):
                starts = _starts(support, luck)
                mixes = self.solved(payoffs, starts)
                for mix in mixes[self.is_rest(payoffs, mixes) & (mixes[:, support] > NEAR).all(1)]:
                    if not any(np.abs(mix - other).max() < 1e-6 for other in found):
                        found.append(np.clip(mix, 0, 1))
        return sorted(found, key=lambda mix: (-mix).round(9).reshape(-1).tolist())


def _joined(case, role: int, choice: int):
    """What others do, and one member of a role that plays a choice."""
    return tuple(tuple(count + (number == choice) if at == role else count for number, count in enumerate(many))
                 for at, many in enumerate(case))


def _subsets(items: np.ndarray) -> list[list[int]]:
    """Every way to take at least one of some things, fewer first."""
    ways = [[int(item) for number, item in enumerate(items) if bits >> number & 1] for bits in range(1, 1 << len(items))]
    return sorted(ways, key=len)


def _starts(support: np.ndarray, luck: np.random.Generator) -> np.ndarray:
    """Places to begin from: the middle of a set of choices, and evenly spread ones (along a line where two choices are mixed)."""
    weight = luck.exponential(size=(STARTS, *support.shape)) * support
    if support.sum() == len(support) + 1:
        one, other = np.argwhere(support[support.sum(1) == 2][0])[:, 0]
        row, share = int(np.flatnonzero(support.sum(1) == 2)[0]), (np.arange(STARTS) + 0.5) / STARTS
        weight[:, row, one], weight[:, row, other] = share, 1 - share
    weight[0] = support
    return weight / weight.sum(-1, keepdims=True)
