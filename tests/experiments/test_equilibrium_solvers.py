"""Our reckoning beside Gambit's on games drawn at random; the reduction of alike players; how often intervals hold the truth."""
from itertools import pairwise, product

import numpy as np
import pygambit
import pytest

from sim.experiments.equilibrium import Game
from sim.experiments.equilibrium.game import payoffs_of, spread
from sim.experiments.equilibrium.luck import resamples
from sim.experiments.equilibrium.mixing import Mixing
from sim.experiments.equilibrium.rest import gains_of, rest
from sim.experiments.equilibrium.solving import arrays, bimatrix, mixed_equilibria, scaled
from sim.intervals import interval
from tests.experiments.games import DILEMMA, PENNIES, TWO, alike, found, profits, true_profits


def symmetric(game: Game, seed: int) -> np.ndarray:
    """Payoffs of alike players drawn at random: [profile, role, choice]."""
    drawn = np.random.default_rng(seed).normal(size=(game.size, len(game.roles), len(game.choices)))
    return np.where(game.count > 0, drawn, np.nan)


def by_gambit(game: Game, payoffs: np.ndarray, solver, **options) -> list[np.ndarray]:
    """Equilibria of the whole game: [player, choice] each."""
    of = pygambit.Game.from_arrays(*arrays(game, payoffs))
    return [np.array([[float(profile[strategy]) for strategy in player.strategies] for player in of.players])
            for profile in solver(of, **options).equilibria]


@pytest.mark.parametrize("shape", [((2,), 3), ((3,), 2), ((4,), 2), ((3,), 3), ((1, 2), 2), ((1, 1, 1), 2)])
def test_pure_equilibria_are_gambits(shape):
    sizes, choices = shape
    names = iter("abcdef")
    game = Game(tuple(tuple(next(names) for _ in range(many)) for many in sizes), tuple("xyz"[:choices]))
    for seed in range(20):
        payoffs = symmetric(game, seed)
        expected = by_gambit(game, payoffs, pygambit.nash.enumpure_solve)
        gains = gains_of(game, payoffs)
        ours = [number for number in range(game.size) if (gains[game.deviations[:, 0] == number] <= 0).all()]
        whole = {tuple(mix.argmax(1).tolist()) for mix in expected}
        apart, ends = game.apart(), np.cumsum([0, *sizes])
        reduced = {tuple(tuple(sorted(playing[low:high])) for low, high in pairwise(ends)) for playing in whole}
        assert {tuple(tuple(sorted(game.assignment[number][low:high].tolist())) for low, high in pairwise(ends))
                for number in ours} == reduced and apart.size == choices ** sum(sizes)


@pytest.mark.parametrize("players, choices, seeds", [(3, 2, range(12)), (4, 2, range(12)), (3, 3, (0, 1, 2, 4, 5, 6, 7, 9))])
def test_mixtures_of_alike_players_are_those_that_gambit_finds_among_all(players, choices, seeds):
    """And some that it does not: its polynomial solver leaves a few out, all of ours being equilibria by its own reckoning."""
    game = alike(players, "xyz"[:choices])
    for seed in seeds:
        payoffs = scaled(symmetric(game, seed))
        ours = Mixing(game).alike(payoffs, np.random.default_rng(0), np.ones((1, choices), bool))
        every = by_gambit(game, payoffs, pygambit.nash.enumpoly_solve, use_strategic=True)
        theirs = [mix[0] for mix in every if np.abs(mix - mix[0]).max() < 1e-4 and mix[0].max() < 1 - 1e-6]
        assert all(any(np.abs(one[0] - mix).max() < 1e-4 for one in ours) for mix in theirs)
        of = pygambit.Game.from_arrays(*arrays(game, payoffs))
        for mix in ours:
            assert of.mixed_strategy_profile([mix[0].tolist()] * players).max_regret() < 1e-7


def test_expected_payoffs_are_those_of_every_assignment():
    game = Game((("a",), ("b", "c", "d")), ("x", "y", "z"))
    payoffs, mix = np.nan_to_num(symmetric(game, 3)), np.random.default_rng(1).dirichlet(np.ones(3), 2)
    values, apart, whole = Mixing(game).expected(payoffs, mix), game.apart(), spread(game, symmetric(game, 3))
    each = mix[[0, 1, 1, 1]]
    for player, role in ((0, 0), (1, 1), (3, 1)):
        for choice in range(3):
            total = 0.0
            for others in product(range(3), repeat=3):
                playing = [*others[:player], choice, *others[player:]]
                chance = np.prod([each[other, playing[other]] for other in range(4) if other != player])
                total += chance * whole[apart.index[tuple(tuple(int(one == at) for at in range(3)) for one in playing)], player, choice]
            assert values[role, choice] == pytest.approx(total, abs=1e-12)


def test_a_planted_symmetric_game_is_reduced_without_loss():
    """The reduced game, spread out, is the full game, to the last bit; and so are all that follows from it."""
    pay = lambda playing: [10 * choice - 3 * sum(playing) + 2 * choice * playing.count(1) for choice in playing]     # noqa: E731
    game = alike(4, "xyz")
    reduced = payoffs_of(game, true_profits(game, pay)[None])[0]
    apart = game.apart()
    full = payoffs_of(apart, true_profits(apart, pay)[None])[0]
    np.testing.assert_array_equal(spread(game, reduced), full)
    assert (game.size, apart.size) == (15, 81)


