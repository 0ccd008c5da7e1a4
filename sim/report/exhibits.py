"""What a gallery shows: small studies that between them bring about every kind of figure, each with the command that makes it.

A picture is named after the function in `sim/plots` that draws it: `money_why` is `money.why`, `money_flow` is `money.money_flow`.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

Drawing = tuple[str, Callable]
CLAIMED = 10                     # runs of each claim
VARIED = ("sellers.ours.unit_cost=40..85", "product.problem_rate=0.02..0.3", "product.complexity=0.5..2")
TARGETS = ("retention=0.82", "market_share=0.20", "purchases=2")


class Exhibit(NamedTuple):
    """A study: the command that plays it, what plays it here (-> name and drawing of every figure), which figures are shown under which
    name, and roughly how many seconds it takes on two cores."""

    command: str
    play: Callable[[], Iterator[Drawing]]
    shown: dict[str, str]
    seconds: float

    @property
    def pictures(self) -> list[str]:
        """The names of its pictures."""
        return list(self.shown.values())

    def drawings(self) -> Iterator[Drawing]:
        """(name of the picture, function that draws it)."""
        for figure, make in self.play():
            if figure in self.shown:
                yield self.shown[figure], make


def _market(name: str, sets: Sequence[str] = ()):
    from sim.scenario import load

    return load(name, sets)


def _comparison(name: str, runs: int) -> Iterator[Drawing]:
    from sim.experiments.compare import compare
    from sim.plots import figures

    return figures(compare(_market(name), runs=runs))


def _life() -> Iterator[Drawing]:
    from sim.plots import life
    from sim.trace import telling_buyer, trace

    scenario = _market("default")
    names = tuple(scenario.strategies)[:2]
    yield "life", lambda: life(trace(scenario, telling_buyer(scenario, names), names))


def _relationships() -> Iterator[Drawing]:
    from sim.graph import relationship_graph
    from sim.plots import relationships

    yield "relationships", lambda: relationships(relationship_graph(_market("default")))


def _map() -> Iterator[Drawing]:
    from sim.experiments.mapping import break_even_map
    from sim.plots.map import break_even

    yield "map", lambda: break_even(break_even_map(_market("default"), runs=6))


def _kotler() -> Iterator[Drawing]:
    from sim.experiments.kotler import kotler
    from sim.plots.kotler import kotler as table

    yield "kotler", lambda: table(kotler(_market("default"), runs=8))


def _sensitivity() -> Iterator[Drawing]:
    from sim.experiments.sensitivity import sensitivity
    from sim.plots.sensitivity import figures

    return figures(sensitivity(_market("default"), VARIED, points=64, trajectories=6))


def _optimise() -> Iterator[Drawing]:
    from sim.experiments.optimise import optimise
    from sim.plots.optimise import figures

    return figures(optimise(_market("default"), trials=40))


def _equilibrium(name: str, choices: Sequence[str] | None, players: Sequence[str] | None, reduced: bool) -> Iterator[Drawing]:
    from sim.experiments.equilibrium import equilibrium
    from sim.plots.equilibrium import figures

    return figures(equilibrium(_market(name), choices, players, runs=10, reduced=reduced))


def _calibrate(data: str, options: dict) -> Iterator[Drawing]:
    from sim.experiments.calibrate import calibrate
    from sim.plots.calibrate import figures
    from sim.scenario.shipped import shipped

    return figures(calibrate(shipped()["default"].parent / "data" / data, **options))


def _targets() -> Iterator[Drawing]:
    from sim.experiments.calibrate.moments import calibrate_moments
    from sim.plots.calibrate import figures

    return figures(calibrate_moments(_market("default"), TARGETS, runs=6))


def _claims() -> Iterator[Drawing]:
    from sim.experiments.claims import claims
    from sim.plots.claims import claim, overview

    found = claims(runs=CLAIMED)
    yield "claims", lambda: overview(found)
    for number in found.asked:
        yield number.number, lambda number=number: claim(found, number.number)


def _lab() -> Iterator[Drawing]:
    from sim.experiments.lab import lab
    from sim.plots.lab import alive
    from sim.plots.lab import lab as errors

    found = lab(_market("default"), runs=3)
    return iter([("lab", lambda: errors(found)), ("alive", lambda: alive(found))])


def _published() -> Iterator[Drawing]:
    from sim.experiments.published import published
    from sim.plots.published import published as figure

    yield "published", lambda: figure(published())


STUDIED = {
    "profit": "profit", "gap": "profit_gap", "why": "money_why", "money_flow": "money_flow", "retention": "retention",
    "survival": "retention_survival", "share": "market_share", "phases": "market_phases",
}  # fmt: skip
PAIR = ("transactional", "relationship")
GAME = "tenure equilibrium default --choices transactional,relationship --players"
EXHIBITS = (
    Exhibit("tenure compare default --runs 20", partial(_comparison, "default", 20), STUDIED, 6),
    Exhibit("tenure trace default", _life, {"life": "life"}, 1),
    Exhibit("tenure graph default", _relationships, {"relationships": "relationships"}, 2),
    Exhibit("tenure compare bank_referrals --runs 8", partial(_comparison, "bank_referrals", 8),
            {"channels": "beyond_channels", "worth": "beyond_worth"}, 3),
    Exhibit("tenure compare service_firm --runs 8", partial(_comparison, "service_firm", 8), {"course": "beyond_course"}, 3),
    Exhibit("tenure map default --runs 6", _map, {"map": "map_break_even"}, 20),
    Exhibit("tenure kotler default --runs 8", _kotler, {"kotler": "kotler"}, 5),
    Exhibit(f"tenure sensitivity default {' '.join(f'--vary {one}' for one in VARIED)} --points 64 --trajectories 6", _sensitivity,
            {"indices": "sensitivity_indices", "effects": "sensitivity_effects", "where_it_fails": "sensitivity_where_it_fails"}, 20),
    Exhibit("tenure optimise default --trials 40", _optimise,
            {"front": "optimise_profit_against_retention", "search": "optimise_course_of_the_search"}, 30),
    Exhibit(f"{GAME} ours,rivals_1 --runs 10", partial(_equilibrium, "default", PAIR, ("ours", "rivals_1"), True),
            {"matrix": "equilibrium_matrix"}, 2),
    Exhibit(f"{GAME} ours,rivals_1,rivals_2 --full --runs 10",
            partial(_equilibrium, "default", PAIR, ("ours", "rivals_1", "rivals_2"), False), {"regrets": "equilibrium_regrets"}, 4),
    Exhibit("tenure equilibrium packaging_supply --runs 10", partial(_equilibrium, "packaging_supply", None, None, True),
            {"payoffs": "equilibrium_payoffs"}, 10),
    Exhibit("tenure calibrate scenarios/data/cdnow_sample.csv --holdout 0.5", partial(_calibrate, "cdnow_sample.csv", {"holdout": 0.5}),
            {"course": "calibrate_course", "each": "calibrate_each", "frequency": "calibrate_bars"}, 6),
    Exhibit(f"tenure calibrate {' '.join(f'--target {one}' for one in TARGETS)} --runs 6", _targets, {"targets": "calibrate_aims"}, 10),
    Exhibit(f"tenure claims --runs {CLAIMED}", _claims, {"claims": "claims_overview", "C6": "claims_claim"}, 90),
    Exhibit("tenure lab --runs 3", _lab, {"lab": "lab", "alive": "lab_alive"}, 35),
    Exhibit("tenure published", _published, {"published": "published"}, 7),
)  # fmt: skip
