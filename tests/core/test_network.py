"""Networks of buyers are the published ones, mix types, and are a function of (seed, run) alone."""
import hashlib
from itertools import pairwise, permutations

import networkx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components, shortest_path
from scipy.stats import chi2

from sim.core.network import link_ring, mixed, moved, rows, scale_free, shuffled, small_world, turned
from tests.core.test_draws import luck_of

RUNS = st.tuples(st.integers(0, 2**64 - 1), st.integers(0, 2**32 - 1)).map(lambda pair: luck_of(*pair))


@st.composite
def sizes(draw):
    """(buyers, degree): an even degree, and at least one buyer more."""
    degree = 2 * draw(st.integers(1, 12))
    return draw(st.one_of(st.integers(degree + 1, degree + 3), st.integers(degree + 1, 120))), degree


def a_small_world(buyers=1000, degree=10, rewired=0.1, run=0):
    return small_world(luck_of(run=run), buyers, degree, np.float32(rewired))


def pairs(targets: np.ndarray) -> np.ndarray:
    """Every link as (lower place, higher place): int64 [links, 2]."""
    owners = np.repeat(np.arange(len(targets)), targets.shape[1])
    return np.sort(np.column_stack([owners, targets.ravel()]), axis=1)


def matrix(targets: np.ndarray) -> coo_array:
    """Who is linked to whom, both ways."""
    one, other = pairs(targets).T
    ends = np.concatenate([one, other]), np.concatenate([other, one])
    return coo_array((np.ones(2 * len(one)), ends), shape=(len(targets),) * 2).tocsr()


def clustering(targets: np.ndarray) -> float:
    return networkx.average_clustering(networkx.from_scipy_sparse_array(matrix(targets)))


def path_length(targets: np.ndarray) -> float:
    """Mean number of links from one buyer to another."""
    steps = shortest_path(matrix(targets), unweighted=True)
    return float(steps.sum() / (steps.size - len(steps)))


def degrees(targets: np.ndarray) -> np.ndarray:
    return np.bincount(pairs(targets).ravel(), minlength=len(targets))


def is_simple(targets: np.ndarray) -> bool:
    """Every link leads to another buyer who is there, and no two links join the same two."""
    found = pairs(targets)
    return bool((found[:, 0] != found[:, 1]).all() and 0 <= found.min() and found.max() < len(targets)
                and len(np.unique(found, axis=0)) == len(found))


def evenly(counts: np.ndarray) -> float:
    """p-value of the chi-square test that all cells are equally likely."""
    expected = counts.sum() / counts.size
    return float(chi2.sf(((counts - expected) ** 2 / expected).sum(), counts.size - 1))


# --- both kinds -----------------------------------------------------------------------------------------------------------------


@given(sizes(), st.floats(0, 1, width=32), RUNS)
@settings(max_examples=200)
def test_a_small_world_is_simple_and_has_its_links(size, rewired, luck):
    buyers, degree = size
    targets = small_world(luck, buyers, degree, np.float32(rewired))
    assert is_simple(targets) and degrees(targets).mean() == degree
    assert degrees(targets).min() >= degree // 2        # everybody keeps the links it owns


@given(sizes(), RUNS)
@settings(max_examples=200)
def test_a_scale_free_network_is_simple_and_has_its_links(size, luck):
    buyers, degree = size
    targets = scale_free(luck, buyers, degree)
    assert is_simple(targets) and degrees(targets).mean() == degree
    assert degrees(targets).min() >= degree // 2
    assert connected_components(matrix(targets))[0] == 1
    assert (targets[degree + 1:].max(1) < np.arange(degree + 1, buyers)).all()       # to those who were there before


@pytest.mark.parametrize("degree", [2, 10])
def test_degree_plus_one_buyers_all_know_each_other(degree):
    for targets in (a_small_world(degree + 1, degree, 1), scale_free(luck_of(), degree + 1, degree)):
        assert (degrees(targets) == degree).all() and is_simple(targets)


