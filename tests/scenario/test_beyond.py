"""Beyond the dyad in scenario files: networks, six markets, partners, shocks and answers load, merge, convert and are told."""

import json
import pickle
import re
import textwrap
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

import sim.scenario as scenario_room
from sim.rebuild import rebuilt
from sim.scenario import Scenario, ScenarioError, load, shipped
from sim.scenario.actors import Seller
from sim.scenario.answers import Answers, BestReply, CopyLevel, HarvestLockedIn, MatchLowestPrice
from sim.scenario.catalogue import catalogue
from sim.scenario.networks import NETWORKS, Partner, Shock, WordOfMouth
from sim.scenario.parameter import MONTHS_PER_PERIOD, facts, group
from sim.scenario.plain import simulated
from sim.scenario.schema import LATER_SECTIONS, Behaviour
from sim.scenario.six_markets import EFFECTS, SIX_MARKETS, MarketStock, RelationshipBudget
from sim.scenario.words import difference, explain, json_schema, new_file

HEAD = "schema: 1\nname: Trial\n"
DEFAULT = load("default")
PERIODS = tuple(MONTHS_PER_PERIOD)
EVERYTHING = """\
extends: default
behaviour: {doubt: 6}
word_of_mouth: {network: small_world, degree: 8, talk: 0.3}
six_markets: {referral: {effect: 2}, internal: }
partners:
  bank: {kind: a bank, advice: 0.2}
  lawyer:
influence:
  - {at: 36, influencer: regulator, seller: ours, reputation: -0.4, reach: 0.5, news: -15, note: fined}
  - {at: 48, influencer: press, seller: rivals, reach: 0.1}
sellers:
  ours:
    relationship_budget: {total: 5000, referral: 0.75, internal: 0.25}
    partners: {bank: 0.6}
    network: allies
    referral_reward: 25
    commission: 100
    premium: -0.05
    answers: {match_lowest_price: true, copy_level: {lag: 6}, drop_level: false}
  rivals: {network: allies}
strategies:
  other:
    ours:
      relationship_budget: {referral: 0.5, customer: 0.25}
      partners: {lawyer: 0.1}
      network: null
      answers: {copy_level: {}, drop_level: true, match_lowest_price: false, harvest_locked_in: {premium: 0.3}}
    events:
      - {at: 60, until: 72, ours: {answers: {copy_level: false, harvest_locked_in: {from_share: 0.5}}}}
"""


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Write a scenario file (the head is added) and load it."""
    monkeypatch.chdir(tmp_path)

    def write_and_load(text: str, name: str = "trial.yaml", sets: tuple[str, ...] = ()) -> Scenario:
        (tmp_path / name).write_text(HEAD + text, encoding="utf-8")
        return load(name, sets)

    return write_and_load


@pytest.fixture
def everything(write) -> Scenario:
    """A market in which everything beyond the dyad is on."""
    return write(EVERYTHING)


def test_everything_is_off_unless_stated() -> None:
    assert DEFAULT.word_of_mouth.network == "none"
    assert DEFAULT.partners == {} and DEFAULT.influence == ()
    assert DEFAULT.behaviour.doubt == 0
    for seller in DEFAULT.sellers.values():
        assert seller.relationship_budget.total == 0
        assert (seller.partners, seller.network, seller.referral_reward, seller.commission, seller.premium) == ({}, None, 0, 0, 0)
        assert all(getattr(seller.answers, rule) is None for rule in Answers.model_fields)


def test_the_six_markets_have_one_name_and_numbers_with_sources() -> None:
    assert SIX_MARKETS == tuple(EFFECTS) == tuple(catalogue().values["six_markets"]) == tuple(DEFAULT.six_markets)
    assert (*RelationshipBudget.model_fields,) == ("total", *SIX_MARKETS)
    assert all(tuple(stock) == tuple(MarketStock.model_fields) for stock in catalogue().values["six_markets"].values())


def test_what_is_stated_is_there(everything) -> None:
    ours = everything.sellers["ours"]
    assert everything.word_of_mouth == WordOfMouth(network="small_world", degree=8, talk=0.3)
    assert (everything.six_markets["referral"].effect, everything.six_markets["referral"].fade) == (2, 0.05)
    assert everything.partners == {"bank": Partner(kind="a bank", advice=0.2), "lawyer": Partner()}
    assert everything.influence == (
        Shock(at=36, influencer="regulator", seller="ours", reputation=-0.4, reach=0.5, news=-15, note="fined"),
        Shock(at=48, influencer="press", seller="rivals", reach=0.1),
    )
    assert ours.relationship_budget == RelationshipBudget(total=5000, referral=0.75, internal=0.25)
    assert (ours.partners, ours.network, ours.referral_reward, ours.commission, ours.premium) == ({"bank": 0.6}, "allies", 25, 100, -0.05)
    assert ours.answers == Answers(match_lowest_price=MatchLowestPrice(), copy_level=CopyLevel(lag=6))
    assert {seller.network for seller in everything.sellers.values()} == {"allies"}


def test_the_example_of_the_readme_loads(write) -> None:
    readme = (Path(scenario_room.__file__).parent / "README.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```yaml\n(.*?)```", readme, re.DOTALL)
    assert write(textwrap.dedent(f"  {example.strip()}\n")).sellers["ours"].answers.copy_level == CopyLevel(lag=6)


def test_changes_leave_what_they_leave_out(everything) -> None:
    under = {period: everything.sellers_under("other", period)["ours"] for period in (1, 60, 72)}
    assert under[1].relationship_budget == RelationshipBudget(total=5000, customer=0.25, referral=0.5, internal=0.25)
    assert under[1].partners == {"bank": 0.6, "lawyer": 0.1}
    assert under[1].network is None
    assert (under[1].referral_reward, under[1].commission, under[1].premium) == (25, 100, -0.05)
    assert under[1].answers.copy_level == CopyLevel(lag=6)                   # stated anew with nothing: as it was
    assert under[1].answers.drop_level.lag == 12                             # switched on with its defaults
    assert under[1].answers.match_lowest_price is None                       # switched off
    assert under[1].answers.harvest_locked_in == HarvestLockedIn(premium=0.3)
    assert under[60].answers.copy_level is None
    assert under[60].answers.harvest_locked_in == HarvestLockedIn(from_share=0.5, premium=0.3)
    assert under[72] == under[1]
    assert everything.sellers_under("relationship", 60)["ours"].answers == everything.sellers["ours"].answers


def test_true_is_the_rule_with_its_defaults_anew(write) -> None:
    rule = "sellers: {ours: {answers: {copy_level: {lag: 6}}}}\nstrategies: {anew: {ours: {answers: {copy_level: %s}}}}\n"
    lags = {stated: write(rule % stated).sellers_under("anew", 1)["ours"].answers.copy_level for stated in ("true", "{}", "{lag: 3}")}
    assert {stated: level.lag for stated, level in lags.items()} == {"true": 12, "{}": 6, "{lag: 3}": 3}


@pytest.mark.parametrize("off", ["false", "null", ""])
def test_a_rule_is_off_where_it_is_said_to_be(write, off: str) -> None:
    seller = f"sellers: {{ours: {{answers: {{copy_level: {off}}}}}}}\n"
    assert write(seller).sellers["ours"].answers.copy_level is None
    change = f"sellers: {{ours: {{answers: {{copy_level: true}}}}}}\nstrategies: {{off: {{ours: {{answers: {{copy_level: {off}}}}}}}}}\n"
    assert write(change).sellers_under("off", 1)["ours"].answers.copy_level is None


@pytest.mark.parametrize("period", PERIODS)
def test_defaults_are_converted_to_the_period_and_statements_are_not(period: str) -> None:
    months = MONTHS_PER_PERIOD[period]
    sets = [f"market.period={period}", "partners.bank={}", "partners.agent={advice: 0.01, half_at: 0.2}",
            "sellers.ours.answers={copy_level: true, drop_level: {}, best_reply: {foresight: false}}",
            "strategies.transactional.ours.answers={copy_level: {lag: 3}, drop_level: true, best_reply: false}",
            "strategies.transactional.ours.answers.harvest_locked_in={}"]  # fmt: skip
    market = load("default", sets)
    spoken, referral, bank = market.word_of_mouth, market.six_markets["referral"], market.partners["bank"]
    assert spoken.talk == pytest.approx(1 - 0.75**months)
    assert spoken.support == pytest.approx(1 - 0.97**months)
    assert (spoken.degree, spoken.bad_news, spoken.credence, spoken.lent_trust, spoken.reward_half) == (10, 2, 0.5, 0.05, 25)
    assert (referral.half_at, referral.fade, referral.effect) == pytest.approx((months, 1 - 0.95**months, 1))
    found = (bank.advice, bank.half_at, bank.fade, bank.trust, bank.commission_half)
    assert found == pytest.approx((1 - 0.9**months, 0.2 * months, 1 - 0.95**months, 0.3, 100))
    assert (market.partners["agent"].advice, market.partners["agent"].half_at) == (0.01, 0.2)
    year, month = {"day": (365, 30), "week": (52, 4), "month": (12, 1), "quarter": (4, 1), "year": (1, 1)}[period]
    answers = market.sellers["ours"].answers
    assert (answers.copy_level.lag, answers.drop_level.lag) == (year, year)
    assert answers.best_reply == BestReply(every=month, foresight=False)
    changed = market.sellers_under("transactional", 1)["ours"].answers
    assert (changed.copy_level.lag, changed.drop_level.lag, changed.best_reply) == (3, year, None)
    assert changed.harvest_locked_in == HarvestLockedIn()


def test_a_rule_switched_on_by_a_strategy_counts_in_the_scenario_s_periods() -> None:
    """In part or whole, where the seller itself has no such rule."""
    rule = "strategies.transactional.ours.answers.best_reply="
    for stated, foresight in (("true", True), ("{foresight: false}", False)):
        weekly = load("default", ["market.period=week", rule + stated])
        assert weekly.sellers_under("transactional", 1)["ours"].answers.best_reply == BestReply(every=4, foresight=foresight)


def test_another_period_asks_for_statements_anew(write, tmp_path: Path) -> None:
    (tmp_path / "parent.yaml").write_text(HEAD + "sellers: {ours: {answers: {copy_level: true}}}\nword_of_mouth: {talk: 0.5}\n")
    with pytest.raises(ScenarioError, match=r"word_of_mouth\.talk in parent\.yaml:4 is stated per month"):
        write("extends: parent.yaml\nmarket: {period: week}\n")
    weekly = write("extends: parent.yaml\nmarket: {period: week}\nword_of_mouth: {talk: 0.1}\n")
    assert (weekly.word_of_mouth.talk, weekly.sellers["ours"].answers.copy_level.lag) == (0.1, 52)


def test_options_reach_everything(everything) -> None:
    changed = everything.replace(
        [
            "word_of_mouth.network=scale_free",
            "six_markets.customer.fade=0.1",
            "partners.bank.advice=0.25",
            "partners.agent={}",
            "influence.2.at=50",
            "sellers.ours.relationship_budget.referral=0.5",
            "sellers.ours.relationship_budget.supplier=0.25",
            "sellers.ours.partners.lawyer=0.3",
            "sellers.ours.answers.copy_level=true",
            "sellers.rivals.answers.best_reply.every=3",
            "strategies.other.ours.relationship_budget.supplier=0",
            "strategies.other.ours.answers.drop_level.lag=7",
        ]
    )
    ours = changed.sellers["ours"]
    assert changed.word_of_mouth == WordOfMouth(network="scale_free", degree=8, talk=0.3)
    assert (changed.six_markets["customer"].fade, changed.partners["bank"].advice) == (0.1, 0.25)
    assert list(changed.partners) == ["bank", "lawyer", "agent"]
    assert [shock.at for shock in changed.influence] == [36, 50]
    assert ours.relationship_budget == RelationshipBudget(total=5000, referral=0.5, supplier=0.25, internal=0.25)
    assert ours.partners == {"bank": 0.6, "lawyer": 0.3}
    assert (ours.answers.copy_level.lag, changed.sellers["rivals_2"].answers.best_reply.every) == (12, 3)
    assert changed.sellers_under("other", 1)["ours"].answers.drop_level.lag == 7
    assert changed.origins["sellers.ours.answers.copy_level.lag"] == ("default", "")
    assert changed.origins["sellers.rivals_2.answers.best_reply.every"][0] == "option"


OPTIONS = {
    "partners.bank.advice=0.2": """\
