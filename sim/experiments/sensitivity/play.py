"""`sensitivity`: screening of everything that varies, indices of what matters, and where the recommendation fails."""
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from sim.experiments.keeping import kept
from sim.experiments.sensitivity import design
from sim.experiments.sensitivity.choice import NoSensitivity, factors_of
from sim.experiments.sensitivity.discovery import discover
from sim.experiments.sensitivity.factors import Factor, points_at, restricted, values_at
from sim.experiments.sensitivity.indices import effects, indices, luck
from sim.experiments.sensitivity.markets import NoIndices, Outcomes, Player, outcome_named
from sim.experiments.sensitivity.result import Sensitivity
from sim.experiments.sweep import plan_of, sweep
from sim.intervals import interval
from sim.scenario.suggest import among

METHODS = ("both", "morris", "sobol")
POINTS, TRAJECTORIES, RUNS = 128, 12, 2
FEW = 6                # factors: so many are not screened out
MATTERS = 0.1          # of the largest elementary effect: what may have less is screened out
OWN_RUNS = 10          # of the scenario as it stands


class Design(NamedTuple):
    """How a study is laid out: method, pairs of points for the indices, trajectories for the screening, second-order indices or not."""
    method: str = "both"
    points: int = POINTS
    trajectories: int = TRAJECTORIES
    second_order: bool = False


def sensitivity(scenario, vary: Sequence[str] | None = None, outcome: str = "gain", strategy: str | None = None, method: str = "both",
                points: int = POINTS, trajectories: int = TRAJECTORIES, second_order: bool = False, runs: int | None = None,
                folder: str | Path | None = None, threads: int | None = None, scheduler=None, force: bool = False,
                progress: Callable[[int, int], None] | None = None, command: str | None = None) -> Sensitivity:
    """What decides the outcome of a market, and how much: Morris's elementary effects of everything that varies, Sobol's indices of what
    matters, with intervals; and where the recommendation fails (PRIM).

    vary: texts PATH=LOW..HIGH (or LOW..HIGH:log); default the scenario's section `sweep`, else the usual parameters around the scenario's
    own values. outcome: 'gain' (profit over the baseline's) or one of `sim.outcomes.OUTCOMES`; strategy: whose, default the one that earns
    most beside the baseline where the scenario stands. method: 'both' (indices of those factors whose effect may reach a tenth of the
    largest, six at most; of all where they are six or fewer), 'morris' or 'sobol'. points: pairs of points, a power of two;
    points · (factors + 2) are played, with second_order points · (2 · factors + 2). trajectories: of Morris, each of factors + 1 points.
    runs: of every point (default 2), the same luck at all points: the indices are those of the mean over these runs (see `indices`). What
    is screened out stands at the scenario's own value while indices are taken. folder, threads, scheduler, force: as for `sweep`; progress:
    called with (done, total) markets.

    Raises NoSensitivity for a question that cannot be put, NoIndices where points turn out not to be playable."""
    laid = checked(Design(method, points, trajectories, second_order), runs)
    outcome, runs, factors = outcome_named(outcome), runs or RUNS, factors_of(scenario, vary)
    names = strategies_of(scenario, strategy)
    asked = {"outcome": outcome, "strategy": strategy or "", "runs": runs, "strategies": names} | laid._asdict() | {
        "varies": {one.key: one.spread for one in factors}}
    with kept("sensitivity", scenario, asked, folder, force, command) as place:
        steps = Steps(laid, len(factors), len(names), runs, progress)
        own = own_gains(scenario, names, place.part("own"), threads, scheduler, steps)
        chosen = max(own, key=lambda name: own[name].mean())
        player = Player(scenario, scenario.baseline, chosen, outcome, runs, threads, scheduler, steps.tell)
        found = study(player, factors, laid, own[chosen], place, steps)
        place.finish(found.answer(), found.tables())
        return found


def checked(laid: Design, runs: int | None) -> Design:
    """A design as asked for; NoSensitivity with all that is wrong."""
    wrong = []
    if laid.method not in METHODS:
        wrong.append(f"{laid.method!r} is not a method; {among(laid.method, METHODS)}")
    if laid.points < 8 or laid.points & (laid.points - 1):
        power = max(1 << max(laid.points, 8).bit_length() - 1, 8)
        wrong.append(f"{laid.points} points: Sobol's sequence is even only for a power of two; take {power} or {2 * power}")
    if laid.trajectories < 4:
        wrong.append(f"{laid.trajectories} trajectories are too few to see how effects differ; take 4 or more")
    if runs is not None and runs < 1:
        wrong.append(f"{runs} runs are none; take 1 or more")
    if wrong:
        raise NoSensitivity("\n".join(wrong))
    return laid


