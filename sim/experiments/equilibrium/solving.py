"""Equilibria in which somebody chooses by chance, with the game-theory library Gambit (Savani & Turocy, gambit-project.org).

Two players: all of them (extreme points), by enumeration in exact fractions (Avis, Rosenberg, Savani & von Stengel 2010). More: those in
which alike players mix alike, by `Mixing`. Beside them, for any number of players, the one to which Gambit's logit path leads: players
who at first choose at random and err less and less (McKelvey & Palfrey 1995; Turocy 2005).
"""
from typing import NamedTuple

import numpy as np

from sim.experiments.equilibrium.game import Game, spread
from sim.experiments.equilibrium.luck import STARTS, several
from sim.experiments.equilibrium.mixing import Mixing
from sim.experiments.sweep.plan import LAYOUT
from sim.intervals import student

MOST_PAYOFFS = 20_000        # numbers in a game that Gambit is asked to follow the logit path of
RESAMPLED = 1_000            # resamples in which a mixture is looked for again


class Mixed(NamedTuple):
    """An equilibrium in which some choose by chance.

    game: whose roles mix (for two alike players each by itself); mix: probabilities [role, choice], low and high their 95% limits (by the
    spread over resamples); share: of resamples in which there is such an equilibrium near; earns: what a member of each role earns on
    average; regret, regret_low, regret_high: what a player would gain at most by another choice, money."""
    game: Game
    mix: np.ndarray
    low: np.ndarray
    high: np.ndarray
    share: float
    earns: np.ndarray
    regret: float
    regret_low: float
    regret_high: float


def mixed_equilibria(game: Game, payoffs: np.ndarray, weights: np.ndarray, alive: np.ndarray, seed: int) -> list[Mixed]:
    """The equilibria in which somebody mixes, on the mean payoffs. payoffs: [run, profile, role, choice]; alive: choices that are not
    dominated [role, choice]; weights: resamples of runs. Players who all mix over choices that earn the very same are left out."""
    if len(game.players) == 2 and len(game.roles) == 1:
        payoffs, alive, game = spread(game, payoffs), np.repeat(alive, 2, axis=0), game.apart()
    mixing, mean = Mixing(game), scaled(payoffs.mean(0))
    if len(game.players) == 2:
        found = bimatrix(game, mean)
    else:
        found = mixing.alike(mean, np.random.default_rng([seed, LAYOUT, STARTS]), alive)
    return [_judged(mixing, payoffs, mix, weights[:RESAMPLED]) for mix in found]


def scaled(payoffs: np.ndarray) -> np.ndarray:
    """Payoffs moved and stretched to the range 0..1; nan becomes 0."""
    low, high = np.nanmin(payoffs), np.nanmax(payoffs)
    return np.nan_to_num((payoffs - low) / (high - low if high > low else 1.0))


def arrays(game: Game, payoffs: np.ndarray) -> list[np.ndarray]:
    """Mean payoffs [profile, role, choice] as a table for each player, indexed by everybody's choice."""
    apart, own = game.apart(), spread(game, payoffs)
    shape = (len(game.choices),) * len(game.players)
    played = apart.assignment
    tables = []
    for player in range(len(game.players)):
        table = np.zeros(shape)
        table[tuple(played.T)] = own[np.arange(len(played)), player, played[:, player]]
        tables.append(table)
    return tables


def bimatrix(game: Game, payoffs: np.ndarray) -> list[np.ndarray]:
    """All equilibria (extreme points) of two players, roles of one each, in which one mixes: [role, choice] each."""
    import pygambit

    of = pygambit.Game.from_arrays(*(np.round(table, 12) for table in arrays(game, payoffs)))
    found = [np.array([[float(profile[strategy]) for strategy in player.strategies] for player in of.players])
             for profile in pygambit.nash.enummixed_solve(of).equilibria]
    mixes = [mix for mix in found if (mix.max(1) < 1 - 1e-9).any()]
    return sorted(mixes, key=lambda mix: (-mix).round(9).reshape(-1).tolist())


def learnt(game: Game, payoffs: np.ndarray) -> np.ndarray | None:
    """Where players end who begin by choosing at random and err less and less: [role, choice], on mean payoffs [profile, role, choice];
    None where the path is lost or the game is too large to follow it."""
    if len(game.players) * len(game.choices) ** len(game.players) > MOST_PAYOFFS:
        return None
    import pygambit

    mean = scaled(payoffs)
    of = pygambit.Game.from_arrays(*arrays(game, mean))
    ends = pygambit.nash.logit_solve(of, use_strategic=True).equilibria
    if not ends:
        return None
    each = np.array([[float(ends[0][strategy]) for strategy in player.strategies] for player in of.players])
    firsts = np.cumsum([0, *game.sizes[:-1]])
    mix = each[firsts]
    if np.abs(each - np.repeat(mix, game.sizes, axis=0)).max() > 1e-3:      # alike players must not come apart on the way
        return None
    mixing, mix = Mixing(game), np.where(mix < 1e-3, 0, mix) / np.where(mix < 1e-3, 0, mix).sum(1, keepdims=True)
    end = mixing.solved(mean, mix[None])
    return end[0] if mixing.is_rest(mean, end)[0] else None


def _judged(mixing: Mixing, payoffs: np.ndarray, mix: np.ndarray, weights: np.ndarray) -> Mixed:
    """How sure a mixture is."""
    flat = np.nan_to_num(payoffs).reshape(len(payoffs), -1)
    low, high = np.nanmin(payoffs.mean(0)), np.nanmax(payoffs.mean(0))
    again = (((weights @ flat) - low) / (high - low or 1.0)).reshape(len(weights), *payoffs.shape[1:])
    there = mixing.solved(again, np.repeat(mix[None], len(weights), axis=0))
    half = _half(there, len(payoffs))
    gains = mixing.gains(np.nan_to_num(payoffs), mix)
    earned = (mixing.expected(np.nan_to_num(payoffs.mean(0)), mix) * mix).sum(-1)
    one, both = (several(gains.reshape(len(gains), -1), group, many) for group, many in (
        (np.arange(mix.size), mix.size), (np.zeros(mix.size, np.int64), 1)))
    return Mixed(mixing.game, mix, np.clip(mix - half, 0, 1), np.clip(mix + half, 0, 1), float(mixing.is_rest(again, there).mean()), earned,
                 max(float(one.mean.max()), 0.0), max(float(both.low.max()), 0.0), max(float(one.high.max()), 0.0))


def _half(there: np.ndarray, runs: int) -> np.ndarray:
    """Half a 95% interval of probabilities: Student's quantile times their spread over resamples (of runs, which lack a degree of freedom);
    nan where no resample has such a mixture. In runs as few as forty it holds the truth more often than quantiles of resamples do."""
    known = np.isfinite(there).all((1, 2))
    if known.sum() < 2 or runs < 2:
        return np.full(there.shape[1:], np.nan)
    return student(runs - 1) * there[known].std(0) * np.sqrt(runs / (runs - 1))
