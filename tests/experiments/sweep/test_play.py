"""Sweeps are what comparisons at each point would be; the same for any threads and sittings; and whatever happens is kept or told."""
import errno
import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sim.experiments import compare as comparing
from sim.experiments.sweep import NoSweep, OtherStudy, again, plan_of, play, store, sweep, work
from sim.experiments.sweep.record import locked
from sim.outcomes import OUTCOMES
from sim.scenario import Scenario, load
from tests.experiments.sweep.markets import failing, tiny

TOOK = play.Schedule.took
FAILS = ("buyers.lost_for_good.share: the shares of buyer types sum to 1.2, not to 1 (lost_for_good 0.7 + intermediate 0.5); change one of "
         "them")


@pytest.fixture(scope="module")
def whole():
    """The tiny sweep, played at one go on one thread."""
    return sweep(tiny(), threads=1)


def test_every_point_is_the_comparison_it_stands_for(whole):
    for point in (0, 3, 5):
        scenario = whole.plan.scenario.replace(whole.plan.sets(point))
        expected = comparing.compare(scenario, threads=1)
        summary, gain = expected.summary.set_index("strategy"), expected.gain.set_index("strategy")
        for row in whole.points[whole.points.point == point].to_dict("records"):
            figures = [name + suffix for name in OUTCOMES for suffix in ("", "_low", "_high")]
            np.testing.assert_allclose([row[name] for name in figures], summary.loc[row["strategy"], figures].to_numpy(float), rtol=1e-9,
                                       atol=1e-9)
            if row["strategy"] in gain.index:
                np.testing.assert_allclose([row["gain"], row["gain_low"], row["gain_high"]],
                                           gain.loc[row["strategy"], ["gain", "low", "high"]].to_numpy(float), rtol=1e-9, atol=1e-9)


def test_the_best_strategy_is_the_one_that_earns_most(whole):
    rows = whole.rows()
    profit = rows.groupby(["point", "strategy"], observed=True).profit.mean().unstack()
    assert whole.best.strategy.tolist() == profit.idxmax(axis=1).tolist()
    np.testing.assert_allclose(whole.best.lead, profit.max(axis=1) - profit.min(axis=1), rtol=1e-9)
    assert ((whole.best.lead_low > 0) == (whole.best.verdict == "ahead")).all() and whole.best.lead.min() >= 0
    assert len(rows) == whole.plan.markets == 48 and len(whole.points) == 12


@pytest.mark.parametrize("threads", [2, 3])
def test_threads_do_not_matter(whole, threads, tmp_path):
    found = sweep(tiny(), tmp_path / "out", threads=threads)
    assert found.digest == whole.digest
    pd.testing.assert_frame_equal(found.rows().astype({"strategy": str}), whole.rows().astype({"strategy": str}), check_exact=True)


def test_how_runs_are_cut_does_not_matter(whole):
    for block in (1, 3, 4):
        assert sweep(plan_of(tiny(), block=block), threads=1).digest == whole.digest


class StoppedError(Exception):
    """Something that ends a sweep before its time."""


@pytest.mark.parametrize("moments", [(1,), (2, 3), (1, 1, 1, 1)])
def test_a_sweep_that_was_stopped_goes_on_to_the_same_end(whole, tmp_path, moments, monkeypatch):
    for moment in moments:
        pieces = iter(range(100))

        def count(*words, moment=moment, pieces=pieces):
            if next(pieces) == moment:
                raise StoppedError
            return TOOK(*words)

        with monkeypatch.context() as patch:
            patch.setattr(play.Schedule, "took", count)
            with pytest.raises(StoppedError):
                sweep(tiny(), tmp_path, threads=1)
        assert json.loads((tmp_path / "sweep.json").read_text())["finished"] is None
    found = sweep(tiny(), tmp_path, threads=2)
    assert found.digest == whole.digest and found.finished
    assert found.progress.sitting == 48 - sum(moments) * 2 * 2              # what was played before is not played again
    assert json.loads((tmp_path / "sweep.json").read_text())["finished"] == {"digest": whole.digest, "markets": 48, "failed_points": 0}


def test_a_finished_sweep_is_not_played_again(whole, tmp_path, monkeypatch):
    sweep(tiny(), tmp_path, threads=1)
    monkeypatch.setattr(work, "_values", None)
    again = sweep(tiny(), tmp_path)
    assert again.digest == whole.digest and again.points.equals(whole.points) and again.progress.sitting == 0


def test_more_runs_are_what_they_would_have_been_at_once(tmp_path):
    sweep(tiny(), tmp_path, threads=1)
    assert sweep(tiny(), tmp_path, runs=7, threads=1).digest == sweep(tiny(), runs=7, threads=2).digest