def strategies_of(scenario, strategy: str | None) -> list[str]:
    """The baseline and the strategies beside it: the one named, or those of the sweep, or all."""
    known = list(scenario.strategies)
    if strategy is not None and strategy not in known:
        raise NoSensitivity(f"{strategy!r} is not a strategy of {scenario.name}; {among(strategy, known)}")
    if strategy == scenario.baseline:
        raise NoSensitivity(f"{strategy} is the baseline, over which gains are taken; name another strategy")
    listed = scenario.sweep.strategies if scenario.sweep else known
    others = [strategy] if strategy else [name for name in listed if name != scenario.baseline]
    if not others:
        raise NoSensitivity(f"{scenario.name} has no strategy beside {scenario.baseline}; there is nothing to gain")
    return [scenario.baseline, *others]


class Steps:
    """How far a study is, over its parts: markets done, of how many as it looks now."""

    def __init__(self, laid: Design, factors: int, strategies: int, runs: int, progress: Callable[[int, int], None] | None):
        self.progress, self.done, self.now = progress, 0, 0
        screens, likely = laid.method != "sobol", min(factors, FEW) if laid.method == "both" else factors
        screened = laid.trajectories * (factors + 1) if screens else 0
        indexed = laid.points * design.block(likely, laid.second_order) if laid.method != "morris" else 0
        self.total = OWN_RUNS * strategies + 2 * runs * (screened + indexed)

    def tell(self, played: int) -> None:
        """So many markets of this part are played."""
        self.now = played
        if self.progress:
            self.progress(self.done + played, max(self.total, self.done + played))

    def over(self, wrong_by: int = 0) -> None:
        """A part is done; the total was wrong by so many markets."""
        self.done, self.now, self.total = self.done + self.now, 0, self.total + wrong_by


def own_gains(scenario, names: list[str], folder, threads, scheduler, steps: Steps) -> dict[str, np.ndarray]:
    """The gain of every strategy beside the baseline where the scenario stands, run by run."""
    plan = plan_of(scenario, points=pd.DataFrame({"market.buyers": [scenario.market.buyers]}), strategies=names, runs=OWN_RUNS)
    found = sweep(plan, folder, threads=threads, scheduler=scheduler, progress=lambda one: steps.tell(one.played))
    steps.over()
    profit = found.rows().pivot(index="run", columns="strategy", values="profit")
    return {name: (profit[name] - profit[scenario.baseline]).to_numpy(float) for name in names if name != scenario.baseline}


def study(player: Player, factors: list[Factor], laid: Design, own: np.ndarray, place, steps: Steps) -> Sensitivity:
    """Screening, indices and boxes, each where the method has it."""
    def seeds(purpose: int) -> int:
        return design.seed_of(player.scenario, purpose)

    found = Sensitivity(player, tuple(factors), laid, interval(own))
    if laid.method != "sobol":
        shares = design.trajectories(len(factors), laid.trajectories, seeds(design.TRAJECTORIES))
        played = at_points(player, factors, shares, place.part("morris"))
        steps.over()
        found.screened(effects(shares, played.outcome.mean(1), seeds(design.SCREEN_LUCK)), luck(played.outcome))
    if laid.method != "morris":
        some = restricted(factors, matter(found)) if laid.method == "both" else factors
        shares = design.pairs(len(some), laid.points, laid.second_order, seeds(design.PAIRS))
        played = at_points(player, some, shares, place.part("sobol"))
        try:
            tables = indices(played.outcome.mean(1), len(some), laid.second_order, seeds(design.INDEX_LUCK))
        except ValueError:
            raise NoIndices(f"{player.outcome} is the same at all {len(shares):,} points: nothing that varies bears on it") from None
        found.indexed(some, values_at(some, shares), played, *tables, luck(played.outcome))
        found.discovered(discover(found.spread_points[[one.key for one in some]], found.fails, seeds(design.BOX_LUCK)))
    return found


def at_points(player: Player, factors: list[Factor], shares: np.ndarray, folder) -> Outcomes:
    """The outcomes at points of the unit cube."""
    return player.play(points_at(player.scenario, factors, shares), folder)


def matter(found: Sensitivity) -> list[str]:
    """The factors of which indices are taken: all where they are few, else those whose effect may reach MATTERS of the largest, the FEW
    largest of them."""
    table = found.effects.sort_values("mu_star", ascending=False, kind="stable")
    if len(table) <= FEW:
        return table.factor.tolist()
    return table.factor[table.mu_star_high >= MATTERS * table.mu_star.iloc[0]].head(FEW).tolist()

