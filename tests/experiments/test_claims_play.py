"""Claims: every one has its texts and finds what decides it; they are kept, go on where they were left, and meet other defaults."""
import dataclasses
import inspect
import json

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from sim.cli import app
from sim.experiments.claims import CLAIMS, NoClaim, chosen, claims, play
from sim.experiments.claims.contrasts import VERDICTS, Contrast, contrast
from sim.experiments.claims.defaults import RANGES, hypercube, under
from sim.experiments.claims.result import wilson
from sim.experiments.claims.stated import Claim, Experiment, Headline
from sim.experiments.sweep.store import OtherStudy
from sim.scenario import load

SMALLEST = {"buyers": 500, "periods": 60, "runs": 2, "copied_at": 25, "scale": 0.1, "networks": ("none",), "readings": ("demand",),
            "levels": ("reactive",), "accounts": ("small", "large"), "complexities": (0.5, 2), "cycles": (1, 12), "doubts": (0,)}
SOMEWHAT_LARGER = {"in_the_default_market": {"buyers": 1500, "runs": 4}}       # in which anybody is recommended at all
CALLS = []


def planted(name: str, *shifts: float) -> Claim:
    """A claim whose contrasts lie so many standard deviations from nought."""
    def experiment(buyers: int = 10, runs: int = 30, under=None) -> list[Contrast]:
        CALLS.append((name, buyers, runs, under.defaults))
        luck = np.linspace(-1, 1, runs)
        return [contrast(name, f"shift {number} (of {runs})", luck + shift) for number, shift in enumerate(shifts)]

    heads = tuple(Headline(f"shift {number} (of *)", f"shift {number} is above nought", "%", "100") for number in range(len(shifts)))
    figures = ", ".join(f"{{{number}}}" for number in range(len(shifts)))
    return Claim(name, f"Planted {name}", "Nobody", "2026", "A sentence.", "By planting.", (Experiment(experiment, small={"buyers": 5}),),
                 heads, f"The shifts are {figures}.", "It was planted so.", (1.0, 0.5))


PLANTED = {claim.number: claim for claim in (planted("C1", 1, 2), planted("C2", 1, -1), planted("C3", -1, 0), planted("C4", 0))}


@pytest.fixture
def four(monkeypatch):
    """Four planted claims in place of the twelve, and who was called."""
    monkeypatch.setattr(play, "CLAIMS", PLANTED)
    CALLS.clear()
    return CALLS


def tiny(one: Experiment) -> list[Contrast]:
    """An experiment as small as it may be."""
    known, sizes = inspect.signature(one.function).parameters, SMALLEST | SOMEWHAT_LARGER.get(one.function.__name__, {})
    return one.function(**{name: value for name, value in sizes.items() if name in known})


@pytest.mark.parametrize("number", list(CLAIMS))
def test_every_claim_plays_and_finds_what_decides_it(number):
    """Its headlines name one contrast each, its finding takes their figures, and it comes to a verdict."""
    claim = CLAIMS[number]
    found = [one for experiment in claim.experiments if experiment.small is not None for one in tiny(experiment)]
    heads = claim.heads(found)
    assert len({one.case for one in heads}) == len(claim.headlines) >= 2
    assert claim.verdict(found) in VERDICTS
    assert claim.in_a_sentence(found).count("{") == 0
    assert set(claim.said.split("{")[1:]) and all(f"{{{place}}}" in claim.said for place in range(len(heads)))


def test_every_claim_has_its_texts():
    """C1 to C12, each with whose it is, what it says, how it is measured; and why, but for the one that holds throughout."""
    assert list(CLAIMS) == [f"C{number}" for number in range(1, 13)]
    for claim in CLAIMS.values():
        assert claim.title and claim.who and claim.sentence.endswith(".") and claim.measured.endswith(".")
        assert all(1950 < int(year) < 2027 for year in claim.year.split(", "))
        assert all(head.words and head.unit and head.standard for head in claim.headlines)
        assert len({head.words for head in claim.headlines}) == len(claim.headlines)
    assert [claim.number for claim in CLAIMS.values() if not claim.why] == ["C4"]


