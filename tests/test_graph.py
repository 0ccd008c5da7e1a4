"""The market as a graph: every relationship typed, counts those of the ledger, readable by other programs, drawn without a hairball."""

import io
import json

import networkx
import numpy as np
import pytest

from sim import plots
from sim.core import state as at
from sim.graph import KINDS, RELATIONSHIPS, media, relationship_graph, sample
from sim.graph_files import counts, edge_table, graphml, node_table, read_graph_record, receipt, write_graph
from sim.parquet import read_table
from sim.plots.places import MOST_DOTS, NOBODY, allies_first, place
from sim.plots.relationships import shortest_joins
from sim.results import NotResults, ResultsExist
from sim.runs import simulate
from sim.scenario import load
from sim.tables import course_table, period_table
from tests.everything import everything
from tests.markets import accounts, column, rows_of

PERIOD = 24


@pytest.fixture(scope="module")
def graph():
    return relationship_graph(everything(), "answered", period=PERIOD)


@pytest.fixture(scope="module")
def record():
    """The same run as the ledger has it, to that period."""
    return simulate(everything(f"market.periods={PERIOD}"), ["answered"], runs=1, keep_state=True, threads=1)


def edges(graph, relationship):
    return [(one, other, said) for one, other, said in graph.edges(data=True) if said["relationship"] == relationship]


# --- nodes and edges ---------------------------------------------------------------------------------------------------------------------


def test_every_kind_and_every_relationship_occurs(graph):
    found = counts(graph)
    assert set(found["nodes"]) == set(KINDS) and set(found["edges"]) == set(RELATIONSHIPS)
    assert found["nodes"]["buyer"] == 600 and found["nodes"]["seller"] == 5 and sum(found["edges"].values()) == graph.number_of_edges()


def test_edges_run_between_the_kinds_they_are_said_to(graph):
    for one, other, relationship, said in graph.edges(keys=True, data=True):
        r, start, end, _ = RELATIONSHIPS[relationship]
        assert said["relationship"] == relationship and said["weight"] >= 0
        assert (graph.nodes[one]["kind"], graph.nodes[other]["kind"]) == (start, end)
        who = {"influence": other, "publicity": one}.get(relationship)
        assert said["r"] == (media(who.split(":")[1]) if who else r)


def test_thirty_relationships_that_have_to_be_there(graph):
    """REFERENCES 9: R1, R2, R9, R10, R11, R18 at least; and R20, R27, and mass media apart from others with influence."""
    assert {"R1", "R2", "R4", "R9", "R10", "R11", "R18", "R19", "R20", "R23", "R27", ""} == {
        said["r"] for _, _, said in graph.edges(data=True)
    }
    acts = {(one, other): said for one, other, said in edges(graph, "publicity")}
    assert acts["influencer:press", "seller:ours"]["r"] == "R23" and acts["influencer:regulator", "seller:rivals_2"]["r"] == "R19"
    assert acts["influencer:press", "seller:ours"]["reputation"] == -0.4 and len(acts) == 4


def test_attributes_are_plain_and_none_is_missing(graph):
    for said in [graph.graph, *(said for _, said in graph.nodes(data=True)), *(said for *_, said in graph.edges(data=True))]:
        assert all(type(value) in (str, int, float, bool) for value in said.values()), said
        assert all(np.isfinite(value) for value in said.values() if isinstance(value, float)), said
    for kind in KINDS:
        keys = {frozenset(said) for _, said in graph.nodes(data=True) if said["kind"] == kind}
        assert len(keys) == 1 and {"kind", "label"} <= set(next(iter(keys)))


def test_accounts_are_the_ledgers(graph, record):
    last = period_table(record)
    last = last[last.period == PERIOD].groupby("seller", observed=False).sum(numeric_only=True)
    for s, name in enumerate(everything().sellers):
        seller = graph.nodes[f"seller:{name}"]
        mine = [said for one, _, said in edges(graph, "account") if one == f"seller:{name}"]
        assert len(mine) == seller["accounts"] == accounts(record.records["answered"][0], s)[-1] > 0
        for level in ("basic", "reactive", "proactive", "partnership"):
            assert sum(said["level"] == level for said in mine) == seller[f"accounts_{level}"] == last[f"accounts_{level}"][name]
        assert (
            len([said for _, other, said in edges(graph, "left") if other == f"seller:{name}"])
            == seller["former"]
            == last.dissolution[name]
        )
        assert seller["aware"] == last.aware[name]
        assert sum(seller[f"came_by_{channel}"] for channel in ("own_search", "advertising", "word_of_mouth", "partner")) == len(mine)
        assert len([other for one, other, _ in edges(graph, "captive") if one == f"seller:{name}"]) == seller["captive"]
        assert len([one for one, other, _ in edges(graph, "grievance") if other == f"seller:{name}"]) == seller["grievances"]


