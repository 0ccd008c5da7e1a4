"""Who hears whom: networks of buyers as functions of luck, and links as rows of neighbours.

The generators know buyers by their place in an order, and every buyer owns degree/2 links: targets[i, d] is the place to which link d
of the buyer at place i leads. So all links together are one array of whole numbers, and whether two buyers are linked shows in their two
rows. `mixed` and `shuffled` say who stands at which place; `rows` and `turned` turn links into what a period reads: the neighbours
of every slot, side by side.

No place here knows of threads: a network is made by one of them, and is the same on every machine.
"""
import numpy as np

from sim.core.arithmetic import u32, u64
from sim.core.draws import philox, uniform
from sim.core.jit import njit
from sim.core.terms import D_NETWORK

MIXED, SHUFFLED, REWIRED, ATTACHED = range(4)     # what the luck of a network is for; it has no periods, so their place counts calls
TRIES = 32         # buyers that a link may be offered when it is to lead elsewhere, before it stays where it is


@njit(inlined=True)
def _words(luck, place, call, purpose):
    """Four random words: call `call` of the buyer at a place, for one of the four purposes."""
    return philox(u32(place), u32(call), u32(u32(D_NETWORK) * u32(1024) + u32(purpose)), luck[2], luck[0], luck[1])


@njit(inlined=True)
def _below(count, high, low):
    """One of 0 … count − 1 from two random words; uneven by less than count / 2^64."""
    return np.int64((u64(high) << u64(32) | u64(low)) % u64(count))


@njit(arrays=True)
def mixed(luck, counts):
    """All buyers in an order that mixes types and keeps each type's buyers in the order of their numbers: int32 [buyers].

    counts: int64 [type]; buyers are numbered 0 … buyers − 1, types one after another. Every sequence of types is equally likely, so
    whoever stands near is of a type as often as buyers are; and since buyers of a type who stand near have near numbers, a buyer's
    neighbours lie in as many streams of memory as there are types.
    """
    following, left, buyers = np.zeros(len(counts), np.int64), counts.copy(), counts.sum()
    for k in range(1, len(counts)):
        following[k] = following[k - 1] + counts[k - 1]
    order = np.empty(buyers, np.int32)
    for place in range(buyers):
        high, low, _, _ = _words(luck, place, 0, MIXED)
        rest, k = _below(buyers - place, high, low), 0
        while rest >= left[k]:
            rest -= left[k]
            k += 1
        order[place] = following[k]
        following[k] += 1
        left[k] -= 1
    return order


@njit(arrays=True)
def shuffled(luck, buyers):
    """All buyers in an order of which every one is equally likely (Fisher & Yates): int32 [buyers]."""
    order = np.arange(buyers).astype(np.int32)
    for place in range(buyers - 1, 0, -1):
        high, low, _, _ = _words(luck, place, 0, SHUFFLED)
        other = _below(place + 1, high, low)
        order[place], order[other] = order[other], order[place]
    return order


@njit(arrays=True)
def link_ring(targets, buyers):
    """Links the first so many buyers in a ring: each to the degree/2 next on either side, owning the links to those that follow.

    Where they are degree + 1, everybody is then linked to everybody.
    """
    for i in range(buyers):
        for d in range(targets.shape[1]):
            targets[i, d] = (i + d + 1) % buyers


@njit(inlined=True)
def _owns(targets, i, j):
    """Whether a link of buyer i leads to buyer j."""
    found = False
    for d in range(targets.shape[1]):
        found |= targets[i, d] == j
    return found