--set: partners.bank.advice: there is no partner 'bank'; there is none to choose from (to add one, write partners.bank={...})
    partners.bank.advice=0.2
             ^^^^""",
    "influence.1.at=3": """\
--set: influence.1.at: there are no shocks to change; write influence=[...] to add some
    influence.1.at=3
    ^^^^^^^^^""",
    "sellers.ours.answers.copy_levels=true": """\
--set: sellers.ours.answers.copy_levels: 'copy_levels' is unknown here; did you mean 'copy_level'?
    sellers.ours.answers.copy_levels=true
                         ^^^^^^^^^^^""",
    "sellers.ours.relationship_budget.total=100": """\
--set: sellers.ours.relationship_budget: the shares of the budget sum to 0, not to 1; say which of the six markets it goes to, \
such as referral: 1
    sellers.ours.relationship_budget.total=100
                 ^^^^^^^^^^^^^^^^^^^""",
    "strategies.relationship.ours.answers={best_reply: true, match_lowest_price: true}": """\
--set: strategies.relationship.ours.answers.match_lowest_price: match_lowest_price and best_reply both set the seller's prices; \
switch one of them off, such as match_lowest_price: false
    strategies.relationship.ours.answers={best_reply: true, match_lowest_price: true}
                                                                                ^^^^""",
}


@pytest.mark.parametrize("option", OPTIONS)
def test_wrong_option_is_pointed_at(option: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        load("default", [option])
    assert str(caught.value) == OPTIONS[option]


def test_what_fits_under_every_strategy_and_event_passes(write) -> None:
    """Nothing to share needs no shares; a strategy may bring the shares, and another switch one rule off for the other."""
    scenario = write(
        "sellers: {ours: {relationship_budget: {referral: 0.3}, answers: {match_lowest_price: true}}, rivals: {count: 2}}\n"
        "partners: {bank: {advice: 0.5}, agent: {advice: 0.5}}\n"
        "strategies:\n  spend: {ours: {relationship_budget: {total: 10, internal: 0.7}, partners: {bank: 0.4, agent: 0.6}}}\n"
        "  reply: {ours: {answers: {match_lowest_price: false, best_reply: true}}}\n"
        "events: [{at: 3, until: 5, ours: {partners: {agent: 0.1, bank: 0.9}}}, {at: 7, rivals_2: {network: allies}}]\n"
    )
    assert scenario.sellers_under("spend", 1)["ours"].partners == {"bank": 0.4, "agent": 0.6}
    assert scenario.sellers_under("reply", 7)["rivals_2"].network == "allies"


def test_the_single_seller_has_the_last_word_in_whatever_order_it_is_named(write) -> None:
    single, group = "rivals_2: {partners: {bank: 0.9}}", "rivals: {partners: {bank: 0.2, agent: 0.1}}"
    for order in ((single, group), (group, single)):
        scenario = write(f"sellers: {{rivals: {{count: 2}}}}\npartners: {{bank: , agent: }}\nstrategies: {{one: {{{', '.join(order)}}}}}\n")
        found = {name: seller.partners for name, seller in scenario.sellers_under("one", 1).items()}
        assert found == {"rivals_1": {"bank": 0.2, "agent": 0.1}, "rivals_2": {"bank": 0.9, "agent": 0.1}}


# --- the file of a network -------------------------------------------------------------------------------------------


def test_the_file_of_a_network_lies_beside_the_scenario_that_names_it(write, tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "links.csv").write_text("listener,speaker\n0,1\n", encoding="utf-8")
    (tmp_path / "deep" / "parent.yaml").write_text(
        HEAD + "sellers: {ours: {}}\nword_of_mouth: {network: file, file: links.csv}\n", encoding="utf-8"
    )
    scenario = write("extends: deep/parent.yaml\n")
    assert scenario.files["links.csv"].samefile(tmp_path / "deep" / "links.csv")
    by_option = write("sellers: {ours: {}}\n", sets=("word_of_mouth={network: file, file: deep/links.csv}",))
    assert by_option.files["deep/links.csv"].is_file()
    assert by_option.digest() == scenario.digest()
    (tmp_path / "elsewhere.yaml").write_text(new_file(scenario), encoding="utf-8")
    assert load("elsewhere.yaml").digest() == scenario.digest()


def test_a_plain_form_finds_the_file_in_the_folder_of_its_name(write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "links.csv").write_text("listener,speaker\n0,1\n", encoding="utf-8")
    values = write("sellers: {ours: {}}\nword_of_mouth: {network: file, file: links.csv}\n").as_dict()
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert rebuilt(values, "../trial").files["links.csv"].is_file()
    with pytest.raises(ScenarioError, match=r"there is no file 'links\.csv' beside the scenario"):
        rebuilt(values, "trial")


def test_the_digest_follows_the_content_of_the_network_s_file(write, tmp_path: Path) -> None:
    (tmp_path / "links.csv").write_text("listener,speaker\n0,1\n", encoding="utf-8")
    scenario = write("sellers: {ours: {}}\nword_of_mouth: {network: file, file: links.csv}\n")
    before = scenario.digest()
    assert rebuilt(scenario.as_dict(), "trial").digest() == before
    (tmp_path / "links.csv").write_text("listener,speaker\n0,2\n", encoding="utf-8")
    assert scenario.digest() != before


# --- the digest ------------------------------------------------------------------------------------------------------


def goes_beyond(scenario: Scenario) -> bool:
    """Whether a file or option states anything that came later."""
    later = [f".{name}." for name in Seller.model_fields if facts(Seller, name).later] + [".behaviour.doubt."]
    later += [f".{section}." for section in LATER_SECTIONS]
    stated = [f".{path}." for path, (kind, _) in scenario.origins.items() if kind not in ("default", "catalogue")]
    return any(name in path for path in stated for name in later)


WITHOUT = [name for name in shipped() if not goes_beyond(load(name))]


@pytest.mark.parametrize(("name", "sets"), [*((name, ()) for name in WITHOUT), *(("default", (f"market.period={p}",)) for p in PERIODS)])
def test_a_scenario_that_does_without_is_described_as_before(name: str, sets: tuple[str, ...]) -> None:
    """What bears on the simulation names nothing that came later, so digests that were printed before still hold."""
    said = simulated(load(name, sets).as_dict())
    assert not set(LATER_SECTIONS) & set(said)
    assert "doubt" not in said["behaviour"]
    assert not any(facts(Seller, field).later for seller in said["sellers"].values() for field in seller)


def test_the_shipped_scenarios_that_do_without_are_known() -> None:
    assert "default" in WITHOUT and len(WITHOUT) >= 17
    assert goes_beyond(DEFAULT.replace(["sellers.ours.answers.copy_level=true"])) and goes_beyond(DEFAULT.replace(["partners.bank={}"]))


def test_the_parameters_that_came_later_are_those_beyond_the_dyad() -> None:
    later = [name for name in Seller.model_fields if facts(Seller, name).later]
    assert later == ["relationship_budget", "partners", "network", "referral_reward", "commission", "premium", "answers"]
    assert [name for name in Behaviour.model_fields if facts(Behaviour, name).later] == ["doubt"]
    assert facts(WordOfMouth, "talk").later and not facts(Seller, "price").later


STATED = [
    "behaviour.doubt=0",
    "word_of_mouth={network: none, degree: 10, talk: 0.25}",
    "six_markets.referral={half_at: 1, fade: 0.05, effect: 1}",
    "sellers.ours.relationship_budget={total: 0, customer: 0}",
    "sellers.ours.answers={copy_level: false}",
    "sellers.ours.partners={}",
    "sellers.ours.network=null",
    "sellers.ours.premium=0.0",
    "partners={}",
    "influence=[]",
]
CHANGED = [
    "behaviour.doubt=1",
    "word_of_mouth.network=well_mixed",
    "word_of_mouth.talk=0.3",
    "six_markets.referral.effect=2",
    "partners.bank={}",
    "influence=[{at: 3, influencer: press, seller: ours, reputation: -0.1}]",
    "sellers.ours.relationship_budget.referral=0.2",
    "sellers.ours.network=allies",
    "sellers.ours.premium=0.1",
    "sellers.ours.referral_reward=1",
    "sellers.ours.commission=1",
    "sellers.ours.answers.copy_level=true",
    "sellers.ours.answers.best_reply=true",
    "strategies.relationship.ours.premium=0",
    "strategies.relationship.ours.answers.copy_level=false",
]


@pytest.mark.parametrize("option", STATED)
def test_stating_a_default_changes_no_digest(option: str) -> None:
    assert DEFAULT.replace([option]).digest() == DEFAULT.digest()


def test_every_change_has_a_digest_of_its_own() -> None:
    digests = [DEFAULT.replace([option]).digest() for option in CHANGED]
    assert len({DEFAULT.digest(), *digests}) == len(CHANGED) + 1


def test_digest_ignores_what_things_are_called(everything) -> None:
    called = ["partners.bank.kind=building society", "influence.1.note=''", "influence.1.influencer=watchdog"]
    assert everything.replace(called).digest() == everything.digest()
    assert everything.replace(["influence.1.reach=0.6"]).digest() != everything.digest()


# --- round trips -----------------------------------------------------------------------------------------------------


def test_a_scenario_comes_back_from_its_plain_form_and_its_file(everything, tmp_path: Path) -> None:
    again = rebuilt(json.loads(json.dumps(everything.as_dict())))
    (tmp_path / "again.yaml").write_text(new_file(everything), encoding="utf-8")
    for other in (again, load("again.yaml"), pickle.loads(pickle.dumps(everything))):
        assert other.digest() == everything.digest()
        assert [row for row in difference(everything, other) if row.path != "teaches"] == []
        for strategy in everything.strategies:
            for period in everything.change_periods(strategy):
                assert other.sellers_under(strategy, period) == everything.sellers_under(strategy, period)


@pytest.mark.parametrize("period", PERIODS)
def test_a_new_file_with_all_marks_taken_away_is_the_same_scenario(period: str, tmp_path: Path) -> None:
    """Every commented value is the one that holds anyway; only the examples of what may be added are no part of it."""
    scenario = DEFAULT.replace([f"market.period={period}"])
    lines = new_file(scenario).splitlines()
    indented = [line.replace("# ", "", 1) if line.startswith("  ") and is_value(line) else line for line in lines]
    (tmp_path / "bare.yaml").write_text("\n".join(indented), encoding="utf-8")
    again = load(tmp_path / "bare.yaml")
    assert again.digest() == scenario.digest()
    stated = {path for path, (kind, _) in again.origins.items() if kind == "file"}
    assert {"word_of_mouth.talk", "six_markets.internal.effect", "sellers.rivals.answers.best_reply", "behaviour.doubt"} <= stated


def is_value(line: str) -> bool:
    """Whether a commented line holds a value rather than an explanation: a name of one word, a colon, and the value at the same indent."""
    name, colon, _ = line.strip().removeprefix("# ").partition(":")
    return bool(colon) and name.isidentifier() and not line.strip().startswith("#  ") and name in VALUES


VALUES = {name for model in (WordOfMouth, MarketStock, Behaviour, Seller) for name in model.model_fields} - {"count", "starting_share"}

BUDGETS = st.lists(st.integers(0, 5), min_size=6, max_size=6).filter(any).map(lambda parts: [part / sum(parts) for part in parts])
NEW_SETS = st.lists(
    st.one_of(
        st.sampled_from([name for name in NETWORKS if name != "file"]).map(lambda x: f"word_of_mouth.network={x}"),
        st.floats(0, 1).map(lambda x: f"word_of_mouth.talk={x!r}"),
        st.floats(0, 10).map(lambda x: f"six_markets.referral.effect={x!r}"),
        st.floats(0, 0.2).map(lambda x: f"partners.bank={{advice: {x!r}}}"),
        BUDGETS.map(lambda x: f"sellers.ours.relationship_budget={{total: 9.5, {', '.join(map('{}: {!r}'.format, SIX_MARKETS, x))}}}"),
        st.floats(-0.9, 5).map(lambda x: f"strategies.relationship.ours.premium={x!r}"),
        st.sampled_from(["true", "false", "{}", "{floor: 0.25}"]).map(lambda x: f"sellers.rivals.answers.match_lowest_price={x}"),
        st.sampled_from(["true", "false", "{}", "{lag: 5}"]).map(lambda x: f"strategies.relationship.ours.answers.copy_level={x}"),
        st.sampled_from(["true", "false", "{lag: 7}"]).map(lambda x: f"sellers.ours.answers.copy_level={x}"),
        st.sampled_from(["null", "allies"]).map(lambda x: f"strategies.relationship.rivals.network={x}"),
        st.integers(1, 100).map(lambda x: f"influence=[{{at: {x}, influencer: press, seller: rivals, reputation: 0.1, note: 'a: b #'}}]"),
        st.sampled_from(PERIODS).map(lambda x: f"market.period={x}"),
    ),
    max_size=6,
)


@settings(deadline=None, max_examples=40)
@given(sets=NEW_SETS)
def test_whatever_is_changed_survives_every_round_trip(sets: list[str], tmp_path_factory) -> None:
    scenario = DEFAULT.replace(sets)
    path = tmp_path_factory.mktemp("trip") / "new.yaml"
    path.write_text(new_file(scenario), encoding="utf-8")
    for again in (load(path), rebuilt(scenario.as_dict())):
        assert again.digest() == scenario.digest()
        assert [row for row in difference(scenario, again) if row.path != "teaches"] == []
        for strategy in scenario.strategies:
            assert again.sellers_under(strategy, 1) == scenario.sellers_under(strategy, 1)


CHANGE = st.fixed_dictionaries(
    {},
    optional={
        "copy_level": st.sampled_from([True, False, {}, {"lag": 3}]),
        "harvest_locked_in": st.one_of(
            st.booleans(), st.fixed_dictionaries({}, optional={"from_share": st.floats(0.6, 1), "premium": st.floats(0, 5)})
        ),
    },
)  # fmt: skip


@settings(deadline=None, max_examples=60)
@given(CHANGE, CHANGE, CHANGE)
def test_rules_merge_as_mappings_do(base: dict, override: dict, event: dict) -> None:
    """Held against plain dictionaries: true is the defaults, false is nothing, a mapping is laid over what was there or the defaults."""
    values = DEFAULT.as_dict()
    values["sellers"]["ours"]["answers"] = base
    values["strategies"] = {"other": {"ours": {"answers": override}}}
    values |= {"baseline": "other", "events": [{"at": 1, "ours": {"answers": event}}]}
    expected: dict = {}
    for change in (base, override, event):
        for rule, said in change.items():
            usual = {name: field.default for name, field in group(Answers, rule).model_fields.items()}
            before = expected.get(rule) if expected.get(rule) and said is not True else usual
            expected[rule] = None if said is False else {**before, **(said if isinstance(said, dict) else {})}
    found = rebuilt(values).sellers_under("other", 1)["ours"].answers.model_dump()
    assert {rule: said for rule, said in found.items() if said} == {rule: said for rule, said in expected.items() if said}


# --- words -----------------------------------------------------------------------------------------------------------


def test_what_is_off_is_told_in_a_sentence_each() -> None:
    short, whole = explain(DEFAULT, everything=False), explain(DEFAULT)
    off = [row for row in short if row.section == "beyond the dyad"]
    assert [row.path for row in off] == ["word_of_mouth", "six_markets", "partners", "influence", "sellers"]
    assert [row.value for row in off][:4] == ["off", "off", "none", "none"]
    assert off[4].value == "no relationship_budget, partners, network, referral_reward, commission, premium, answers"
    assert len(short) < len(whole) - 50
    assert {row.path for row in short} - {row.path for row in whole} == {"word_of_mouth", "six_markets", "sellers"}
    assert all(row.meaning and row.source for row in short)


def test_the_sentences_say_what_switches_it_on() -> None:
    """Taken at their word, they do."""
    meanings = {row.path: row.meaning for row in explain(DEFAULT, everything=False) if row.section == "beyond the dyad"}
    file = YAML(typ="safe").load
    for section in ("word_of_mouth", "partners", "influence"):
        said = meanings[section].split("; ")[1]
        stated = said[: max(said.rindex("}"), said.rindex("]") if "]" in said else 0) + 1]
        changed = DEFAULT.replace([stated.replace(": ", "=", 1)])
        assert file(stated) and section not in {row.path for row in explain(changed, everything=False)}
    for start, gone in (("relationship_budget", "six_markets"), ("answers", "sellers")):
        said = next(part for part in meanings[gone].split("; ") if part.startswith(start))
        stated = said[: said.rindex("}") + 1].replace(": ", "=", 1)
        changed = DEFAULT.replace([f"sellers.ours.{stated}"])
        assert gone not in {row.path for row in explain(changed, everything=False)}


@pytest.mark.parametrize("option", CHANGED)
def test_nothing_that_is_stated_is_hidden(option: str) -> None:
    changed = DEFAULT.replace([option])
    stated = [row for row in explain(changed) if row.origin == f"changed by --set {option}"]
    assert stated
    assert set(stated) <= set(explain(changed, everything=False))


def test_the_six_markets_are_shown_where_a_strategy_spends(write) -> None:
    spent = "strategies: {spend: {ours: {relationship_budget: {total: 9, referral: 1}}}}\n"
    shown = [row.path for row in explain(write("sellers: {ours: {}}\n" + spent), everything=False)]
    assert "six_markets.referral.effect" in shown and "six_markets" not in shown


def test_every_new_value_has_a_meaning_and_a_source(everything) -> None:
    rows = {row.path: row for row in explain(everything)}
    assert [path for path, row in rows.items() if not row.meaning or not row.source or row.source == "catalogue.yaml"] == []
    assert rows["sellers.ours.answers.drop_level"].value == "off"
    assert rows["sellers.ours.answers.copy_level.lag"].unit == "periods"
    assert rows["six_markets.referral.effect"].meaning == "what a full stock does: contented accounts speak more often by effect × stock"
    assert "Christopher, Payne & Ballantyne 1991" in rows["six_markets.supplier.effect"].source
    assert rows["strategies.other.ours.network"].value == "not given"


def test_numbers_are_citations_or_assumptions_with_a_reason() -> None:
    sources = [facts(model, name).source for model in (WordOfMouth, Partner, RelationshipBudget, Answers) for name in model.model_fields]
    sources += [facts(group(Answers, rule), name).source for rule in Answers.model_fields for name in group(Answers, rule).model_fields]
    sources += [source for path, source in catalogue().sources.items() if path[0] == "six_markets"]
    cited = re.compile(r"\b(19|20)\d\d\b|TARP")
    for source in sources:
        assert source.startswith("assumption: ") or source == "the author of the scenario" or cited.search(source)


def test_difference_shows_rules_and_partners(everything) -> None:
    changed = everything.replace(["sellers.ours.answers.copy_level=false", "sellers.ours.partners.lawyer=0.2"])
    assert [tuple(row) for row in difference(everything, changed)] == [
        ("sellers.ours.answers.copy_level.lag", "6", ""),
        ("sellers.ours.partners.lawyer", "", "0.2"),
        ("sellers.ours.answers.copy_level", "", "off"),
    ]


def test_the_json_schema_accepts_what_loads_and_refuses_what_does_not(everything) -> None:
    validator = jsonschema.Draft202012Validator(json.loads(json.dumps(json_schema())))
    read = YAML(typ="safe").load
    assert list(validator.iter_errors(read(HEAD + EVERYTHING))) == []
    assert list(validator.iter_errors(read(new_file(everything)))) == []
    wrongs = ["word_of_mouth: {network: small}", "word_of_mouth: {degree: 1}", "six_markets: {press: {}}", "partners: {bank: 1}"]
    wrongs += ["influence: [{at: 3}]", "sellers: {ours: {answers: {copy_level: 3}}}", "sellers: {ours: {partners: {bank: 2}}}"]
    wrongs += ["sellers: {ours: {answers: {copy_level: {lag: 0}}}}", "sellers: {ours: {relationship_budget: {press: 1}}}"]
    for wrong in wrongs:
        assert not validator.is_valid(read(HEAD + wrong)), wrong


# --- bad input -------------------------------------------------------------------------------------------------------

PLACES = """
word_of_mouth word_of_mouth.network word_of_mouth.degree word_of_mouth.file six_markets six_markets.referral six_markets.referral.fade
partners partners.bank partners.bank.half_at influence influence.1 influence.1.seller behaviour.doubt
""".split()
FIELDS = """
relationship_budget relationship_budget.total partners partners.bank network premium answers answers.copy_level answers.copy_level.lag
answers.best_reply answers.harvest_locked_in.to_share
""".split()
WHOSE = ["sellers.ours", "sellers.rivals", "strategies.relationship.ours", "strategies.transactional.rivals_2"]
PLACES += [f"{whose}.{field}" for whose in WHOSE for field in FIELDS]
ANYTHING = """
null | true | false | yes | 0 | 1 | -1 | 0.5 | 7 | 1e400 | .inf | .nan | bank | ours | file | small_world | '' | [] | [1] | {} | {bank: 0.5}
{bank: {}} | {bank: } | {total: 3, referral: 1} | {copy_level: true} | {lag: 3} | {at: [1]} | {1: 2} | !!set {a}
[{at: 3, influencer: press, seller: ours, reputation: 0.1}] | {at: 3, influencer: press, seller: ours, reach: 1}
"""
ANYTHING = ["", *(value.strip() for line in ANYTHING.strip().splitlines() for value in line.split(" | "))]


@settings(deadline=None, max_examples=150)
@given(sets=st.lists(st.builds("{}={}".format, st.sampled_from(PLACES), st.sampled_from(ANYTHING)), min_size=1, max_size=4))
def test_whatever_is_written_is_a_scenario_or_said_to_be_none(sets: list[str]) -> None:
    try:
        scenario = DEFAULT.replace(sets)
    except ScenarioError as error:
        assert str(error)
        return
    assert rebuilt(scenario.as_dict()).digest() == scenario.digest()
    assert len(explain(scenario, everything=False)) <= len(explain(scenario)) + 3
