"""What people bring to the page: a scenario of their own, or purchases that a market is read from."""

import io
import json
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

from sim.scenario import Scenario, shipped
from sim.scenario.layers import lay
from sim.scenario.load import resolve
from sim.scenario.problems import Findings, Source
from sim.scenario.reading import read_text
from sim.scenario.template import new_file
from sim.web.asked import Asked
from sim.web.desk import Desk
from sim.web.shown import packed
from sim.web.state import LARGEST, Refused, State, market_of, wrapped
from sim.wording import counted

SCENARIOS, TABLES = (".yaml", ".yml"), (".csv", ".parquet")
LARGEST_TABLE = 60_000_000  # bytes
BESIDE = ("data", "observed")  # sections that name files beside a scenario; nothing that a page plays reads them


def scenario_from(text: str) -> tuple[str, str]:
    """(the word that stands for a scenario's text in an address, a sentence on it). Raises Refused with everything that is wrong."""
    if len(text) > LARGEST:
        raise Refused(f"the file has {len(text):,} letters, more than the {LARGEST:,} that an address carries; use tenure compare")
    word = wrapped(text)
    market = market_of(State(own=word))
    return word, f"{market.name}: {counted(market.market.buyers, 'buyer')}, {counted(len(market.strategies), 'strategy')}."


async def brought(desk: Desk, name: str, content: bytes) -> AsyncIterator[bytes]:
    """What becomes of a file, as lines: how far it is, then {own, sentence}. Raises Refused."""
    ending = Path(name).suffix.lower()
    if ending in SCENARIOS:
        word, sentence = scenario_from(decoded(content))
        yield packed({"stage": "final", "own": word, "sentence": sentence})
    elif ending in TABLES:
        async for told in desk.aside(lambda tell: calibrated(name, content, tell)):
            yield packed({"stage": "playing", "done": told[0], "total": told[1]} if isinstance(told, tuple) else told)
    else:
        raise Refused(f"{name}: the page reads scenarios (.yaml) and tables of purchases (.csv, .parquet)")


def address_of(name: str, market: Scenario, sets: tuple[str, ...]) -> str:
    """The query that opens a scenario, a shipped name or a file, with options laid over it. Raises Refused."""
    if name in shipped():
        return State(market=name, sets=sets).query()
    text = market.path.read_text("utf-8-sig")
    try:
        word, _ = scenario_from(text)
    except Refused:  # it needs other files of this computer; said whole, it may do without
        word, _ = scenario_from(without_files(new_file(market)))
        sets = ()
    return State(own=word, sets=sets).query()


def decoded(content: bytes) -> str:
    """The text of a file. Raises Refused."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refused(f"the file is not UTF-8 (at byte {error.start + 1}); save it as UTF-8") from None


def calibrated(name: str, content: bytes, tell) -> dict:
    """A market read from a table. Raises Refused."""
    from sim.experiments.calibrate import UnfitData, calibrate

    if len(content) > LARGEST_TABLE:
        raise Refused(f"{name} has {len(content) / 1e6:.0f} MB; from {LARGEST_TABLE / 1e6:.0f} MB on use tenure calibrate {name}")
    with tempfile.TemporaryDirectory(prefix="tenure-") as folder:
        path = Path(folder) / Path(name).name
        path.write_bytes(content)
        try:
            found = calibrate(path, progress=tell, threads=1)
        except UnfitData as error:
            raise Refused(str(error).replace(f"{folder}/", "")) from None
    word, _ = scenario_from(without_files(found.scenario))
    return {"stage": "final", "own": word, "sentence": found.sentence()}


def without_files(text: str) -> str:
    """A scenario's text without the sections that name files beside it, comments kept."""
    from ruamel.yaml import YAML

    yaml, out = YAML(), io.StringIO()
    yaml.width = 140
    values = yaml.load(text)
    for section in BESIDE:
        values.pop(section, None)
    yaml.dump(values, out)
    return out.getvalue()


def as_file(asked: Asked) -> str:
    """The market of a state as a scenario file that loads to the same market: what is changed on top of a shipped one where that says
    it all, else every value, commented."""
    short = on_top(asked) if not asked.state.own else None
    return short if short and laid_over(asked.unchanged, short).digest() == asked.scenario.digest() else new_file(asked.scenario)


def laid_over(market: Scenario, text: str) -> Scenario:
    """The market that a file which extends this one describes, without reading this one again."""
    findings = Findings()
    _, stated = read_text(text, Source("file", "market.yaml", tuple(text.splitlines())), findings)
    stated.values.pop("extends")
    return resolve(lay(market.stated, stated, findings), market.path, findings=findings)


def on_top(asked: Asked) -> str | None:
    """The changes of a state on top of its shipped market; None where they cannot be said so."""
    from ruamel.yaml import YAML

    yaml, out = YAML(), io.StringIO()
    yaml.width = 140
    values: dict = {}
    for text in asked.sets:
        path, _, value = text.partition("=")
        *above, last = path.split(".")
        inner = values
        for part in above:
            inner = inner.setdefault(part, {})
            if part.isdecimal() or not isinstance(inner, dict):
                return None
        inner[last] = YAML(typ="safe").load(value)
    if values:
        yaml.dump(in_blocks(values), out)
    name = json.dumps(asked.scenario.name + ", changed" * bool(values), ensure_ascii=False)
    return f"schema: 1\nname: {name}\nextends: {asked.state.market}\n{out.getvalue()}"


def in_blocks(values: dict, depth: int = 0):
    """Plain values for a file: sections and their entries in lines of their own, what is within these in braces."""
    from ruamel.yaml.comments import CommentedMap

    if not isinstance(values, dict):
        return values
    block = CommentedMap((name, in_blocks(value, depth + 1)) for name, value in values.items())
    if depth > 1:
        block.fa.set_flow_style()
    return block