def test_what_stands_on_the_disk_says_what_it_is(whole, tmp_path):
    found = sweep(tiny(), tmp_path, threads=1)
    record = json.loads((tmp_path / "sweep.json").read_text())
    assert record["levers"]["sellers.ours.price"] == {
        "values": "95, 100, 105", "unit": "money per unit", "meaning": "price of a unit"}
    assert list(record["uncertainties"]) == ["product.problem_rate"] and record["plan"] == found.plan.digest
    assert set(record["outcomes"]) == set(OUTCOMES) and record["scenario"]["market"]["buyers"] == 150
    assert pd.read_parquet(tmp_path / "points.parquet").drop(columns="strategy").equals(whole.points.drop(columns="strategy"))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["best.parquet", "points.parquet", "runs", "sweep.json"]


def test_anybody_can_ask_the_files(whole, tmp_path):
    import duckdb

    sweep(tiny(), tmp_path, threads=1)
    found = duckdb.sql(f"""select "sellers.ours.price" as price, strategy, avg(profit) as profit from '{tmp_path}/runs/*.parquet'
                           where failure is null group by all order by all""").df()
    expected = whole.rows().astype({"strategy": str}).groupby(["sellers.ours.price", "strategy"]).profit.mean()
    assert list(zip(found.price, found.strategy, strict=True)) == list(expected.index)
    np.testing.assert_allclose(found.profit, expected, rtol=1e-12)


def test_a_point_that_fails_is_a_row_with_its_reason(tmp_path):
    found = sweep(failing(), tmp_path, threads=2)
    assert found.failures.point.tolist() == [2, 5] and found.failures["buyers.lost_for_good.share"].tolist() == [0.7, 0.7]
    assert found.failures.reason.tolist() == [FAILS, FAILS]
    rows = found.rows()
    assert rows[rows.failure.notna()].point.tolist() == [2, 5] and len(rows) == 2 + 4 * 2 * 4
    assert sorted(found.points.point.unique()) == sorted(found.best.point) == [0, 1, 3, 4]
    assert found.digest == sweep(failing(), threads=1).digest and found.finished
    assert sweep(failing(), tmp_path).failures.equals(found.failures)


def test_whatever_goes_wrong_while_a_point_is_played_is_its_reason(monkeypatch):
    began = work.play_alone

    def fall(market, meter):
        if market.luck[2] == 3:
            raise MemoryError("so many buyers")
        began(market, meter)

    monkeypatch.setattr(work, "play_alone", fall)
    found = sweep(tiny(), threads=1)
    assert found.failures.run.tolist() == [2] * 6 and set(found.failures.reason) == {"MemoryError: so many buyers"}


def test_the_folder_of_another_sweep_is_refused(tmp_path):
    sweep(tiny(), tmp_path, threads=1)
    with pytest.raises(OtherStudy, match=r"another sweep \(sellers.rivals.price 100 there, 98 here\)"):
        sweep(tiny("sellers.rivals.price=98"), tmp_path)
    with pytest.raises(OtherStudy, match=r"sweep.uncertainties.product.problem_rate 0.1 to 0.4 there, 0.1 to 0.5 here"):
        sweep(tiny("sweep.uncertainties.product.problem_rate={range: [0.1, 0.5], steps: 2}"), tmp_path)
    again = sweep(tiny("sellers.rivals.price=98"), tmp_path, threads=1, force=True)
    assert again.digest == sweep(tiny("sellers.rivals.price=98"), threads=1).digest


def test_rows_of_another_model_are_refused(tmp_path, monkeypatch):
    sweep(tiny(), tmp_path, threads=1)
    record = json.loads((tmp_path / "sweep.json").read_text())
    (tmp_path / "sweep.json").write_text(json.dumps(record | {"model": "older"}))
    with pytest.raises(OtherStudy, match="another version of the model"):
        sweep(tiny(), tmp_path)


def test_what_is_no_sweep_is_left_alone(tmp_path):
    (tmp_path / "letter.txt").write_text("Dear reader")
    for force in (False, True):
        with pytest.raises(OtherStudy, match=r"no sweep.json"):
            sweep(tiny(), tmp_path, force=force)
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_two_processes_do_not_write_to_one_folder(tmp_path):
    pytest.importorskip("fcntl")
    with locked(tmp_path), pytest.raises(OtherStudy, match="another process"):
        sweep(tiny(), tmp_path)
    sweep(tiny(), tmp_path, threads=1)


def test_a_full_disk_keeps_what_was_written(whole, tmp_path, monkeypatch):
    written = store.pq.write_table
    parts = iter(range(100))

    def full(*words, **options):
        if next(parts) >= 2:
            raise OSError(errno.ENOSPC, "No space left on device")
        return written(*words, **options)

    monkeypatch.setattr(store, "EVERY", 0.0)
    with monkeypatch.context() as patch:
        patch.setattr(store.pq, "write_table", full)
        with pytest.raises(OSError, match="No space"):
            sweep(tiny(), tmp_path, threads=1)
    found = sweep(tiny(), tmp_path, threads=1)
    assert found.digest == whole.digest and found.progress.sitting < 48


