"""A commented scenario file to start from: every parameter with its unit, bounds and meaning.

What the source scenario states stands as a value; everything else is commented out with the value that holds anyway,
so that the new file loads to the same scenario.
"""

import re
import textwrap
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from sim.scenario.actors import BuyerType, Instrument, Level, Seller
from sim.scenario.load import load
from sim.scenario.networks import Partner, Shock
from sim.scenario.parameter import MONTHS_PER_PERIOD, facts, group
from sim.scenario.periods import defaults
from sim.scenario.plain import plain
from sim.scenario.scenario import Scenario
from sim.scenario.schema import SCHEMA_VERSION, SECTIONS, Study
from sim.scenario.six_markets import EFFECTS, MarketStock
from sim.scenario.suggest import number
from sim.scenario.sweeps import KINDS, Sweep, said

WIDTH = 110
BARE = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*\Z")
NOT_BARE = ("null", "true", "false")
ABOUT = {
    "market": "The market as a whole.",
    "product": "What is bought, and what goes wrong in use.",
    "behaviour": "How buyers learn, bond and forget; the same for all types.",
    "word_of_mouth": "Word of mouth: buyers hear each other's experiences. Take the mark away in front of network, and name one.",
    "buyers": "Buyer types. A number means all buyers alike; a distribution lets them differ, such as "
    "{lognormal: {median: 40, spread: 0.4}} (normal, lognormal, gamma, beta, uniform).",
    "sellers": "Sellers. A level is one name, a mapping of buyer type to level, "
    "{by_value: {basic: 0, partnership: 3000}} (account margin per year), or segments_of_one. An answer is false (off), "
    "true (on, with its defaults) or a mapping such as {lag: 6}.",
    "partners": "Referral partners, whom buyers without a supplier ask; sellers invest in them under partners.",
    "levels": "Relationship levels: what happens after the sale, and what it costs.",
    "influence": "What regulators, newspapers and others of influence do to a seller, each in one period.",
    "listening": "Listening instruments, for sellers to name under listening.",
    "six_markets": "The six markets, for sellers to spend on under relationship_budget. At full stock: "
    + "; ".join(f"{market}: {effect}" for market, effect in EFFECTS.items())
    + ".",
    "sweep": "A sweep: which parameters vary, and over what. levers are what we choose, uncertainties what we cannot; each may be "
    "{values: [...]}, {range: [low, high], steps: 5}, {log_range: [low, high]}, or an uncertainty also a distribution such as "
    "{normal: {mean: 1, spread: 0.2}}. To play it: tenure sweep.",
}


def new_file(source: str | Path | Scenario) -> str:
    """The text of a new scenario file that loads to the same scenario as `source` (a name, a path or a Scenario)."""
    scenario = source if isinstance(source, Scenario) else load(source)
    stated = scenario.stated.values
    lines = [
        "# A scenario for Tenure. Take the mark # away in front of a value to change it.",
        f"schema: {SCHEMA_VERSION}",
    ]
    lines += _entries(Study, {"name": scenario.name, "teaches": scenario.teaches}, stated, "", only=("name", "teaches"))
    for section in ("market", "product", "behaviour"):
        lines += _one(scenario, section)
    sellers = {group: plain(scenario.sellers[names[0]]) for group, names in scenario.groups.items()}
    lines += _table(scenario, "buyers", BuyerType, plain(scenario.buyers))
    lines += _table(scenario, "sellers", Seller, sellers)
    lines += _strategies(scenario)
    lines += _entries(
        Study, {"baseline": scenario.baseline, "focal": scenario.focal}, stated, "", only=("baseline", "focal")
    )
    lines += _list(
        "events",
        stated.get("events"),
        "Scheduled changes of sellers, such as a price war.",
        "{at: 24, until: 36, note: price war, " + flow(next(iter(scenario.groups))) + ": {price: 88}}",
    )
    lines += _table(scenario, "levels", Level, plain(scenario.levels))
    lines += _table(scenario, "listening", Instrument, plain(scenario.listening))
    lines += _one(scenario, "word_of_mouth")
    lines += _table(scenario, "six_markets", MarketStock, plain(scenario.six_markets))
    lines += _partners(scenario)
    lines += _influence(scenario)
    lines += ["", *_entries(Study, {"runs": scenario.runs, "seed": scenario.seed}, stated, "", only=("runs", "seed"))]
    lines += _sweep(scenario)
    lines += _files(stated)
    return "\n".join(lines) + "\n"


