"""Checks across sections, beyond the dyad: networks, partners, budgets and answers that fit the market and each other."""

from collections.abc import Iterator
from typing import NamedTuple

from sim.scenario.actors import Seller
from sim.scenario.changes import change_periods, changed, in_force, in_order
from sim.scenario.checking import Checker, Event, Parts, is_name
from sim.scenario.consistency import TOLERANCE, all_changes, seller_names
from sim.scenario.expanding import groups_of
from sim.scenario.parameter import MONTHS_PER_PERIOD
from sim.scenario.six_markets import SIX_MARKETS
from sim.scenario.suggest import among, number

FAULTY = {"relationship_budget", "partners", "answers"}  # fields whose parts must fit together
LESS = ("supplier", "influence")  # markets whose full stock takes away: no more than all there is
NOT_A_NAME = "use letters, digits, _ and -, and begin with a letter"


def check_beyond(check: Checker, parts: Parts) -> None:
    """Note everything that does not fit together beyond the dyad, among the parts that are right in themselves."""
    _network(check, parts)
    _six_markets(check, parts)
    _partners(check, parts)
    _influence(check, parts)
    _names(check, parts)
    _sellers(check, parts)


def _network(check: Checker, parts: Parts) -> None:
    """Neighbours can be had, and a file is named where the network comes from one, and only there."""
    spoken, market = parts.sections.get("word_of_mouth"), parts.sections.get("market")
    if spoken is None:
        return
    here = ("word_of_mouth", "network")
    if spoken.network == "file" and spoken.file is None:
        check.report(here, "the network comes from a file, and none is named; add file: ... (an edge list, CSV or Parquet)")
    if spoken.network != "file" and spoken.file is not None:
        sentence = f"a file is named, but the network is {spoken.network}"
        check.report(("word_of_mouth", "file"), f"{sentence}; write network: file, or leave the file out")
    if spoken.network in ("small_world", "scale_free"):
        degree = ("word_of_mouth", "degree")
        if spoken.degree % 2:
            nearest = f"give {spoken.degree - 1} or {spoken.degree + 1}"
            check.report(degree, f"{spoken.degree} is odd; a {spoken.network} network needs an even number of neighbours, {nearest}")
        elif market is not None and spoken.degree >= market.buyers:
            path = degree if degree in check.stated.places else ("market", "buyers")
            sentence = f"{market.buyers} buyers cannot have {spoken.degree} neighbours each"
            check.report(path, f"{sentence}; give fewer neighbours (word_of_mouth.degree), or more buyers")


def _six_markets(check: Checker, parts: Parts) -> None:
    for market in LESS:
        stock = parts.six_markets.get(market)
        if stock is not None and stock.effect > 1:
            check.report(
                ("six_markets", market, "effect"),
                f"{number(stock.effect)} is too high; the {market} market takes away a share, so give a value between 0 and 1",
            )


def _partners(check: Checker, parts: Parts) -> None:
    """Partners bear names of their own, a buyer asks one of them at most, and sellers name those that exist."""
    sellers, known = seller_names(check), list(check.filled.values["partners"])
    for name in known:
        if name in sellers:
            check.report(("partners", name), f"{name!r} is already a seller; give the partner another name", key=True)
    if set(known) == set(parts.partners):
        total = sum(partner.advice for partner in parts.partners.values())
        if total > 1 + TOLERANCE:
            stated = [name for name in known if ("partners", name, "advice") in check.stated.places]
            path = ("partners", stated[-1], "advice") if stated else ("partners",)
            listed = " + ".join(f"{name} {number(round(partner.advice, 6))}" for name, partner in parts.partners.items())
            check.report(path, f"the chances of advice sum to {total:g}, more than 1 ({listed}); lower one of them")
    for path, change in _statements(parts):
        for name in change.partners or ():
            if name not in known:
                sentence = f"{name!r} is not a partner of this scenario; {among(name, known)}"
                advice = "" if known else ", add one under partners"
                check.report((*path, "partners", name), sentence + advice, key=True)


def _influence(check: Checker, parts: Parts) -> None:
    """Shocks hit sellers that exist, within the run, and do something."""
    known, market = seller_names(check), parts.sections.get("market")
    for position, shock in enumerate(parts.influence, start=1):
        path = ("influence", position)
        if shock.seller not in known:
            check.report((*path, "seller"), f"{shock.seller!r} is not a seller of this scenario; {among(shock.seller, known)}")
        if market is not None and shock.at > market.periods:
            check.report((*path, "at"), f"{shock.at} is after the end; the market has {market.periods} periods")
        if not shock.reputation and not shock.reach:
            fault = "nobody hears of the news; give reach" if shock.news else "the shock does nothing; give reputation, or reach and news"
            check.report((*path, "news") if shock.news else path, fault)


def _names(check: Checker, parts: Parts) -> None:
    """What alliances and influencers are called becomes parts of tables, so it is a word."""
    named = [((*path, "network"), change.network) for path, change in _statements(parts)]
    named += [(("influence", i, "influencer"), shock.influencer) for i, shock in enumerate(parts.influence, start=1)]
    for path, name in named:
        if name is not None and not is_name(name):
            check.report(path, f"{name!r} is not a name; {NOT_A_NAME}")