def test_a_headline_names_one_contrast():
    """Neither none nor two."""
    head = Headline("x*", "", "", "")
    with pytest.raises(ValueError, match=r"0 contrasts fit 'x\*'"):
        head.among([Contrast("C1", "y", 0, 0, 0)])
    with pytest.raises(ValueError, match="2 contrasts fit"):
        head.among([Contrast("C1", "x1", 0, 0, 0), Contrast("C1", "x2", 0, 0, 0)])


def test_planted_claims_get_their_verdicts(four):
    found = claims()
    assert found.verdicts.verdict.tolist() == ["holds", "holds in part", "fails", "undecided"]
    assert found.verdicts.holding.tolist() == [2, 1, 0, 0]
    assert found.sentence() == ("Of four claims one holds (C1), one holds in part (C2), one fails (C3), one is undecided (C4), under one "
                                "set of defaults.")
    assert found.verdicts.said[0] == "The shifts are +1.00, +2.00."
    assert found.headlines.verdict.tolist() == ["holds", "holds", "holds", "fails", "fails", "undecided", "undecided"]
    json.dumps(found.answer(), allow_nan=False)


def test_claims_are_asked_for_by_number_however_written(four):
    assert [claim.number for claim in chosen(["c3", "1", 2])] == ["C1", "C2", "C3"]
    with pytest.raises(NoClaim, match="'C13' is not a claim"):
        chosen(["C13"])


def test_what_was_broken_off_goes_on_and_ends_as_if_it_had_not_been(four, tmp_path):
    """Broken off after each step in turn: the tables are those of one sitting, and nothing is played twice."""
    whole = claims(robustness=2, folder=tmp_path / "whole")
    steps = len(four)
    assert steps == 4 + 2 * 4
    four.clear()

    def broken_off(done, total):
        if len(four) > before:
            raise KeyboardInterrupt

    parts = tmp_path / "parts"
    for before in range(steps):
        with pytest.raises(KeyboardInterrupt):
            claims(robustness=2, folder=parts, progress=broken_off)
        assert len(four) == before + 1
    found = claims(robustness=2, folder=parts)
    assert len(four) == steps
    for name in ("verdicts", "headlines", "table", "robustness"):
        pd.testing.assert_frame_equal(getattr(found, name), getattr(whole, name))
    for name in ("verdicts", "headlines", "contrasts", "robustness"):
        pd.testing.assert_frame_equal(pd.read_parquet(parts / f"{name}.parquet"), pd.read_parquet(tmp_path / "whole" / f"{name}.parquet"))


def test_a_folder_holds_all_claims_that_were_asked_for_and_no_other_runs(four, tmp_path):
    """One claim after the other: the tables hold both. Other runs are another question."""
    claims(["C1"], folder=tmp_path / "one")
    claims(["C3"], folder=tmp_path / "one")
    assert pd.read_parquet(tmp_path / "one" / "verdicts.parquet").claim.tolist() == ["C1", "C3"]
    with pytest.raises(OtherStudy, match="runs None there, 7 here"):
        claims(["C1"], runs=7, folder=tmp_path / "one")
    assert four[-1][2] == 30


def test_an_experiment_of_other_sizes_is_played_anew(four, tmp_path, monkeypatch):
    """A part whose key is another's is no answer; nor is one that was cut short."""
    claims(["C1", "C2"], folder=tmp_path / "one")
    other = dataclasses.replace(PLANTED["C1"], experiments=(dataclasses.replace(PLANTED["C1"].experiments[0], full={"buyers": 11}),))
    monkeypatch.setattr(play, "CLAIMS", PLANTED | {"C1": other})
    (tmp_path / "one" / "played" / "claims" / "C2.json").write_text('{"key": "')
    four.clear()
    claims(["C1", "C2"], folder=tmp_path / "one")
    assert [(name, buyers) for name, buyers, *_ in four] == [("C1", 11), ("C2", 10)]


