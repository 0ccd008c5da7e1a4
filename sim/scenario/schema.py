"""Every parameter of a scenario, once: the market as a whole here, sellers and buyers in `actors`, what lies beyond the
dyad in `networks`, `six_markets` and `answers`.

Numbers that depend on the length of a period are stated per month; `scale` says how they are converted when a scenario
counts in another period. A source is a citation, or the word 'assumption' with its reason.
"""

from typing import Literal

from sim.scenario.actors import (
    INSTRUMENTS,
    JACKSON_TYPES,
    BuyerType,
    Instrument,
    InstrumentName,
    Level,
    LoyaltyDiscount,
    Seller,
    SellerChange,
)
from sim.scenario.networks import Partner, Shock, WordOfMouth
from sim.scenario.parameter import MONTHS_PER_PERIOD, Facts, Section, facts, parameter
from sim.scenario.six_markets import SIX_MARKETS, MarketStock, RelationshipBudget

__all__ = [
    "INSTRUMENTS",
    "JACKSON_TYPES",
    "LATER_SECTIONS",
    "MONTHS_PER_PERIOD",
    "SCHEMA_VERSION",
    "SECTIONS",
    "SIX_MARKETS",
    "Behaviour",
    "BuyerType",
    "DataFile",
    "EventTimes",
    "Facts",
    "Instrument",
    "InstrumentName",
    "Level",
    "LoyaltyDiscount",
    "Market",
    "MarketStock",
    "Observed",
    "Partner",
    "Product",
    "RelationshipBudget",
    "Seller",
    "SellerChange",
    "Shock",
    "Study",
    "Within",
    "WordOfMouth",
    "facts",
]

SCHEMA_VERSION = 1
PROBABILITY, SHARE, MONEY = "probability per period", "share", "money per unit"
MODEL_5, MODEL_6, MODEL_8 = "MODEL 5", "MODEL 6", "MODEL 8"


class Study(Section):
    """What the scenario is called and how it is run."""

    name: str = parameter(..., "what the scenario is called", source="the author of the scenario")
    teaches: str = parameter("", "whom it teaches what, in a line or two", source="the author of the scenario")
    baseline: str | None = parameter(
        None, "the strategy that others are compared with; the first where none is named",
        source="assumption: authors name the ordinary way of doing business first",
    )  # fmt: skip
    focal: str | None = parameter(
        None, "the seller whose profit the verdict is about; the first where none is named",
        source="assumption: authors name their own firm first",
    )  # fmt: skip
    runs: int = parameter(
        40, "how often the market is repeated with other luck", "runs",
        "assumption: enough for a 95% interval on common random numbers", least=2, most=100_000,
    )  # fmt: skip
    seed: int = parameter(
        42, "where the luck starts; the same seed gives the same numbers", "",
        "assumption: any number will do", least=0, most=2**63 - 1,
    )  # fmt: skip


class Market(Section):
    """The market as a whole: its clock, its size, its money."""

    period: Literal["day", "week", "month", "quarter", "year"] = parameter(
        "month", "the length of one period", source="MODEL 3"
    )
    periods: int = parameter(
        120, "how many periods are simulated", "periods",
        "assumption: ten years of months, long enough for two relationships of five years",
        least=1, most=50_000, scale="period",
    )  # fmt: skip
    buyers: int = parameter(
        5000, "how many buyers there are", "buyers",
        "assumption: large enough for shares within half a point", least=1, most=100_000_000,
    )  # fmt: skip
    discount_rate: float = parameter(
        0.10, "what a year's wait costs: the rate at which later profit is discounted", "share per year",
        "assumption: a common cost of capital", least=0, most=1,
    )  # fmt: skip
    turnover: float = parameter(
        0.005, "chance that a buyer leaves the market and a fresh one takes its place", PROBABILITY,
        "assumption: about 6% of accounts a year close, move or are bought up", least=0, most=1, scale="probability",
    )  # fmt: skip
    start: Literal["running", "new"] = parameter(
        "running", "whether buyers have suppliers at the start (running) or none has (new)", source="MODEL 4"
    )
    burn_in: int = parameter(
        24, "periods that a running market is left alone before the first one counts", "periods",
        "assumption: two years, in which beliefs and bonds settle", least=0, most=10_000, scale="duration",
    )  # fmt: skip
    currency: str = parameter("EUR", "the currency that money is shown in", source="assumption: no bearing on results")