def _statements(parts: Parts) -> Iterator[tuple[tuple, Seller]]:
    """Every seller and every change of one, with its path."""
    yield from ((("sellers", name), seller) for name, seller in parts.sellers.items())
    yield from all_changes(parts)


def _sellers(check: Checker, parts: Parts) -> None:
    """Budgets, partners and answers fit together at every seller, and still do under every strategy in every period."""
    groups = groups_of(parts.sellers)
    wrong = set()
    for name, seller in parts.sellers.items():
        for fault in _faults(seller):
            wrong |= {(member, fault.field) for member in groups[name]}
            _report(check, ("sellers", name), fault)
    if parts.sections.get("market") is None:
        return
    for member, seller, changed_last in _as_they_stand(parts, groups):
        for fault in _faults(seller):
            if fault.field in changed_last and (member, fault.field) not in wrong:
                _report(check, changed_last[fault.field], fault)


def _report(check: Checker, path: tuple, fault: "Fault") -> None:
    """Note a fault of the seller, or change of one, at `path`: at the first of its causes that is stated there."""
    stated = [below for below in fault.causes if (*path, *below) in check.stated.places]
    check.report((*path, *(stated[0] if stated else (fault.field,))), fault.sentence)


def _as_they_stand(parts: Parts, groups: dict[str, list[str]]) -> Iterator[tuple[str, Seller, dict[str, tuple]]]:
    """(name, seller, field -> path of the last change of it) for every changed seller, whenever something changes."""
    market = parts.sections["market"]
    single = {member: parts.sellers[name] for name, members in groups.items() for member in members}
    common = [(("events", i), event) for i, event in enumerate(parts.events, 1) if _bears(event)]
    for name, strategy in parts.strategies.items():
        own = [(("strategies", name, "events", i), event) for i, event in enumerate(strategy.events, 1) if _bears(event)]
        paths = {id(event): path for path, event in (*common, *own)}
        events = [event for _, event in common], [event for _, event in own]
        for period in change_periods(*events, market.periods):
            sellers, last = dict(single), {}
            changes = [(("strategies", name), strategy.overrides)]
            changes += [(paths[id(event)], event.changes) for event in in_force(*events, period)]
            for path, stated in changes:
                for member, named, change in in_order(stated, groups):
                    if member in single:
                        sellers[member] = changed(sellers[member], change, MONTHS_PER_PERIOD[market.period])
                        last.setdefault(member, {}).update(dict.fromkeys(change.model_fields_set, (*path, named)))
            yield from ((member, sellers[member], fields) for member, fields in last.items())


def _bears(event: Event) -> bool:
    """Whether the event changes anything that may be at fault."""
    return any(change.model_fields_set & FAULTY for change in event.changes.values())


class Fault(NamedTuple):
    """What does not fit together within a seller: a sentence, and below the seller the values that may have caused it."""

    sentence: str
    causes: tuple[tuple[str, ...], ...]

    @property
    def field(self) -> str:
        """The seller's field that is at fault."""
        return self.causes[0][0]


def _faults(seller: Seller) -> Iterator[Fault]:
    """Everything that does not fit together within one seller."""
    yield from _budget(seller)
    yield from _answers(seller)
    total = sum(seller.partners.values())
    if total > 1 + TOLERANCE:
        listed = " + ".join(f"{name} {number(share)}" for name, share in seller.partners.items())
        yield Fault(f"the shares of the partners sum to {total:g}, more than 1 ({listed}); lower one of them", (("partners",),))


def _budget(seller: Seller) -> Iterator[Fault]:
    """The shares of the budget sum to one where there is something to share."""
    budget = seller.relationship_budget
    shares = {market: getattr(budget, market) for market in SIX_MARKETS}
    total = sum(shares.values())
    if budget.total <= 0 or abs(total - 1) <= TOLERANCE:
        return
    listed = " + ".join(f"{market} {number(share)}" for market, share in shares.items() if share)
    advice = f" ({listed}); change one of them" if listed else "; say which of the six markets it goes to, such as referral: 1"
    yield Fault(f"the shares of the budget sum to {total:g}, not to 1{advice}", (("relationship_budget",),))


def _answers(seller: Seller) -> Iterator[Fault]:
    """A premium ends below where it begins, and no more than one rule sets the price."""
    answers, here = seller.answers, "answers"
    harvest = answers.harvest_locked_in
    if harvest is not None and harvest.to_share >= harvest.from_share:
        sentence = f"the premium begins at a share of {number(harvest.from_share)} and ends below {number(harvest.to_share)}"
        causes = tuple((here, "harvest_locked_in", *below) for below in (("to_share",), ("from_share",), ()))
        yield Fault(f"{sentence}; let to_share be lower than from_share", causes)
    for rule in ("match_lowest_price", "harvest_locked_in"):
        if answers.best_reply is not None and getattr(answers, rule) is not None:
            sentence = f"{rule} and best_reply both set the seller's prices; switch one of them off, such as {rule}: false"
            yield Fault(sentence, ((here, rule), (here, "best_reply")))
