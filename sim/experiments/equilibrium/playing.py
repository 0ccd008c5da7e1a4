"""Every profile of a game as a point of a sweep: what every player earns in each, run by run, with the same luck in all of them."""
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pandas as pd

from sim.experiments.equilibrium.choices import BEFORE, PROFILE, Choice, statement
from sim.experiments.equilibrium.game import Game
from sim.experiments.levels import with_strategies
from sim.experiments.sweep import plan_of, sweep
from sim.scenario.template import flow

MOST_PROFILES = 10_000


class Unplayed(Exception):  # noqa: N818 - named for what is missing
    """Profiles that could not be played; the message says which, and why."""


class Played(NamedTuple):
    """profits: of every player, discounted, money per buyer of the market: float64 [run, profile, player]; retention: the focal seller's
    accounts kept in a year [run, profile], nan where it had none."""
    profits: np.ndarray
    retention: np.ndarray


def plan_for(scenario, game: Game, choices: tuple[Choice, ...], begins: dict[str, int], runs: int):
    """The plan in which each profile of a game is a point: what every player's choice changes, and its scheduled changes. Before the record
    players make the choices that they begin with, in every profile."""
    market = with_strategies(scenario, {BEFORE: statement(scenario, choices, begins), PROFILE: {}})
    stated = [statement(scenario, choices, dict(zip(game.players, game.playing(profile), strict=True))) for profile in game.profiles]
    names = [name for name in (*scenario.sellers, "events") if name in game.players or any(one.get(name) for one in stated)]
    points = pd.DataFrame({f"strategies.{PROFILE}.{name}": [flow(one[name]) for one in stated] for name in names})
    return plan_of(market, points=points, levers=list(points), strategies=[PROFILE], runs=runs, payoffs=game.players)


def play(scenario, game: Game, choices: tuple[Choice, ...], begins: dict[str, int], runs: int, folder=None, threads: int | None = None,
         scheduler=None, force: bool = False, progress: Callable[[int, int], None] | None = None,
         name: Callable[[int], str] = str) -> Played:
    """Play every profile, each in the same runs. Raises Unplayed where a profile cannot be played; name: of a profile, by its number."""
    plan = plan_for(scenario, game, choices, begins, runs)
    tell = (lambda state: progress(state.played, plan.markets)) if progress else None
    found = sweep(plan, folder, threads=threads, scheduler=scheduler, force=force, progress=tell)
    if len(found.failures):
        first = found.failures.iloc[0]
        raise Unplayed(f"{len(found.failures):,} of {game.size:,} profiles could not be played, the first of them "
                       f"{name(int(first.point))}: {first.reason}")
    rows = found.rows().sort_values(["run", "point"], kind="stable")
    profits = np.stack([rows[f"profit_{player}"].to_numpy(float).reshape(runs, game.size) for player in game.players], axis=2)
    return Played(profits, rows["retention"].to_numpy(float).reshape(runs, game.size))