class Product(Section):
    """What is bought, how often, and what goes wrong in use."""

    complexity: float = parameter(
        1, "how hard the product is to use well; multiplies the rate of problems", "times",
        "assumption: 1 is the reference product; Levitt 1983 for the effect", least=0, most=10,
    )  # fmt: skip
    purchase_cycle: float = parameter(
        3, "mean time between two purchases", "periods", "assumption: a quarterly order; Levitt 1983 for the effect",
        least=1, scale="duration",
    )  # fmt: skip
    problem_rate: float = parameter(
        0.2, "chance that a problem arises in a period of use", PROBABILITY,
        "MODEL 13: problem rate of the prototype (assumption)", least=0, most=1, scale="probability",
    )  # fmt: skip
    severity: float = parameter(
        35, "what an unresolved problem takes from the experience", MONEY,
        "MODEL 13: severity of the prototype (assumption)", least=0,
    )  # fmt: skip
    delight: float = parameter(
        4, "what a resolved problem adds to the experience", MONEY,
        "assumption: a small service recovery effect (Keaveney 1995 for its direction)", least=0,
    )  # fmt: skip
    complaint_relief: float = parameter(
        0.2, "part of a problem's severity that being heard relieves, even unresolved", SHARE,
        "assumption: TARP finds complainers without relief more loyal than the silent", least=0, most=1,
    )  # fmt: skip
    delivery_spread: float = parameter(
        8, "standard deviation of what is delivered, from purchase to purchase", MONEY,
        "assumption: 8% of the reference price", least=0,
    )  # fmt: skip
    tolerance: float = parameter(
        16, "zone of tolerance: how far below the promise an experience may fall and still keep it", MONEY,
        "assumption: two spreads of delivery; Zeithaml, Berry & Parasuraman 1993 for the zone", least=0,
    )  # fmt: skip
    reserve: float = parameter(
        0, "value of not buying this time", MONEY, "assumption: an offer worth less than its price is not bought",
        least=-1e6, most=1e6,
    )  # fmt: skip