def test_runs_and_seeds_differ_and_repeat():
    """Two runs share no more links than chance has it; the same run is the same to the last link."""
    def shared(one, other):
        return len(set(map(tuple, pairs(one))) & set(map(tuple, pairs(other)))) / len(pairs(one))

    for make in (lambda luck: small_world(luck, 2000, 10, np.float32(1)), lambda luck: moved_scale_free(luck, 2000)):
        first = make(luck_of(42, 0))
        assert np.array_equal(first, make(luck_of(42, 0)))
        assert all(shared(first, make(luck)) < 0.02 for luck in (luck_of(42, 1), luck_of(43, 0), luck_of(42 + (1 << 32), 0)))


def moved_scale_free(luck, buyers):
    """A scale-free network with its buyers as numbered, not as they arrived, owners in order of their numbers."""
    targets, order = scale_free(luck, buyers, 10), shuffled(luck, buyers)
    moved(targets, order)
    return targets[np.argsort(order)]


DIGESTS = {
    "small_world": "da29160ea835893b",
    "scale_free": "708410db166ee00e",
    "mixed": "ab6cb112c16634da",
    "shuffled": "c18075d145f3cd7e",
}


def test_the_networks_of_seed_42_have_not_moved():
    """The same on every machine; where these are meant to move, results move too."""
    luck = luck_of(42, 3)
    made = {"small_world": small_world(luck, 5000, 10, np.float32(0.1)), "scale_free": scale_free(luck, 5000, 10),
            "mixed": mixed(luck, np.array([1250, 2500, 1250])), "shuffled": shuffled(luck, 5000)}
    assert {name: hashlib.sha256(array.tobytes()).hexdigest()[:16] for name, array in made.items()} == DIGESTS


