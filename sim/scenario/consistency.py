"""Checks across sections: shares that sum to one, names that exist, events within the run, files that are there."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sim.scenario.actors import SellerChange
from sim.scenario.checking import Checker, Event, Parts
from sim.scenario.expanding import MOST_SELLERS, groups_of, members
from sim.scenario.levels import LevelPlan
from sim.scenario.suggest import among, number

TOLERANCE = 1e-6


def check_consistency(check: Checker, parts: Parts) -> None:
    """Note everything that does not fit together among the parts that are right in themselves."""
    _buyer_shares(check, parts)
    _buyer_numbers(check, parts)
    _seller_names(check, parts)
    _starting_shares(check, parts)
    _taste_shapes(check, parts)
    _changes(check, parts)
    _level_plans(check, parts)
    _choices(check, parts)
    _files(check)


def _all_right(check: Checker, section: str, found: dict) -> bool:
    """Whether every entry of a section passed, so that sums over it make sense."""
    return set(check.filled.values[section]) == set(found)


def _buyer_shares(check: Checker, parts: Parts) -> None:
    if not _all_right(check, "buyers", parts.buyers):
        return
    shares = {name: buyer_type.share for name, buyer_type in parts.buyers.items()}
    total = sum(shares.values())
    if abs(total - 1) > TOLERANCE:
        stated = [name for name in shares if ("buyers", name, "share") in check.stated.places]
        listed = " + ".join(f"{name} {number(share)}" for name, share in shares.items() if share or name in stated)
        path = ("buyers", stated[-1], "share") if stated else ("buyers",)
        check.report(path, f"the shares of buyer types sum to {total:g}, not to 1 ({listed}); change one of them")


def _buyer_numbers(check: Checker, parts: Parts) -> None:
    market = parts.sections.get("market")
    if market is None or not _all_right(check, "buyers", parts.buyers):
        return
    for name, buyer_type in parts.buyers.items():
        if 0 < buyer_type.share * market.buyers < 1 - TOLERANCE:
            sentence = f"{market.buyers} buyers leave less than one for {name} (share {number(buyer_type.share)})"
            stated = ("market", "buyers") in check.stated.places
            path = ("market", "buyers") if stated else ("buyers", name, "share")
            check.report(path, f"{sentence}; give more buyers, or {name} a share of 0")
            return


def _seller_names(check: Checker, parts: Parts) -> None:
    stated = check.filled.values["sellers"]
    if not stated:
        check.report(("sellers",), "there is no seller; add one, for instance ours: {price: 100, unit_cost: 60}")
    groups = groups_of(parts.sellers)
    for name, names in groups.items():
        if len(names) > 1:
            for clash in (member for member in names if member in stated):
                check.report(
                    ("sellers", clash),
                    f"{clash!r} is already a seller of the group {name} (count {len(names)}); "
                    f"change the group, or what this one does in a strategy",
                    key=True,
                )
    total = sum(len(names) for names in groups.values())
    if total > MOST_SELLERS:
        check.report(("sellers",), f"there are {total} sellers; at most {MOST_SELLERS} can be told apart", key=True)


def _starting_shares(check: Checker, parts: Parts) -> None:
    if not parts.sellers or not _all_right(check, "sellers", parts.sellers):
        return
    stated = {name: seller for name, seller in parts.sellers.items() if seller.starting_share is not None}
    total = sum(seller.starting_share * seller.count for seller in stated.values())
    all_state = len(stated) == len(parts.sellers)
    if total > 1 + TOLERANCE or (all_state and total < 1 - TOLERANCE):
        fault = "more than 1" if total > 1 else "not 1, and no seller is left to take the rest"
        last = list(stated)[-1]
        check.report(
            ("sellers", last, "starting_share"), f"the starting shares sum to {total:g}, {fault}; change one of them"
        )


def _taste_shapes(check: Checker, parts: Parts) -> None:
    shaped = [name for name, seller in parts.sellers.items() if seller.taste_shape is not None]
    plain = [name for name, seller in parts.sellers.items() if seller.taste_shape is None]
    if shaped and plain:
        check.report(
            ("sellers", shaped[0], "taste_shape"),
            f"{', '.join(shaped)} gives a taste_shape and {', '.join(plain)} does not; give it to all or to none",
        )


def _changes(check: Checker, parts: Parts) -> None:
    """Strategies and events name sellers that exist, and events lie within the run."""
    known = seller_names(check)
    for name, strategy in parts.strategies.items():
        _unknown_sellers(check, strategy.overrides, ("strategies", name), known)
        for position, event in enumerate(strategy.events, start=1):
            _event(check, parts, event, ("strategies", name, "events", position), known)
    for position, event in enumerate(parts.events, start=1):
        _event(check, parts, event, ("events", position), known)


def seller_names(check: Checker) -> list[str]:
    """Groups and single sellers that may be named, wrong entries included (one mistake, one message)."""
    names = list(check.filled.values["sellers"])
    for name, seller in check.filled.values["sellers"].items():
        count = seller.get("count", 1) if isinstance(seller, dict) else 1
        names += members(name, count if isinstance(count, int) and 1 <= count <= MOST_SELLERS else 1)
    return list(dict.fromkeys(names))


def _unknown_sellers(check: Checker, changes: dict[str, Any], path: tuple, known: list[str]) -> None:
    for seller in changes:
        if seller not in known:
            check.report(
                (*path, seller), f"{seller!r} is not a seller of this scenario; {among(seller, known)}", key=True
            )


def _event(check: Checker, parts: Parts, event: Event, path: tuple, known: list[str]) -> None:
    _unknown_sellers(check, event.changes, path, known)
    market = parts.sections.get("market")
    if market is not None and event.at > market.periods:
        check.report((*path, "at"), f"{event.at} is after the end; the market has {market.periods} periods")
    if event.until is not None and event.until <= event.at:
        check.report(
            (*path, "until"), f"{event.until} is not after at, {event.at}; give a later period, or leave it out"
        )


def _level_plans(check: Checker, parts: Parts) -> None:
    """A level by type names every type that has buyers, and no other."""
    types = check.filled.values["buyers"]
    needed = [name for name, buyer_type in parts.buyers.items() if buyer_type.share > 0]
    for path, plan in _plans(parts):
        if plan.targeting != "by_type":
            continue
        for name in plan.table:
            if name not in types:
                check.report((*path, name), f"{name!r} is not a buyer type; {among(name, types)}", key=True)
        lacking = [name for name in needed if name not in plan.table]
        if lacking:
            check.report(path, f"the level by type lacks {', '.join(lacking)}; give each type with buyers a level")


def _plans(parts: Parts) -> Iterator[tuple[tuple, LevelPlan]]:
    """Every level plan of the scenario, with its path."""
    for name, seller in parts.sellers.items():
        yield ("sellers", name, "level"), seller.level
    for path, change in all_changes(parts):
        if "level" in change.model_fields_set:
            yield (*path, "level"), change.level


def all_changes(parts: Parts) -> Iterator[tuple[tuple, SellerChange]]:
    """Every change of a seller or group by a strategy or event, with its path."""
    changes = [(("strategies", name), strategy.overrides) for name, strategy in parts.strategies.items()]
    for name, strategy in parts.strategies.items():
        changes += [(("strategies", name, "events", i), event.changes) for i, event in enumerate(strategy.events, 1)]
    changes += [(("events", i), event.changes) for i, event in enumerate(parts.events, 1)]
    for path, sellers in changes:
        yield from (((*path, seller), change) for seller, change in sellers.items())


def _choices(check: Checker, parts: Parts) -> None:
    """The baseline is one of the strategies, and the focal seller one of the single sellers."""
    if parts.study is None:
        return
    strategies = list(check.filled.values["strategies"]) or list(parts.strategies)
    if parts.study.baseline is not None and parts.study.baseline not in strategies:
        check.report(
            ("baseline",),
            f"{parts.study.baseline!r} is not a strategy of this scenario; {among(parts.study.baseline, strategies)}",
        )
    focal, groups = parts.study.focal, groups_of(parts.sellers)
    if focal is None or focal in (member for names in groups.values() for member in names):
        return
    if focal in groups:
        check.report(
            ("focal",),
            f"{focal!r} is a group of {len(groups[focal])} sellers; name one of them, such as {groups[focal][0]}",
        )
    elif focal not in check.filled.values["sellers"]:
        known = [member for names in groups.values() for member in names]
        check.report(("focal",), f"{focal!r} is not a seller of this scenario; {among(focal, known)}")


def _files(check: Checker) -> None:
    """Files that travel with the scenario are where it says."""
    for path in file_paths(check):
        wanted = data_file(check, path)
        if wanted is not None and not wanted.is_file():
            name = _value(check, path)
            check.report(
                path, f"there is no file {name!r} beside the scenario; give its path from the scenario's folder"
            )


def file_paths(check: Checker) -> list[tuple]:
    """The paths of all parameters that name a file (that of a network where the network comes from one)."""
    entries = check.filled.values["data"]
    paths: list[tuple] = [("data", i, "file") for i in range(1, len(entries) + 1)] if isinstance(entries, list) else []
    paths += [("observed", "file")] if isinstance(check.filled.values.get("observed"), dict) else []
    network = check.filled.values["word_of_mouth"]
    from_file = network.get("network") == "file" and network.get("file") is not None
    return [*paths, ("word_of_mouth", "file")] if from_file else paths


def data_file(check: Checker, path: tuple) -> Path | None:
    """The file named at `path`, relative to the scenario file that names it; None where it names none."""
    name, place = _value(check, path), check.stated.place(path)
    if not isinstance(name, str) or not name or "\0" in name:
        return None
    return (place.source.folder if place else check.folder) / name


def _value(check: Checker, path: tuple) -> Any:
    value = check.filled.values
    for part in path:
        if isinstance(value, list):
            value = value[part - 1]
        else:
            value = value.get(part) if isinstance(value, dict) else None
    return value
