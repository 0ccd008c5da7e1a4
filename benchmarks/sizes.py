"""The one table: nanoseconds per buyer and period over numbers of buyers, sellers, networks and threads, beside plain Mesa and C.

Every setting is measured in turns with plain Mesa and with both forms of C on the same number of sellers, so that a busy machine slows all
of them alike. Ratios are medians of the ratios within a round, and of processor time on one thread.
"""
import statistics
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from benchmarks.limit.build import NoCompilerError, has_avx512
from benchmarks.limit.play import Player
from benchmarks.plain_mesa import PlainMarket
from benchmarks.step import STRATEGY, WARM_UP, Kernel, compiled, in_turns, scenario_of, seconds
from benchmarks.word_of_mouth import bytes_of
from sim.runs import LARGE_MARKET

KERNEL, PAIR, MESA = "kernel", "two threads", "plain Mesa"
C_FORMS = {"C, the kernel's loops": "plain", "C, the limit": "limit"}
NO_NETWORK = "none"
MOST_IN_C = 1_000_000          # buyers; above it memory goes to the kernel alone
MESA_BUYERS, MESA_PERIODS = 2_000, 2


@dataclass(frozen=True)
class Setting:
    """One market of the table."""
    buyers: int
    sellers: int = 5
    network: str = NO_NETWORK

    @property
    def sets(self) -> tuple[str, ...]:
        return () if self.network == NO_NETWORK else (f"word_of_mouth.network={self.network}",)

    def kernel(self, periods: int, run: int = 0, workers: int = 1) -> Kernel:
        """The market on the kernel, with its first buyers, warmed up."""
        market = Kernel(self.buyers, WARM_UP + periods, run, workers, self.sets, self.sellers - 1)
        market.alone(WARM_UP)
        return market


@dataclass(frozen=True)
class Size:
    """What is measured: settings, rounds, and how many buyers times periods a round plays."""
    settings: tuple[Setting, ...]
    rounds: int
    steps: int


FULL = Size((*(Setting(10 ** power) for power in range(3, 8)), *(Setting(n, s) for n in (10_000, 1_000_000) for s in (2, 10, 20)),
             *(Setting(n, network=kind) for kind in ("small_world", "scale_free") for n in (10_000, 1_000_000)),
             Setting(10_000_000, network="small_world")), 5, 3_000_000)
QUICK = Size((Setting(1_000), Setting(10_000), Setting(100_000), Setting(10_000, 2), Setting(10_000, 20),
              Setting(10_000, network="small_world")), 3, 500_000)


class InC:
    """The same market in C, from where the kernel has settled it."""

    def __init__(self, setting: Setting, form: str, periods: int):
        self.kernel = setting.kernel(periods)
        self.player, self.t = Player(self.kernel.market, form), self.kernel.t

    def on(self, periods: int) -> None:
        self.player.play(self.t, self.t + periods)
        self.t += periods


def forms_of_c() -> dict[str, str]:
    """The forms of C that can be built here: none without a compiler."""
    try:
        return C_FORMS if has_avx512() else {name: form for name, form in C_FORMS.items() if form == "plain"}
    except NoCompilerError:
        return {}


def ways(setting: Setting, periods: int, rounds: int, pool: ThreadPoolExecutor) -> tuple[dict[str, tuple[Callable, int, int]], int]:
    """For each way of playing: what plays some periods, how many buyers at once, how many periods a round; and the bytes of a buyer."""
    needed = 2 * periods * (rounds + 1)
    if setting.buyers >= LARGE_MARKET:                       # one market for both rows: threads share it or one plays it all
        market = setting.kernel(needed, workers=2)
        found = {KERNEL: (market.alone, setting.buyers, periods),
                 PAIR: (lambda more: market.shared(more, pool), setting.buyers, periods)}
    else:
        market, *pair = (setting.kernel(needed, run) for run in (0, 1, 2))
        found = {KERNEL: (market.alone, setting.buyers, periods),
                 PAIR: (lambda more: list(pool.map(lambda one: one.alone(more), pair)), 2 * setting.buyers, periods)}
    return found | beside(setting, periods, needed), round(bytes_of(market.market) / setting.buyers)


