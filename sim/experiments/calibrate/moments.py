"""A market from target moments: what every manager knows (retention 82%, share 20%, two purchases a year), and nothing else."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from sim.core import state as at
from sim.experiments.calibrate import moments_words as words
from sim.experiments.calibrate.columns import UnfitData
from sim.experiments.calibrate.moments_asked import NORMAL, Target, targets
from sim.experiments.calibrate.moments_parameters import Parameter, chosen, expected_purchases, stated
from sim.experiments.calibrate.moments_search import Aim, Sure, begin, improve, slopes_at, surety
from sim.experiments.calibrate.playing import scenario_of
from sim.experiments.calibrate.result import Calibration, dropped_table, estimates_table, fit_table
from sim.experiments.keeping import Kept, kept
from sim.experiments.sweep import plan_of, sweep
from sim.experiments.sweep.plan import LAYOUT, column_of
from sim.money import ledger
from sim.offers import periods_per_year
from sim.outcomes import OUTCOMES, outcomes
from sim.runs import simulate
from sim.scenario import ScenarioError
from sim.scenario.suggest import among

DESIGN, POINTS = 11, 16  # which luck lays out the start; its points for each parameter
SMALL, FIRST_RUNS, ROUGH_RUNS, FINE_RUNS = 1000, 6, 12, 20  # buyers and runs of the search; at last the full market
ROUGH_ROUNDS, FINE_ROUNDS = 10, 4
FRESH = 1  # added to the seed: the luck with which the market that was found is played at last


def calibrate_moments(
    scenario, wanted: Sequence[str], fit: Sequence[str] = (), strategy: str | None = None, runs: int | None = None,
    folder: str | Path | None = None, threads: int | None = None, scheduler=None, force: bool = False,
    progress: Callable[[int, int], None] | None = None, command: str | None = None, name: str | None = None,
) -> Calibration:  # fmt: skip
    """The scenario whose market, played under `strategy` (default its baseline), shows the moments that are wanted.

    wanted: such as "retention=0.82", "market_share=20%±2%", "purchases=2" (`moments_asked.targets`); fit: what is searched
    (`moments_parameters.chosen`), default the parameter that says most about each moment. runs: of the full market (default up to 20 in
    the search and the scenario's at last, with fresh luck). Same seed, same scenario text, for any number of threads and after a resume
    from `folder`. Targets that cannot be reached are said, and the nearest market is written. Raises UnfitData, OtherStudy, NoWorkers."""
    strategy = strategy or scenario.baseline
    if strategy not in scenario.strategies:
        raise UnfitData(f"{strategy!r} is not a strategy of {scenario.name}; {among(strategy, scenario.strategies)}")
    aims = targets(wanted, periods_per_year(scenario))
    searched = chosen(scenario, strategy, aims, fit)
    asked = {"targets": list(wanted), "fit": list(fit), "strategy": strategy, "runs": runs}
    with kept("calibrate", scenario, asked, folder, force, command) as place:
        search = Search(scenario, strategy, aims, searched, place, runs, threads, scheduler, progress)
        try:
            best, sure = search.found()
        except ArithmeticError as error:
            raise UnfitData(f"{scenario.name}: {error}") from None
        result = search.told(best, sure, name)
        place.finish(result.answer(), {table: one for table, one in result.tables().items() if table != "considered"})
    return result


class Search:
    """One search: which market, what is aimed at, what is searched, and where its markets are kept."""

    def __init__(self, scenario, strategy: str, aims: list[Target], searched: list[Parameter], place: Kept, runs, threads, scheduler,
                 progress):  # fmt: skip
        self.scenario, self.strategy, self.aims, self.searched, self.place = scenario, strategy, aims, searched, place
        self.runs, self.threads, self.scheduler, self.progress = runs, threads, scheduler, progress
        self.small = scenario.replace([f"market.buyers={min(scenario.market.buyers, SMALL)}"])
        home = np.array([one.where(one.start) for one in searched])
        self.aim = Aim(np.array([one.value for one in aims]), np.array([one.tolerance for one in aims]), home)
        self.fine_runs = runs or min(scenario.runs, FINE_RUNS)
        self.played, self.total, self.made = 0, self.most(), np.ones(1)

    def most(self) -> int:
        """How many markets the search plays at most."""
        many = len(self.searched)
        each = 1 + 2 * many + 4
        return (
            (POINTS * many + 1) * FIRST_RUNS + ROUGH_ROUNDS * each * ROUGH_RUNS + (2 * FINE_ROUNDS * each + 1 + 2 * many) * self.fine_runs
        )

    def found(self) -> tuple[np.ndarray, Sure]:
        """The best parameters in shares of their ranges, and how sure they are."""
        rough = self.player(self.small, ROUGH_RUNS)
        fine = self.player(self.scenario, self.fine_runs)
        now = begin(self.aim, self.player(self.small, FIRST_RUNS), self.design())
        now = improve(now, self.aim, rough, "rough", ROUGH_ROUNDS)
        for name in ("fine", "finer"):
            self.made = self.bought(now)
            now = improve(now, self.aim, fine, name, FINE_ROUNDS)
        slopes, here = slopes_at(now, fine, "last_slopes")
        self.heard(self.total)
        return now, surety(slopes, here, self.aim)

    def bought(self, point: np.ndarray) -> np.ndarray:
        """The share of purchase occasions at which something is bought, at a point: float64 [run]."""
        if all(aim.moment != "purchases" for aim in self.aims):
            return np.ones(1)
        scenario = self.scenario.replace(values=stated(self.scenario, self.searched, self.values(point)))
        runs = simulate(scenario, [self.strategy], runs=self.fine_runs, threads=self.threads)
        return purchases(runs, self.strategy) / expected_purchases(scenario)

    def design(self) -> np.ndarray:
        """Points that fill the space (a Latin hypercube), and where the scenario stands; purchases as all occasions would make them."""
        from scipy.stats import qmc

        luck = np.random.default_rng([self.scenario.seed, LAYOUT, DESIGN])
        points = qmc.LatinHypercube(len(self.searched), rng=luck).random(POINTS * len(self.searched))
        points = np.vstack([self.aim.home, points])
        for column, one in enumerate(self.searched):
            for aim in self.aims:
                if aim.moment == "purchases" and one.name in ("purchase_cycle", "product.purchase_cycle"):
                    points[:, column] = one.where(periods_per_year(self.scenario) / aim.value)
        return points

    def player(self, scenario, runs: int):
        """A function that plays points, in shares of the ranges, and returns moments [point, run, moment]; nan where a point fails."""

        def play(points: np.ndarray, name: str) -> np.ndarray:
            values = [stated(scenario, self.searched, self.values(point)) for point in points]
            table = pd.DataFrame({path: column_of([one[path] for one in values]) for path in values[0]})
            plan = plan_of(scenario, points=table, strategies=[self.strategy], runs=runs)
            before = self.played
            found = sweep(plan, self.place.part(name), threads=self.threads, scheduler=self.scheduler,
                          progress=lambda one: self.heard(before + one.played))  # fmt: skip
            self.played = before + plan.markets
            rows = found.rows().set_index(["point", "run"]).sort_index()
            return np.stack([self._moments(scenario, rows.loc[number], one, runs) for number, one in enumerate(values)])

        return play

    def _moments(self, scenario, rows: pd.DataFrame, values: dict, runs: int) -> np.ndarray:
        """The moments of one point: float64 [run, moment]."""
        found = np.full((runs, len(self.aims)), np.nan)
        if len(rows) == runs:
            for column, aim in enumerate(self.aims):
                if aim.moment == "purchases":
                    made = self.made if len(self.made) == runs else self.made.mean()
                    found[:, column] = expected_purchases(scenario.replace(values=values)) * made
                else:
                    found[:, column] = rows[aim.moment].to_numpy(float)
        return found

    def values(self, point: np.ndarray) -> list[float]:
        return [one.at(float(share)) for one, share in zip(self.searched, point, strict=True)]

    def heard(self, done: int) -> None:
        if self.progress:
            self.progress(min(done, self.total), self.total)

    def told(self, best: np.ndarray, sure: Sure, name: str | None) -> Calibration:
        """The calibration: the scenario written, read again, and played with fresh luck."""
        values = self.values(best)
        final = self.scenario.replace(values=stated(self.scenario, self.searched, values))
        rows = [self.estimate(number, values[number], best[number], sure) for number in range(len(values))]
        estimates = estimates_table(rows)
        text = words.scenario_text(self, final, estimates, name)
        played = self.confirmed(text)
        fit = self.beside(played)
        within = [low <= target.value <= high for target, low, high in zip(self.aims, fit.low, fit.high, strict=True)]
        reached = np.abs(sure.off) < NORMAL
        story = words.Story(self, estimates, fit, best, sure, reached)
        scores = {"misfit": sure.misfit, "spare_moments": sure.spare, "targets_met": int(sum(within)), "markets": self.played}
        return Calibration("moments", f"targets, from {self.scenario.name}", words.facts(self, story), estimates, {"targets": fit},
                           story.can(), story.cannot(), dropped_table({}), text, story.headline(), scores)  # fmt: skip

    def estimate(self, number: int, value: float, share: float, sure: Sure) -> tuple:
        """A row of the estimates: value and interval of one parameter."""
        one, doubt = self.searched[number], sure.doubt[number]
        ends = [one.at(float(np.clip(share + sign * NORMAL * doubt, 0, 1))) for sign in (-1, 1)] if np.isfinite(doubt) else [np.nan] * 2
        how = "simulated moments" if np.isfinite(doubt) else "simulated moments; not told apart, nearest to what the scenario states"
        return one.name, value, *ends, one.unit, f"{how}; {one.what}"

    def confirmed(self, text: str) -> np.ndarray:
        """The moments of the market as written, with fresh luck: float64 [run, moment]."""
        try:
            scenario = scenario_of(text)
        except ScenarioError as error:
            raise UnfitData(f"the market that was found does not load: {error}") from None
        runs = simulate(scenario, [self.strategy], runs=self.runs or self.scenario.runs, seed=scenario.seed + FRESH, threads=self.threads)
        told = dict(zip(OUTCOMES, outcomes(runs, self.strategy).T, strict=True)) | {"purchases": purchases(runs, self.strategy)}
        return np.stack([told[aim.moment] for aim in self.aims], 1)

    def beside(self, played: np.ndarray) -> pd.DataFrame:
        """Targets beside what is played, with the limits within which 95% of such markets lie."""
        mean, luck = played.mean(0), NORMAL * played.std(0, ddof=1) * np.sqrt(1 + 1 / len(played))
        tables = [
            fit_table(aim.about.what, [aim.moment], aim.value, mean[j], mean[j] - luck[j], mean[j] + luck[j], tolerance=aim.tolerance)
            for j, aim in enumerate(self.aims)
        ]
        return pd.concat(tables, ignore_index=True)


def purchases(runs, strategy: str) -> np.ndarray:
    """Purchases of a buyer and year that were made, from any seller: float64 [run]. Who finds nobody worth it buys nothing."""
    scenario = runs.scenario
    lots = ledger(runs, strategy)[:, 1:, :, : len(scenario.sellers), at.COLUMNS.index("lots")].sum((1, 3))
    each = np.array([kind.lots for kind in scenario.buyers.values()])
    return (lots / each).sum(1) / scenario.market.buyers / scenario.market.periods * periods_per_year(scenario)
