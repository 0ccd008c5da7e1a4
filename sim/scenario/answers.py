"""The parameters of the rules by which sellers answer the market: each is off, on with its defaults, or on with its numbers."""

from typing import Annotated, Any

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

from sim.scenario.parameter import Section, parameter
from sim.scenario.suggest import described

OFF = "assumption: sellers stand still unless stated"
LAG = 'assumption: a year, after which results are in and plans are made anew'


class MatchLowestPrice(Section):
    """Matches the lowest rival price of the period before, down to a margin."""

    floor: float = parameter(
        0, "lowest margin kept, over unit cost", "share of unit cost", "assumption: no sale below cost", least=-1, most=10
    )


class HarvestLockedIn(Section):
    """Charges its accounts a premium once it has many of them, until it has few."""

    from_share: float = parameter(
        0.3, "share of the buyers from which on accounts pay the premium", "share of buyers",
        "assumption: more than an equal part among four sellers (Klemperer 1995: who has a base harvests)", least=0, most=1,
    )  # fmt: skip
    to_share: float = parameter(
        0.2, "share of the buyers below which the premium ends", "share of buyers",
        "assumption: less than an equal part among four sellers (Klemperer 1995: who has none invests)", least=0, most=1,
    )  # fmt: skip
    premium: float = parameter(
        0.15, "what accounts pay above newcomers meanwhile", "share of price",
        "assumption: the switching cost of an intermediate buyer, 15% of the reference price", least=0, most=5,
    )  # fmt: skip


class CopyLevel(Section):
    """Takes over the level plan of the rival that earned most."""

    lag: int = parameter(12, "every so many periods", "periods", LAG, least=1, most=50_000, scale="duration")


class DropLevel(Section):
    """Gives up a level whose accounts did not earn their cost, for the rung below."""

    lag: int = parameter(12, "every so many periods", "periods", LAG, least=1, most=50_000, scale="duration")


class BestReply(Section):
    """Sets the price that earns most against the prices of the others."""

    every: int = parameter(
        1, "reprices every so many periods", "periods", "assumption: prices can be changed monthly", least=1, most=50_000,
        scale="duration",
    )  # fmt: skip
    foresight: bool = parameter(
        True, "whether it reckons an account to be worth its switching cost while periods remain",
        source="Klemperer 1995: bargains now for the sake of accounts later",
    )  # fmt: skip
    accounts_apart: bool = parameter(
        True, "whether accounts of its own get a price of their own",
        source="Klemperer 1987: newcomers and accounts can be told apart",
    )  # fmt: skip


def _switch(value: Any) -> Any:
    """`true` is the rule with its defaults, `false` or nothing is no rule."""
    if value is None or value is False:
        return None
    if value is True:
        return {}
    if isinstance(value, dict | Section):
        return value
    sentence = f"{described(value)} stands where a rule belongs; write true (its defaults), false (off), or a mapping of its numbers"
    raise PydanticCustomError("sentence", "{sentence}", {"sentence": sentence, "below": (), "key": False})


Switch = BeforeValidator(_switch)


class Answers(Section):
    """The rules by which a seller answers the market; None is off."""

    later = True

    match_lowest_price: Annotated[MatchLowestPrice | None, Switch] = parameter(
        None, "matches the lowest rival price of the period before, down to a margin", source=OFF
    )
    harvest_locked_in: Annotated[HarvestLockedIn | None, Switch] = parameter(
        None, "charges its accounts a premium once it has many of them, until it has few", source=OFF
    )
    copy_level: Annotated[CopyLevel | None, Switch] = parameter(
        None, "takes over the level plan of the seller that earned most since it last looked, where that is a rival", source=OFF
    )
    drop_level: Annotated[DropLevel | None, Switch] = parameter(
        None, "gives up a level whose accounts did not earn their cost, for the rung below", source=OFF
    )
    best_reply: Annotated[BestReply | None, Switch] = parameter(
        None, "sets the price that earns most against the prices of the others", source=OFF
    )
