"""The one door to the engine: a scenario and its strategies in, runs out, the same for any number of threads.

Small markets are played many at a time, one to a thread; a large market is stepped by all threads together, each with its own tiles and
its own ledger. Ledgers hold whole numbers, so adding them up gives the same sums however the work was shared out.
"""
import math
import mmap
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from sim.beyond import anybody_heard, beyond_the_dyad, network_kind
from sim.core import kernel
from sim.core import state as at
from sim.core.handle import handle
from sim.core.terms import CHANNELS
from sim.network import buyer_network
from sim.offers import behaviour, burn_in, discount_factors, level_table, strategy_arrays
from sim.population import draw_population

LARGE_MARKET = 50_000      # buyers from which threads share one market rather than taking a run each


@dataclass
class Record:
    """What one run under one strategy left behind.

    flows: int64 [1 + periods, type, seller + 1, COLUMNS]; endings: int64 [type, seller, origin, duration, cause];
    worth: int64 [type, seller, cohort], money × WORTH_PARTS; channel_endings, channel_worth: the same of relationships won on record by
    channel (int64 [type, seller, channel, …]), None where buyers hear of no seller; course: float32 [1 + periods, seller, COURSE];
    goodwill: float32 [1 + periods, partner, seller]; panel: float32 [1 + periods, buyers watched, rows];
    standing: float32 [seller, STANDING_FIELDS] at the horizon; state: the final tiles, when asked for; measured: what `simulate(...,
    measure=...)` took from the market as it ended.
    """
    flows: np.ndarray
    endings: np.ndarray
    worth: np.ndarray
    panel: np.ndarray
    standing: np.ndarray
    course: np.ndarray
    goodwill: np.ndarray
    channel_endings: np.ndarray | None = None
    channel_worth: np.ndarray | None = None
    state: np.ndarray | None = None
    measured: object = None


@dataclass
class Runs:
    """Every run of every strategy of a scenario: `records[strategy][run]`, runs of the same number sharing their luck.

    first: the number of the first of them; nought but for a part of a study (`parts`)."""
    scenario: object
    seed: int
    watched: tuple[int, ...] = ()
    records: dict[str, list[Record]] = field(default_factory=dict)
    first: int = 0

    @property
    def strategies(self) -> list[str]:
        return list(self.records)

    @property
    def runs(self) -> int:
        return len(next(iter(self.records.values())))

    @property
    def hearing(self) -> bool:
        """Whether buyers hear of sellers under any strategy, so that relationships are counted by channel."""
        return any(record.channel_worth is not None for records in self.records.values() for record in records)

    def parts(self, runs: int) -> Iterator["Runs"]:
        """The same study `runs` runs at a time (the last part may have fewer): the records as they are, and every run keeps its number."""
        for begin in range(0, self.runs, runs):
            some = {name: records[begin:begin + runs] for name, records in self.records.items()}
            yield replace(self, records=some, first=self.first + begin)


def simulate(scenario, strategies: Iterable[str] | None = None, runs: int | None = None, seed: int | None = None,
             watch: Iterable[int] = (), threads: int | None = None, keep_state: bool = False,
             progress: Callable[[int, int], None] | None = None, go_on: Runs | None = None, on_disk: Path | None = None,
             measure: Callable[[at.Market], object] | None = None) -> Runs:
    """Play every strategy in every run.

    strategies: names, default all of the scenario's; runs, seed: default the scenario's; watch: numbers (0 … buyers − 1) of buyers whose
    states are kept period by period; threads: default all cores; progress: called with (done, total) periods of markets played;
    go_on: the first runs of the same question, played before, which are taken as they are; on_disk: a folder on whose disk the states of
    watched buyers wait rather than in memory, in files without a name that are gone with the runs; measure: what to take from each market
    as it ends (`Record.measured`), while its buyers are still there: `keep_state` keeps them all, in every run.
    Raises KeyError for an unknown strategy, ScenarioError for an edge list that cannot be used. Same scenario, runs and seed: the same
    numbers, bit for bit.
    """
    names = list(scenario.strategies) if strategies is None else list(strategies)
    seed = scenario.seed if seed is None else seed
    result = Runs(scenario, seed, tuple(watch), {name: [None] * (runs or scenario.runs) for name in names})
    population, threads = draw_population(scenario), threads or os.cpu_count() or 1
    buyer_network(scenario, population, seed, 0)      # an edge list that cannot be used says so before anything is played
    for name in names if go_on else ():
        result.records[name][:go_on.runs] = go_on.records[name]
    tasks = [(name, run) for run in range(go_on.runs if go_on else 0, result.runs) for name in names]
    arrays = {name: strategy_arrays(scenario, name) for name in names}
    panels = {name: Panels(scenario, arrays[name], result, on_disk) for name in names}
    shared = scenario.market.buyers >= LARGE_MARKET and threads > 1
    meter = Meter(len(tasks) * (burn_in(scenario) + scenario.market.periods), progress)

    def play(task):
        name, run = task
        market = new_market(scenario, arrays[name], population, seed, run, threads if shared else 1, result.watched,
                            panels[name].panel(run))
        (play_shared if shared else play_alone)(market, meter)
        result.records[name][run] = record_of(market, keep_state, measure)
        panels[name].rest()

    if shared or threads == 1:
        for task in tasks:
            play(task)
    else:
        in_parallel(play, tasks, threads)
    return result


