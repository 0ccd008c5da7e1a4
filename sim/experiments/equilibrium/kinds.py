"""Which of the games that every textbook has a name for this one is, where that is sure."""
from sim.experiments.equilibrium.game import Game
from sim.experiments.equilibrium.price import Dilemma
from sim.experiments.equilibrium.rest import REFUTED, SURE, Rest

UNDECIDED = "undecided"
KINDS = {
    "prisoners_dilemma": "a prisoner's dilemma",                        # one choice is better for each, another for all
    "social_dilemma": "a social dilemma",                               # one equilibrium, in which everybody earns less than elsewhere
    "dominance_solvable": "solved by dominance",
    "coordination": "a game of coordination",
    "anti_coordination": "a game of anti-coordination (chicken)",
    "several_equilibria": "a game with several equilibria",
    "one_equilibrium": "a game with one pure equilibrium",
    "no_pure_equilibrium": "a game without a pure equilibrium (as matching pennies)",
    UNDECIDED: "not yet decided by these runs",
}


def kind_of(game: Game, found: Rest, solved: bool, dilemma: Dilemma | None) -> str:
    """One of KINDS; UNDECIDED unless every profile is for sure an equilibrium or for sure none. solved: whether dominance, for sure, leaves
    every role one choice; dilemma: that of the only equilibrium."""
    if any(verdict not in (SURE, REFUTED) for verdict in found.verdict):
        return UNDECIDED
    rests = [number for number, verdict in enumerate(found.verdict) if verdict == SURE]
    if not rests:
        return "no_pure_equilibrium"
    if len(rests) == 1:
        return _of_one(game, rests[0], solved, dilemma)
    alike = [_alike(game, number) for number in rests]
    return "coordination" if all(alike) else "several_equilibria" if any(alike) else "anti_coordination"


def _of_one(game: Game, number: int, solved: bool, dilemma: Dilemma | None) -> str:
    if dilemma is not None and dilemma.sure:
        return "prisoners_dilemma" if solved else "social_dilemma"
    if solved:
        return "dominance_solvable"
    apart = any(sum(count > 0 for count in many) > 1 for many in game.profiles[number])
    return "anti_coordination" if apart else "one_equilibrium"


def _alike(game: Game, number: int) -> bool:
    """Whether everybody makes the same choice."""
    return len(set(game.playing(game.profiles[number]))) == 1
