"""The parameters of buyer types, sellers, relationship levels and listening instruments.

Buyer types, levels and instruments have no defaults here: their numbers are in `catalogue.yaml`, with a source each.
"""

from copy import copy
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, create_model

from sim.scenario.answers import Answers
from sim.scenario.distributions import Spread
from sim.scenario.levels import LEVELS, LevelChoice, LevelName, read_plan
from sim.scenario.parameter import Section, parameter
from sim.scenario.six_markets import RelationshipBudget

JACKSON_TYPES = ("lost_for_good", "intermediate", "always_a_share")
INSTRUMENTS = ("surveys", "trailer_calls", "complaint_monitoring", "lost_customer_surveys", "visits")
InstrumentName = Literal["surveys", "trailer_calls", "complaint_monitoring", "lost_customer_surveys", "visits"]
CATALOGUE = "catalogue.yaml"
PROBABILITY, SHARE, MONEY = "probability per period", "share", "money per unit"
PER_ACCOUNT = "money per account and period"


class BuyerType(Section):
    """One region of Jackson's behaviour spectrum: what its buyers are like."""

    share: float = parameter(..., "share of this type among the buyers", SHARE, CATALOGUE, least=0, most=1)
    switching_cost: Spread = parameter(
        ..., "σ: price advantage a rival must offer to move an otherwise indifferent buyer", MONEY, CATALOGUE, least=0
    )
    time_horizon: Spread = parameter(
        ..., "h: how far ahead the buyer commits; it reviews its supplier about once in it", "periods", CATALOGUE,
        least=0, scale="duration",
    )  # fmt: skip
    return_cost: Spread = parameter(
        ..., "ρ: extra cost of going back to a seller once left (.inf: never goes back)", MONEY, CATALOGUE,
        least=0, infinite=True,
    )  # fmt: skip
    relationship_orientation: Spread = parameter(
        ..., "θ: how readily the buyer bonds", "share", CATALOGUE, least=0, most=1
    )
    price_sensitivity: Spread = parameter(..., "α: weight of price in choice", "weight", CATALOGUE, least=0)
    purchase_rate: Spread = parameter(
        ..., "λ: purchase occasions per period; 1 / purchase_cycle where nothing is stated", "occasions per period",
        "MODEL 4: 1 / product.purchase_cycle", least=0, most=1, scale="period",
    )  # fmt: skip
    volume: Spread = parameter(
        ..., "n: units bought at an occasion", "units per occasion", CATALOGUE, least=0.01, most=10_000
    )
    lots: int = parameter(
        ..., "lots that a purchase is split into, each with a choice of its own", "lots", CATALOGUE, least=1, most=16
    )
    voice: Spread = parameter(
        ..., "v: propensity to complain about a problem", "probability", CATALOGUE, least=0, most=1
    )
    taste_spread: float = parameter(
        ..., "τ: spread of the lasting private fit between a buyer and each seller", MONEY, CATALOGUE, least=0
    )
    contract: Spread = parameter(
        ..., "periods after each choice made in a review in which the buyer cannot leave", "periods", CATALOGUE, least=0, scale="duration"
    )


class Level(Section):
    """One rung of Kotler's ladder: what happens after the sale, and what it costs."""

    openness: float = parameter(
        ..., "how far complaints are invited (times the buyer's voice)", SHARE, CATALOGUE, least=0, most=1
    )
    detect: float = parameter(
        ..., "share of unvoiced problems that the seller finds by itself", SHARE, CATALOGUE, least=0, most=1
    )
    resolve: float = parameter(
        ..., "share of surfaced problems resolved (times capability)", SHARE, CATALOGUE, least=0, most=1
    )
    prevent: float = parameter(..., "share of problems that never arise", SHARE, CATALOGUE, least=0, most=1)
    usage: float = parameter(..., "value added in use by help and better uses", MONEY, CATALOGUE, least=0)
    social_growth: float = parameter(
        ..., "growth of the social bond in a period with contact (times relationship orientation)", PROBABILITY,
        CATALOGUE, least=0, most=1, scale="probability",
    )  # fmt: skip
    tie_growth: float = parameter(
        ..., "growth of the structural tie in a period (times relationship orientation)", PROBABILITY, CATALOGUE,
        least=0, most=1, scale="probability",
    )  # fmt: skip
    learns: bool = parameter(..., "whether the seller learns from the problems that surface", source=CATALOGUE)
    contact_rate: float = parameter(
        ..., "chance that the seller contacts an account in a period", PROBABILITY, CATALOGUE,
        least=0, most=1, scale="probability",
    )  # fmt: skip
    contact_after_sale: bool = parameter(..., "whether every sale is followed by a contact", source=CATALOGUE)
    cost_per_account: float = parameter(
        ..., "people's time for an account at this level", PER_ACCOUNT, CATALOGUE, least=0, scale="cost"
    )
    programme_cost: float = parameter(
        ..., "cost of running the level at all, while it is offered", "money per period", CATALOGUE,
        least=0, scale="cost",
    )  # fmt: skip
    setup_cost: float = parameter(
        ..., "cost of bringing an account to the level", "money per account", CATALOGUE, least=0
    )