# --- small worlds ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("degree", [2, 4, 10, 20])
def test_clustering_of_the_ring_is_the_closed_form(degree):
    """C = 3(K − 2) / (4(K − 1)) (Watts & Strogatz 1998), and the longest way round is buyers / K links."""
    targets = a_small_world(200, degree, 0)
    assert clustering(targets) == pytest.approx(3 * (degree - 2) / (4 * (degree - 1)), abs=1e-12)
    assert shortest_path(matrix(targets), unweighted=True).max() == 200 / degree
    ringed = np.empty((200, degree // 2), np.int32)
    link_ring(ringed, 200)
    assert np.array_equal(targets, ringed)


def test_rewiring_shortens_paths_first_and_undoes_clustering_later():
    """Their figure 2: at p = 0.01 paths have halved and clustering has hardly moved; it goes with (1 − p)³ (Barrat & Weigt 2000)."""
    shares = (0, 0.01, 0.1, 0.5, 1)
    worlds = [a_small_world(1000, 10, share) for share in shares]
    lengths, clusterings = [path_length(world) for world in worlds], [clustering(world) for world in worlds]
    assert (np.diff(lengths) < 0).all() and (np.diff(clusterings) < 0).all()
    assert lengths[1] < lengths[0] / 2 and clusterings[1] > 0.95 * clusterings[0]
    for share, found in zip(shares[:4], clusterings, strict=False):
        assert found / clusterings[0] == pytest.approx((1 - share) ** 3, abs=0.03)
    assert clusterings[4] < 0.02


def test_small_worlds_are_those_of_networkx():
    """Mean clustering and mean path length of 40 small markets, within four standard errors of its `watts_strogatz_graph`."""
    def of(graph):
        return networkx.average_clustering(graph), networkx.average_shortest_path_length(graph)

    ours = np.array([of(networkx.from_scipy_sparse_array(matrix(a_small_world(100, 6, 0.2, run)))) for run in range(40)])
    theirs = np.array([of(networkx.watts_strogatz_graph(100, 6, 0.2, seed)) for seed in range(40)])
    error = np.sqrt((ours.var(0) + theirs.var(0)) / 39)
    assert (np.abs(ours.mean(0) - theirs.mean(0)) < 4 * error).all()
    assert (np.abs(ours.mean(0) - np.array([of(networkx.watts_strogatz_graph(100, 6, 0.25, seed)) for seed in range(40)]).mean(0))
            > 4 * error).all()     # negative control: a fourth more rewiring is told apart


@pytest.mark.parametrize("share", [0, 0.1, 0.7, 1])
def test_as_many_links_are_rewired_as_asked_and_anywhere(share):
    """A binomial number of links, to all buyers alike, as often from each lap."""
    buyers, degree = 20_000, 10
    targets = a_small_world(buyers, degree, share)
    ringed = np.empty_like(targets)
    link_ring(ringed, buyers)
    away = targets != ringed
    assert np.abs(away.mean(0) - share).max() <= 4 * np.sqrt(share * (1 - share) / buyers)
    if share:
        assert evenly(np.histogram(targets[away], bins=100, range=(0, buyers))[0]) > 0.001
        distance = (targets - np.arange(buyers)[:, None])[away] % buyers
        assert evenly(np.histogram(distance, bins=100, range=(0, buyers))[0]) > 0.001


# --- scale-free networks --------------------------------------------------------------------------------------------------------


def tail_exponent(counts: np.ndarray, least: int = 30) -> tuple[float, float]:
    """(exponent of the tail, its standard error): the maximum-likelihood estimate of Clauset, Shalizi & Newman (2009, eq. 3.7)."""
    tail = counts[counts >= least]
    exponent = 1 + len(tail) / np.log(tail / (least - 0.5)).sum()
    return float(exponent), float((exponent - 1) / np.sqrt(len(tail)))


def exponent_of_the_law(least: int = 30) -> float:
    """What the estimate tends to under the exact law, which falls a little faster than k⁻³: 2.956 from 30 on."""
    k = np.arange(least, 10**6, dtype=float)
    law = 1 / (k * (k + 1) * (k + 2))
    return float(1 + law.sum() / (law * np.log(k / (least - 0.5))).sum())


def misfit(counts: np.ndarray, owned: int, most: int = 40) -> float:
    """p-value of the chi-square test of degrees against 2m(m + 1) / (k(k + 1)(k + 2)), the tail in one cell."""
    k = np.arange(owned, most)
    law = 2 * owned * (owned + 1) / (k * (k + 1) * (k + 2))
    expected = np.append(law, 1 - law.sum()) * len(counts)
    seen = np.bincount(np.minimum(counts, most), minlength=most + 1)[owned:]
    return float(chi2.sf(((seen - expected) ** 2 / expected).sum(), len(expected) - 1))


def test_the_tail_of_a_scale_free_network_has_exponent_three():
    """Within three standard errors of what the law gives."""
    exponent, error = tail_exponent(degrees(scale_free(luck_of(), 100_000, 10)))
    assert exponent_of_the_law() == pytest.approx(3, abs=0.05)
    assert abs(exponent - exponent_of_the_law()) < 3 * error and error < 0.05


def test_degrees_of_a_scale_free_network_follow_the_exact_law():
    """Dorogovtsev, Mendes & Samukhin (2000); most buyers have fewer than the mean, a few have hundreds."""
    counts = degrees(scale_free(luck_of(), 100_000, 10))
    assert misfit(counts, 5) > 0.001
    assert counts.max() > 500 and np.median(counts) < 10


def test_negative_control_of_the_tail():
    """A small world has no tail, and a network whose newcomers choose among buyers rather than ends has one that falls too fast."""
    world = degrees(a_small_world(100_000, 10, 1))
    assert world.max() < 30 and misfit(world, 5) < 0.001
    luck = np.random.default_rng(0)
    newcomers = np.arange(11, 100_000)
    evenly_chosen = np.concatenate([np.repeat(newcomers, 5), (luck.random(5 * len(newcomers)) * np.repeat(newcomers, 5)).astype(int)])
    counts = np.bincount(evenly_chosen)
    exponent, error = tail_exponent(counts)
    assert exponent - exponent_of_the_law() > 4 * error and misfit(counts, 5) < 0.001


# --- who stands where -----------------------------------------------------------------------------------------------------------


@given(st.lists(st.integers(0, 60), min_size=1, max_size=6), RUNS)
def test_mixed_is_an_order_that_keeps_each_type_in_line(counts, luck):
    counts = np.array(counts)
    order = mixed(luck, counts)
    kinds = np.repeat(np.arange(len(counts)), counts)
    assert np.array_equal(np.sort(order), np.arange(counts.sum()))
    assert all((np.diff(order[kinds[order] == k]) == 1).all() for k in range(len(counts)))


def test_every_sequence_is_equally_likely():
    """The six of two buyers each of two types, the 24 of four buyers."""
    sequences = np.array([mixed(luck_of(run=run), np.array([2, 2])) // 2 for run in range(3000)]) @ [8, 4, 2, 1]
    assert set(sequences) == {3, 5, 6, 9, 10, 12} and evenly(np.bincount(sequences)[[3, 5, 6, 9, 10, 12]]) > 0.001
    orders = [tuple(shuffled(luck_of(run=run), 4)) for run in range(4800)]
    assert evenly(np.array([orders.count(order) for order in permutations(range(4))])) > 0.001


@pytest.mark.parametrize("degree", [2, 10])
@pytest.mark.parametrize("counts", [(20_000, 20_000), (10_000, 20_000, 5000)])
def test_types_are_linked_as_at_random(counts, degree):
    """The share of links within a type is the sum of squared shares, in both kinds; a ring in order of number is told apart."""
    counts = np.array(counts)
    kinds, buyers = np.repeat(np.arange(len(counts)), counts), counts.sum()
    chance = ((counts / buyers) ** 2).sum()
    limit = 4 * np.sqrt(chance * (1 - chance) / (buyers * degree / 2)) * 2    # twice: links of one buyer go together

    def within(targets, order):
        one, other = kinds[order][pairs(targets)].T
        return (one == other).mean()

    world, everyone = a_small_world(buyers, degree, 0.1), np.arange(buyers)
    assert abs(within(world, mixed(luck_of(), counts)) - chance) < limit
    assert abs(within(scale_free(luck_of(), buyers, degree), shuffled(luck_of(), buyers)) - chance) < limit
    assert within(world, everyone) - chance > limit


# --- rows -----------------------------------------------------------------------------------------------------------------------

LINKS = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), max_size=60)


def as_sets(first: np.ndarray, of: np.ndarray) -> list[set]:
    return [set(of[start:end].tolist()) for start, end in pairwise(first)]


@given(LINKS, st.booleans())
def test_rows_hold_every_link_and_turned_once_in_order(links, both_ways):
    """Against a list of pairs."""
    here, there = (np.array([link[end] for link in links], np.int32) for end in (0, 1))
    first, of = rows(here, there[:, None], 13, both_ways)
    seen = sorted(links + [(b, a) for a, b in links] * both_ways)
    assert first[0] == 0 and first[-1] == len(of) == len(seen)
    assert sorted((i, int(j)) for i in range(13) for j in of[first[i]:first[i + 1]]) == seen
    first, of = turned(first, of)
    assert [(int(j), i) for i in range(13) for j in of[first[i]:first[i + 1]]] == sorted({(a, b) for a, b in seen}, key=lambda p: p[::-1])


def test_rows_of_a_network_are_its_links():
    targets = a_small_world(300, 6, 0.3)
    found = as_sets(*rows(np.arange(300, dtype=np.int32), targets, 300, True))
    assert {(i, j) for i, row in enumerate(found) for j in row if i < j} == set(map(tuple, pairs(targets).tolist()))
    assert all(i in found[j] for i, row in enumerate(found) for j in row)