def test_bonds_are_those_of_the_state(graph, record):
    from sim.population import draw_population

    population, sellers = draw_population(everything(f"market.periods={PERIOD}")), 5
    final = record.records["answered"][0]
    incumbent = rows_of(final, population, at.INCUMBENT)[0].view(np.int32)
    bonds = rows_of(final, population, at.ROWS + at.BOND * sellers, sellers)
    for one, other, said in edges(graph, "account"):
        buyer = graph.nodes[other]
        i = buyer["number"] - 1
        assert one == f"seller:{list(everything().sellers)[incumbent[i]]}" and said["bond"] == buyer["bond"] == bonds[incumbent[i], i]
        assert buyer["phase"] == ("commitment" if said["bond"] >= 0.5 else "expansion" if said["bond"] >= 0.2 else "exploration")


def test_stocks_and_prices_are_those_of_the_course(graph, record):
    course = course_table(record).set_index(["period", "seller"]).loc[PERIOD]
    weights = {(one, relationship): said["weight"] for one, _, relationship, said in graph.edges(keys=True, data=True)}
    for name in everything().sellers:
        seller, row = graph.nodes[f"seller:{name}"], course.loc[name]
        assert seller["price"] == pytest.approx(row.price, rel=1e-6) and seller["stock_supplier"] == pytest.approx(row.stock_supplier)
        assert seller["reputation"] == pytest.approx(row.reputation)
    assert weights["seller:ours", "internal_marketing"] == pytest.approx(course.loc["ours"].stock_internal)
    assert (
        graph.edges["supplier:blue", "seller:ours", "supply"]["weight"] == graph.edges["supplier:blue", "seller:ally", "supply"]["weight"]
    )
    assert graph.edges["seller:ours", "seller:ally", "alliance"]["network"] == "blue"
    (copy,) = edges(graph, "copies")
    assert copy[:2] == ("seller:rivals_1", f"seller:{course.loc['rivals_1'].follows}")


def test_who_recommended_is_an_account_of_the_same_seller(graph, record):
    """Vouched: the buyer that recommended the seller was its account when the period began, and hears or is heard."""
    before = relationship_graph(everything(), "answered", period=PERIOD - 1)
    for one, other, said in edges(graph, "vouched"):
        buyer = graph.edges[f"seller:{said['seller']}", other, "account"]
        assert buyer["channel"] == "word_of_mouth" and graph.has_edge(one, other, "word_of_mouth")
        assert said["seller"] in (before.nodes[one]["supplier"], graph.nodes[one]["supplier"])
    partner_edges = edges(graph, "referred")
    assert len(partner_edges) == sum(graph.nodes[f"seller:{name}"]["came_by_partner"] for name in everything().sellers) > 0
    assert column(record.records["answered"][0], "vouched", 0)[-1] > 0


def test_links_are_the_networks_both_ways(graph):
    links = {(one, other) for one, other, _ in edges(graph, "word_of_mouth")}
    assert len(links) == 600 * 6 and all((other, one) in links for one, other in links)


def test_grievances_are_told_of_or_wait(graph):
    assert all(graph.nodes[one]["grievance"] for one, _, _ in edges(graph, "grievance"))
    silent = relationship_graph(load("default", sets=["market.buyers=200", "market.periods=6"]), "transactional")
    waiting = edges(silent, "grievance")
    assert waiting and all(said["account"] and silent.nodes[one]["supplier"] == other.split(":")[1] for one, other, said in waiting)


# --- what it is of -----------------------------------------------------------------------------------------------------------------------


def test_a_graph_says_what_it_is_of(graph):
    about = graph.graph
    assert (about["strategy"], about["run"], about["period"], about["seed"]) == ("answered", 1, PERIOD, 11)
    assert about["digest"] == everything().digest() and about["buyers"] == about["shown"] == 600


def test_runs_give_their_scenario_and_seed(record):
    from_runs = relationship_graph(record, "answered")
    assert from_runs.graph["period"] == PERIOD and receipt(from_runs) == receipt(
        relationship_graph(record.scenario, "answered", seed=record.seed)
    )
    assert receipt(relationship_graph(record, "answered", run=2)) != receipt(from_runs)


