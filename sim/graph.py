"""The market as a graph: who is related to whom at the end of a period, and in which of Gummesson's thirty relationships.

`relationship_graph` plays one run under one strategy up to a period and returns a networkx MultiDiGraph. Nodes have a `kind`: buyer,
seller, supplier, employee_pool, partner, influencer. Edges have a `relationship`, one of RELATIONSHIPS, which is also their key, and
`r`, its number among the 30R (Gummesson, Total Relationship Marketing), empty where it is none of them. Attributes are texts, numbers
and truth values, and none is missing, so that any program reads the graph; `sim.graph_files` writes it down.

    graph = relationship_graph(Scenario.load("default"), "relationship", period=60)
    graph.nodes["seller:ours"]["accounts"], graph.edges["seller:ours", "buyer:12", "account"]["bond"]
"""

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from sim.core import state as at
from sim.core.terms import (
    ATTRIBUTES,
    BY_PARTNER,
    BY_WORD_OF_MOUTH,
    CHANNELS,
    INFLUENCE,
    INTERNAL,
    LEVELS,
    MARKETS,
    RECRUITMENT,
    SUPPLIER,
)
from sim.plans import allied
from sim.wording import spoken

if TYPE_CHECKING:
    import networkx

MOST_BUYERS = 2_000  # buyers in a graph, unless told otherwise
KINDS = ("buyer", "seller", "supplier", "employee_pool", "partner", "influencer")
SHOWN_ATTRIBUTES = ("switching_cost", "time_horizon", "relationship_orientation", "voice", "purchase_rate")
LABOUR_MARKET = "employee_pool:labour_market"
LEFT = 128  # the bit of a history that says that the buyer has left the seller
PRESS = ("press", "media", "newspaper", "magazine", "television", "radio", "journalist", "broadcast", "blog")  # who is mass media
RELATIONSHIPS = {  # name -> (number among the 30R, from, to, what it is)
    "account": ("R1", "seller", "buyer", "the classic dyad: a supplier and its customer"),
    "left": ("R2", "buyer", "seller", "the triad: a customer that has left the seller for a competitor, or for nobody"),
    "grievance": ("R9", "buyer", "seller", "the dissatisfied customer: a grievance that waits for an answer"),
    "captive": ("R10", "seller", "buyer", "one side captive: the customer is under contract"),
    "vouched": ("R11", "buyer", "buyer", "the customer as member: it recommended the seller that the other has come to"),
    "word_of_mouth": ("R18", "buyer", "buyer", "personal and social networks: what the one tells the other hears"),
    "goodwill": ("R4", "seller", "partner", "part-time marketers: what a referral partner thinks of the seller"),
    "referred": ("R4", "partner", "buyer", "part-time marketers: the account came on a partner's advice"),
    "alliance": ("R20", "seller", "seller", "an alliance: sellers of one network share suppliers and referrals"),
    "supply": ("R1", "supplier", "seller", "the classic dyad once more: what was built with the seller's own suppliers"),
    "internal_marketing": ("R27", "seller", "employee_pool", "internal marketing: what was built among the seller's employees"),
    "recruitment": ("", "employee_pool", "seller", "the labour market: what was built there"),
    "influence": ("R19", "seller", "influencer", "mega marketing: what was built among those with influence"),
    "publicity": ("R19", "influencer", "seller", "mega marketing: what somebody with influence did; mass media are R23"),
    "copies": ("", "seller", "seller", "the one has taken over the other's level plan"),
}