class Behaviour(Section):
    """How buyers learn, bond and forget, and how sellers learn from complaints; the same for all types."""

    choice_noise: float = parameter(
        8, "μ: how much luck there is in a choice (scale of the Gumbel term)", MONEY,
        "MODEL 13: μ of the prototype (assumption)", above=0,
    )  # fmt: skip
    horizon_scale: float = parameter(
        12, "h0: the time horizon at which relationship value has half its weight", "periods",
        "assumption: a year; MODEL 4 for the form h / (h + h0)", least=0, scale="duration",
    )  # fmt: skip
    bond_value: float = parameter(
        20, "b: what a full social bond is worth in choice", MONEY, "MODEL 13: b of the prototype (assumption)", least=0
    )
    tie_value: float = parameter(
        20, "κ: what a full structural tie adds to the switching cost", MONEY,
        "MODEL 13: κ of the prototype (assumption)", least=0,
    )  # fmt: skip
    loss_aversion: float = parameter(
        2, "how many times heavier a shortfall weighs than a gain, in learning from experience", "times",
        "assumption: near the 2.25 of Tversky & Kahneman 1992", least=1, most=10,
    )  # fmt: skip
    learning: float = parameter(
        1, "how far buyers learn from experience; 0 switches learning off", SHARE, MODEL_5, least=0, most=1
    )
    slowest_learning: float = parameter(
        0.05, "w_min: weight of the latest experience for the most experienced buyer", SHARE,
        "assumption: twenty experiences make a settled view", least=0.01, most=1,
    )  # fmt: skip
    bond_decay: float = parameter(
        0.03, "how much of a social bond fades in a period, tended or not", PROBABILITY,
        "MODEL 13: bond decay of the prototype (assumption); Levitt 1983 for the effect",
        least=0, most=1, scale="probability",
    )  # fmt: skip
    bond_damage: float = parameter(
        0.3, "part of the bond that a broken promise or unresolved problem takes", SHARE,
        f"assumption: three in a row leave a third; {MODEL_8}", least=0, most=1,
    )  # fmt: skip
    tie_fade: float = parameter(
        0.01, "how much of a structural tie fades in a period", PROBABILITY,
        "assumption: ties outlast bonds threefold (Berry & Parasuraman 1991 for the order)",
        least=0, most=1, scale="probability",
    )  # fmt: skip
    forgetting: float = parameter(
        0.02, "how much of the cost of going back to an abandoned seller fades in a period", PROBABILITY,
        "assumption: half is forgotten in three years", least=0, most=1, scale="probability",
    )  # fmt: skip
    promise_bond: float = parameter(
        0.02, "growth of the bond after each kept promise, times relationship orientation", SHARE,
        f"assumption: a fifth of a partnership's contact; {MODEL_8}", least=0, most=1,
    )  # fmt: skip
    reputation_speed: float = parameter(
        0.1, "how fast reputation follows the share of promises kept; 0 = it stands still", PROBABILITY,
        "assumption: half of the way in half a year; MODEL 9", least=0, most=1, scale="probability",
    )  # fmt: skip
    seller_learning: float = parameter(
        0.1, "how fast a seller learns from the complaints it hears", PROBABILITY,
        "assumption: most of what there is to learn is learnt in two years", least=0, most=1, scale="probability",
    )  # fmt: skip
    seller_forgetting: float = parameter(
        0.02, "how fast a seller's learning fades when complaints stop being heard", PROBABILITY,
        "assumption: staff turnover of about a fifth a year", least=0, most=1, scale="probability",
    )  # fmt: skip
    learning_effect: float = parameter(
        0.3, "the most that learning from complaints lowers the rate of problems", SHARE,
        "assumption: most problems lie in the product or its use, not in the service", least=0, most=1,
    )  # fmt: skip
    doubt: float = parameter(
        0, "what a buyer's relationship experience lacks in the period after a purchase, unless the seller contacts it", MONEY,
        "assumption: nothing unless stated; Levitt 1983 for the effect (the seller relaxes, the buyer is tense)", least=0, later=True,
    )  # fmt: skip


class EventTimes(Section):
    """When a scheduled change holds; beside these an event names sellers and what changes for them."""

    at: int = parameter(
        ..., "first period in which the change holds", "period", "the author of the scenario", least=1, scale="period"
    )
    until: int | None = parameter(
        None, "first period in which the value of before holds again; left out, the change lasts", "period",
        "the author of the scenario", least=2, scale="period",
    )  # fmt: skip
    note: str = parameter("", "what happens, for people", source="the author of the scenario")


class DataFile(Section):
    """A file that travels with the scenario."""

    file: str = parameter(..., "path relative to the scenario file", source="the author of the scenario")
    source: str = parameter(..., "where the data come from", source="the author of the scenario")
    licence: str = parameter(..., "under which licence they may be used", source="the author of the scenario")


class Within(Section):
    """How near the simulation must come to what was observed."""

    share: float | None = parameter(
        None, "largest difference in market share", SHARE, "the author of the scenario", least=0, most=1
    )
    penetration: float | None = parameter(
        None, "largest difference in penetration", SHARE, "the author of the scenario", least=0, most=1
    )
    retention: float | None = parameter(
        None, "largest difference in retention", SHARE, "the author of the scenario", least=0, most=1
    )
    repeat: float | None = parameter(
        None, "largest difference in repeat rate", SHARE, "the author of the scenario", least=0, most=1
    )


class Observed(Section):
    """A real market that the scenario claims to resemble."""

    file: str = parameter(..., "table of what was observed, relative to the scenario file", source="the scenario")
    kind: Literal["repertoire", "retention"] = parameter(..., "what the table holds", source="the scenario")
    within: Within = parameter(Within(), "how near is near enough", source="the scenario")


SECTIONS = {"market": Market, "product": Product, "behaviour": Behaviour, "word_of_mouth": WordOfMouth}
# Sections that came after the first digests were printed; see Facts.later.
LATER_SECTIONS = ("word_of_mouth", "six_markets", "partners", "influence")