def _one(scenario: Scenario, section: str) -> list[str]:
    """A section that there is one of."""
    stated = _mapping(scenario.stated.values.get(section))
    file = stated.get("file") if section == "word_of_mouth" else None
    if file:  # it does not come along: name it by where it is
        stated = stated | {"file": scenario.files[file].resolve().as_posix()}
    entries = _entries(SECTIONS[section], plain(getattr(scenario, section)), stated, "  ")
    return ["", *_comment(ABOUT[section]), f"{section}:", *entries]


def _entries(
    model: type[BaseModel], values: dict, stated: dict, indent: str, only: tuple = (), explained: bool = True
) -> list[str]:
    """The parameters of a model, each under its meaning; those not stated are commented out."""
    lines = []
    for name in only or model.model_fields:
        if explained:
            lines += [*_comment(_meaning(model, name), indent), *_glossary(group(model, name), indent)]
        if name in stated and not (stated[name] is None and values[name] is not None):
            lines.append(f"{indent}{name}: {flow(stated[name])}")
        else:
            lines.append(f"{indent}# {name}: {flow(values[name])}")
    return lines


def _meaning(model: type[BaseModel], name: str) -> str:
    """Meaning, bounds and unit of a parameter in one line."""
    known = facts(model, name)
    field = model.model_fields[name]
    choices = " | ".join(getattr(field.annotation, "__args__", ())) if "Literal" in str(field.annotation)[:16] else ""
    rule = ", ".join(part for part in (known.unit, known.bounds().removeprefix("of "), choices) if part)
    return f"{known.meaning} [{rule}]" if rule else known.meaning


def _table(scenario: Scenario, section: str, model: type[BaseModel], rows: dict[str, dict]) -> list[str]:
    """A section of named entries; meanings stand beside the first of them."""
    stated = _mapping(scenario.stated.values.get(section))
    lines = ["", *_comment(ABOUT[section]), f"{section}:"]
    for position, (name, values) in enumerate(rows.items()):
        lines.append(f"  {flow(name)}:")
        if section == "buyers" and name in scenario.like:
            lines.append(f"    like: {scenario.like[name]}")
        lines += _entries(model, values, _mapping(stated.get(name)), "    ", explained=position == 0)
    return lines


def _partners(scenario: Scenario) -> list[str]:
    """Referral partners; where there is none, one to start from."""
    if scenario.partners:
        return _table(scenario, "partners", Partner, plain(scenario.partners))
    example = {"kind": "a bank"} | {
        name: value
        for name, value in defaults(Partner, MONTHS_PER_PERIOD[scenario.market.period]).items()
        if name != "kind"
    }
    about = [*_comment(ABOUT["partners"]), *_glossary(Partner)]
    return ["", *about, "# partners:", f"#   bank: {flow(example)}"]


def _influence(scenario: Scenario) -> list[str]:
    """Shocks by those who have influence; where there is none, one to start from."""
    seller = flow(next(iter(scenario.groups)))
    example = f"{{at: 36, influencer: regulator, seller: {seller}, reputation: -0.4, reach: 0.5, news: -15}}"
    return _list("influence", scenario.stated.values.get("influence"), ABOUT["influence"], example, Shock)


