"""The parameters of the six markets of Christopher, Payne & Ballantyne 1991: stocks, and the budget that feeds them.

Half-way points, fading and effects have no defaults here: their numbers are in `catalogue.yaml`, with a source each.
"""

from sim.scenario.parameter import Section, parameter

CATALOGUE = "catalogue.yaml"
NOTHING = "assumption: nothing is spent unless stated"
# market -> what its stock does
EFFECTS = {
    "customer": "social bonds grow faster by effect × stock",
    "referral": "contented accounts speak more often by effect × stock",
    "supplier": "unit cost and the rate of problems are lower by effect × stock",
    "recruitment": "what staff could do is better by effect × stock; it takes the internal market to bring them there",
    "influence": "broken promises and shocks harm reputation less by effect × stock",
    "internal": "capability is higher by effect × stock, and comes up to what recruitment allows as the stock fills",
}
SIX_MARKETS = tuple(EFFECTS)


class MarketStock(Section):
    """What a seller has built in one of the six markets: how fast it grows and fades, and what it does when full."""

    later = True

    half_at: float = parameter(
        ..., "spending per buyer of the market at which the stock settles at one half", "money per buyer and period", CATALOGUE,
        above=0, scale="cost",
    )  # fmt: skip
    fade: float = parameter(
        ..., "how much of the stock fades", "probability per period", CATALOGUE, above=0, most=1, scale="probability"
    )
    effect: float = parameter(..., "what a full stock does", "share", CATALOGUE, least=0, most=10)


def _share(market: str) -> float:
    """The share of the budget that goes to one market."""
    return parameter(0, f"part of it for the {market} market: {EFFECTS[market]}", "share of the budget", NOTHING, least=0, most=1)


class RelationshipBudget(Section):
    """What a seller spends on its six markets, and how it splits it."""

    later = True

    total: float = parameter(
        0, "what the seller spends on its six markets together", "money per period", NOTHING, least=0, scale="cost"
    )
    customer: float = _share("customer")
    referral: float = _share("referral")
    supplier: float = _share("supplier")
    recruitment: float = _share("recruitment")
    influence: float = _share("influence")
    internal: float = _share("internal")
