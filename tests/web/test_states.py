"""What an address says: levers stand for parameters, a state is one market wherever it is loaded, and no address leads to a file."""
import base64
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from sim.scenario import load, shipped
from sim.web.asked import made_out
from sim.web.levers import levers, options
from sim.web.state import LARGEST, Refused, State, read, unwrapped, wrapped
from sim.web.upload import address_of, as_file, scenario_from, without_files
from tests.web.texts import load_text

FEW = "schema: 1\nname: Mine\nextends: default\nmarket: {buyers: 300, periods: 24}\nruns: 4\n"
QUICK = ("default", "commodity_freight", "price_war")
ODD_TEXTS = some.text(alphabet=some.characters(blacklist_categories=("Cs",)), max_size=300)


@pytest.mark.parametrize("name", [name if name in QUICK else pytest.param(name, marks=pytest.mark.slow) for name in shipped()])
def test_every_lever_of_every_market_can_be_moved(name):
    """Its lower end and its upper (or each choice) give a market in which the lever stands there."""
    base = load(name)
    for lever in levers(base).values():
        tried = [choice["value"] for choice in lever.choices] or [lever.low, lever.high]
        if lever.kind == "mix":
            tried = [",".join(["0.25", "0.75", *["0"] * (len(lever.parts) - 2)])]
            assert len(lever.parts) >= 2
        for value in tried:
            asked = made_out(State(name, levers=((lever.name, str(value)),)).query())
            now = levers(asked.scenario)[lever.name].now if lever.name in levers(asked.scenario) else 0
            if lever.kind == "mix":
                assert now == [0.25, 0.75, *[0] * (len(lever.parts) - 2)]
            elif lever.kind == "number":
                assert now == pytest.approx(value, rel=1e-3), (lever.name, value)
            else:
                assert now == value


def test_a_margin_is_of_the_price_that_holds():
    seller = made_out("market=default&price=110&margin=30").scenario.sellers["ours"]
    assert (seller.price, seller.unit_cost) == (110, pytest.approx(77))


def test_levels_of_one_strategy_are_said_as_one_plan():
    found = options(load("default"), (("level.relationship.lost_for_good", "basic"), ("level.relationship.intermediate", "basic"),
                                      ("level.relationship.always_a_share", "basic")))
    assert found == ["strategies.relationship.ours.level=basic"]


def test_a_switching_cost_moves_every_type_in_proportion():
    base, asked = load("default"), made_out("switching_cost=47.7")
    for name, buyer in asked.scenario.buyers.items():
        assert buyer.switching_cost.mean() == pytest.approx(base.buyers[name].switching_cost.mean() * 2, rel=1e-3)
    assert made_out("switching_cost=0").scenario.buyers["intermediate"].switching_cost.mean() == 0


@settings(max_examples=40, deadline=None)
@given(some.lists(some.floats(0.01, 1), min_size=3, max_size=3))
def test_any_mix_sums_to_one(weights):
    shares = [round(weight / sum(weights), 2) for weight in weights]
    asked = made_out(State(levers=(("mix", ",".join(map(str, shares))),)).query())
    assert sum(buyer.share for buyer in asked.scenario.buyers.values()) == pytest.approx(1, abs=1e-9)


def test_an_address_says_the_same_however_it_is_written():
    one = read("set=product.complexity%3D2&price=95&market=default&view=why")
    other = read("market=default&price=95&set=product.complexity%3D2")
    assert one == other and read(one.query()) == one
    assert made_out(one.query()).scenario.digest() == load("default", ["product.complexity=2", "sellers.ours.price=95"]).digest()


@pytest.mark.parametrize(("query", "said"), [
    ("market=defualt", ["there is no shipped market 'defualt'; did you mean 'default'?"]),
    ("prise=3", ["there is no lever 'prise' in this market; did you mean 'price'?"]),
    ("price=abc&mix=1,2", [
        "mix='1,2' is no mix of lost-for-good, intermediate and always-a-share buyers; give 3 shares that sum to one, such as 0.5,0.5,0",
        "price='abc' is not a number; give one between 50 and 150 EUR a unit"]),
    ("price=500", ["price: 500 EUR a unit is too high; give a value between 50 and 150"]),
    ("level.relationship.intermediate=partner", ["level.relationship.intermediate: 'partner' is no level; did you mean 'partnership'?"]),
    ("strategies=relationshp", ["'relationshp' is not a strategy of this market; did you mean 'relationship'?"]),
    ("own=rubbish!", ["the scenario in this address is damaged; upload the file again"]),
    ("set=market.buyers%3D9000000", ["40 runs of 9,000,000 buyers over 120 periods take too long for a page; choose fewer, or use tenure "
                                     "compare"]),
])  # fmt: skip
def test_what_cannot_be_is_said_all_at_once(query, said):
    with pytest.raises(Refused) as refused:
        made_out(query)
    assert refused.value.problems == said


