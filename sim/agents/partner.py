"""A referral partner, as Mesa sees it."""
import numpy as np

from sim.agents.attributes import SHARE, Attribute, Setting
from sim.agents.view import View
from sim.core import state as at
from sim.scenario.networks import Partner as Parameters
from sim.scenario.parameter import facts


def parameter(name: str, column: int) -> Setting:
    """A parameter of the scenario that may be changed while the market runs."""
    def put(market, place, value):
        market.arrays.beyond.partners[place[0], column] = value
    return Setting(lambda market, place: market.arrays.beyond.partners[place[0], column], put, facts(Parameters, name))


def set_goodwill(market, place, value):
    market.arrays.beyond.goodwill[place[0]] = value


def set_advice(market, place, value):
    advice = market.arrays.beyond.partners[:, at.PARTNER_ADVICE].astype(float)
    advice[place[0]] = value
    if advice.sum() > 1 + 1e-6:
        raise ValueError(f"advice: the partners' chances would sum to {advice.sum():g}; a buyer asks one of them at most")
    market.arrays.beyond.partners[place[0], at.PARTNER_ADVICE] = value


class Partner(View):
    """A view of one referral partner: number `index` of the scenario's partners.

    The ledger counts recommendations by seller, not by partner: `market.booked("advised")`."""

    __slots__ = ()
    first = property(lambda self: self._market.number_of_buyers + self._market.number_of_sellers)
    place = property(lambda self: (self.index,))

    name = Attribute(lambda market, place: market.partner_names[place[0]], "the partner's name in the scenario")
    kind = Attribute(lambda market, place: market.partner_kinds[place[0]], "what the partner is: a bank, an accountant, an agent")
    advice = Setting(lambda market, place: market.arrays.beyond.partners[place[0], at.PARTNER_ADVICE], set_advice,
                     facts(Parameters, "advice"))
    trust = parameter("trust", at.PARTNER_TRUST)
    goodwill = Setting(lambda market, place: market.arrays.beyond.goodwill[place[0]], set_goodwill, SHARE,
                       "what every seller has built with the partner, in their order")
    recommends = Attribute(lambda market, place: np.diff(market.arrays.beyond.advises[place[0]], prepend=np.float32(0)),
                           "chance that a buyer who asks is sent to each seller, in their order; as it stands in the period")

    def step(self) -> None:
        """The partner's period, after the sellers': goodwill follows what each seller invested in it."""
        self._market.close_partner(self.index)
