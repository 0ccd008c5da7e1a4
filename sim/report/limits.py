"""What an answer does not cover: which of the model's limits touch a scenario."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from sim.plans import allied, answering
from sim.report.left_out import LIMITS, Limit
from sim.wording import PERIODS_PER_YEAR

LONG = 5                        # years from which on a horizon is long
ALWAYS = ("inputs", "horizon", "fixed_demand", "other_money")
CONDITIONAL = {"reasoned", "still_rivals", "simple_answers", "unheard", "no_doubt"}     # no limits of a market in which it is otherwise
RELATIONAL = ("proactive", "partnership")


class Told(NamedTuple):
    """The limits that touch a scenario, the weightiest first, and the others; what is otherwise in it is neither."""

    touching: list[Limit]
    others: list[Limit]


def touched(scenario, strategies: Sequence[str], on_data: bool | None = None) -> Told:
    """Which limits touch what is asked of a scenario by comparing these strategies; on_data: whether the market stands on data, default
    whether the scenario names any."""
    plays = Plays(scenario, strategies)
    on_data = bool(scenario.observed or scenario.data) if on_data is None else on_data
    names = {name for name, holds in TOUCHES.items() if holds(plays)} | set(ALWAYS) | (set() if on_data else {"reasoned"})
    return Told([one for one in LIMITS if one.name in names], [one for one in LIMITS if one.name not in names | CONDITIONAL])


def limits(study) -> list[str]:
    """What a study's answer does not cover, a paragraph each, the weightiest first."""
    return [paragraph(one) for one in told(study).touching]


def told(study) -> Told:
    """Which limits touch a study. Its record alone says whether its market stands on data: what a folder rebuilds leaves data out."""
    recorded = study.record["scenario"]
    return touched(study.scenario, study.runs.strategies, bool(recorded.get("observed") or recorded.get("data")))


def paragraph(one: Limit) -> str:
    """A limit in one paragraph."""
    return f"{one.left_out} {one.matters} {one.pushes} {one.remedy}"


class Plays:
    """What a comparison's sellers do, asked of every period in which something changes."""

    def __init__(self, scenario, strategies: Sequence[str]):
        self.scenario, self.strategies = scenario, list(strategies)
        self.times = [(name, period) for name in strategies for period in scenario.change_periods(name)]
        everybody = [scenario.sellers_under(*time).items() for time in self.times]
        self.sellers = [seller for found in everybody for _, seller in found]
        self.ours = [seller for found in everybody for name, seller in found if name == scenario.focal]

    @property
    def levels(self) -> set[str]:
        """The relationship levels at which our seller serves any account."""
        return {level for seller in self.ours for level in seller.level.levels}

    @property
    def years(self) -> float:
        market = self.scenario.market
        return market.periods / PERIODS_PER_YEAR[market.period]

    @property
    def answer(self) -> bool:
        """Whether some seller answers the market."""
        return any(answering(self.scenario, name) for name in self.strategies)

    @property
    def talk(self) -> bool:
        """Whether buyers hear of sellers from each other or from partners."""
        return self.scenario.word_of_mouth.network != "none" or bool(self.scenario.partners)

    @property
    def harvest(self) -> bool:
        """Whether accounts are charged more than newcomers."""
        return any(seller.premium > 0 or seller.answers.harvest_locked_in for seller in self.sellers)


TOUCHES: dict[str, Callable[[Plays], bool]] = {
    "still_rivals": lambda plays: not plays.answer,
    "simple_answers": lambda plays: plays.answer,
    "no_entry": lambda plays: plays.years >= LONG,
    "unheard": lambda plays: not plays.talk,
    "experience_only": lambda plays: plays.talk or bool(plays.scenario.influence),
    "referred": lambda plays: plays.talk or any(seller.referral_reward > 0 or seller.commission > 0 for seller in plays.sellers),
    "fixed_tastes": lambda plays: plays.years >= LONG,
    "fixed_size": lambda plays: plays.scenario.market.turnover > 0,
    "one_head": lambda plays: bool(plays.levels & set(RELATIONAL)),
    "no_foresight": lambda plays: plays.harvest,
    "no_doubt": lambda plays: plays.scenario.behaviour.doubt == 0 and len(plays.levels) > 1,
    "one_occasion": lambda plays: any(buyer.purchase_rate.mean() > 0.5 for buyer in plays.scenario.buyers.values() if buyer.share > 0),
    "at_once": lambda plays: len(plays.levels) > 1,
    "speed_of_remedy": lambda plays: plays.scenario.product.problem_rate > 0 and len(plays.levels) > 1,
    "free_database": lambda plays: any(seller.level.targeting != "uniform" for seller in plays.ours),
    "law": lambda plays: plays.harvest or any(allied(plays.scenario, *time) for time in plays.times),
}