def test_luck_of_ones_own_is_taken_off_and_moves_no_mean():
    """Payoffs stay unbiased, and gains come out narrower than without."""
    game, pay = alike(4, "xy"), lambda playing: [100 + 20 * choice - 10 * sum(playing) for choice in playing]
    true = payoffs_of(game, true_profits(game, pay)[None])[0]
    means = np.array([payoffs_of(game, profits(game, pay, seed=seed)).mean(0) for seed in range(400)])
    off = (means.mean(0) - true) / (means.std(0, ddof=1) / np.sqrt(400))
    assert np.nanmax(np.abs(off)) < 4
    drawn = profits(game, pay, runs=200)
    plain = np.stack([np.where(game.assignment == choice, drawn, np.nan) for choice in range(2)], axis=-1)
    with np.errstate(all="ignore"), pytest.warns(RuntimeWarning, match="Mean of empty"):
        plain = np.nanmean(plain, axis=2)[:, :, None]
    widths = [np.ptp(interval(gains_of(game, one))[1:], axis=0).mean() for one in (payoffs_of(game, drawn), plain)]
    assert widths[0] < 0.7 * widths[1]


REPEATED = 400


def replications(payoff, runs: int = 20):
    """The same game estimated again and again."""
    weights = resamples(runs, 1, 200)
    for seed in range(REPEATED):
        drawn = payoffs_of(TWO, profits(TWO, payoff, runs, seed, noise=15))
        yield drawn, rest(TWO, drawn, weights)


def test_intervals_of_regret_and_price_hold_the_truth():
    true = payoffs_of(TWO, true_profits(TWO, DILEMMA.get)[None])[0]
    gains = gains_of(TWO, true)
    regret = [max(gains[TWO.deviations[:, 0] == number].max(), 0) for number in range(4)]
    held, sure, refuted, price, unpaired = np.zeros(4), np.zeros(4), np.zeros(4), 0, 0
    for drawn, one in replications(DILEMMA.get):
        held += (one.regret.low <= regret) & (one.regret.high >= regret)
        sure += [verdict == "sure" for verdict in one.verdict]
        refuted += [verdict == "refuted" for verdict in one.verdict]
        over = interval(drawn[:, 0, 0, 0] - drawn[:, 3, 0, 1])
        price += over.low <= 20 <= over.high
        alone = drawn[:, 0, 0, 0].var(ddof=1) + drawn[:, 3, 0, 1].var(ddof=1)
        unpaired += abs(over.mean - 20) <= 2.1 * np.sqrt(alone / len(drawn))
    assert (held / REPEATED >= 0.93).all()
    assert 0.92 <= price / REPEATED <= 0.98
    assert sure[:3].max() / REPEATED <= 0.04 and refuted[3] / REPEATED <= 0.04
    assert unpaired / REPEATED > 0.99               # a negative control: without pairing the interval is far too wide


def test_a_false_equilibrium_is_caught():
    """The negative control of the verdict: on payoffs of another game the same profile is sure."""
    games = {"dilemma": DILEMMA, "pennies": PENNIES}
    ends = {name: [one.verdict[3] for _, one in replications(payoff.get)] for name, payoff in games.items()}
    assert ends["dilemma"].count("sure") > 0.2 * REPEATED and ends["pennies"].count("sure") == 0
    assert ends["pennies"].count("refuted") > 0.95 * REPEATED


def test_a_tie_is_called_sure_rarely():
    """Where a player gains exactly nothing by leaving, to say that it loses is an error of at most 2.5%."""
    tie = {playing: (10.0, pay[1]) for playing, pay in DILEMMA.items()}
    share = np.mean([one.verdict[3] == "sure" for _, one in replications(tie.get)])
    assert share <= 0.05


def test_intervals_of_probabilities_hold_the_truth():
    held, at_rest, weights = 0, 0, resamples(30, 1, 300)
    for seed in range(150):
        drawn = payoffs_of(TWO, profits(TWO, PENNIES.get, 30, seed, noise=15))
        (mix,) = mixed_equilibria(TWO, drawn, weights, np.ones((2, 2), bool), 1)
        held += bool(mix.low[0, 0] <= 0.5 <= mix.high[0, 0])
        at_rest += mix.regret_low == 0
    assert 0.92 <= held / 150 <= 0.99 and at_rest == 150


def test_degenerate_games_are_no_trouble():
    game = Game((("a",), ("b",)), ("x", "y"))
    for payoffs in (np.zeros((4, 2, 2)), np.ones((4, 2, 2)) * np.array([[[1, 1], [2, 2]]])):
        mixes = bimatrix(game, scaled(np.where(game.count > 0, payoffs, np.nan)))
        assert all((mix.sum(1) == pytest.approx(1)) for mix in mixes)
    one = found(alike(3, "xy"), lambda playing: [5, 5, 5], noise=0)
    assert one.mixed == [] and one.sentence()
