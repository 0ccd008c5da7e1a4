"""Games whose answer every textbook has: pure and mixed equilibria, dominance, the path and the price, found through noise."""
import numpy as np
import pytest

from sim.experiments.equilibrium import Game
from tests.experiments.games import ALIKE, CHICKEN, DILEMMA, PENNIES, ROCK, SEXES, TWO, alike, found, profits


def verdicts(one) -> dict:
    """Profile -> verdict, by what each player plays."""
    return {one.game.playing(profile): verdict for profile, verdict in zip(one.game.profiles, one.rest.verdict, strict=True)}


def test_matching_pennies_rest_in_halves_only():
    one = found(TWO, PENNIES.get)
    assert set(one.rest.verdict) == {"refuted"} and one.at is None and one.kind == "no_pure_equilibrium"
    (mix,) = one.mixed
    assert (mix.low <= 0.5).all() and (mix.high >= 0.5).all() and np.abs(mix.mix - 0.5).max() < 0.03
    assert mix.regret < 1e-6 and mix.regret_low == 0 and 0 < mix.regret_high < 5 and mix.share > 0.99
    assert one.path.back == 0 and len(one.path.steps) == 4
    assert "goes" not in one.sentence() and one.sentence().startswith("No choice of all sellers lasts")
    assert np.abs(one.learnt - 0.5).max() < 0.03


@pytest.mark.parametrize("game", [TWO, ALIKE])
def test_a_prisoners_dilemma_has_one_equilibrium_and_a_price(game):
    one = found(game, DILEMMA.get)
    assert verdicts(one) == {playing: "sure" if playing == (1, 1) else "refuted" for playing in verdicts(one)}
    assert one.kind == "prisoners_dilemma" and one.mixed == [] and one.solved
    price = one.dilemma
    assert one.game.playing(one.game.profiles[price.instead]) == (0, 0) and price.sure and price.share == 1
    assert (price.forgone.low < 20).all() and (price.forgone.high > 20).all() and price.total.low < 40 < price.total.high
    assert price.temptation.low < 10 < price.temptation.high
    assert one.anarchy.best == price.instead
    assert [sum(one.game.playing(one.game.profiles[number])) for number in one.path.profiles] == [0, 1, 2] and one.path.back is None
    assert "a prisoner's dilemma" in one.sentence() and "whatever the others do" in one.sentence()


def test_battle_of_the_sexes_has_two_pure_equilibria_and_one_mixed():
    one = found(TWO, SEXES.get)
    assert [playing for playing, verdict in verdicts(one).items() if verdict == "sure"] == [(0, 0), (1, 1)]
    assert one.kind == "coordination" and one.dilemma is None
    (mix,) = one.mixed
    true = np.array([[0.6, 0.4], [0.4, 0.6]])
    assert (mix.low < true).all() and (true < mix.high).all()
    assert "it hangs on where they begin" in one.sentence()
    assert found(TWO, SEXES.get, start=3).at == 3 and one.at == 0                      # where the path comes to rest


@pytest.mark.parametrize("game", [TWO, ALIKE])
def test_chicken_is_anti_coordination(game):
    one = found(game, CHICKEN.get, seed=3)
    assert {tuple(sorted(playing)) for playing, verdict in verdicts(one).items() if verdict == "sure"} == {(0, 1)}
    assert one.kind == "anti_coordination"
    symmetric = [mix for mix in one.mixed if np.abs(mix.mix[0] - mix.mix[-1]).max() < 0.2]
    assert len(symmetric) == 1
    true = np.array([1 / 3, 2 / 3])                                                       # dare · 0 + 70 (1 − p) = 20 p + 60 (1 − p)
    assert (symmetric[0].low < true).all() and (true < symmetric[0].high).all()


def test_rock_paper_scissors_is_a_third_each():
    one = found(alike(2, "rps"), lambda playing: (ROCK[playing], ROCK[playing[::-1]]))
    (mix,) = one.mixed
    assert (mix.low < 1 / 3).all() and (mix.high > 1 / 3).all() and one.kind == "no_pure_equilibrium"
    assert one.path.back is not None and len(one.path.profiles) - one.path.back == 3 and "Best replies go round" in one.sentence()


def entry(playing: tuple) -> list[float]:
    """Entering (0) earns 30 less 20 for each other who does; staying out earns nothing: three players alike enter with probability 3/4."""
    return [0.0 if choice else 30 - 20 * (playing.count(0) - 1) for choice in playing]


def test_three_alike_players_mix_alike():
    one = found(alike(3, "io"), entry)
    (mix,) = one.mixed
    assert mix.mix.shape == (1, 2) and mix.low[0, 0] < 0.75 < mix.high[0, 0] and mix.share > 0.99
    assert [one.game.profiles[number] for number in one.pure] == [((2, 1),)] and one.kind == "anti_coordination"
    assert one.learnt[0, 0] == pytest.approx(mix.mix[0, 0], abs=1e-6)                   # who are alike learn alike
    assert one.sentence().startswith("Of 3 sellers, two play i and one plays o")


def test_dominated_choices_fall_out_in_turn():
    """The third is worse than the first; once it is gone, the second is worse than the first for the second player, then for the first."""
    first = np.array([[10, 40, 60], [0, 60, 0], [-30, -10, 20]])
    second = np.array([[50, 20, 0], [40, 20, 10], [0, 90, 30]])
    game = Game((("ours",), ("rivals_1",)), ("a", "b", "c"))
    one = found(game, lambda playing: (first[playing], second[playing]), noise=2)
    assert [(fallen.role, fallen.choice, fallen.turn) for fallen in one.fallen] == [(0, 2, 1), (1, 2, 1), (1, 1, 2), (0, 1, 3)]
    assert one.solved and one.kind == "dominance_solvable" and verdicts(one)[0, 0] == "sure"


def test_what_cannot_be_told_is_not_told():
    close = {playing: (pay[0] + (playing[0] == 1) * -9.9, pay[1] + (playing[1] == 1) * -9.9) for playing, pay in DILEMMA.items()}
    one = found(TWO, close.get, runs=10, noise=20)
    assert "possible" in one.rest.verdict and one.kind == "undecided" and not one.solved


def test_choices_that_are_the_same_are_equally_good():
    """To the last bit: nobody gains, all profiles are equilibria, for sure."""
    drawn = profits(ALIKE, lambda playing: (0, 0), noise=0)
    one = found(ALIKE, lambda playing: (0, 0))
    one.profits = drawn
    assert set(one.rest.verdict) == {"sure"} and (one.rest.share == 1).all() and one.dilemma is None


def test_same_numbers_again():
    first, again = (found(alike(3, "io"), entry) for _ in range(2))
    assert first.answer() == again.answer()
    for name, table in first.tables().items():
        assert table.equals(again.tables()[name])