def _glossary(model: type[BaseModel] | None, indent: str = "") -> list[str]:
    """The meaning of every parameter of a group, each in a comment of its own; of a rule also its numbers."""
    lines = []
    for name in model.model_fields if model else ():
        rule = group(model, name)
        lines += _comment(f"- {name}: {_meaning(model, name)}", indent)
        numbers = "; ".join(f"{one}: {_meaning(rule, one)}" for one in rule.model_fields) if rule else ""
        lines += _comment(numbers and f"  its numbers: {numbers}", indent)
    return lines


def _strategies(scenario: Scenario) -> list[str]:
    stated = _mapping(scenario.stated.values.get("strategies"))
    lines = ["", *_comment("Strategies: what each changes of a seller, and events of its own."), "strategies:"]
    for name, changes in stated.items():
        lines.append(f"  {flow(name)}:")
        lines += [f"    {flow(seller)}: {flow(change)}" for seller, change in _mapping(changes).items()]
    return lines


def _list(name: str, entries: list | None, about: str, example: str, model: type[BaseModel] | None = None) -> list[str]:
    lines = ["", *_comment(about), *(_glossary(model) if model else [])]
    if not entries:
        return [*lines, f"# {name}:", f"#   - {example}"]
    return [*lines, f"{name}:", *(f"  - {flow(entry)}" for entry in entries)]


def _sweep(scenario: Scenario) -> list[str]:
    """The sweep; where there is none, one to start from."""
    stated, about = _mapping(scenario.stated.values.get("sweep")), ["", *_comment(ABOUT["sweep"])]
    if scenario.sweep is None:
        price = flow(f"sellers.{next(iter(scenario.groups))}.price")
        example = ["  levers:", f"    {price}: {{values: [95, 100, 105]}}", "  uncertainties:", "    product.complexity: {range: [0.5, 2]}"]
        return [*about, *(f"# {line}" for line in ("sweep:", *example))]
    stated = stated | ({"file": scenario.sweep.file.resolve().as_posix()} if scenario.sweep.file else {})
    values = {"points": scenario.sweep.points} | said(scenario.sweep)
    only = (*(name for name in values if name in Sweep.model_fields), *(("file",) if "file" in stated else ()))
    lines = [*about, "sweep:", *_entries(Sweep, values, stated, "  ", only=only)]
    for name in KINDS:
        entries = stated.get(name) or {}
        lines += [f"  {name}:", *(f"    {flow(path)}: {flow(entry)}" for path, entry in _named(entries))] if entries else []
    return lines


def _named(entries: dict | list) -> list[tuple[str, Any]]:
    """Entries by name; those of a table of points are named alone."""
    return list(entries.items()) if isinstance(entries, dict) else [(name, None) for name in entries]


def _files(stated: dict) -> list[str]:
    """Files do not come along by themselves: what names them is commented out."""
    lines = []
    for name in ("data", "observed"):
        if stated.get(name):
            lines += ["", *_comment("Copy the files beside this one, then take the mark away.")]
            lines.append(f"# {name}: {flow(stated[name])}")
    return lines


def _comment(text: str, indent: str = "") -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=f"{indent}# ", subsequent_indent=f"{indent}#   ") if text else []


def _mapping(value: Any) -> dict:
    return value if isinstance(value, dict) else {}


def flow(value: Any) -> str:
    """A plain value in YAML's one-line style."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{flow(name)}: {flow(inner)}" for name, inner in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(flow(entry) for entry in value) + "]"
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _text(value)
    return number(value)


def _text(text: str) -> str:
    """A text, quoted unless YAML cannot take it for anything else."""
    if text == "inf":
        return ".inf"
    if BARE.match(text) and text.lower() not in NOT_BARE:
        return text
    return '"' + "".join(_letter(letter) for letter in text) + '"'


def _letter(letter: str) -> str:
    if letter in '"\\':
        return "\\" + letter
    return letter if letter.isprintable() else f"\\U{ord(letter):08x}"
