"""The shipped scenarios leave the numbers that are kept, and a digest moves with a number, not with its place in memory."""
import json

import numpy as np
import pytest

from benchmarks import digests
from sim.agents import Market
from sim.core import state as at
from sim.scenario import load

SETS = ("market.buyers=700", "market.periods=8", "market.burn_in=2")


def market(*sets: str) -> Market:
    """A small market of two tiles and more, not played yet."""
    return Market(load("default", (*SETS, *sets)), "relationship")


def of_buyers(played: Market) -> bytes:
    return digests.digest(digests.numbers(played)["buyers"])


@pytest.mark.slow
def test_shipped_scenarios_leave_the_numbers_that_are_kept():
    """Same seed, same numbers, on any machine. Where a change of the model means to move them (a MODEL commit), keep the new ones with
    `python -m benchmarks.digests --keep` and say in the changelog, under "Numbers change", which scenarios moved and why."""
    found = {name: digests.parts_of(name) for name in digests.shipped()}
    assert digests.moved(found, digests.kept_digests()) == {}


def test_what_is_kept_is_of_the_scenarios_that_ship():
    kept = digests.kept_digests()
    assert list(kept) == list(digests.shipped()) and all(tuple(parts) == digests.PARTS for parts in kept.values())


def test_one_changed_number_of_the_model_is_seen():
    """The negative control: a hundredth of a unit of money of doubt after the sale moves the ledger and what buyers hold."""
    usual, doubting = (digests.numbers(market(one)) for one in ("behaviour.doubt=0", "behaviour.doubt=0.01"))
    moved = {part for part in digests.PARTS if digests.digest(usual[part]) != digests.digest(doubting[part])}
    assert {"ledger", "buyers"} <= moved
    assert digests.digest(usual["buyers"]) == of_buyers(market("behaviour.doubt=0"))


def test_a_row_that_moves_in_memory_moves_nothing(monkeypatch):
    """Two rows change places in a played market; a reader that knows of it finds the same buyers, one that does not finds others."""
    played = market()
    before = of_buyers(played)
    one, other = at.AWARE, at.HAPPENED
    played.rows[:, [one, other]] = played.rows[:, [other, one]]
    assert of_buyers(played) != before
    monkeypatch.setattr(at, "AWARE", other)
    monkeypatch.setattr(at, "HAPPENED", one)
    assert of_buyers(played) == before


def test_layout_order_and_width_do_not_count():
    values = np.arange(12, dtype=np.float32).reshape(3, 4)
    one = digests.digest({"a": values, "b": np.arange(3, dtype=np.int8)})
    other = digests.digest({"b": np.arange(3), "a": np.asfortranarray(values.astype(np.float64))})
    assert one == other == digests.digest({"a": values, "b": np.arange(3), "nothing yet": np.zeros(5)})


@pytest.mark.parametrize("changed", [
    {"a": np.float32([1, 2, np.nextafter(np.float32(3), np.float32(4))])}, {"b": np.float32([1, 2, 3])}, {"a": np.float32([[1, 2, 3]])},
    {"a": np.float32([1, 3, 2])}, {"a": np.array(["1", "2", "3"], object)}, {"a": np.float32([1, 2, 3]), "b": np.ones(1)}])
def test_every_bit_name_and_shape_counts(changed):
    assert digests.digest(changed) != digests.digest({"a": np.float32([1, 2, 3])})


def test_the_command_names_what_moved(monkeypatch, tmp_path, capsys):
    kept = {name: digests.kept_digests()[name] for name in ("subscription", "subscription_high_end")}
    kept["subscription"]["worth"] = "another"
    file = tmp_path / "digests.json"
    file.write_text(json.dumps({"scenarios": kept}))
    monkeypatch.setattr(digests, "kept_digests", lambda: json.loads(file.read_text())["scenarios"])
    monkeypatch.setattr("sys.argv", ["digests", "--only", "subscription,subscription_high_end", "--json", str(tmp_path / "found.json")])
    with pytest.raises(SystemExit, match=r"^1 of 2 scenarios: subscription \(moved: worth\)\. Where that was meant"):
        digests.main()
    said = capsys.readouterr().out.splitlines()
    assert said[0].endswith("moved: worth") and said[1].endswith("same")
    found = json.loads((tmp_path / "found.json").read_text())["scenarios"]
    assert found["subscription_high_end"] == kept["subscription_high_end"]


def test_what_is_new_or_gone_is_said(tmp_path):
    assert digests.moved({"new": {}}, {"old": {}}) == {"new": "not kept yet", "old": "no longer shipped"}
    assert digests.verdict({}, {}) == "Nothing is kept yet; --keep keeps these digests."
    (tmp_path / "broken.json").write_text("{")
    with pytest.raises(SystemExit, match="holds no digests"):
        digests.kept_digests(tmp_path / "broken.json")