class Meter:
    """Counts periods played, and tells whoever shows a bar."""

    def __init__(self, total: int, progress: Callable[[int, int], None] | None):
        self.done, self.total, self.progress = 0, total, progress

    def add(self, periods: int) -> None:
        self.done += periods
        if self.progress:
            self.progress(self.done, self.total)


class Panels:
    """The states of watched buyers under one strategy, run by run: in memory, or in a file without a name on the disk of a folder.

    Pages of a file go to the disk by themselves while markets are played, and nothing of it is left when the process ends, however."""

    def __init__(self, scenario, strategy: at.Strategy, runs: Runs, folder: Path | None):
        self.shape = panel_shape(scenario, strategy, len(runs.watched))
        self.file = on_the_disk((runs.runs, *self.shape), folder) if folder and runs.watched else None

    def panel(self, run: int) -> np.ndarray:
        """The panel of a run, noughts: float32 [1 + periods, buyers watched, rows]."""
        return np.zeros(self.shape, np.float32) if self.file is None else self.file[run]

    def rest(self) -> None:
        """A run is done: its pages need not stay in this process's memory."""
        if self.file is not None:
            let_go(self.file)


def panel_shape(scenario, strategy: at.Strategy, watched: int) -> tuple[int, int, int]:
    """Of a run's panel: 1 + periods, buyers watched, rows of numbers for each."""
    return scenario.market.periods + 1, watched, at.rows(len(scenario.sellers), anybody_heard(scenario, strategy))


def on_the_disk(shape: tuple[int, ...], folder: Path) -> np.ndarray:
    """A float32 array of noughts in a file of `folder` that has no name; it takes no room on the disk before it is written to."""
    with tempfile.TemporaryFile(dir=folder) as file:
        file.truncate(4 * math.prod(shape))
        return np.frombuffer(mmap.mmap(file.fileno(), 0), np.float32).reshape(shape)


