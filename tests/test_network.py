"""Buyers' networks in their slots, shared by a run's strategies; edge lists in every form, and what is said about wrong ones."""
import hashlib
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from time import sleep
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import coo_array

from sim.cli.guard import WRONG, told
from sim.core.state import LANES
from sim.edge_list import LINKS_AS, ONE_WAY
from sim.network import Last, buyer_network, read_network, slots_of
from sim.population import draw_population, tiles
from sim.scenario import ScenarioError, load

COUNTS = (700, 0, 1100, 512)      # two tiles, none, three tiles, one full tile
BUYERS = sum(COUNTS)


def population_of(*counts: int) -> SimpleNamespace:
    """The little of a population that a network needs."""
    return SimpleNamespace(**tiles(list(counts)))


POPULATION = population_of(*COUNTS)
SLOTS = slots_of(POPULATION)


def scenario_of(network: str, degree: int = 10, rewired: float = 0.1, file=None) -> SimpleNamespace:
    """The little of a scenario that a network needs."""
    word = SimpleNamespace(network=network, degree=degree, rewired=rewired, file=None if file is None else file.name)
    return SimpleNamespace(word_of_mouth=word, files={} if file is None else {file.name: file})


def matrix(found) -> coo_array:
    """Who hears whom, by slot."""
    slots = len(found.first) - 1
    return coo_array((np.ones(len(found.of)), (np.repeat(np.arange(slots), np.diff(found.first)), found.of)), shape=(slots, slots)).tocsr()


def links(found) -> set[tuple[int, int]]:
    """(who hears, who speaks) by buyers' numbers."""
    number = {slot: i for i, slot in enumerate(SLOTS.tolist())}
    return {(number[i], number[j]) for i in number for j in found.of[found.first[i]:found.first[i + 1]].tolist()}


# --- drawn networks -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("network", ["none", "well_mixed"])
def test_no_links_where_nobody_or_anybody_is_heard(network):
    found = buyer_network(scenario_of(network), POPULATION, 42, 0)
    assert found.first.tolist() == [0] and found.first.dtype == np.int64 and found.of.shape == (0,) and found.of.dtype == np.int32


@pytest.mark.parametrize("network", ["small_world", "scale_free"])
def test_buyers_and_only_buyers_have_neighbours(network):
    """In compressed rows, both ways, nobody twice, the mean exact, nobody in the slots of unused lanes."""
    found = buyer_network(scenario_of(network), POPULATION, 42, 0)
    assert found.first.dtype == np.int64 and found.of.dtype == np.int32
    assert len(found.first) == len(POPULATION.tile_lanes) * LANES + 1 and found.first[-1] == len(found.of) == 10 * BUYERS
    used = np.isin(np.arange(len(found.first) - 1), SLOTS)
    assert np.array_equal(np.diff(found.first) > 0, used) and used[found.of].all()
    heard = matrix(found)
    assert heard.max() == 1 and heard.diagonal().sum() == 0 and (heard != heard.T).nnz == 0


def test_neighbours_are_near_in_memory():
    """On a ring, a buyer's neighbours of one type are among eleven that follow each other; but for the ten where the ring closes."""
    found = buyer_network(scenario_of("small_world", rewired=0), POPULATION, 42, 0)
    row = {slot: i for i, slot in enumerate(SLOTS.tolist())}
    kinds = np.repeat(np.arange(4), COUNTS)
    far = 0
    for slot in SLOTS.tolist():
        heard = np.array([row[j] for j in found.of[found.first[slot]:found.first[slot + 1]].tolist()])
        far += any(np.ptp(heard[kinds[heard] == k]) > 10 for k in set(kinds[heard]))
    assert far <= 10


@pytest.mark.parametrize(("network", "digest"), [("small_world", "7226ada7051b2db5"), ("scale_free", "ffc3969a854802c7")])
def test_same_seed_same_network_on_any_thread(network, digest):
    """Pinned; another run, seed, degree or market is another network."""
    def of(seed=42, run=0, degree=10, population=POPULATION):
        found = buyer_network(scenario_of(network, degree), population, seed, run)
        return hashlib.sha256(found.first.tobytes() + found.of.tobytes()).hexdigest()[:16]

    assert of() == digest
    with ThreadPoolExecutor(4) as pool:
        runs = list(pool.map(lambda run: of(run=run % 4), range(16)))
    assert runs == 4 * runs[:4] and runs[0] == digest
    assert len({*runs, of(seed=43), of(degree=8), of(population=population_of(701, 0, 1100, 512))}) == 7


def test_strategies_of_a_run_share_one_network_that_they_cannot_change():
    scenario = scenario_of("small_world")
    found = buyer_network(scenario, POPULATION, 42, 0)
    assert buyer_network(scenario, population_of(*COUNTS), 42, 0).of is found.of
    for array in found:
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1
    assert buyer_network(scenario, POPULATION, 42, 1).of is not found.of