def test_a_wrong_option_is_shown_with_its_caret():
    with pytest.raises(Refused) as refused:
        made_out("set=market.periodz%3D3")
    assert refused.value.problems == [
        "--set: market.periodz: 'periodz' is unknown here; did you mean 'period'?\n    market.periodz=3\n           ^^^^^^^"]


def test_a_scenario_of_ones_own_lives_in_the_address():
    word, sentence = scenario_from(FEW)
    assert sentence == "Mine: 300 buyers, 2 strategies." and unwrapped(word) == FEW
    assert made_out(f"own={word}").scenario.digest() == load_text(FEW).digest()
    moved = made_out(State(own=word, levers=(("price", "95"),)).query())
    assert moved.scenario.sellers["ours"].price == 95 and moved.scenario.market.buyers == 300


@given(ODD_TEXTS)
def test_any_text_goes_into_an_address_and_back(text):
    assert unwrapped(wrapped(text)) == text


@given(some.binary(max_size=60))
def test_no_address_breaks_the_page(content):
    """Whatever stands in it, it is a scenario or a sentence."""
    word = base64.urlsafe_b64encode(content).decode().rstrip("=")
    with pytest.raises(Refused):
        made_out(f"own={word or 'x'}")


def test_what_a_few_letters_unpack_to_is_bounded():
    word = base64.urlsafe_b64encode(zlib.compress(b"#" * 50 * LARGEST)).decode()
    assert len(word) < 20_000
    with pytest.raises(Refused, match="longer than 200,000 letters"):
        unwrapped(word)


@pytest.mark.parametrize("text", [
    "schema: 1\nname: x\nextends: /etc/passwd\n",
    "schema: 1\nname: x\nextends: ../../secret.yaml\n",
    "schema: 1\nname: x\nextends: default\nword_of_mouth: {network: file, file: /etc/hostname}\n",
    "schema: 1\nname: x\nextends: default\ndata: [{file: /etc/hostname, source: s, licence: l}]\n",
])
def test_a_market_on_the_page_leads_to_no_file_of_the_computer(text):
    with pytest.raises(Refused) as refused:
        scenario_from(text)
    assert not any("/tmp" in problem or "root:" in problem for problem in refused.value.problems)


def test_nor_does_an_option():
    with pytest.raises(Refused):
        made_out("set=word_of_mouth%3D%7Bnetwork%3A+file%2C+file%3A+%2Fetc%2Fhostname%7D")


def test_a_wrong_file_is_told_line_by_line():
    with pytest.raises(Refused) as refused:
        scenario_from("schema: 1\nname: x\nextends: default\nmarket: {buyers: -3, periodz: 4}\n")
    assert refused.value.problems == [
        "your_market.yaml:4:18: market.buyers: -3 is too low; give a value between 1 and 100000000 (buyers)\n"
        "    market: {buyers: -3, periodz: 4}\n                     ^^",
        "your_market.yaml:4:22: market.periodz: 'periodz' is unknown here; did you mean 'period'?\n"
        "    market: {buyers: -3, periodz: 4}\n                         ^^^^^^^"]


@pytest.mark.parametrize("name", list(shipped()))
def test_a_copy_is_the_same_market(name):
    """As YAML, with something changed: the same digest, so the same numbers."""
    sets = (f"runs={load(name).runs + 1}", "market.discount_rate=0.07")
    asked = made_out(State(name, sets=sets).query())
    text = as_file(asked)
    if load(name).word_of_mouth.file is None:
        assert load_text(text).digest() == load(name, sets).digest()


def test_the_copy_of_a_changed_market_is_short():
    text = as_file(made_out("price=95&level.relationship.lost_for_good=reactive"))
    assert text.splitlines()[:3] == ["schema: 1", 'name: "Transactional against relationship, changed"', "extends: default"]
    assert len(text.splitlines()) < 15
    assert as_file(made_out("")) == 'schema: 1\nname: "Transactional against relationship"\nextends: default\n'


def test_a_file_that_leans_on_others_is_opened_whole(tmp_path):
    (tmp_path / "base.yaml").write_text(FEW)
    (tmp_path / "mine.yaml").write_text("schema: 1\nname: Mine too\nextends: base.yaml\nproduct: {complexity: 2}\n")
    market = load(tmp_path / "mine.yaml")
    assert made_out(address_of(str(tmp_path / "mine.yaml"), market, ())).scenario.digest() == market.digest()


def test_sections_that_name_files_are_left_out():
    assert without_files("schema: 1  # kept\nname: x\nobserved: {file: a.csv}\nruns: 3\n") == "schema: 1  # kept\nname: x\nruns: 3\n"