def beside(setting: Setting, periods: int, needed: int) -> dict[str, tuple[Callable, int, int]]:
    """What the kernel is held against: plain Mesa and C, which know no word of mouth."""
    if setting.network != NO_NETWORK:
        return {}
    mesa = PlainMarket(scenario_of(MESA_BUYERS, 1000, rivals=setting.sellers - 1), STRATEGY, seed=1)
    found = {MESA: (lambda more: [mesa.step() for _ in range(more)], MESA_BUYERS, MESA_PERIODS)}
    for name, form in forms_of_c().items() if setting.buyers <= MOST_IN_C else ():
        found[name] = (InC(setting, form, needed).on, setting.buyers, periods)
    return found


def row(setting: Setting, size: Size, pool: ThreadPoolExecutor) -> dict:
    """One line of the table."""
    periods = max(1, size.steps // setting.buyers)
    plays, bytes_a_buyer = ways(setting, periods, size.rounds, pool)
    times = in_turns({name: timed(*way) for name, way in plays.items()}, size.rounds)
    alone = times[KERNEL]
    found = {"buyers": setting.buyers, "sellers": setting.sellers, "network": setting.network, "bytes": bytes_a_buyer,
             "ns": statistics.median(processor for _, processor in alone),
             "ns_two_threads": statistics.median(clock for clock, _ in times[PAIR]),
             "processor_two_threads": ratio(times[PAIR], alone), "two_threads": ratio(alone, times[PAIR], by=0)}
    if MESA in times:
        found["times_mesa"] = ratio(times[MESA], alone)
    return found | {f"times_{form}": ratio(alone, times[name]) for name, form in C_FORMS.items() if name in times}


def timed(play: Callable, buyers: int, periods: int) -> Callable[[], tuple[float, ...]]:
    """What measures a way of playing: nanoseconds per buyer and period, by the clock and by the processor."""
    return lambda: tuple(1e9 * time / (buyers * periods) for time in seconds(play, periods))


def ratio(above: list[tuple[float, float]], below: list[tuple[float, float]], by: int = 1) -> float:
    """The median over rounds of one time over another: by the clock (0) or the processor (1)."""
    return statistics.median(one[by] / other[by] for one, other in zip(above, below, strict=True))


def run(size: Size, tell: Callable[[str], None] = lambda words: None) -> dict:
    """Every line of the table."""
    compiled()
    rows = []
    with ThreadPoolExecutor(2) as pool:
        for setting in size.settings:
            tell(f"{setting.buyers:,} buyers, {setting.sellers} sellers, network {setting.network}")
            rows.append(row(setting, size, pool))
    return {"rounds": size.rounds, "rows": rows}


COLUMNS = {"buyers": ("buyers", ",", 11), "sellers": ("sellers", "", 9), "network": ("network", "", 13), "bytes": ("bytes", ",", 7),
           "ns": ("ns", ",.1f", 8), "times_mesa": ("x Mesa", ",.0f", 8), "times_plain": ("/ C same", ".2f", 10),
           "times_limit": ("/ C limit", ".2f", 11), "ns_two_threads": ("ns, 2 threads", ",.1f", 15), "two_threads": ("gain", ".2f", 7),
           "processor_two_threads": ("work", ".2f", 7)}


def table(report: dict) -> str:
    """The report as text."""
    lines = ["".join(f"{words:>{width}}" for words, _, width in COLUMNS.values())]
    for found in report["rows"]:
        lines.append("".join(f"{format(found[name], form) if name in found else '–':>{width}}"
                             for name, (_, form, width) in COLUMNS.items()).replace("_", " "))
    return "\n".join([
        *lines, f"ns per buyer and period: one thread by the processor's time, two by the clock; median of {report['rounds']} rounds",
        "x Mesa: times as fast as plain Mesa; / C: times the time of C, of the kernel's loops and of the limit",
        "gain: of a second thread, by the clock (alone on the machine); work: processor time on two threads, times that on one"])
