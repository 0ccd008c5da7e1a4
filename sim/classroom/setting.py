"""What a class plays, fixed from its first minute to its last: which market, how many teams and rounds, which luck."""

import json
from dataclasses import asdict, dataclass
from functools import cached_property

from sim.offers import periods_per_year
from sim.rebuild import plain_form, rebuilt
from sim.scenario.scenario import Scenario

TEAMS, ROUNDS, RIVALS = (2, 12), (1, 20), (0, 2)
YEARS_AHEAD, MOST_AHEAD = 20, 1200  # how long the market is played on to value accounts: in years, but no more periods than this


class SettingError(Exception):
    """A class that cannot be played; the sentence says what is wrong and what would do."""


@dataclass(frozen=True)
class Setting:
    """A class: `market` is the plain form of its scenario (`rebuild.plain_form`), luck follows from `seed`.

    teams: sellers that are played; rivals: sellers of the scenario that stay as it has them; periods_per_round: periods."""

    market: dict
    teams: int
    rounds: int
    periods_per_round: int
    rivals: int
    seed: int

    @classmethod
    def of(
        cls, scenario: Scenario, teams: int = 4, rounds: int = 5, periods_per_round: int | None = None, rivals: int | None = None,
        seed: int | None = None,
    ) -> "Setting":  # fmt: skip
        """The setting of a class in a scenario's market. By default the rounds share the scenario's periods (120 months in five rounds are
        24 each), one rival stays where the scenario has one, and the seed is the scenario's. Raises SettingError."""
        _within("teams", teams, TEAMS)
        _within("rounds", rounds, ROUNDS)
        length = max(scenario.market.periods // rounds, 1) if periods_per_round is None else periods_per_round
        _within("periods in a round", length, (1, 1000))
        others = len(scenario.sellers) - 1
        kept = min(1, others) if rivals is None else rivals
        _within("rivals", kept, RIVALS)
        if kept > others:
            raise SettingError(
                f"{scenario.slug} has {others} sellers beside {scenario.focal}, so {kept} rivals cannot stay; give --rivals {others}"
            )
        made = cls(plain_form(scenario), teams, rounds, length, kept, scenario.seed if seed is None else seed)
        _looks_no_further(made)
        return made

    @classmethod
    def from_text(cls, text: str) -> "Setting":
        """A setting as `as_text` wrote it."""
        return cls(**json.loads(text))

    def as_text(self) -> str:
        return json.dumps(asdict(self), sort_keys=True, allow_nan=False)

    @cached_property
    def scenario(self) -> Scenario:
        """The scenario that the class is made from."""
        return rebuilt(self.market, "class")

    @property
    def rival_names(self) -> list[str]:
        """The scenario's sellers that stay, by their names there."""
        return [name for name in self.scenario.sellers if name != self.scenario.focal][: self.rivals]

    @property
    def sellers(self) -> list[str]:
        """Every seller of the market, teams first."""
        return [*(f"team_{number}" for number in range(1, self.teams + 1)), *self.rival_names]

    @property
    def ahead(self) -> int:
        """For how many periods the market is played on to see what accounts will bring."""
        return min(round(YEARS_AHEAD * periods_per_year(self.scenario)), MOST_AHEAD)

    def end_of(self, number: int) -> int:
        """The last period of round `number` (from 1); 0: the moment before the first."""
        return number * self.periods_per_round


def _within(what: str, number: int, bounds: tuple[int, int]) -> None:
    """SettingError where a number is out of its bounds."""
    least, most = bounds
    if not least <= number <= most:
        raise SettingError(f"a class has {least} to {most} {what}, not {number}")


def _looks_no_further(setting: Setting) -> None:
    """SettingError where a rival reckons with the end of the market: what it does in a round would hang on how long the market goes on."""
    scenario = setting.scenario
    for period in scenario.change_periods(scenario.baseline):
        for name in setting.rival_names:
            reply = scenario.sellers_under(scenario.baseline, period)[name].answers.best_reply
            if reply and reply.foresight:
                raise SettingError(
                    f"{name} looks ahead to the end of the market when it sets its price (answers.best_reply), and a class has no end "
                    f"that it could know; say foresight: false there, or --rivals 0"
                )
