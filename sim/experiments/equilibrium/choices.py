"""Who plays, what each player may choose, and which players are alike."""
from collections.abc import Sequence
from dataclasses import dataclass, field

from sim.experiments.levels import LEVELS, with_strategies
from sim.offers import burn_in
from sim.scenario.plain import plain
from sim.scenario.suggest import among

PROFILE, BEFORE = "profile", "before"       # the strategy under which profiles are played, and that of the time before the record
ALL_LEVELS, AS_STATED = "levels", "as_stated"
NO_SELLERS = ("events", "at", "until", "note")


class NoGame(Exception):  # noqa: N818 - named for what was looked for
    """A game that cannot be set up; the message says what is wrong, all at once, and what to do."""


@dataclass(frozen=True)
class Choice:
    """Something that a seller may choose: what it changes of the seller that plays it, and its scheduled changes (`events`: times and
    what changes then), in plain form."""
    name: str
    change: dict = field(hash=False)
    events: tuple = field(default=(), hash=False)


def choices_of(scenario, named: Sequence[str] | None = None) -> tuple[Choice, ...]:
    """The choices that are named: strategies of the scenario (what they change of the focal seller, for whoever plays them), levels,
    'levels' for all five, 'as_stated' for no change. Default: the scenario's strategies where at least two differ for the focal seller,
    else the levels. Raises NoGame with everything that is wrong."""
    if named is None:
        own = _different([_of_strategy(scenario, name) for name in scenario.strategies])
        named = [one.name for one in own] if len(own) > 1 else [ALL_LEVELS]
    names = list(dict.fromkeys(one for name in named for one in (LEVELS if name == ALL_LEVELS else (name,))))
    known = [*scenario.strategies, *LEVELS, ALL_LEVELS, AS_STATED]
    wrong = [f"{name!r} is neither a strategy of {scenario.name} nor a level; {among(name, known)}" for name in names if name not in known]
    if not wrong and len(names) < 2:
        wrong = [f"a game needs at least two choices; {', '.join(names) or 'none'} is named; {among('', known)}"]
    _stop(wrong)
    return tuple(_choice(scenario, name) for name in names)


def _stop(wrong: list[str]) -> None:
    if wrong:
        raise NoGame("\n".join(wrong))


def _choice(scenario, name: str) -> Choice:
    if name in scenario.strategies:
        return _of_strategy(scenario, name)
    return Choice(name, {} if name == AS_STATED else {"level": name})


def _of_strategy(scenario, name: str) -> Choice:
    """What a strategy changes of the focal seller; what it changes of others is no choice of one's own, and left out."""
    return Choice(name, *_of_seller(scenario, name, scenario.focal))


def _of_seller(scenario, strategy: str, seller: str) -> tuple[dict, tuple]:
    """(what a strategy changes of a seller, what its events change of it then), in plain form."""
    changes = dict(scenario.as_dict()["strategies"][strategy])
    events = tuple({"times": {time: event[time] for time in ("at", "until") if time in event}, "change": own}
                   for event in changes.pop("events", ()) if (own := _own(scenario, event, seller)))
    return _own(scenario, changes, seller), events


def _own(scenario, changes: dict, seller: str) -> dict:
    """What plain changes state of a seller: of its group first, then of itself."""
    own: dict = {}
    for name in (next(group for group, members in scenario.groups.items() if seller in members), seller):
        own |= changes.get(name, {})
    return own


def _different(choices: list[Choice]) -> list[Choice]:
    """Choices without those that change the same as one before."""
    return [one for number, one in enumerate(choices)
            if all((one.change, one.events) != (other.change, other.events) for other in choices[:number])]


def left_out(scenario, choices: Sequence[Choice]) -> list[str]:
    """The choices whose strategy also changes sellers other than the focal one, which is no part of the choice."""
    def of_others(changes: dict) -> bool:
        return any(scenario.focal not in scenario.groups.get(name, [name]) for name in changes if name not in NO_SELLERS)

    found = scenario.as_dict()["strategies"]
    return [one.name for one in choices if one.name in found
            and any(of_others(changes) for changes in (found[one.name], *found[one.name].get("events", ())))]


def players_of(scenario, named: Sequence[str] | None = None) -> tuple[str, ...]:
    """The single sellers that choose, in the scenario's order: those named, groups standing for all their members; default all. Raises
    NoGame."""
    known = [*scenario.groups, *scenario.sellers]
    named = list(scenario.sellers) if named is None else list(named)
    wrong = [f"{name!r} is not a seller of {scenario.name}; {among(name, dict.fromkeys(known))}" for name in named if name not in known]
    _stop(wrong)
    chosen = {member for name in named for member in scenario.groups.get(name, [name])}
    players = tuple(name for name in scenario.sellers if name in chosen)
    if len(players) < 2:
        _stop([f"a game needs at least two players; {', '.join(players) or 'none'} is named; {among('', scenario.sellers)}"])
    return players


def statement(scenario, choices: Sequence[Choice], playing: dict[str, int]) -> dict:
    """What a strategy states in which each player (name -> number of its choice) plays its choice, and all other sellers go on as under the
    baseline: seller -> change, events."""
    plans = {name: (choices[playing[name]].change, choices[playing[name]].events) if name in playing
             else _of_seller(scenario, scenario.baseline, name) for name in scenario.sellers}
    stated = {name: change for name, (change, _) in plans.items() if change or name in playing}
    return stated | {"events": [event["times"] | {name: event["change"]} for name, (_, events) in plans.items() for event in events]}


def stands(scenario, players: Sequence[str], choices: Sequence[Choice]) -> dict[str, int | None]:
    """The choice that each player makes already under the baseline, by its number; None where it makes none of them."""
    before = scenario.sellers_under(scenario.baseline, 1)
    found: dict[str, int | None] = dict.fromkeys(players)
    for number in reversed(range(len(choices))):
        market = with_strategies(scenario, {PROFILE: statement(scenario, choices, dict.fromkeys(players, number))})
        found |= {name: number for name in players if market.sellers_under(PROFILE, 1)[name] == before[name]}
    return found


def roles_of(scenario, players: Sequence[str], choices: Sequence[Choice], begins: dict[str, int]) -> list[tuple[str, ...]]:
    """Players that are alike, together: whatever both choose, they are the same seller in every period but for the name, the same happens
    to them, and they begin with the same choice (begins: name -> its number). Their tastes and all other luck are draws from the same
    distributions, so that who of them is who is all the same."""
    likeness = {name: [repr(begins[name])] if burn_in(scenario) else [] for name in players}
    for number in range(len(choices)):
        market = with_strategies(scenario, {PROFILE: statement(scenario, choices, dict.fromkeys(players, number))})
        for period in market.change_periods(PROFILE):
            sellers = market.sellers_under(PROFILE, period)
            for name in players:
                likeness[name].append(repr(plain(sellers[name]) | {"count": 1}))
    for name in players:
        likeness[name].append(repr([plain(shock) | {"seller": ""} for shock in scenario.influence
                                    if name in scenario.groups.get(shock.seller, [shock.seller])]))
    roles: dict[tuple, list[str]] = {}
    for name in players:
        roles.setdefault(tuple(likeness[name]), []).append(name)
    return [tuple(members) for members in roles.values()]