def test_the_first_strategy_that_is_not_the_baseline_is_taken():
    assert relationship_graph(everything(), period=1).graph["strategy"] == "relationship"


def test_a_sample_is_spread_over_types_and_counts_for_all(graph):
    few = relationship_graph(everything(), "answered", period=PERIOD, buyers=60)
    kinds = [said["buyer_type"] for _, said in few.nodes(data=True) if said["kind"] == "buyer"]
    assert [kinds.count(kind) for kind in ("lost_for_good", "intermediate", "always_a_share")] == [24, 21, 15]
    assert few.nodes["seller:ours"] == graph.nodes["seller:ours"] and few.graph["shown"] == 60
    shown = [name for name, said in few.nodes(data=True) if said["kind"] == "buyer"]
    assert all(few.nodes[name] == graph.nodes[name] for name in shown)
    assert few.number_of_edges() == graph.subgraph(few.nodes).number_of_edges()
    assert len(sample(5000, None)) == 2000 and len(sample(90, None)) == 90


def test_before_the_record_and_in_a_new_market():
    before = relationship_graph(everything(), "answered", period=0)
    assert before.nodes["seller:ours"]["accounts"] > 0 and not edges(before, "publicity") and not edges(before, "copies")
    new = relationship_graph(everything("market.start=new"), "answered", period=0)
    assert counts(new)["edges"].keys() <= {"word_of_mouth", "alliance"} and counts(new)["nodes"].keys() == {
        "seller",
        "buyer",
        "partner",
        "influencer",
    }


def test_a_market_of_dyads_has_dyads_alone():
    plain = relationship_graph(load("default", sets=["market.buyers=200", "market.periods=6"]), "relationship")
    assert counts(plain)["nodes"].keys() == {"seller", "buyer"}
    assert counts(plain)["edges"].keys() == {"account", "captive", "grievance", "left"}


@pytest.mark.parametrize(
    ("asked", "error", "words"),
    [
        ({"strategy": "x"}, KeyError, "'x' is not a strategy"),
        ({"run": 0}, ValueError, "there is no run 0; runs are counted from 1"),
        ({"period": 31}, ValueError, "there is no month 31; the record ends with month 30, and 0 is before it"),
        ({"buyers": 601}, ValueError, "601 buyers cannot be shown; the market has 600"),
        ({"buyers": 0}, ValueError, "0 buyers cannot be shown"),
    ],
)
def test_what_cannot_be_is_said(asked, error, words):
    with pytest.raises(error, match=words):
        relationship_graph(everything(), **asked)


# --- on disk -----------------------------------------------------------------------------------------------------------------------------


def test_graphml_gives_back_the_graph(graph):
    again = networkx.read_graphml(io.BytesIO(graphml(graph)))
    assert isinstance(again, networkx.MultiDiGraph)
    assert dict(again.nodes(data=True)) == dict(graph.nodes(data=True)) and again.graph.items() >= graph.graph.items()

    def told(one):
        return sorted(
            (start, end, sorted((key, value) for key, value in said.items() if key != "id")) for start, end, said in one.edges(data=True)
        )

    assert told(again) == told(graph)


def test_every_edge_has_a_name_of_its_own_in_graphml(graph):
    text = graphml(graph).decode()
    names = {part.split('"')[0] for part in text.split(' id="edge')[1:]}
    assert len(names) == graph.number_of_edges() and graphml(graph) == graphml(graph.copy())


def test_a_graph_is_written_with_its_tables_and_never_over_something_else(graph, tmp_path):
    folder = write_graph(graph, tmp_path / "graph", command="tenure graph everything")
    assert {path.name for path in folder.iterdir()} == {"graph.graphml", "nodes.parquet", "edges.parquet", "graph.json"}
    about = read_graph_record(folder)
    assert about["receipt"] == receipt(graph) and about["edges"] == counts(graph)["edges"] and about["command"] == "tenure graph everything"
    nodes, ties = read_table(folder / "nodes.parquet"), read_table(folder / "edges.parquet")
    assert len(nodes) == graph.number_of_nodes() and len(ties) == graph.number_of_edges()
    assert nodes.equals(node_table(graph)) and ties.equals(edge_table(graph))
    assert ties[ties.relationship == "account"].bond.notna().all() and ties[ties.relationship == "alliance"].bond.isna().all()
    with pytest.raises(ResultsExist):
        write_graph(graph, folder)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    with pytest.raises(NotResults):
        write_graph(graph, tmp_path / "mine", force=True)
    with pytest.raises(NotResults, match=r"no graph\.json"):
        read_graph_record(tmp_path)