def let_go(array: np.ndarray) -> None:
    """Pages of an array of `on_the_disk` leave this process's memory, and come back when they are read; any other stays as it is."""
    while isinstance(array.base, np.ndarray):
        array = array.base
    pages = getattr(array.base, "obj", None)
    if isinstance(pages, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
        pages.madvise(mmap.MADV_DONTNEED)


def threads_on_cores(threads: int) -> ThreadPoolExecutor:
    """A pool whose threads keep to a core each where there are as many: left alone, two may share one core while another is idle."""
    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    if threads != len(cores):
        return ThreadPoolExecutor(threads)
    free = iter(cores)
    return ThreadPoolExecutor(threads, initializer=lambda: os.sched_setaffinity(0, {next(free)}))


def in_parallel(play: Callable, tasks: list, threads: int) -> None:
    """Every task once, `threads` at a time; Ctrl-C and the first failure stop those that have not begun."""
    with threads_on_cores(threads) as pool:
        waiting = {pool.submit(play, task) for task in tasks}
        try:
            while waiting:
                done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                for future in done:
                    future.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def new_market(scenario, strategy: at.Strategy, population: at.Population, seed: int, run: int, workers: int = 1,
               watched: tuple[int, ...] = (), panel: np.ndarray | None = None) -> at.Market:
    """An empty market, ready to be settled: arrays for buyers, sellers and ledger, `workers` ledgers side by side.

    panel: where the states of `watched` buyers are to be kept (`panel_shape`, noughts), if not in memory of its own."""
    before, periods = burn_in(scenario), scenario.market.periods
    sellers, types, number_of_tiles = len(scenario.sellers), len(scenario.buyers), len(population.tile_type)
    hearing, partners = anybody_heard(scenario, strategy), len(scenario.partners)
    rows, channels = at.rows(sellers, hearing), len(CHANNELS) if hearing else 0
    standing = np.zeros((sellers, at.STANDING_FIELDS), np.float32)
    standing[:, at.REPUTATION] = [seller.reputation for seller in scenario.sellers.values()]
    return at.Market(
        luck=np.array([seed & 0xFFFFFFFF, seed >> 32, run], np.uint32),
        behaviour=behaviour(scenario), levels=level_table(scenario), strategy=strategy, population=population,
        state=at.aligned((number_of_tiles, rows * at.STRIDE)),
        standing=standing, accounts=np.zeros((sellers, 5), np.int64), held=np.zeros((sellers, types), np.int64),
        offers=strategy.stated[0].copy(), service=np.zeros((5 * sellers, at.SERVICE_FIELDS), np.float32),
        changed=np.zeros(sellers, np.uint8), response=np.zeros((sellers, at.RESPONSE_FIELDS), np.int32),
        earned=np.zeros((sellers, before + periods)), beyond=beyond_the_dyad(scenario, population, seed, run),
        burn_in=before, hearing=int(hearing), network=network_kind(scenario), discount_factor=discount_factors(scenario, before),
        flows=np.zeros((workers, periods + 1, types, sellers + 1, len(at.COLUMNS)), np.int64),
        endings=np.zeros((workers, types, sellers, 2, periods + 1, 4), np.int64),
        worth=np.zeros((workers, types, sellers, periods + 1), np.int64),
        channel_endings=np.zeros((workers, types, sellers, channels, periods + 1, 4), np.int64),
        channel_worth=np.zeros((workers, types, sellers, channels, periods + 1), np.int64),
        course=np.zeros((periods + 1, sellers, len(at.COURSE)), np.float32),
        goodwill_course=np.zeros((periods + 1, partners, sellers), np.float32),
        watched=np.array([lane_of(population, number) for number in watched], np.int64),
        panel=np.zeros(panel_shape(scenario, strategy, len(watched)), np.float32) if panel is None else panel)


def lane_of(population: at.Population, number: int) -> int:
    """Where buyer `number` (0 … buyers − 1, types one after another) lives: tile · LANES + lane."""
    ends = np.cumsum(population.tile_lanes)
    tile = int(np.searchsorted(ends, number, side="right"))
    return tile * at.LANES + number - int(ends[tile] - population.tile_lanes[tile])


def play_alone(market: at.Market, meter: Meter) -> None:
    """One market on one thread."""
    periods, scratch, words = len(market.strategy.epoch), kernel.new_scratch(len(market.standing)), handle(market)
    kernel.begin(words)
    kernel.play(words, 0, periods, scratch)
    kernel.close_market(words, 0)
    meter.add(periods)


def play_shared(market: at.Market, meter: Meter) -> None:
    """One market on as many threads as it has ledgers, each stepping its own tiles."""
    workers, periods, words = len(market.flows), len(market.strategy.epoch), handle(market)
    scratch = [kernel.new_scratch(len(market.standing)) for _ in range(workers)]
    before = np.zeros((len(market.standing), len(at.COLUMNS)), np.int64)
    with threads_on_cores(workers) as pool:
        def everywhere(function, *rest):
            def share(w):
                function(words, w, *(each[w] if each is scratch else each for each in rest))
            list(pool.map(share, range(workers)))
        kernel.make_offers(words, 0)
        everywhere(kernel.settle_tiles)
        kernel.begin_accounts(words)
        for t in range(periods):
            kernel.booked_before(words, t, before)
            kernel.open_period(words, t)
            everywhere(kernel.step_tiles, t, scratch)
            kernel.close_period(words, t, before)
            kernel.watch(words, t)
            meter.add(1)
        everywhere(kernel.close_market)


def record_of(market: at.Market, keep_state: bool, measure: Callable[[at.Market], object] | None = None) -> Record:
    """Add up the workers' ledgers, and take from the market what is asked for."""
    by_channel = (market.channel_endings.sum(0), market.channel_worth.sum(0)) if market.hearing else (None, None)
    return Record(market.flows.sum(0), market.endings.sum(0), market.worth.sum(0), market.panel, market.standing, market.course,
                  market.goodwill_course, *by_channel, market.state if keep_state else None, measure(market) if measure else None)
