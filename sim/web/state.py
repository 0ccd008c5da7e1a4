"""What the page's address says: which market, with what changed. The whole state of a page is the query of its address."""

import atexit
import base64
import binascii
import hashlib
import re
import shutil
import tempfile
import zlib
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

from sim.scenario import Scenario, ScenarioError, load, shipped
from sim.scenario.suggest import among

OWN, YOURS = "own", "your_market.yaml"
PLAIN = ("market", OWN, "strategies", "runs", "seed", "set", "view", "buyer", "x", "y", "name")  # what is no lever
LARGEST = 200_000  # letters of a scenario that a page carries in its address
MOST_WORK = 6e9  # buyer-periods of an answer that a page will play; more is for the command line


class Refused(Exception):  # noqa: N818 - no error of the program
    """What the page was asked for cannot be had; `problems` are sentences for whoever asked."""

    def __init__(self, problems: list[str] | str):
        self.problems = [problems] if isinstance(problems, str) else problems
        super().__init__("\n".join(self.problems))


@dataclass(frozen=True)
class State:
    """market: a shipped scenario's name; own: a scenario's text as `wrapped`, in its stead; levers: (name, value) of those moved;
    sets: 'path=value' of any other parameter; strategies: those compared, all where none is named; runs, seed: as texts, or empty."""

    market: str = "default"
    own: str = ""
    levers: tuple[tuple[str, str], ...] = ()
    sets: tuple[str, ...] = ()
    strategies: tuple[str, ...] = ()
    runs: str = ""
    seed: str = ""

    def query(self) -> str:
        """The state as a query: the same state always gives the same text."""
        parts = [(OWN, self.own)] if self.own else [("market", self.market)]
        parts += [*self.levers, *(("set", text) for text in self.sets)]
        parts += [("strategies", ",".join(self.strategies)), ("runs", self.runs), ("seed", self.seed)]
        return urlencode([(name, text) for name, text in parts if text])

    def unchanged(self) -> "State":
        """The market as it was before anything was changed."""
        return State(self.market, self.own)


def read(query: str) -> State:
    """The state that a query holds; a name given twice counts as given last. Raises Refused where it cannot be read."""
    pairs = parse_qsl(query, keep_blank_values=False)
    said = dict(pairs)
    levers = {name: text for name, text in pairs if name not in PLAIN}
    return State(
        market=said.get("market", "default"),
        own=said.get(OWN, ""),
        levers=tuple(sorted(levers.items())),
        sets=tuple(text for name, text in pairs if name == "set"),
        strategies=tuple(name.strip() for name in said.get("strategies", "").split(",") if name.strip()),
        runs=said.get("runs", ""),
        seed=said.get("seed", ""),
    )


def wrapped(text: str) -> str:
    """A scenario's text as a word for an address."""
    return base64.urlsafe_b64encode(zlib.compress(text.encode(), 9)).decode().rstrip("=")


def unwrapped(word: str) -> str:
    """The text that `wrapped` made a word of. Raises Refused."""
    try:
        packed = base64.urlsafe_b64decode(word + "=" * (-len(word) % 4))
        text = zlib.decompressobj().decompress(packed, LARGEST + 1).decode()
    except (binascii.Error, zlib.error, UnicodeDecodeError, ValueError):
        raise Refused("the scenario in this address is damaged; upload the file again") from None
    if len(text) > LARGEST:
        raise Refused(f"the scenario in this address is longer than {LARGEST:,} letters; use it from the command line")
    return text


def market_of(state: State, sets: tuple[str, ...] = ()) -> Scenario:
    """The state's market with options laid over it; its levers are not (see `levers`). Raises Refused with all that is wrong."""
    named = [f"{name}={value}" for name, value in (("runs", state.runs), ("seed", state.seed)) if value]
    try:
        return within_reach(_loaded(state.market, state.own, (*state.sets, *sets, *named)))
    except ScenarioError as error:
        raise Refused(said(error.problems)) from None


@lru_cache(64)
def _loaded(market: str, own: str, sets: tuple[str, ...]) -> Scenario:
    """A market with options laid over it; its file is read once, not for every move of a lever."""
    if sets:
        return _loaded(market, own, ()).replace(sets)
    if own:
        return load(file_of(alone(unwrapped(own))))
    if market not in shipped():
        raise Refused(f"there is no shipped market {market!r}; {among(market, shipped())}")
    return load(market)


def alone(text: str) -> str:
    """The text, where it stands alone: it may extend a shipped market and no other file. Raises Refused."""
    from sim.scenario.problems import Findings, Source
    from sim.scenario.reading import read_text

    source = Source("file", YOURS, tuple(text.splitlines()))
    readable, stated = read_text(text, source, Findings())
    wanted = stated.values.get("extends") if readable and isinstance(stated.values, dict) else None
    if isinstance(wanted, str) and wanted not in shipped():
        raise Refused(f"a market on the page extends a shipped one, not {wanted!r}; {among(wanted, shipped())}")
    return text


def file_of(text: str) -> Path:
    """A file that holds the text, in a folder of its own, so that nothing lies beside it that it could name."""
    path = _private() / hashlib.sha256(text.encode()).hexdigest()[:24] / YOURS
    if not path.exists():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return path


@cache
def _private() -> Path:
    """A folder of this process that no other user of the computer can look into; gone when the process ends."""
    folder = Path(tempfile.mkdtemp(prefix="tenure-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def said(problems) -> list[str]:
    """What is wrong, in sentences; an uploaded file is named without its folder."""
    folder = re.compile(rf"\S*/[0-9a-f]{{24}}/(?={YOURS})")
    return [folder.sub("", str(problem)) for problem in problems]


def within_reach(scenario: Scenario) -> Scenario:
    """The scenario, where a page may play it: it names no file of this computer but what is shipped, and is not too large."""
    home = next(iter(shipped().values())).resolve().parent
    for named, path in scenario.files.items():
        if home not in path.resolve().parents:
            raise Refused(f"a market on the page cannot name files of this computer ({named}); use it from the command line")
    work = scenario.market.buyers * scenario.market.periods * scenario.runs * len(scenario.strategies)
    if work > MOST_WORK:
        raise Refused(
            f"{scenario.runs} runs of {scenario.market.buyers:,} buyers over {scenario.market.periods} periods take too long for a page; "
            "choose fewer, or use tenure compare"
        )
    return scenario


def names_of(scenario: Scenario, state: State) -> list[str]:
    """The strategies that are compared, the baseline first. Raises Refused for one that there is not."""
    for name in state.strategies:
        if name not in scenario.strategies:
            raise Refused(f"{name!r} is not a strategy of this market; {among(name, scenario.strategies)}")
    return list(dict.fromkeys([scenario.baseline, *(state.strategies or scenario.strategies)]))