# --- the map -----------------------------------------------------------------------------------------------------------------------------


def test_every_buyer_stands_by_its_supplier_the_closer_bond_nearer(graph):
    places = place(graph, 10.0, 6.0)
    assert 0.9 * MOST_DOTS < len(places.dots) <= MOST_DOTS
    for name, (x, y, radius) in places.sellers.items():
        mine = [
            (graph.nodes[buyer]["bond"], np.hypot(there[0] - x, there[1] - y))
            for buyer, there in places.dots.items()
            if graph.nodes[buyer]["supplier"] == name
        ]
        distances = [distance for _, distance in sorted(mine, key=lambda one: -one[0])]
        assert max(distances, default=0) <= radius and distances == pytest.approx(sorted(distances), abs=1e-9)


@pytest.mark.parametrize("sets", [(), ("sellers.rivals.count=29",), ("market.start=new",), ("sellers.rivals.count=8",)], ids=str)
def test_nobody_stands_on_anybody_elses_ground(sets):
    strategies = "strategies={transactional: {}, relationship: {}}"
    crowd = relationship_graph(load("default", sets=["market.buyers=600", "market.periods=6", strategies, *sets]), "relationship")
    places = place(crowd, 10.0, 6.0)
    circles = list(places.sellers.values())
    assert min(radius for *_, radius in circles) > 0 and places.pitch > 0.04
    for i, (x, y, radius) in enumerate(circles):
        assert radius - 1e-6 <= x <= 10 - radius + 1e-6 and radius - 0.06 <= y <= 6 - radius + 0.06
        assert all(np.hypot(x - to_x, y - to_y) >= radius + other for to_x, to_y, other in circles[i + 1 :])
    spots = np.array(list(places.dots.values()))
    nearest = [np.sort(np.hypot(*(spots - spot).T))[1] for spot in spots]
    assert min(nearest) > 1.4 * places.pitch


def test_who_has_no_supplier_stands_apart():
    new = relationship_graph(everything("market.start=new"), "answered", period=1)
    places = place(new, 10.0, 6.0)
    assert NOBODY in places.sellers and len(places.dots) == MOST_DOTS
    assert NOBODY not in place(relationship_graph(everything(), "answered", period=1), 10.0, 6.0).sellers


def test_allies_come_first_and_everything_around_has_its_place(graph):
    assert allies_first(graph, ["rivals_1", NOBODY, "rivals_2", "ally"]) == ["ally", "rivals_1", "rivals_2", NOBODY]
    places = place(graph, 10.0, 6.0)
    assert set(places.markets) == {"customer", "internal", "recruitment", "supplier", "influence", "referral"}
    assert set(places.others) == {"partner:bank", "partner:agent", "influencer:press", "influencer:regulator"}
    x, y, radius = places.sellers["ours"]
    assert all(np.hypot(there[0] - x, there[1] - y) > radius + 0.2 for there in [*places.markets.values(), *places.others.values()])
    assert all(0.2 < there[0] < 9.8 and 0.2 < there[1] < 5.8 for there in [*places.markets.values(), *places.others.values()])


def test_six_markets_and_alliances_without_partners_are_drawn_too():
    """Two networks of three sellers each, joined by two bands each and no more."""
    allied = load("alliances", sets=["market.buyers=200", "market.periods=4"])
    found = relationship_graph(allied, "allied")
    places = place(found, 10.0, 6.0)
    assert places.markets and not places.others and plots.relationships(found)
    members = [places.sellers[name] for name, seller in allied.sellers_under("allied", 4).items() if seller.network == "green"]
    joined = shortest_joins(members)
    assert len(joined) == len(members) - 1 and {spot for pair in joined for spot in pair} == set(members)


def test_the_map_is_drawn_the_same_every_time(graph, tmp_path):
    first, second = (plots.save(plots.relationships(graph), tmp_path / name).read_bytes() for name in ("a.png", "b.png"))
    assert first == second and len(first) > 100_000


def test_the_record_of_a_graph_is_json(graph):
    assert json.loads(json.dumps(dict(graph.graph) | counts(graph), allow_nan=False))["nodes"]["partner"] == 2