class Instrument(Section):
    """One way of listening to accounts: what it finds out, and what it costs."""

    detect: float = parameter(
        ..., "share of the still unvoiced problems that it finds; several combine as 1 − Π(1 − e)", SHARE, CATALOGUE,
        least=0, most=1,
    )  # fmt: skip
    accuracy: float = parameter(
        ..., "share of the error in recognising accounts that it removes", SHARE, CATALOGUE, least=0, most=1
    )
    learning: float = parameter(
        ..., "share by which it speeds up learning from complaints", SHARE, CATALOGUE, least=0, most=1
    )
    cost_per_account: float = parameter(..., "its cost for an account", PER_ACCOUNT, CATALOGUE, least=0, scale="cost")
    cost_per_lost: float = parameter(..., "its cost for an account lost", "money per lost account", CATALOGUE, least=0)


class LoyaltyDiscount(Section):
    """The financial bond: a discount earned with tenure."""

    per_year: float = parameter(
        0, "discount earned with each year of tenure", "share of price per year",
        "assumption: no financial bond unless stated", least=0, most=1,
    )  # fmt: skip
    most: float = parameter(
        0, "the largest discount", "share of price", "assumption: no financial bond unless stated", least=0, most=0.9
    )


def _as_tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


class Seller(Section):
    """A seller, or a group of `count` sellers alike."""

    count: int = parameter(
        1, "how many sellers alike; more than one are called name_1, name_2, ...", "sellers",
        "assumption: a name is one seller unless stated", least=1, most=32,
    )  # fmt: skip
    price: float = parameter(100, "price of a unit", MONEY, "MODEL 13: price of the prototype (assumption)", least=0)
    unit_cost: float = parameter(
        60, "cost of a unit", MONEY, "MODEL 13: margin of 40% in the prototype (assumption)", least=0
    )
    quality: float = parameter(
        118, "deliverable value: what a unit is worth to a buyer, on average", MONEY,
        "MODEL 13: value of the prototype (assumption)", least=-1e6, most=1e6,
    )  # fmt: skip
    level: LevelChoice = parameter(
        read_plan("basic"), "relationship level: which account gets which",
        source="Kotler 1992: the ladder starts at basic",
    )  # fmt: skip
    promise: float = parameter(
        1, "promised value over deliverable value", "times", "MODEL 9: 1 is an honest promise", least=0, most=5
    )
    reputation: float = parameter(
        0.8, "how far fresh buyers believe the promise, at the start", SHARE,
        "assumption: known firms are mostly believed", least=0, most=1,
    )  # fmt: skip
    starting_share: float | None = parameter(
        None, "share of the accounts when the market starts running (of each seller of a group); the rest is split "
        "equally among sellers that state none", SHARE, "assumption: equal shares favour nobody", least=0, most=1,
    )  # fmt: skip
    reach: float = parameter(
        1, "chance that a fresh buyer knows the seller", "probability",
        "assumption: a mature market in which buyers know the suppliers", least=0, most=1,
    )  # fmt: skip
    advertising: float = parameter(
        0, "chance that an unaware buyer hears of the seller in a period", PROBABILITY,
        "assumption: not needed where everybody is known", least=0, most=1, scale="probability",
    )  # fmt: skip
    advertising_cost: float = parameter(
        0, "cost of advertising", "money per period", "assumption: no advertising unless stated", least=0, scale="cost"
    )
    acquisition_cost: float = parameter(
        0, "cost of winning an account", "money per account won",
        "assumption: none, which favours selling over keeping (a cautious choice for the question asked)", least=0,
    )  # fmt: skip
    loyalty_discount: LoyaltyDiscount = parameter(
        LoyaltyDiscount(), "the financial bond: a discount earned with tenure", source="Berry & Parasuraman 1991"
    )
    capability: float = parameter(
        1, "how well staff deliver what the level promises", "times", "MODEL 7: 1 is the reference", least=0, most=1.5
    )
    capacity: dict[LevelName, float] = parameter(
        dict.fromkeys(LEVELS, float("inf")), "accounts that each level can serve well; past it its effect thins out",
        "accounts", "assumption: unlimited unless stated", above=0, infinite=True,
    )  # fmt: skip
    accuracy: float = parameter(
        0.7, "share of accounts whose type or value the database recognises rightly", SHARE,
        "assumption: a fair database; 1 would be perfect knowledge", least=0, most=1,
    )  # fmt: skip
    listening: Annotated[tuple[InstrumentName, ...], BeforeValidator(_as_tuple)] = parameter(
        (), "listening instruments in use", source="assumption: none unless stated"
    )
    contact_cost: float = parameter(
        4, "cost of a contact", "money per contact", "MODEL 13: contact of the prototype (assumption)", least=0
    )
    resolution_cost: float = parameter(
        10, "cost of resolving a problem", "money per resolved problem", "assumption: a tenth of the reference price",
        least=0,
    )  # fmt: skip
    taste_shape: float | None = parameter(
        None, "Dirichlet shape of buyers' taste for this seller; where given, taste is choice_noise × log of a gamma "
        "draw of this shape instead of normal with taste_spread (all sellers or none)", "shape",
        "Goodhardt, Ehrenberg & Chatfield 1984 (Dirichlet)", above=0,
    )  # fmt: skip
    relationship_budget: RelationshipBudget = parameter(
        RelationshipBudget(), "what the seller spends on its six markets", source="Christopher, Payne & Ballantyne 1991", later=True
    )
    partners: dict[str, float] = parameter(
        {}, "share of its referral spending that goes to each referral partner; the rest goes to its own accounts",
        "share of the referral spending", "assumption: none unless stated", least=0, most=1, later=True,
    )  # fmt: skip
    network: str | None = parameter(
        None, "name of the alliance; sellers of one network share what they build in the supplier and referral markets",
        source="assumption: every seller by itself unless stated; Gummesson 2002 (R20) for alliances", later=True,
    )  # fmt: skip
    referral_reward: float = parameter(
        0, "what whoever recommended it gets, in place of acquisition_cost", "money per account won by word of mouth",
        "assumption: none unless stated", least=0, later=True,
    )  # fmt: skip
    commission: float = parameter(
        0, "what a referral partner gets, in place of acquisition_cost", "money per account won through a partner",
        "assumption: none unless stated", least=0, later=True,
    )  # fmt: skip
    premium: float = parameter(
        0, "what accounts pay above newcomers", "share of price", "assumption: one price for all unless stated",
        least=-0.9, most=5, later=True,
    )  # fmt: skip
    answers: Answers = parameter(
        Answers(), "rules by which the seller answers the market", source="assumption: sellers stand still unless stated", later=True
    )


# Fixed for the whole run: how many sellers there are, where buyers start and what they like is no seller's move.
UNCHANGEABLE = ("count", "starting_share", "taste_shape")


def _changeable_fields() -> dict[str, Any]:
    """The fields of a seller that strategies and events may change, each optional (None: left as it is)."""
    fields = {}
    for name, field in Seller.model_fields.items():
        if name not in UNCHANGEABLE:
            optional = copy(field)
            optional.default = None
            fields[name] = (field.annotation, optional)
    return fields


SellerChange = create_model("SellerChange", __base__=Section, __doc__="What a strategy or event changes of a seller.",
                            **_changeable_fields())  # fmt: skip