def test_precision_spends_runs_where_intervals_are_wide(tmp_path):
    asked = {"precision": 0.03, "runs": 60}
    found = sweep(tiny(), threads=1, **asked)
    runs = found.points.groupby("point").runs.first()
    assert runs.min() >= 10 and runs.nunique() > 1
    table = found.points.set_index(["point", "strategy"])
    for point, count in runs.items():
        half = (table.gain_high - table.gain_low)[point, "relationship"] / 2
        assert count == 60 or half <= 0.03 * abs(table.profit[point, "transactional"])
    half = (table.gain_high - table.gain_low).xs("relationship", level=1) / 2
    assert found.wide == (half > 0.03 * table.profit.xs("transactional", level=1).abs()).sum()
    assert sweep(tiny(), tmp_path, threads=2, **asked).digest == found.digest


def test_seconds_end_a_sweep_that_goes_on_later(tmp_path):
    found = sweep(tiny("market.buyers=3000"), tmp_path, seconds=0.3, threads=1)
    assert not found.finished and 0 < found.progress.played < 6 * 1000 * 2
    assert json.loads((tmp_path / "sweep.json").read_text())["finished"] is None
    again = sweep(tiny("market.buyers=3000"), tmp_path, seconds=0.3, threads=1)
    assert again.progress.played > found.progress.played


def test_progress_is_told():
    told = []
    sweep(tiny(), threads=1, progress=lambda state: told.append((state.played, state.total)))
    assert told[0] == (0, 48) and told[-1] == (48, 48)


def test_without_a_sweep_there_is_nothing_to_play():
    with pytest.raises(NoSweep):
        sweep(load("default"))


def test_a_network_from_a_file_travels_by_where_it_is(tmp_path, monkeypatch):
    (tmp_path / "links.csv").write_text("buyer,neighbour\n" + "".join(f"{one},{one + 1}\n" for one in range(149)))
    monkeypatch.chdir(tmp_path)
    scenario = tiny("word_of_mouth={network: file, file: links.csv}", "sweep.uncertainties.product.problem_rate={values: [0.2]}")
    job, piece, digest = work.job_of(plan_of(scenario)), work.pieces(plan_of(scenario), 0, 0, 1), scenario.digest()
    monkeypatch.chdir("/")
    assert work.base(job).digest() == digest and work.play(job, piece).failure is None


def test_the_code_in_the_readme_runs(monkeypatch, tmp_path):
    """Smaller, and without what needs a batch system."""
    import duckdb

    readme = (Path(play.__file__).parent / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", readme, re.DOTALL)
    small = ["market.buyers=150", "market.periods=10", "market.burn_in=3"]
    monkeypatch.chdir(tmp_path)
    points = {"service_and_price": ["sweep.points=4"]}
    monkeypatch.setattr(Scenario, "load", lambda name, sets=(): load(name, [*sets, *small, *points.get(name, ())]))
    exec(compile(blocks[0], "README.md", "exec"), {})
    sweep(Scenario.load("service_and_price"), "results/service_and_price_sweep", runs=2)
    (query,) = re.findall(r"```sql\n(.*?)```", readme, re.DOTALL)
    assert {"price", "gain"} == set(duckdb.sql(query).df())
    (yaml,) = re.findall(r"```yaml\n(.*?)```", readme, re.DOTALL)
    (tmp_path / "trial.yaml").write_text(f"schema: 1\nname: Trial\nextends: default\n{yaml}", encoding="utf-8")
    assert len(load(tmp_path / "trial.yaml").sweep.varied) == 5


def test_a_market_that_states_an_infinity_is_played():
    """Infinite costs of going back travel with a piece of work like any other number."""
    found = sweep(tiny("buyers.intermediate.return_cost=.inf"), runs=2, threads=1)
    assert not len(found.failures) and len(found.best) == 6


@pytest.mark.parametrize("make", [tiny, failing])
def test_a_sweep_comes_out_again(tmp_path, make):
    """Played again from its folder: identical; and a cell that somebody has changed is found."""
    sweep(make(), tmp_path / "out", threads=1)
    assert again(tmp_path / "out", threads=1) == []
    file = next((tmp_path / "out" / "runs").glob("*.parquet"))
    table = pq.read_table(file)
    profit = table["profit"].to_numpy().copy()
    profit[1] += 1
    pq.write_table(table.set_column(table.column_names.index("profit"), "profit", pa.array(profit)), file)
    found = again(tmp_path / "out", threads=1)
    assert len(found) == 1 and re.match(r"profit at point 0, strategy transactional, run 1 is .*, played again .*: 1\)", found[0])


def test_what_is_not_finished_cannot_come_out_again(tmp_path):
    sweep(tiny(), tmp_path / "out", seconds=0.01, threads=1)
    with pytest.raises(OtherStudy, match="no finished sweep"):
        again(tmp_path / "out")
