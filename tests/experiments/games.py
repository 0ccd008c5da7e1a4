"""Games whose answer is known, with noise like that of markets, in place of what a sweep would bring."""
import numpy as np

from sim.experiments.equilibrium import Equilibrium, Game
from sim.scenario import load

TWO = Game((("ours",), ("rivals_1",)), ("left", "right"))              # two players who are not alike
ALIKE = Game((("ours", "rivals_1"),), ("left", "right"))               # two who are
NAMES = ("ours", "rivals_1", "rivals_2", "rivals_3")

# choices -> payoffs of both
PENNIES = {(0, 0): (50, -50), (0, 1): (-50, 50), (1, 0): (-50, 50), (1, 1): (50, -50)}
DILEMMA = {(0, 0): (30, 30), (0, 1): (0, 40), (1, 0): (40, 0), (1, 1): (10, 10)}          # left: nobody invests
SEXES = {(0, 0): (30, 20), (1, 1): (20, 30), (0, 1): (0, 0), (1, 0): (0, 0)}
CHICKEN = {(0, 0): (0, 0), (0, 1): (70, 20), (1, 0): (20, 70), (1, 1): (60, 60)}          # left: dare
ROCK = np.array([[0, -40, 40], [40, 0, -40], [-40, 40, 0]])


def alike(players: int, choices: str) -> Game:
    """So many players alike, with a choice for each letter."""
    return Game((NAMES[:players],), tuple(choices))


def true_profits(game: Game, payoff) -> np.ndarray:
    """[profile, player]; payoff: choices of all players -> payoffs of all players."""
    return np.array([payoff(tuple(playing)) for playing in game.assignment.tolist()], float)


def profits(game: Game, payoff, runs: int = 40, seed: int = 1, noise: float = 5.0) -> np.ndarray:
    """Payoffs with luck: the market's (shared by all), each player's own (the same in every profile), and what is left."""
    luck, true = np.random.default_rng(seed), true_profits(game, payoff)
    market, own = luck.normal(0, 20, (runs, 1, 1)), luck.normal(0, 10, (runs, 1, true.shape[1]))
    return true + market + own + luck.normal(0, noise, (runs, *true.shape))


def found(game: Game, payoff, start: int = 0, **options) -> Equilibrium:
    """What is found in a planted game."""
    return Equilibrium(load("default"), game, profits(game, payoff, **options), start)