def relationship_graph(
    what, strategy: str | None = None, run: int = 1, period: int | None = None, buyers: int | None = None, seed: int | None = None
) -> "networkx.MultiDiGraph":
    """The market's relationships at the end of a period, as a networkx MultiDiGraph.

    what: a Scenario, or Runs (whose scenario and seed are taken); strategy: by default the first that is not the baseline; run: counted
    from 1; period: by default the last on record, 0 is before it; buyers: how many of them, evenly spread over all types; by default all,
    but MOST_BUYERS at most. Every seller, partner and influencer is there in any case, and what stands on them counts all buyers.

    Nodes are named kind:name, buyers by their number from 1. `graph.graph` says what it is of: scenario, digest, strategy, run, seed,
    period, unit (of time), currency, focal, buyers (in the market), shown.
    Raises KeyError for an unknown strategy, ValueError for a run, period or number of buyers that there cannot be."""
    import networkx

    scenario, seed = getattr(what, "scenario", what), what.seed if seed is None else seed
    strategy = strategy or next((name for name in scenario.strategies if name != scenario.baseline), scenario.baseline)
    period = scenario.market.periods if period is None else period
    refuse(scenario, strategy, run, period, buyers)
    market = market_at(scenario, strategy, seed, run, period)
    under = Moment(scenario, strategy, period)
    everybody = Seen(market, np.arange(scenario.market.buyers), period)
    seen = Seen(market, sample(scenario.market.buyers, buyers), period)
    graph = networkx.MultiDiGraph(
        scenario=scenario.slug,
        digest=scenario.digest(),
        strategy=strategy,
        run=run,
        seed=seed,
        period=period,
        unit=scenario.market.period,
        currency=scenario.market.currency,
        focal=scenario.focal,
        buyers=scenario.market.buyers,
        shown=len(seen.numbers),
    )
    graph.add_nodes_from([*seller_nodes(under, everybody), *buyer_nodes(under, seen), *other_nodes(under, market)])
    edges = (account_edges, former_edges, grievance_edges, social_edges)
    for source, target, relationship, said in [*(edge for make in edges for edge in make(under, seen)), *seller_edges(under, market)]:
        number = said.pop("r", RELATIONSHIPS[relationship][0])
        graph.add_edge(source, target, key=relationship, relationship=relationship, r=number, **said)
    return graph


def refuse(scenario, strategy: str, run: int, period: int, buyers: int | None) -> None:
    """KeyError or ValueError for a graph that cannot be made."""
    market = scenario.market
    if strategy not in scenario.strategies:
        raise KeyError(f"{strategy!r} is not a strategy of this scenario; it has {', '.join(scenario.strategies)}")
    if run < 1:
        raise ValueError(f"there is no run {run}; runs are counted from 1")
    if not 0 <= period <= market.periods:
        raise ValueError(f"there is no {market.period} {period}; the record ends with {market.period} {market.periods}, and 0 is before it")
    if buyers is not None and not 1 <= buyers <= market.buyers:
        raise ValueError(f"{buyers:,} buyers cannot be shown; the market has {market.buyers:,}")


def sample(buyers: int, wanted: int | None) -> np.ndarray:
    """Numbers, from 0, of the buyers that are shown: evenly spread, so that every type has its share."""
    return np.unique(np.linspace(0, buyers - 1, min(buyers, MOST_BUYERS) if wanted is None else wanted).astype(int))


def market_at(scenario, strategy: str, seed: int, run: int, period: int) -> at.Market:
    """The market of one run under one strategy as it stands at the end of a period."""
    from sim.core import kernel
    from sim.core.handle import handle
    from sim.offers import burn_in, strategy_arrays
    from sim.population import draw_population
    from sim.runs import new_market

    market = new_market(scenario, strategy_arrays(scenario, strategy), draw_population(scenario), seed, run - 1)
    words = handle(market)
    kernel.begin(words)
    kernel.play(words, 0, burn_in(scenario) + period, kernel.new_scratch(len(scenario.sellers)))
    return market


class Moment:
    """What the scenario says of a period under a strategy."""

    def __init__(self, scenario, strategy: str, period: int):
        self.scenario, self.period = scenario, period
        self.sellers = list(scenario.sellers)
        self.alliances = allied(scenario, strategy, max(period, 1))
        self.alliance_of = {name: network for network, names in self.alliances.items() for name in names}