@njit(arrays=True)
def small_world(luck, buyers, degree, rewired):
    """Watts & Strogatz (1998), "Collective dynamics of 'small-world' networks": int32 [buyers, degree/2].

    A ring on which everybody is linked to degree/2 buyers on each side; then, lap by lap as they did it (first all links to the next buyer,
    then all to the next but one, …), each link leads with probability `rewired` (float32) from its owner to a buyer drawn
    evenly from those to whom the owner is not linked yet. A link that meets only such buyers in `TRIES` draws stays, which takes a
    market in which nearly everybody is linked to everybody. degree: even, 2 … buyers − 1.
    """
    targets = np.empty((buyers, degree // 2), np.int32)
    link_ring(targets, buyers)
    for d in range(degree // 2):
        for i in range(buyers):
            for attempt in range(TRIES):
                luck_to_stay, _, high, low = _words(luck, i, d * TRIES + attempt, REWIRED)
                if attempt == 0 and uniform(luck_to_stay) >= rewired:
                    break
                j = _below(buyers, high, low)
                if j != i and not _owns(targets, i, j) and not _owns(targets, j, i):
                    targets[i, d] = j
                    break
    return targets


@njit(arrays=True)
def scale_free(luck, buyers, degree):
    """Barabási & Albert (1999), "Emergence of scaling in random networks": int32 [buyers, degree/2].

    The first degree + 1 buyers are all linked to each other; everybody else arrives in turn and is linked to degree/2 different buyers
    who are there, each drawn with a probability in proportion to the links it has (an end of a link, all ends alike: Batagelj & Brandes
    2005). A buyer has k links with probability 2m(m + 1) / (k(k + 1)(k + 2)), m = degree/2, a tail of exponent 3; the mean is
    `degree` exactly. degree: even, 2 … buyers − 1.
    """
    owned, first_comers = degree // 2, degree + 1
    targets = np.empty((buyers, owned), np.int32)
    link_ring(targets, first_comers)
    for i in range(first_comers, buyers):
        chosen, call = 0, 0
        while chosen < owned:
            high, low, _, _ = _words(luck, i, call, ATTACHED)
            call += 1
            end = _below(2 * owned * i, high, low)
            owner, d = end // 2 // owned, end // 2 % owned
            j = owner if end % 2 == 0 else targets[owner, d]
            known = False
            for earlier in range(chosen):
                known |= targets[i, earlier] == j
            if not known:
                targets[i, chosen] = j
                chosen += 1
    return targets


@njit(arrays=True)
def moved(targets, slots):
    """Places become the slots of those who stand there, in place. slots: int32 [place]."""
    for i in range(targets.shape[0]):
        for d in range(targets.shape[1]):
            targets[i, d] = slots[targets[i, d]]


@njit(arrays=True)
def rows(here, there, slots, both_ways):
    """Links as rows: (first, of), int64 [slots + 1] and int32 [links]; the row of slot i is of[first[i]:first[i + 1]].

    here: int32 [n], slots; there: int32 [n, links of each], the slots to which they lead. both_ways: whether each link also stands in the
    row of the slot to which it leads.
    """
    first = np.zeros(slots + 1, np.int64)
    for i in range(len(here)):
        first[here[i]] += there.shape[1]
        if both_ways:
            for d in range(there.shape[1]):
                first[there[i, d]] += 1
    total = _sum_up(first)
    of = np.empty(total, np.int32)
    for i in range(len(here)):     # filled from the end of each row, so that `first` holds where rows begin when all is done
        for d in range(there.shape[1]):
            first[here[i]] -= 1
            of[first[here[i]]] = there[i, d]
            if both_ways:
                first[there[i, d]] -= 1
                of[first[there[i, d]]] = here[i]
    return first, of


@njit(arrays=True)
def turned(first, of):
    """The rows of the same links seen from their other ends, each row in ascending order and no link twice: (first, of)."""
    slots = len(first) - 1
    seen = np.full(slots, -1, np.int32)
    turned_first = np.zeros(slots + 1, np.int64)
    for i in range(slots):
        for k in range(first[i], first[i + 1]):
            if seen[of[k]] != i:
                seen[of[k]] = i
                turned_first[of[k]] += 1
    turned_of = np.empty(_sum_up(turned_first), np.int32)
    seen[:] = -1
    for i in range(slots - 1, -1, -1):
        for k in range(first[i], first[i + 1]):
            if seen[of[k]] != i:
                seen[of[k]] = i
                turned_first[of[k]] -= 1
                turned_of[turned_first[of[k]]] = i
    return turned_first, turned_of


@njit(arrays=True)
def _sum_up(counts):
    """Counts become where rows end, in place; the last becomes, and is returned as, the number of all."""
    for i in range(1, len(counts)):
        counts[i] += counts[i - 1]
    return counts[-1]