def test_the_last_is_made_once_for_all_who_ask_at_once():
    made, last, together = [], Last(), Barrier(8)

    def make():
        made.append(1)
        sleep(0.05)      # long enough for the others to come
        return object()

    def ask(_):
        together.wait()
        return last.get(("key",), make)

    with ThreadPoolExecutor(8) as pool:
        assert len(set(map(id, pool.map(ask, range(8))))) == 1
    assert made == [1]


def test_what_failed_is_made_anew():
    last = Last()
    with pytest.raises(ZeroDivisionError):
        last.get(("key",), lambda: 1 // 0)
    assert last.get(("key",), lambda: 7) == 7


# --- edge lists -----------------------------------------------------------------------------------------------------------------


def read(folder, content: str | bytes, name: str = "friends.csv"):
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_network(path, name, POPULATION)


def test_links_that_run_one_way(tmp_path):
    """The listener hears the speaker, not the other way round."""
    assert links(read(tmp_path, "listener,speaker\n0,1\n0,2311\n")) == {(0, 1), (0, 2311)}


def test_links_that_run_both_ways(tmp_path):
    assert links(read(tmp_path, "buyer,neighbour\n0,1\n2,0\n")) == {(0, 1), (1, 0), (0, 2), (2, 0)}


THREE = {(5, 6), (6, 5), (7, 5), (5, 7)}
SAME = {
    "doubles": "buyer,neighbour\n5,6\n7,5\n5,6\n6,5\n",
    "another order": "buyer,neighbour\n5,7\n6,5\n",
    "semicolons": "buyer;neighbour\n5;6\n5;7\n",
    "tabulators": "buyer\tneighbour\n5\t6\n5\t7\n",
    "spaces": "buyer, neighbour\n 5, 6\n5 ,7\n",
    "blank lines": "\nbuyer,neighbour\n\n5,6\n\n5,7\n\n",
    "no last end of line": "buyer,neighbour\n5,6\n5,7",
    "windows": "\ufeffbuyer,neighbour\r\n5,6\r\n5,7\r\n",
    "other columns": "since,neighbour,name,buyer\n2019,6,Anna,5\n,7,\"Berta, C.\",5\n",
    "quoted": 'buyer,neighbour\n"5","6"\n5,7\n',
    "decimal points": "buyer,neighbour\n5.0,6\n5,7.0\n",
    "another alphabet beside": "buyer,neighbour,name\n5,6,Jos\xe9\n5,7,\n".encode("latin-1"),
}


@pytest.mark.parametrize("form", SAME)
def test_forms_of_the_same_list(tmp_path, form):
    """One network, to the last bit."""
    plain = read(tmp_path, "buyer,neighbour\n5,6\n5,7\n")
    found = read(tmp_path, SAME[form])
    assert links(found) == THREE
    assert np.array_equal(found.first, plain.first) and np.array_equal(found.of, plain.of)


@pytest.mark.parametrize("kind", ["int32", "uint64", "float32", "Int64"])
@pytest.mark.parametrize("name", ["friends.parquet", "friends.pq", "friends"])
def test_parquet(tmp_path, kind, name):
    """Whatever the numbers are kept as, and whatever the file is called."""
    table = pd.DataFrame({"name": ["a", "b"], "neighbour": [6, 7], "buyer": [5, 5]}).astype({"buyer": kind, "neighbour": kind})
    table.to_parquet(tmp_path / name)
    assert links(read_network(tmp_path / name, name, POPULATION)) == THREE


def test_many_links_are_those_of_scipy(tmp_path):
    """200,000 links at random with doubles, in rows in ascending order."""
    luck = np.random.default_rng(1)
    table = pd.DataFrame(luck.integers(0, BUYERS, (200_000, 2)), columns=ONE_WAY)
    table = table[table.listener != table.speaker]
    table.to_csv(tmp_path / "many.csv", index=False)
    found = read_network(tmp_path / "many.csv", "many.csv", POPULATION)
    slots = len(found.first) - 1
    expected = coo_array((np.ones(len(table)), (SLOTS[table.listener], SLOTS[table.speaker])), shape=(slots, slots)).tocsr()
    assert np.array_equal(found.first, expected.indptr) and np.array_equal(found.of, expected.indices)


def test_a_file_is_read_once_for_all_runs_and_anew_when_it_changes(tmp_path):
    path = tmp_path / "friends.csv"
    path.write_text("buyer,neighbour\n5,6\n")
    scenario = scenario_of("file", file=path)
    found = buyer_network(scenario, POPULATION, 42, 0)
    assert links(found) == {(5, 6), (6, 5)}
    assert buyer_network(scenario, POPULATION, 43, 1).of is found.of
    path.write_text("buyer,neighbour\n5,7\n7,9\n")
    assert links(buyer_network(scenario, POPULATION, 42, 0)) == {(5, 7), (7, 5), (7, 9), (9, 7)}


def test_a_scenario_names_its_edge_list(tmp_path):
    """From the scenario file's own folder; what is wrong in the list is told by the name that stands there."""
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists" / "friends.csv").write_text("buyer,neighbour\n0,99\n")
    (tmp_path / "market.yaml").write_text("schema: 1\nname: Friends\nsellers: {ours: {}, rival: {}}\nmarket: {buyers: 100}\n"
                                          "word_of_mouth: {network: file, file: lists/friends.csv}\n")
    scenario = load(tmp_path / "market.yaml")
    population = draw_population(scenario)
    found, slots = buyer_network(scenario, population, 42, 0), slots_of(population)
    assert found.of[found.first[slots[0]]] == slots[99] and found.of[found.first[slots[99]]] == slots[0] and len(found.of) == 2
    fewer = scenario.replace(["market.buyers=99"])
    with pytest.raises(ScenarioError, match=r"^lists/friends.csv: line 2: neighbour: there is no buyer 99 among 99; .* counted from 0$"):
        buyer_network(fewer, draw_population(fewer), 42, 0)


# --- wrong edge lists -----------------------------------------------------------------------------------------------------------

HEAD = "buyer,neighbour\n0,1\n"
GIVE = "give a number between 0 and 2311"
NAMES = "listener and speaker where links run one way (who hears whom), buyer and neighbour where they run both ways"
WRONG_FILES = {
    "missing": (HEAD + "2,\n", f"line 3: neighbour: nothing stands where the number of a buyer belongs; {GIVE}"),
    "NA": (HEAD + "\nNA,2\n", f"line 4: buyer: nothing stands where the number of a buyer belongs; {GIVE}"),
    "text": (HEAD + "Anna,2\n", f"line 3: buyer: the text 'Anna' stands where the number of a buyer belongs; {GIVE}"),
    "a long number": (HEAD + "2," + 5000 * "9", f"line 3: neighbour: the text '{37 * '9'}...' stands where the number of a buyer belongs; "
                      + GIVE),
    "infinity": (HEAD + "2,inf", f"line 3: neighbour: the text 'inf' stands where the number of a buyer belongs; {GIVE}"),
    "fraction": (HEAD + "2,3.5\n", f"line 3: neighbour: the number 3.5 stands where a whole number belongs; {GIVE}"),
    "negative": (HEAD + "-1,2\n", f"line 3: buyer: there is no buyer -1 among 2312; {GIVE}"),
    "counted from one": (HEAD + "2,2312\n", f"line 3: neighbour: there is no buyer 2312 among 2312; {GIVE}; buyers are counted from 0"),
    "far too high": (HEAD + "2,99999999999\n", f"line 3: neighbour: there is no buyer 99999999999 among 2312; {GIVE}"),
    "itself": (HEAD + "7,07\n", "line 3: buyer 7 is linked with itself; delete the line"),
    "too many values": (HEAD + "2,3,4\n", "line 3: there are 3 values where the first line names 2 columns; write one for each column"),
    "too few values": (HEAD + "2\n", "line 3: there is 1 value where the first line names 2 columns; write one for each column"),
    "open quotation mark": (HEAD + '2,"3\n' + 40_000 * "4,5\n",
                            "line 3: a quotation mark opens here that nothing closes; buyers' numbers need none"),
    "empty": ("", "the file is empty; write buyer,neighbour in its first line, then a link in each line"),
    "blank": ("\n\n", "the file is empty; write buyer,neighbour in its first line, then a link in each line"),
    "no links": ("buyer,neighbour\n", "the file holds no links; write one in each row, or choose another network"),
    "only names": ("buyer,neighbour", "the file holds no links; write one in each row, or choose another network"),
    "other names": ("from,to\n0,1\n", f"two columns are to name the buyers: {NAMES}; the file has 'from', 'to'"),
    "no names": ("0,1\n1,2\n", f"two columns are to name the buyers: {NAMES}; the file has '0', '1'"),
    "one name": ("buyer,speaker\n0,1\n", f"two columns are to name the buyers: {NAMES}; the file has 'buyer', 'speaker'"),
    "all names": ("buyer,neighbour,listener,speaker\n0,1,0,1\n", f"listener, speaker, buyer, neighbour are all there; keep {NAMES}"),
    "a name twice": ("buyer,neighbour,buyer\n0,1,2\n", "the column buyer is there 2 times; keep one of them"),
    "not a table": (b"\x89PNG\r\n\x1a\n\0\0", "this is not a table of text; save the links as CSV in UTF-8, with commas, or Parquet"),
    "UTF-16": (HEAD.encode("utf-16"), "this is not a table of text; save the links as CSV in UTF-8, with commas, or Parquet"),
    "one line": (200_000 * "x", "this is not a table of text; save the links as CSV in UTF-8, with commas, or Parquet"),
    "other digits": (HEAD + "２,３\n", "this is not a table of whole numbers; save the links as CSV in UTF-8, with commas, or Parquet"),
}


@pytest.mark.parametrize("case", WRONG_FILES)
def test_wrong_files(tmp_path, case):
    """One sentence: the file, the line, what stands there, what belongs there."""
    content, sentence = WRONG_FILES[case]
    with pytest.raises(ScenarioError) as caught:
        read(tmp_path, content)
    assert str(caught.value) == f"friends.csv: {sentence}"
    assert told(caught.value) == (WRONG, f"friends.csv: {sentence}")


def test_the_first_five_problems_are_told(tmp_path):
    with pytest.raises(ScenarioError) as caught:
        read(tmp_path, "listener,speaker\nx,y\n1,2\n3,3\n" + 100 * "-1,0\n")
    assert str(caught.value).splitlines() == [
        f"friends.csv: line 2: listener: the text 'x' stands where the number of a buyer belongs; {GIVE}",
        f"friends.csv: line 2: speaker: the text 'y' stands where the number of a buyer belongs; {GIVE}",
        "friends.csv: line 4: buyer 3 is linked with itself; delete the line",
        f"friends.csv: line 5: listener: there is no buyer -1 among 2312; {GIVE}",
        f"friends.csv: line 6: listener: there is no buyer -1 among 2312; {GIVE}"]


WRONG_TABLES = {
    "missing": ([0.0, None], f"row 2: neighbour: nothing stands where the number of a buyer belongs; {GIVE}"),
    "fraction": ([0.0, 3.5], f"row 2: neighbour: the number 3.5 stands where a whole number belongs; {GIVE}"),
    "too high": ([0, 2**63 + 1], f"row 2: neighbour: there is no buyer {2**63 + 1} among 2312; {GIVE}"),
    "infinity": ([0, np.inf], f"row 2: neighbour: the number .inf stands where a whole number belongs; {GIVE}"),
    "itself": ([0, 6], "row 2: buyer 6 is linked with itself; delete the row"),
    "text": (["0", "1"], f"neighbour: values of the type TEXT stand where the numbers of buyers belong; {GIVE}"),
    "no links": ([], "the file holds no links; write one in each row, or choose another network"),
}


@pytest.mark.parametrize("case", WRONG_TABLES)
def test_wrong_parquet(tmp_path, case):
    values, sentence = WRONG_TABLES[case]
    table = pd.DataFrame({"buyer": [5, 6][:len(values)], "neighbour": values})
    table = table if len(table) else table.astype("int64")
    table.to_parquet(tmp_path / "friends.parquet")
    with pytest.raises(ScenarioError) as caught:
        read_network(tmp_path / "friends.parquet", "friends.parquet", POPULATION)
    assert str(caught.value).replace("large_string", "TEXT").replace("type string", "type TEXT") == f"friends.parquet: {sentence}"


def test_wrong_kinds_of_file(tmp_path):
    """A text that is called Parquet, a damaged Parquet, a folder, a file that is gone or locked."""
    unusable, see = f"save the links as {LINKS_AS}", "see that it is there, whole and yours to read"

    def said(name):
        with pytest.raises(ScenarioError) as caught:
            buyer_network(scenario_of("file", file=tmp_path / name), POPULATION, 42, 0)
        return str(caught.value)

    (tmp_path / "text.parquet").write_text(HEAD)
    assert said("text.parquet") == f"text.parquet: this is not a Parquet file; {unusable}"
    pd.DataFrame({"buyer": [0], "neighbour": [1]}).to_parquet(tmp_path / "damaged.parquet")
    whole = (tmp_path / "damaged.parquet").read_bytes()
    (tmp_path / "damaged.parquet").write_bytes(whole[:4] + bytes(60) + whole[64:])
    assert said("damaged.parquet") == f"damaged.parquet: the file cannot be read (it is damaged); {see}"
    (tmp_path / "cut.parquet").write_bytes(whole[:-20])
    assert said("cut.parquet") == f"cut.parquet: this is not a Parquet file; {unusable}"
    (tmp_path / "folder.csv").mkdir()
    assert said("folder.csv").startswith("folder.csv: the file cannot be read (")
    assert said("gone.csv") == f"gone.csv: the file cannot be read (no such file or directory); {see}"