def test_points_are_played_small_under_other_defaults(four):
    found = claims(["C2"], robustness=3)
    assert [buyers for _, buyers, *_ in four] == [10, 5, 5, 5]
    assert four[0][3] == () and len({defaults for *_, defaults in four}) == 4
    row = found.verdicts.iloc[0]
    assert row["points"] == 3 and row["holds in part"] == 1 and row["holds"] == 0 and 0 < row["high"] < 1
    assert found.headlines["holds"].tolist() == [1, 0] and found.headlines["fails"].tolist() == [0, 1]
    assert list(found.robustness.point) == [1, 2, 3] and found.robustness.shape[1] == 3 + len(RANGES)


def test_the_hypercube_is_one():
    """Each range is cut into as many parts as there are points, each of which has one; the same seed gives the same points."""
    points = hypercube(20, 42)
    assert points.equals(hypercube(20, 42)) and not points.equals(hypercube(20, 43))
    for one in RANGES:
        part = np.floor((points[one.name] - one.low) / (one.high - one.low) * 20 - 1e-9)
        assert sorted(part.clip(0, 19)) == pytest.approx(list(range(20)), abs=1)      # values are rounded to four figures


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_the_ends_of_all_ranges_are_markets(share):
    """All defaults at once at either end, and in the middle: a market that can be played, whose shares of types sum to one."""
    row = pd.Series({one.name: one.low + share * (one.high - one.low) for one in RANGES})
    scenario = load("default", [*under(row).defaults])
    assert sum(buyer.share for buyer in scenario.buyers.values()) == pytest.approx(1)
    assert scenario.sellers["rivals_1"].quality == scenario.sellers["ours"].quality == row["worth of a unit"]
    assert scenario.product.problem_rate == row["problems a month"]


def test_every_range_holds_its_default_and_says_why():
    """Nothing is called plausible that leaves out what is shipped."""
    scenario = load("default")
    for one in RANGES:
        assert one.reason and one.low < one.high
    assert RANGES[0].low < scenario.product.problem_rate < RANGES[0].high
    for one in RANGES:
        for path, value in one.settings(scenario, one.low).items():
            first, *rest = path.split(".")
            held = getattr(scenario, first)
            if first in ("product", "behaviour", "market"):
                assert one.low <= getattr(held, rest[0]) <= one.high and value == one.low


@pytest.mark.parametrize(("successes", "trials", "low", "high"), [(0, 10, 0, 0.2775), (8, 10, 0.4902, 0.9433), (10, 10, 0.7225, 1)])
def test_wilsons_interval(successes, trials, low, high):
    """Printed values (Wilson 1927; Newcombe 1998)."""
    assert wilson(successes, trials) == pytest.approx((low, high), abs=1e-4)


def test_the_command_tells_all_or_one_and_draws_them(four, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    said = CliRunner().invoke(app, ["claims", "--robustness", "2"])
    assert said.exit_code == 0, said.output
    assert "Of four claims one holds (C1)" in said.output and "It was planted so." in said.output
    assert sorted(path.name for path in (tmp_path / "results" / "claims" / "figures").iterdir()) == [
        "C1.png", "C2.png", "C3.png", "C4.png", "claims.png"]
    one = CliRunner().invoke(app, ["claims", "c2", "--no-figures"])
    assert "it holds in part" in one.output and "By planting." in one.output and "shift 1 is above nought" in one.output
    plain = CliRunner().invoke(app, ["claims", "C3", "--json", "--no-figures"])
    assert json.loads(plain.stdout)["claims"]["C3"]["verdict"] == "fails"
    assert CliRunner().invoke(app, ["claims", "C4", "--quiet", "--no-figures"]).stdout == (
        "C4 (Nobody 2026: planted c4) is undecided. The shifts are 0.00.\n")


def test_the_command_refuses_what_is_no_claim(four, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    wrong = CliRunner().invoke(app, ["claims", "C9"])
    assert wrong.exit_code == 2 and wrong.stderr.startswith("'C9' is not a claim") and not any(tmp_path.iterdir())
    assert CliRunner().invoke(app, ["claims", "--robustness", "-1"]).exit_code == 2
