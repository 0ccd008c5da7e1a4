"""Equilibrium: what do sellers do when each chooses for its own profit, and what does that cost them?

- `equilibrium(scenario, choices, players)` -> `Equilibrium`: `profiles` and other tables, `sentence()`, `answer()`
"""
from sim.experiments.equilibrium.choices import NoGame
from sim.experiments.equilibrium.game import Game
from sim.experiments.equilibrium.playing import Unplayed
from sim.experiments.equilibrium.result import Equilibrium
from sim.experiments.equilibrium.study import equilibrium

__all__ = ["Equilibrium", "Game", "NoGame", "Unplayed", "equilibrium"]
