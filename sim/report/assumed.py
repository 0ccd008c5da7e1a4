"""What of a scenario is assumed: its values by where they come from, and which of the assumptions decide oftenest."""

from collections.abc import Sequence
from typing import NamedTuple

from sim.report.limits import Plays
from sim.wording import listed

REFERENCE = "default"           # the scenario whose values have their sources beside them
STATED = "changed"             # how the origin of a value begins that a file or an option states
NO_VALUES = ("study", "beyond the dyad", "sweep", "data", "observed")   # sections of an explanation that hold no number of the market


class Assumed(NamedTuple):
    """The values of a scenario by where they come from, and those that are assumptions: the ones that decide oftenest, and the others."""

    stated: int
    sourced: int
    deciding: list
    others: list

    def sentence(self, own: str = "are stated by the scenario") -> str:
        """How much of a scenario is assumed; own: what is said of what nobody assumed for it."""
        assumed = len(self.deciding) + len(self.others)
        return (
            f"Of its {self.stated + self.sourced + assumed} values that bear on the answer, {self.stated} {own}, "
            f"{self.sourced} have a source, and {assumed} are assumptions."
        )


def assumed_of(study) -> Assumed:
    """What of a study is assumed. A record states every value: those that are the reference market's have its source."""
    from sim.scenario import load
    from sim.scenario.words import explain

    known = {(row.path, row.value): row for row in explain(load(REFERENCE))}
    rows = [known.get((row.path, row.value)) or row._replace(origin=STATED) for row in explain(study.scenario, everything=False)]
    return sorted_out(rows, study.scenario, study.runs.strategies)


def assumed(scenario, strategies: Sequence[str]) -> Assumed:
    """What of a scenario is assumed, as `tenure explain` has it."""
    from sim.scenario.words import explain

    return sorted_out(explain(scenario, everything=False), scenario, strategies)


def sorted_out(rows: list, scenario, strategies: Sequence[str]) -> Assumed:
    """Rows of an explanation by where their values come from; values of what nobody does are left out."""
    plays = Plays(scenario, strategies)
    rows = [row for row in rows if row.section not in NO_VALUES and bears(row, plays)]
    stated = [row for row in rows if row.origin.startswith(STATED)]
    guessed = [row for row in rows if not row.origin.startswith(STATED) and "assumption" in row.source]
    weighty = deciding(scenario)
    first = [row for row in guessed if row.path in weighty]
    return Assumed(len(stated), len(rows) - len(stated) - len(guessed), first, [row for row in guessed if row.path not in weighty])


def bears(row, plays: Plays) -> bool:
    """Whether a value bears on anything: levels that are served, instruments in use, buyers that there are."""
    part = row.path.split(".")
    if part[0] == "levels":
        return part[1] in {level for seller in plays.sellers for level in seller.level.levels}
    if part[0] == "listening":
        return part[1] in {one for seller in plays.sellers for one in seller.listening}
    return part[0] != "buyers" or part[1] not in plays.scenario.buyers or plays.scenario.buyers[part[1]].share > 0


def deciding(scenario) -> set[str]:
    """The paths of what a sensitivity study would vary where nobody says it."""
    from sim.experiments.sensitivity.usual import usual_factors

    return {path for one in usual_factors(scenario) for path in one.sets(one.at(0.5))}


def by_section(rows: list) -> str:
    """How many values of which section: 27 of buyers, 16 of behaviour."""
    sections = list(dict.fromkeys(row.section for row in rows))
    return listed([f"{sum(row.section == section for row in rows)} of {section}" for section in sections])