class Seen:
    """The buyers of some numbers (from 0) as they stand at the end of a period, each array with an entry for each; -1 stands for nobody."""

    def __init__(self, market: at.Market, numbers: np.ndarray, period: int):
        from sim.network import slots_of

        self.market, self.numbers, self.now = market, numbers, market.burn_in + period - 1  # as the engine counts, from 0
        self.slots, self.sellers = slots_of(market.population)[numbers], len(market.standing)
        self.tiles = market.state.reshape(len(market.state), -1, at.STRIDE)

    def row(self, row: int) -> np.ndarray:
        """One row of every buyer's state, float32."""
        return self.tiles[self.slots // at.LANES, row, self.slots % at.LANES]

    def whole(self, row: int) -> np.ndarray:
        """A row that holds whole numbers."""
        return self.row(row).view(np.int32)

    def hearsay(self, field: int, nothing: int) -> np.ndarray:
        """What the buyer remembers of how it came to its supplier; `nothing` where buyers hear of no seller."""
        if not self.market.hearing:
            return np.full(len(self.slots), nothing)
        return np.where(self.supplier >= 0, self.whole(at.ROWS + at.DYAD_ROWS * self.sellers + field), -1)

    def history(self, seller: int) -> np.ndarray:
        """The history with one seller."""
        return self.whole(at.ROWS + at.HISTORY * self.sellers + seller)

    def with_supplier(self, field: int) -> np.ndarray:
        """One field of the dyad with the supplier; nought where there is none."""
        found = np.zeros(len(self.slots), np.float32)
        for s in range(self.sellers):
            found = np.where(self.supplier == s, self.row(at.ROWS + field * self.sellers + s), found)
        return found

    @cached_property
    def supplier(self) -> np.ndarray:
        """Who serves the buyer."""
        return self.whole(at.INCUMBENT)

    @cached_property
    def level(self) -> np.ndarray:
        """The level at which it serves the buyer."""
        return self.whole(at.AGREEMENT) & at.LEVEL_BITS

    @cached_property
    def grieves(self) -> np.ndarray:
        """The seller against whom a grievance waits for an answer: of whom the buyer tells it, where buyers tell."""
        waits = np.where(self.whole(at.HAPPENED) & at.INCIDENT, self.supplier, -1)
        if not self.market.network:
            return waits
        tells = self.market.beyond.words[(self.now + 1) & 1, self.slots, at.TELLS].view(np.int32)
        return np.where((tells >= 0) & ((tells & at.GRIEVANCE) != 0), tells & 31, waits)

    @cached_property
    def bound(self) -> np.ndarray:
        """For how many more periods the buyer is under contract."""
        return np.where(self.supplier >= 0, np.maximum((self.whole(at.AGREEMENT) >> at.CONTRACT_SHIFT) - self.now - 1, 0), 0)


# --- nodes: (name, attributes) -------------------------------------------------------------------------------------------------------


def buyer_nodes(under: Moment, seen: Seen) -> list[tuple[str, dict]]:
    """The buyers shown: what they are, who supplies them, and in which phase that relationship stands (Dwyer, Schurr & Oh 1987)."""
    types, sellers = list(under.scenario.buyers), [*under.sellers, "none"]
    kinds, bonds = seen.market.population.tile_type[seen.slots // at.LANES], seen.with_supplier(at.BOND)
    drawn = {name: seen.row(ATTRIBUTES.index(name)) for name in SHOWN_ATTRIBUTES}
    return [
        (
            f"buyer:{number + 1}",
            {
                "kind": "buyer",
                "label": f"buyer {number + 1}",
                "number": int(number + 1),
                "buyer_type": types[kinds[i]],
                "supplier": sellers[seen.supplier[i]],
                "phase": phase(bonds[i]) if seen.supplier[i] >= 0 else "none",
                "bond": float(bonds[i]),
                "grievance": bool(seen.grieves[i] >= 0),
            }
            | {name: float(values[i]) for name, values in drawn.items()},
        )
        for i, number in enumerate(seen.numbers)
    ]


def phase(bond: float) -> str:
    """Exploration, expansion or commitment, by the bond."""
    return "commitment" if bond >= at.COMMITMENT_BOND else "expansion" if bond >= at.EXPANSION_BOND else "exploration"


def seller_nodes(under: Moment, everybody: Seen) -> list[tuple[str, dict]]:
    """The sellers: what they ask, how they stand, and what their accounts come to."""
    bonds, levels, channels = everybody.with_supplier(at.BOND), everybody.level, everybody.hearsay(at.CHANNEL, 0)
    aware, market, found = everybody.whole(at.AWARE), everybody.market, []
    for s, name in enumerate(under.sellers):
        mine, offer, standing = everybody.supplier == s, market.offers[s], market.standing[s]
        counts = {
            "accounts": mine,
            "committed": mine & (bonds >= at.COMMITMENT_BOND),
            "expanding": mine & (bonds >= at.EXPANSION_BOND) & (bonds < at.COMMITMENT_BOND),
            "captive": mine & (everybody.bound > 0),
            "grievances": everybody.grieves == s,
            "former": (everybody.history(s) & LEFT) != 0,
            "aware": (aware >> s) & 1,
        }
        counts |= {f"accounts_{level}": mine & (levels == number) for number, level in enumerate(LEVELS)}
        counts |= {f"came_by_{channel}": mine & (channels == number) for number, channel in enumerate(CHANNELS)}
        found.append(
            (
                f"seller:{name}",
                {
                    "kind": "seller",
                    "label": spoken(name),
                    "focal": name == under.scenario.focal,
                    "network": under.alliance_of.get(name, ""),
                    "price": float(offer[at.PRICE]),
                    "premium": float(offer[at.PREMIUM]),
                    "unit_cost": float(offer[at.UNIT_COST]),
                    "capability": float(offer[at.CAPABILITY]),
                    "reputation": float(standing[at.REPUTATION]),
                    "learned": float(standing[at.LEARNED]),
                    "harvesting": bool(market.response[s, at.HARVESTING]),
                }
                | {name: int(np.sum(which)) for name, which in counts.items()}
                | {f"stock_{one}": float(standing[at.STOCKS + number]) for number, one in enumerate(MARKETS)},
            )
        )
    return found


def other_nodes(under: Moment, market: at.Market) -> list[tuple[str, dict]]:
    """Suppliers and employees, as far as anything was built with them; partners; those with influence."""
    stocks, found = market.standing[:, at.STOCKS :], {}
    for s, name in enumerate(under.sellers):
        if stocks[s, SUPPLIER] > 0:
            found[suppliers_of(under, name)] = {"kind": "supplier", "label": f"suppliers of {spoken(under.alliance_of.get(name, name))}"}
        if stocks[s, INTERNAL] > 0:
            found[f"employee_pool:{name}"] = {"kind": "employee_pool", "label": f"employees of {spoken(name)}"}
    if (stocks[:, RECRUITMENT] > 0).any():
        found[LABOUR_MARKET] = {"kind": "employee_pool", "label": "labour market"}
    found |= {
        f"partner:{name}": {
            "kind": "partner",
            "label": spoken(name),
            "is_a": partner.kind or spoken(name),
            "advice": float(partner.advice),
            "trust": float(partner.trust),
        }
        for name, partner in under.scenario.partners.items()
    }
    found |= {f"influencer:{name}": {"kind": "influencer", "label": spoken(name)} for name in influencers(under, market)}
    return list(found.items())


def suppliers_of(under: Moment, name: str) -> str:
    """The node of a seller's suppliers: an alliance shares them."""
    return f"supplier:{under.alliance_of.get(name, name)}"


def influencers(under: Moment, market: at.Market) -> list[str]:
    """Whoever acts in the scenario, yet or later; opinion leaders where sellers have built influence and the scenario names nobody."""
    named = list(dict.fromkeys(shock.influencer for shock in under.scenario.influence))
    return named or (["opinion_leaders"] if (market.standing[:, at.STOCKS + INFLUENCE] > 0).any() else [])


# --- edges: (from, to, relationship, attributes) -------------------------------------------------------------------------------------


def account_edges(under: Moment, seen: Seen) -> list[tuple]:
    """Every account, under contract or not, and whoever recommended its supplier."""
    value, relationship, bond = (seen.with_supplier(field) for field in (at.VALUE, at.RELATIONSHIP, at.BOND))
    tie, level, since = seen.row(at.TIE), seen.level, seen.whole(at.SINCE)
    channel, found = seen.hearsay(at.CHANNEL, 0), []
    for i in np.flatnonzero(seen.supplier >= 0):
        seller, buyer = f"seller:{under.sellers[seen.supplier[i]]}", f"buyer:{seen.numbers[i] + 1}"
        found.append(
            (
                seller,
                buyer,
                "account",
                {
                    "weight": float(bond[i]),
                    "level": LEVELS[level[i]],
                    "bond": float(bond[i]),
                    "tie": float(tie[i]),
                    "tenure": int(seen.now - since[i]),
                    "value": float(value[i]),
                    "relationship_value": float(relationship[i]),
                    "channel": CHANNELS[channel[i]],
                },
            )
        )
        if seen.bound[i]:
            found.append((seller, buyer, "captive", {"weight": 1.0, "periods_left": int(seen.bound[i])}))
    return found + recommended_edges(under, seen)


def recommended_edges(under: Moment, seen: Seen) -> list[tuple]:
    """Who recommended the supplier: a buyer, where it is shown too and has never left that supplier since; or a partner."""
    channel, who, place = seen.hearsay(at.CHANNEL, 0), seen.hearsay(at.REFERRER, -1), {int(slot): i for i, slot in enumerate(seen.slots)}
    partners, found = list(under.scenario.partners), []
    for i in np.flatnonzero((seen.supplier >= 0) & (who >= 0)):
        buyer, said = f"buyer:{seen.numbers[i] + 1}", {"weight": 1.0, "seller": under.sellers[seen.supplier[i]]}
        if channel[i] == BY_PARTNER:
            found.append((f"partner:{partners[who[i]]}", buyer, "referred", said))
        elif channel[i] == BY_WORD_OF_MOUTH and int(who[i]) in place:
            found.append((f"buyer:{seen.numbers[place[int(who[i])]] + 1}", buyer, "vouched", said))
    return found


def former_edges(under: Moment, seen: Seen) -> list[tuple]:
    """Sellers that buyers have left, and how long ago they last bought from them."""
    found = []
    for s, name in enumerate(under.sellers):
        history = seen.history(s)
        found += [
            (
                f"buyer:{seen.numbers[i] + 1}",
                f"seller:{name}",
                "left",
                {"weight": 1.0, "periods_ago": int(seen.now + 1 - ((history[i] >> 16) & 0xFFFF))},
            )
            for i in np.flatnonzero(history & LEFT)
        ]
    return found


def grievance_edges(under: Moment, seen: Seen) -> list[tuple]:
    """Grievances that wait for an answer, and against whom; account: whether that seller still serves the buyer."""
    return [
        (
            f"buyer:{seen.numbers[i] + 1}",
            f"seller:{under.sellers[seen.grieves[i]]}",
            "grievance",
            {"weight": 1.0, "account": bool(seen.grieves[i] == seen.supplier[i])},
        )
        for i in np.flatnonzero(seen.grieves >= 0)
    ]


def social_edges(under: Moment, seen: Seen) -> list[tuple]:
    """Who hears whom among the buyers shown, where buyers have neighbours: from the one who tells."""
    first, of, found = seen.market.beyond.first, seen.market.beyond.neighbours, []
    place = {int(slot): i for i, slot in enumerate(seen.slots)}
    for i, slot in enumerate(seen.slots if len(of) else ()):
        found += [
            (f"buyer:{seen.numbers[place[int(other)]] + 1}", f"buyer:{seen.numbers[i] + 1}", "word_of_mouth", {"weight": 1.0})
            for other in of[first[slot] : first[slot + 1]]
            if int(other) in place
        ]
    return found


def seller_edges(under: Moment, market: at.Market) -> list[tuple]:
    """What sellers have built in the markets around them, alliances, whom they copy, and what those with influence have done."""
    found = []
    for s, name in enumerate(under.sellers):
        me, stocks, followed = f"seller:{name}", market.standing[s, at.STOCKS :], int(market.response[s, at.FOLLOWS])
        built = [
            (suppliers_of(under, name), me, "supply", SUPPLIER),
            (me, f"employee_pool:{name}", "internal_marketing", INTERNAL),
            (LABOUR_MARKET, me, "recruitment", RECRUITMENT),
        ]
        found += [(one, other, relationship, {"weight": float(stocks[of])}) for one, other, relationship, of in built if stocks[of] > 0]
        found += [
            (me, f"influencer:{who}", "influence", {"weight": float(stocks[INFLUENCE]), "r": media(who)})
            for who in influencers(under, market)
            if stocks[INFLUENCE] > 0
        ]
        found += [
            (me, f"partner:{partner}", "goodwill", {"weight": float(market.beyond.goodwill[p, s])})
            for p, partner in enumerate(under.scenario.partners)
            if market.beyond.goodwill[p, s] > 0
        ]
        found += [(me, f"seller:{under.sellers[followed]}", "copies", {"weight": 1.0})] if followed != s else []
    for network, members in under.alliances.items():
        found += [
            (f"seller:{one}", f"seller:{other}", "alliance", {"weight": 1.0, "network": network})
            for n, one in enumerate(members)
            for other in members[n + 1 :]
        ]
    return found + publicity(under)


def publicity(under: Moment) -> list[tuple]:
    """What influencers have done so far; of several acts towards one seller the last, with how many there were."""
    acts: dict[tuple[str, str], dict] = {}
    for shock in sorted((shock for shock in under.scenario.influence if shock.at <= under.period), key=lambda shock: shock.at):
        for name in under.scenario.groups.get(shock.seller, [shock.seller]):
            before = acts.get((shock.influencer, name), {"acts": 0})
            acts[shock.influencer, name] = {
                "weight": float(abs(shock.reputation)),
                "reputation": float(shock.reputation),
                "reach": float(shock.reach),
                "news": float(shock.news),
                "period": int(shock.at),
                "acts": before["acts"] + 1,
                "r": media(shock.influencer),
            }
    return [(f"influencer:{who}", f"seller:{name}", "publicity", said) for (who, name), said in acts.items()]


def media(influencer: str) -> str:
    """R23 for mass media, R19 for others with influence."""
    return "R23" if any(word in influencer.lower() for word in PRESS) else "R19"
