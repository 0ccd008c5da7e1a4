"""The page's server: the final answer is what `tenure compare` says, a sketch is the same market with less luck averaged, and what is
wrong is said in a sentence."""
import json
import re

import numpy as np
import pytest
from starlette.testclient import TestClient
from typer.testing import CliRunner

from sim.cli import app as commands
from sim.experiments.compare import compare
from sim.scenario import load, shipped
from sim.web.app import WENT_WRONG, app
from sim.web.asked import made_out
from sim.web.described import described
from sim.web.sketch import FEWEST, RUNS, WORK, sketch
from sim.web.upload import as_file
from sim.wording import plain
from tests.web.texts import load_text

SMALL = "market=default&customers=400&horizon=36&runs=5"


@pytest.fixture(scope="module")
def page():
    with TestClient(app(2), raise_server_exceptions=False) as client:
        yield client


def lines(page, address: str) -> list[dict]:
    """Every line that an address streams."""
    answer = page.get(address)
    assert answer.status_code == 200, answer.text
    return [json.loads(text) for text in answer.text.splitlines()]


def told_by_command(tmp_path, query: str) -> dict:
    """What `tenure compare --json` says of the same state."""
    asked = made_out(query)
    words = ["compare", asked.state.market, *(word for text in asked.sets for word in ("--set", text)), "--json", "--no-figures"]
    done = CliRunner().invoke(commands, [*words, "--out", str(tmp_path / "out")])
    assert done.exit_code == 0, done.output
    return json.loads(done.output)


@pytest.mark.parametrize("query", [SMALL, f"{SMALL}&price=95&mix=0.2,0.3,0.5&set=product.complexity%3D2&seed=7",
                                   "market=price_war&customers=300&horizon=48&runs=4&strategies=relationship_holds"])
def test_the_final_numbers_are_those_of_the_command(page, tmp_path, query):
    final = lines(page, f"/api/answer?{query}")[-1]
    if "strategies=" in query:
        played = compare(made_out(query).scenario, ["relationship_holds"], threads=1)
        assert final["gain"] == [plain(row) for row in played.gain.to_dict("records")]
        return
    command = told_by_command(tmp_path, query)
    assert (final["stage"], final["runs"], final["buyers"]) == ("final", command["runs"], command["buyers"])
    for row in final["gain"]:
        said = command["strategies"][row["strategy"]]
        assert [row[name] for name in ("gain", "low", "high", "share_won")] == [said[name] for name in ("gain", "low", "high", "share_won")]
    assert final["sentence"] == max(command["strategies"].values(), key=lambda one: one["gain"])["sentence"]


def test_an_answer_comes_as_a_sketch_first_and_sharpens(page):
    told = lines(page, "/api/answer?market=default&customers=3000&runs=6&horizon=60")
    assert [line["stage"] for line in told][-1] == "final" and told[0]["stage"] in ("sketch", "sharper", "final")
    assert told[-1]["precision"] == "6 paired runs of 3,000 buyers · 95% interval"
    assert set(told[-1]["figures"]) == {"profit", "gap", "why", "retention", "survival", "money", "phases"}
    path = [row["profit"] for row in told[-1]["figures"]["profit"]["rows"]["profit"] if row["strategy"] == "relationship"]
    assert len(path) == 60 and path[-1] == pytest.approx(compare(made_out("customers=3000&runs=6&horizon=60").scenario,
                                                                 threads=1).paths.profit.iloc[-1], abs=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["default", "service_firm", "rumour", "price_war_answers"])
def test_a_sketch_is_the_market_itself_but_for_luck(name):
    """Forty runs of the sketch and twelve of the market agree within four standard errors, capacities and budgets included."""
    scenario = load(name, ["market.periods=60"] if not load(name).events else [])
    small = sketch(scenario, 2)
    assert FEWEST <= small.market.buyers < scenario.market.buyers
    names = list(scenario.strategies)[:2]
    few, many = compare(small, names, runs=40, threads=2), compare(scenario, names, runs=8, threads=2)
    for other in few.others:
        sketched, real = few.gaps[other].sum(1), many.gaps[other].sum(1)
        error = np.hypot(sketched.std(ddof=1) / 40**0.5, real.std(ddof=1) / 8**0.5)
        assert abs(sketched.mean() - real.mean()) < 4.5 * error, (sketched.mean(), real.mean(), error)


def test_a_sketch_takes_about_the_same_work_for_every_market():
    for name in shipped():
        scenario = load(name)
        small = sketch(scenario, len(scenario.strategies))
        work = RUNS * len(scenario.strategies) * small.market.buyers * (small.market.periods + (small.market.burn_in or 0))
        assert work <= 1.01 * WORK or small.market.buyers in (FEWEST, scenario.market.buyers)


@pytest.mark.slow
@pytest.mark.parametrize("name", list(shipped()))
def test_every_shipped_market_has_a_page(page, name):
    """Described, sketched and answered, with few runs."""
    market = page.get(f"/api/market?market={name}").json()
    assert market["title"] == load(name).name and market["levers"] and "profit" in market["figures"]
    final = lines(page, f"/api/answer?market={name}&runs=2")[-1]
    assert final["stage"] == "final", final
    assert set(final["figures"]) <= set(market["figures"]) and final["sentence"]


def test_charts_are_the_same_for_every_answer_of_a_market():
    """A lever that changes no shape changes no chart, so that a page sends rows alone."""
    one, other = (described(made_out(query))["figures"] for query in ("market=default", "market=default&price=95&mix=0.1,0.1,0.8"))
    assert one == other and not any("datasets" in spec for spec in one.values())


