"""Folders of experiments: the same question goes on, another is refused, nothing of anybody else's is touched."""
import json

import pandas as pd
import pytest

from sim.experiments.keeping import kept, parts
from sim.experiments.sweep import OtherStudy, sweep
from sim.parquet import read_provenance, read_table
from tests.experiments.sweep.markets import tiny

ASKED = {"x": "sellers.ours.price", "runs": 4}


def test_what_was_asked_stands_there_before_anything_is_played(tmp_path):
    with kept("trial", tiny(), ASKED, tmp_path / "out") as place:
        record = json.loads((tmp_path / "out" / "experiment.json").read_text())
        assert (record["experiment"], record["asked"], record["answer"]) == ("trial", ASKED, None)
        place.finish({"gain": 1.5}, {"points": pd.DataFrame({"gain": [1.5]})})
    record = json.loads((tmp_path / "out" / "experiment.json").read_text())
    assert record["answer"] == {"gain": 1.5} and record["tables"] == ["points"]
    assert read_table(tmp_path / "out" / "points.parquet").gain.tolist() == [1.5]
    assert read_provenance(tmp_path / "out" / "points.parquet")["asked"] == ASKED


def test_parts_are_sweeps_that_go_on(tmp_path):
    for _ in range(2):
        with kept("trial", tiny(), ASKED, tmp_path / "out") as place:
            found = sweep(tiny(), place.part("round_1"), runs=2, threads=1)
    assert [path.name for path in parts(tmp_path / "out")] == ["round_1"] and found.progress.sitting == 0


def test_in_memory_nothing_is_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with kept("trial", tiny(), ASKED) as place:
        assert place.part("round_1") is None
        place.finish({}, {"points": pd.DataFrame({"gain": [1.5]})})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("experiment", "sets", "asked", "words"), [
    ("trial", (), ASKED | {"runs": 5}, "holds another experiment (runs 4 there, 5 here); use --force to replace it"),
    ("other", (), ASKED, "holds another experiment (trial there, other here)"),
    ("trial", ("sellers.ours.price=90",), ASKED, "the market is another: Transactional against relationship, digest "),
    ("trial", ("seed=12",), ASKED, "seed 11 there; "),
])
def test_another_question_is_refused_unless_forced(tmp_path, experiment, sets, asked, words):
    with kept("trial", tiny(), ASKED, tmp_path / "out") as place:
        place.finish({}, {"points": pd.DataFrame({"gain": [1.5]})})
    with pytest.raises(OtherStudy) as refused, kept(experiment, tiny(*sets), asked, tmp_path / "out"):
        pass
    assert words in str(refused.value)
    with kept(experiment, tiny(*sets), asked, tmp_path / "out", force=True):
        assert not (tmp_path / "out" / "points.parquet").exists()


@pytest.mark.parametrize("force", [False, True])
def test_what_is_not_ours_is_never_replaced(tmp_path, force):
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(OtherStudy, match=r"holds files but no experiment\.json"), kept("trial", tiny(), ASKED, tmp_path, force=force):
        pass
    assert (tmp_path / "thesis.txt").read_text() == "mine" and len(list(tmp_path.iterdir())) == 1


def test_markets_of_another_model_are_not_mixed(tmp_path):
    with kept("trial", tiny(), ASKED, tmp_path / "out"):
        pass
    record = json.loads((tmp_path / "out" / "experiment.json").read_text())
    (tmp_path / "out" / "experiment.json").write_text(json.dumps(record | {"model": "older"}))
    with pytest.raises(OtherStudy, match="another version of the model"), kept("trial", tiny(), ASKED, tmp_path / "out"):
        pass
