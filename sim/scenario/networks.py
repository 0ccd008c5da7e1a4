"""The parameters of what lies beyond the dyad: word of mouth, referral partners, and shocks by whoever has influence."""

from typing import Literal, get_args

from sim.scenario.parameter import Section, parameter

NetworkName = Literal["none", "well_mixed", "small_world", "scale_free", "file"]
NETWORKS: tuple[str, ...] = get_args(NetworkName)
PROBABILITY, SHARE, AUTHOR = "probability per period", "share", "the author of the scenario"


class WordOfMouth(Section):
    """Who hears whom among the buyers, and what hearing does; without a network nobody hears anybody."""

    later = True

    network: NetworkName = parameter(
        "none", "who hears whom: nobody (none), anybody (well_mixed), neighbours most of whom are each other's neighbours "
        "(small_world), neighbours some of whom are everybody's (scale_free), or the links of an edge list (file)",
        source="assumption: none, so that a market is its dyads unless stated; Watts & Strogatz 1998, Barabási & Albert 1999 for the forms",
    )  # fmt: skip
    degree: int = parameter(
        10, "mean number of neighbours of a buyer, an even one (small_world, scale_free)", "neighbours",
        "assumption: a business buyer exchanges experiences with about ten others", least=2, most=10_000,
    )  # fmt: skip
    rewired: float = parameter(
        0.1, "share of the links that lead anywhere instead of to the nearest (small_world)", "share of links",
        "Watts & Strogatz 1998: between 0.01 and 0.1 paths are short and neighbours still know each other", least=0, most=1,
    )  # fmt: skip
    file: str | None = parameter(
        None, "edge list of the network (CSV or Parquet), its path relative to the scenario file (file)", source=AUTHOR
    )
    talk: float = parameter(
        0.25, "chance that a buyer hears what a contented neighbour has to tell", PROBABILITY,
        "assumption: of a supplier that gives no offence one speaks three times a year", least=0, most=1, scale="probability",
    )  # fmt: skip
    bad_news: float = parameter(
        2, "how many times as often bad news is passed on as good", "times",
        "TARP (Goodman): bad against good word of mouth is 2 : 1", least=0, most=100,
    )  # fmt: skip
    credence: float = parameter(
        0.5, "weight of a neighbour's experience against one of one's own", SHARE,
        "assumption: hearsay counts half", least=0, most=1,
    )  # fmt: skip
    lent_trust: float = parameter(
        0.05, "growth of the bond with a seller that a contented neighbour speaks of, times relationship orientation", SHARE,
        "assumption: half of a contact in partnership", least=0, most=1,
    )  # fmt: skip
    support: float = parameter(
        0.03, "growth of the bond while whoever recommended the seller is its account too, times relationship orientation", PROBABILITY,
        "assumption: offsets the fading of the bond; Van den Bulte et al. 2018 for the effect (less churn only while the referrer stays)",
        least=0, most=1, scale="probability",
    )  # fmt: skip
    reward_half: float = parameter(
        25, "referral reward at which rewards have half of their effect", "money",
        "assumption; Schmitt, Skiera & Van den Bulte 2011: 25 euro in the bank they studied", above=0,
    )  # fmt: skip


class Partner(Section):
    """A referral partner, such as a bank or an accountant: whom buyers without a supplier ask."""

    kind: str = parameter(
        "", "what the partner is, for people: a bank, an accountant, an agent", source="assumption: its name says it"
    )
    advice: float = parameter(
        0.1, "chance that a buyer without a supplier asks this partner (over all partners at most 1)", PROBABILITY,
        "assumption: within half a year every second one asks", least=0, most=1, scale="probability",
    )  # fmt: skip
    trust: float = parameter(
        0.3, "growth of the bond with the seller that the partner recommends, times relationship orientation", SHARE,
        "assumption: a trusted adviser lends as much as three contacts in partnership", least=0, most=1,
    )  # fmt: skip
    half_at: float = parameter(
        0.2, "spending per buyer of the market at which goodwill settles at one half", "money per buyer and period",
        "assumption: a fifth of what the referral market takes as a whole", above=0, scale="cost",
    )  # fmt: skip
    fade: float = parameter(
        0.05, "how much of its goodwill for a seller fades", PROBABILITY,
        "assumption: half is gone in little more than a year, as in the referral market", above=0, most=1, scale="probability",
    )  # fmt: skip
    commission_half: float = parameter(
        100, "commission at which commissions have half of their effect", "money",
        "assumption: the price of a unit in the reference market", above=0,
    )  # fmt: skip


class Shock(Section):
    """What somebody with influence, such as a regulator or a newspaper, does to a seller in one period."""

    at: int = parameter(..., "period in which it happens", "period", AUTHOR, least=1, scale="period")
    influencer: str = parameter(..., "who has the influence, in a word: regulator, press, analyst", source=AUTHOR)
    seller: str = parameter(..., "the seller, or group of sellers, that it is about", source=AUTHOR)
    reputation: float = parameter(
        0, "what is added to the seller's reputation", SHARE, "assumption: nothing unless stated", least=-1, most=1
    )
    reach: float = parameter(
        0, "chance that a buyer hears of it", "probability", "assumption: nobody unless stated", least=0, most=1
    )
    news: float = parameter(
        0, "how far what those who hear of it take the seller to deliver lies above what it delivers", "money per unit",
        "assumption: no difference unless stated", least=-1e6, most=1e6,
    )  # fmt: skip
    note: str = parameter("", "what happens, for people", source=AUTHOR)