def test_what_is_wrong_is_a_sentence(page):
    for address in ("/api/market", "/api/answer", "/api/lives", "/api/parameters", "/yaml", "/report"):
        answer = page.get(f"{address}?market=defualt")
        assert (answer.status_code, answer.json()) == (400, {"problems": ["there is no shipped market 'defualt'; did you mean 'default'?"]})


def test_an_error_of_ours_is_no_traceback_at_the_page(page, monkeypatch):
    from sim.web import sections

    monkeypatch.setattr(sections, "parameters", lambda asked: 1 / 0)
    answer = page.get("/api/parameters?market=default")
    assert (answer.status_code, answer.json()) == (500, {"problems": [WENT_WRONG]})


def test_two_lives(page):
    told = page.get(f"/api/lives?{SMALL}&buyer=17").json()
    assert told["buyer"] == 17 and told["buyers"] == 400 and told["strategies"] == ["transactional", "relationship"]
    assert told["events"] and all(len(event["sides"]) == 2 for event in told["events"])
    assert page.get(f"/api/lives?{SMALL}&buyer=401").json() == {
        "problems": ["there is no buyer 401; the market has 400 buyers, counted from 1"]}
    assert page.get(f"/api/lives?{SMALL}&buyer=x").json() == {"problems": ["'x' is no number of a buyer; give one from 1 on"]}


def test_the_rest_is_one_click_away(page):
    rows = page.get("/api/parameters?market=default&price=95").json()["rows"]
    by_path = {row["path"]: row for row in rows}
    assert len(rows) > 250 and by_path["sellers.ours.price"]["value"] == "95"
    assert [row["path"] for row in rows if row["changed"]] == ["sellers.ours.price"]


def test_the_page_says_what_the_model_leaves_out(page):
    told = page.get("/api/limits?market=default").json()
    assert told["limits"][0]["left_out"].startswith("The intervals cover luck alone") and told["limits"][0]["remedy"]
    assert "assum" in told["sentence"] and any(row["path"].startswith("buyers.") for row in told["deciding"])


@pytest.mark.slow
def test_kotlers_table_and_the_map_come_with_a_bar(page):
    told = lines(page, "/api/kotler?market=default&customers=300&horizon=24&runs=3")
    assert told[0]["stage"] in ("playing", "final") and len(told[-1]["cells"]) == 9 and told[-1]["sentence"]
    found = lines(page, "/api/map?market=default&customers=300&horizon=24&runs=3")[-1]
    assert found["stage"] == "final" and len(found["figure"]["rows"]["squares"]) == 1600
    assert found["figure"]["rows"]["here"] == [{"x": 60, "y": 1}] and found["x"] == "sellers.ours.unit_cost"
    wrong = lines(page, "/api/map?market=default&customers=300&runs=3&x=product.complexty")[-1]
    assert wrong["stage"] == "failed" and "did you mean" in wrong["problems"][0]


def test_files_are_brought(page):
    text = "schema: 1\nname: Mine\nextends: default\nmarket: {buyers: 300, periods: 24}\nruns: 2\n"
    final = json.loads(page.post("/api/upload?name=mine.yaml", content=text.encode()).text.splitlines()[-1])
    assert final["sentence"] == "Mine: 300 buyers, 2 strategies."
    assert page.get(f"/api/market?own={final['own']}").json()["title"] == "Mine"
    wrong = json.loads(page.post("/api/upload?name=mine.yaml", content=text.replace("300", "-3").encode()).text.splitlines()[-1])
    assert wrong["stage"] == "failed" and wrong["problems"][0].startswith("your_market.yaml:4:18: market.buyers: -3 is too low")
    other = json.loads(page.post("/api/upload?name=mine.docx", content=b"x").text.splitlines()[-1])
    assert other["problems"] == ["mine.docx: the page reads scenarios (.yaml) and tables of purchases (.csv, .parquet)"]
    empty = json.loads(page.post("/api/upload?name=mine.csv", content=b"a,b\n1,2\n").text.splitlines()[-1])
    assert empty["stage"] == "failed" and "/tmp" not in empty["problems"][0]


@pytest.mark.slow
def test_a_market_is_read_from_purchases(page):
    days = "\n".join(f"{customer},2024-{1 + (customer * 7 + order * 3) % 12:02d}-{1 + (customer * order) % 28:02d},{20 + customer % 9}"
                     for customer in range(1, 160) for order in range(1, 2 + customer % 6))  # fmt: skip
    told = page.post("/api/upload?name=purchases.csv", content=f"customer,date,amount\n{days}\n".encode()).text.splitlines()
    final = json.loads(told[-1])
    assert final["stage"] == "final", final
    assert page.get(f"/api/market?own={final['own']}").status_code == 200


def test_the_report_is_the_market_at_hand(page, tmp_path):
    query = f"{SMALL}&price=97"
    report = page.get(f"/report?{query}")
    assert report.headers["content-disposition"] == "attachment; filename=default_report.html"
    assert told_by_command(tmp_path, query)["strategies"]["relationship"]["sentence"] in report.text
    assert "--set sellers.ours.price=97" in report.text


def test_the_copy_as_yaml_is_a_file(page):
    text = page.get(f"/yaml?{SMALL}").text
    assert load_text(text).digest() == made_out(SMALL).scenario.digest() and text == as_file(made_out(SMALL))


def test_the_page_asks_nothing_of_the_network(page):
    home = page.get("/")
    assert "default-src 'self'" in home.headers["content-security-policy"] and not re.search(r"(src|href)=.?(https?:)?//", home.text)
    assert "vegaEmbed" in page.get("/vega.js").text
