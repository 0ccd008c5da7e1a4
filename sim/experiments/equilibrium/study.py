"""The question: what do sellers do when each chooses for itself?"""
from collections.abc import Callable, Sequence
from pathlib import Path

from sim.experiments.equilibrium.choices import NoGame, choices_of, left_out, players_of, roles_of, stands
from sim.experiments.equilibrium.faced import profile_of
from sim.experiments.equilibrium.game import Game
from sim.experiments.equilibrium.naming import profile_name
from sim.experiments.equilibrium.playing import MOST_PROFILES, play
from sim.experiments.equilibrium.result import Equilibrium
from sim.experiments.keeping import kept
from sim.scenario.suggest import among
from sim.wording import listed, spoken


def equilibrium(scenario, choices: Sequence[str] | None = None, players: Sequence[str] | None = None, runs: int | None = None,
                folder: str | Path | None = None, *, before: str | None = None, reduced: bool = True, threads: int | None = None,
                scheduler=None, force: bool = False, progress: Callable[[int, int], None] | None = None,
                command: str | None = None) -> Equilibrium:
    """Let sellers choose from a set of strategies, each for its own profit, and say where they come to rest (Nash 1951; empirical games:
    Wellman 2006).

    choices: names of the scenario's strategies (what they change of the focal seller, for whoever plays them), of levels, 'levels' for all
    five, 'as_stated' for no change (default: the scenario's strategies, where two of them differ for the focal seller, else the levels).
    players: the single sellers that choose, or groups for all their members (default all); others go on as under the baseline. Every
    profile is played in the same `runs` (default the scenario's), from the same market: one in which, before the record, everybody made the
    choice `before` (default: each what it does under the baseline, or, where that is none of the choices, the baseline or the first
    choice). reduced: players that are alike count as one role, so that only how many of them choose what is played. folder: where markets
    and answer are kept (None: in memory); threads, scheduler, force: as for `sweep`; progress(done, total): markets. Same scenario, same
    question: the same answer for any number of threads, workers and sittings.

    Raises NoGame where there is no such game, Unplayed where a profile cannot be played, and what `sweep` and `kept` raise."""
    named, runs = choices_of(scenario, choices), runs or scenario.runs
    chosen = players_of(scenario, players)
    begins, notes = _begins(scenario, chosen, named, before)
    game = Game(tuple(roles_of(scenario, chosen, named, begins)), tuple(one.name for one in named))
    game = game if reduced else game.apart()
    if game.size > MOST_PROFILES:
        raise NoGame(f"{len(game.players)} players with {len(named)} choices have {game.size:,} profiles, more than {MOST_PROFILES:,}; "
                     "name fewer players or choices")
    start = profile_of(game, [begins[name] for name in game.players])
    asked = {"choices": list(game.choices), "players": list(game.players), "before": [game.choices[begins[name]] for name in game.players],
             "reduced": reduced, "runs": runs}
    with kept("equilibrium", scenario, asked, folder, force, command) as place:
        played = play(scenario, game, named, begins, runs, place.part("profiles"), threads, scheduler, force, progress,
                      lambda number: profile_name(scenario, game, game.profiles[number]))
        notes += [f"what {spoken(name)} changes of other sellers is no part of the choice" for name in left_out(scenario, named)]
        found = Equilibrium(scenario, game, played.profits, start, played.retention, tuple(notes))
        place.finish(found.answer(), found.tables())
    return found


def _begins(scenario, players, choices, before: str | None) -> tuple[dict[str, int], list[str]]:
    """The choice that each player begins with, by its number; and what to note on it. Raises NoGame for one that there is not."""
    names = [one.name for one in choices]
    if before is not None:
        if before not in names:
            raise NoGame(f"{before!r} is none of the choices; {among(before, names)}")
        return dict.fromkeys(players, names.index(before)), []
    usual, found = names.index(scenario.baseline) if scenario.baseline in names else 0, stands(scenario, players, choices)
    others = [spoken(name) for name, number in found.items() if number is None]
    words = (f"what {listed(others)} {'does' if len(others) == 1 else 'do'} under the baseline is none of the choices; before the record "
             f"{'it plays' if len(others) == 1 else 'they play'} {spoken(names[usual])}")
    return {name: usual if number is None else number for name, number in found.items()}, [words] if others else []
