"""Hearing and telling, one mechanism at a time: who hears whom, what it does to beliefs, and by which channel accounts are won.

Markets here stand still but for what is tested: no purchases, no problems, no turnover unless a test asks for them, so that what a buyer
hears can be planted and what follows can be reckoned by hand.
"""
import numpy as np
import pytest
from scipy.stats import chi2

from sim.core import state as at
from sim.core.terms import BY_ADVERTISING, BY_PARTNER, BY_WORD_OF_MOUTH, OWN_SEARCH
from sim.scenario import load
from tests.agreement import assert_agrees, assert_all_agree, share
from tests.markets import BUYERS, Stepped, static_market

THETA, DECAY = 0.6, 0.1
TALKING = ("market.start=new", "market.buyers=600", "market.periods=60", "behaviour.learning=1", "behaviour.slowest_learning=0.1",
           "behaviour.loss_aversion=2", "behaviour.bond_decay=0.1", "levels.basic.usage=0", f"{BUYERS}.purchase_rate=0",
           f"{BUYERS}.relationship_orientation={THETA}", f"{BUYERS}.taste_spread=6")
SURE = "word_of_mouth={network: well_mixed, talk: 1, bad_news: 1, credence: 1, lent_trust: 0.05}"


def talking(*sets: str, rivals: int = 2) -> Stepped:
    """A market in which nothing happens but hearing; everybody knows nobody's experience yet."""
    return Stepped(static_market(*TALKING, *sets, rivals=rivals))


def history(purchases: int, uses: int, last: int = 1) -> int:
    """The bits of a dyad's history."""
    return purchases | uses << 8 | last << 16


# --- what hearing does ------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("purchases", "uses"), [(0, 0), (1, 0), (3, 7), (100, 100)])
@pytest.mark.parametrize("grievance", [False, True])
@pytest.mark.parametrize(("x", "g"), [(126.0, 4.0), (90.0, -30.0)])
def test_a_word_moves_beliefs_and_bond_as_the_rules_say(purchases, uses, grievance, x, g):
    """V += credence · w · asym(x + own taste − V), G likewise, w = max(w_min, 1/(2 + n)); praise adds lent_trust · θ · (1 − B), a
    grievance does not. All of it reckoned here anew, in double precision, from what was believed before."""
    market = talking("word_of_mouth={network: well_mixed, talk: 1, bad_news: 1, credence: 0.5, lent_trust: 0.05}")
    market.put("history_1", history(purchases, uses))
    market.put("relationship_1", -2.0)
    market.put("bond_1", 0.4)
    before = market.get("value_1").astype(float)
    taste = before - 118                                     # reputation 1 and promises kept: what strangers believe is 118 and their taste
    assert taste.std() == pytest.approx(6, rel=0.1)
    market.say(1, x, g, grievance)
    untouched = [market.get(name) for name in ("value_0", "relationship_0", "value_2", "bond_2")]
    market.step()
    heard = {"value_1": (before, x + taste, purchases), "relationship_1": (np.full(600, -2.0), g, uses)}
    for name, (old, told, n) in heard.items():
        weight = 0.5 * max(0.1, 1 / (2 + n))
        step = np.where(told < old, min(2 * weight, 1), weight)
        assert market.get(name) == pytest.approx(old + step * (told - old), rel=1e-5, abs=1e-4)
    bond = 0.4 if grievance else 0.4 + 0.05 * THETA * 0.6
    assert market.get("bond_1") == pytest.approx(bond * (1 - DECAY), rel=1e-5)
    assert market.booked("told_bad" if grievance else "told_good").tolist() == [0, 600, 0]
    assert market.booked("told_good" if grievance else "told_bad").sum() == 0
    assert (market.get("recommended") == (-1 if grievance else 1)).all()
    for name, old in zip(("value_0", "relationship_0", "value_2", "bond_2"), untouched, strict=True):
        assert np.array_equal(market.get(name), old), name     # a bond of nought decays to nought


def test_hearsay_without_credence_or_learning_teaches_nothing():
    """Beliefs stay as they were where hearsay counts for nothing, or where nobody learns; sellers become known all the same."""
    for deaf in ("word_of_mouth.credence=0", "behaviour.learning=0"):
        market = talking(SURE, "sellers.rivals.reach=0", deaf)
        before = market.get("value_1")
        market.say(1, 50.0, -30.0)
        market.step()
        assert np.array_equal(market.get("value_1"), before) and (market.get("relationship_1") == 0).all()
        assert (market.get("aware") == 0b011).all() and market.booked("heard_word_of_mouth").tolist() == [0, 600, 0]


def test_who_hears_of_a_stranger_believes_first_what_strangers_do():
    """A seller nobody knows becomes known by the word, with the first belief of the moment, and then the word counts."""
    market = talking(SURE, "word_of_mouth.credence=0.5", "sellers.rivals.reach=0", f"{BUYERS}.taste_spread=0", "sellers.rivals.promise=1.2")
    market.market.standing[1, at.REPUTATION] = 0.5
    market.say(1, 100.0)
    market.step()
    first = 118 + 0.5 * (1.2 * 118 - 118)
    assert market.get("value_1") == pytest.approx(first + 0.5 * (100 - first), rel=1e-5)       # credence ½, weight ½, a shortfall twice
    assert market.booked("prospects").tolist() == [0, 600, 0]


# --- how often a word gets through ------------------------------------------------------------------------------------------------

PARTS = {"good": np.s_[:8000], "bad": np.s_[8000:14000], "silent": np.s_[14000:]}


def mixed_news(*sets: str) -> Stepped:
    """Of 20,000 buyers, 8,000 are content with seller 0, 6,000 have a grievance with seller 1, and the rest have nothing to tell."""
    market = talking("market.buyers=20000", *sets)
    market.say(0, 118.0, who=PARTS["good"])
    market.say(1, 118.0, grievance=True, who=PARTS["bad"])
    return market


@pytest.mark.parametrize(("settings", "good", "bad"), [
    ("talk: 0.25, bad_news: 2", 0.25, 0.5), ("talk: 0.25, bad_news: 1", 0.25, 0.25), ("talk: 0.6, bad_news: 2", 0.6, 1.0),
    ("talk: 0.5, bad_news: 0", 0.5, 0.0), ("talk: 0, bad_news: 2", 0.0, 0.0)])
def test_bad_news_travels_as_many_times_as_often(settings, good, bad):
    """Words that got through are binomial: a fifth of all buyers hears a given fifth, and of those the stated share takes it in."""
    market = mixed_news(f"word_of_mouth={{network: well_mixed, {settings}}}").step()
    told_good, told_bad = market.booked("told_good"), market.booked("told_bad")
    assert_all_agree({"good": (share(told_good[0], 20000), 8 / 20 * good), "bad": (share(told_bad[1], 20000), 6 / 20 * bad)})
    assert told_good[1:].sum() == 0 == told_bad[0] + told_bad[2]


def test_referral_stock_and_reward_spread_good_news_only():
    """talk · (1 + effect · C + reward / (reward + half)), at most 1; bad news goes on as it would."""
    sets = ("word_of_mouth={network: well_mixed, talk: 0.2, bad_news: 2, reward_half: 25}", "six_markets.referral.effect=1.5",
            "six_markets.referral.fade=0.000001")
    for stock, reward, good in ((0, 0, 0.2), (0.5, 0, 0.35), (0, 75, 0.35), (0.5, 25, 0.45), (1, 1e6, 0.7)):
        market = mixed_news(*sets, f"sellers.ours.referral_reward={reward}")
        market.market.standing[:, at.STOCKS + 1] = stock, 1, 1
        market.step()
        assert_agrees(share(market.booked("told_good")[0], 20000), 0.4 * good, f"stock {stock}, reward {reward}")
        assert_agrees(share(market.booked("told_bad")[1], 20000), 0.3 * 0.4, "bad news")
    certain = mixed_news(*sets, "word_of_mouth.talk=0.9", "sellers.ours.referral_reward=100000").step()
    assert certain.booked("told_good")[0] > 0.4 * 20000 * 0.97     # cut off at 1


# --- who hears whom ---------------------------------------------------------------------------------------------------------------

def heard_by(market: Stepped, periods: int) -> np.ndarray:
    """How often each buyer heard each other: int64 [listener, speaker]. Whoever speaks says its own number, which is then believed."""
    counts = np.zeros((market.buyers, market.buyers), np.int64)
    for _ in range(periods):
        market.put("value_0", -1.0)
        market.say(0, np.arange(market.buyers, dtype=float))
        market.step()
        speaker = market.get("value_0").astype(int)
        listens = speaker >= 0
        counts[np.flatnonzero(listens), speaker[listens]] += 1
    return counts


def outlandish(counts: np.ndarray, possible: np.ndarray) -> float:
    """p-value of Pearson's chi-square that each listener hears all of its possible speakers alike."""
    expected = counts.sum(1, keepdims=True) * possible / np.maximum(possible.sum(1, keepdims=True), 1)
    statistic = ((counts - expected)[possible] ** 2 / expected[possible]).sum()
    return chi2.sf(statistic, possible.sum() - (possible.sum(1) > 0).sum())


TYPES = ("lost_for_good", "intermediate", "always_a_share")
THREE_TYPES = ("behaviour.slowest_learning=1", "market.buyers=47", "market.periods=500",
               "buyers={lost_for_good: {share: 0.4}, intermediate: {share: 0.5}, always_a_share: {share: 0.1}}",
               *(f"buyers.{name}.{nothing}" for name in TYPES for nothing in ("purchase_rate=0", "taste_spread=0")))
CLEAR = ", talk: 1, bad_news: 1, credence: 1"       # with slowest_learning=1: who hears believes just what it hears


def test_where_anybody_is_heard_everybody_is_heard_alike():
    """Each of the other 46 buyers, whatever its type: chi-square over all pairs; and nobody hears itself."""
    market = talking(*THREE_TYPES, f"word_of_mouth={{network: well_mixed{CLEAR}}}")
    counts = heard_by(market, 400)
    assert (counts.sum(1) == 400).all()
    assert outlandish(counts, ~np.eye(47, dtype=bool)) > 0.001


@pytest.mark.parametrize("network", ["small_world", "scale_free"])
def test_where_there_are_neighbours_only_they_are_heard(network):
    """Each of them alike, and all of them in time; which is not what a well-mixed market does (the negative control)."""
    market = talking(*THREE_TYPES, f"word_of_mouth={{network: {network}, degree: 6{CLEAR}}}")
    possible = np.zeros((47, 47), bool)
    for who in range(47):
        possible[who, market.hears(who)] = True
    counts = heard_by(market, 400)
    assert (counts.sum(1) == 400).all() and (counts[~possible] == 0).all() and (counts[possible] > 0).all()
    assert outlandish(counts, possible) > 0.001
    assert outlandish(counts, ~np.eye(47, dtype=bool)) < 1e-9


def test_links_of_a_file_run_one_way_and_who_has_none_hears_nobody(tmp_path):
    """Buyer 0 hears 5 and 46, buyer 46 hears 0; nobody else hears anybody."""
    path = tmp_path / "links.csv"
    path.write_text("listener,speaker\n0,5\n0,46\n46,0\n")
    market = talking(*THREE_TYPES, f"word_of_mouth={{network: file, file: {path}{CLEAR}}}")
    counts = heard_by(market, 60)
    assert {(i, j) for i, j in np.argwhere(counts).tolist()} == {(0, 5), (0, 46), (46, 0)}
    assert counts.sum(1)[[0, 46]].tolist() == [60, 60] and counts.sum() == 120


def test_a_lone_buyer_hears_nobody():
    """In a market of one, and of two: the other one always."""
    for buyers, heard in ((1, 0), (2, 20)):
        market = talking(f"market.buyers={buyers}", f"{BUYERS}.taste_spread=0", "behaviour.slowest_learning=1",
                         f"word_of_mouth={{network: well_mixed{CLEAR}}}")
        counts = heard_by(market, 20)
        assert counts.sum() == buyers * heard and counts.diagonal().sum() == 0


# --- a busy market: buyers that buy, complain, come and go ------------------------------------------------------------------------

BUSY = ("market.buyers=700", "market.burn_in=3", "market.turnover=0.02", "market.periods=40", "sellers.rivals.reach=0.7",
        "buyers.lost_for_good.contract=6", "product.problem_rate=0.3", "product.tolerance=12")


def busy(*sets: str) -> Stepped:
    """The default market with much going on."""
    return Stepped(load("default", [*BUSY, *sets]), "relationship")


def test_a_change_reaches_neighbours_one_period_later_and_nobody_without_a_network():
    """Words come from the end of the period before: what becomes of buyer 7 in a period can move its neighbours in the next, theirs in
    the one after; without a network nobody ever."""
    apart = ("behaviour.reputation_speed=0", "behaviour.seller_learning=0", "market.turnover=0")
    for network in ("none", "small_world", "scale_free"):
        usual, changed = (busy(*apart, f"word_of_mouth={{network: {network}, degree: 4, talk: 1}}").step(6) for _ in range(2))
        changed.put("incumbent", (usual.get("incumbent")[7] + 1) % 4, [7])
        assert np.array_equal(usual.market.beyond.words, changed.market.beyond.words)
        reached, told = {7}, set()
        for _ in range(4):
            usual.step(), changed.step()
            moved = set(np.flatnonzero((usual.everything() != changed.everything()).any(0)).tolist())
            assert moved <= reached, network
            told |= moved - {7}
            if network != "none":
                reached |= {who for who in range(usual.buyers) if reached & set(usual.hears(who).tolist())}
        assert bool(told) == (network != "none")


@pytest.fixture(scope="module")
def lives():
    """(what buyers were at the end of each period, what they told): a busy market, twenty-five periods of it."""
    market, rows, words = busy("word_of_mouth.network=small_world"), [], []
    names = ("incumbent", "happened", "delivered", "agreement", "channel", "referrer")
    fields = {"tells": at.TELLS, "x": at.TELLS_VALUE, "g": at.TELLS_RELATIONSHIP, "supplier": at.TELLS_SUPPLIER}
    for _ in range(25):
        market.step()
        rows.append({name: market.get(name) for name in names})
        words.append({name: market.said(field).copy() for name, field in fields.items()})
    return rows, words


def test_buyers_tell_of_their_supplier_what_was_delivered_last(lives):
    """Without a grievance: the supplier and its last delivery; with no supplier nothing. Whoever serves it stands beside."""
    rows, words = lives
    for row, word in zip(rows, words, strict=True):
        assert np.array_equal(word["supplier"], row["incumbent"])
        content = (word["tells"] >= 0) & (word["tells"] & at.GRIEVANCE == 0)
        assert np.array_equal(word["tells"][content] & 31, row["incumbent"][content])
        assert np.array_equal(word["x"][content], row["delivered"][content]) and content.sum() > 100
        silent = word["tells"] < 0
        assert (row["incumbent"][silent] < 0).all()
        happened = row["happened"][content]
        assert (happened & at.UNRESOLVED == 0).all() and not ((happened & at.BROKEN != 0) & (happened & at.INCIDENT != 0)).any()


def test_a_grievance_is_told_until_it_is_answered(lives):
    """Who was left with a problem, or with a promise broken by the last lot, says so in the next period; and again, word for word, while
    the grievance waits for an answer and nothing new happens; who is free and has bought since tells of its supplier's last delivery."""
    rows, words = lives
    repeated = answered = bound = 0
    for t in range(1, 25):
        row, word, before = rows[t], words[t], words[t - 1]
        happened, aggrieved = row["happened"], (word["tells"] >= 0) & (word["tells"] & at.GRIEVANCE != 0)
        broken_last = (happened & at.BROKEN != 0) & (happened & at.INCIDENT != 0)
        assert aggrieved[(happened & at.UNRESOLVED != 0) | broken_last].all()
        waits = (happened & at.INCIDENT != 0) & (happened & (at.UNRESOLVED | at.BROKEN | at.NEWCOMER) == 0)
        assert aggrieved[waits].all()
        for name in ("x", "g"):
            assert np.array_equal(word[name][waits], before[name][waits])
        assert np.array_equal(word["tells"][waits] & 31, before["tells"][waits] & 31)
        repeated += waits.sum()
        bound += (waits & (happened & at.OCCASION != 0)).sum()          # bought, but under contract
        calm = happened & (at.INCIDENT | at.UNRESOLVED) == 0
        assert not aggrieved[calm].any()
        answered += (calm & (before["tells"] >= 0) & (before["tells"] & at.GRIEVANCE != 0)).sum()
    assert repeated > 500 and bound > 50 and answered > 500


@pytest.mark.parametrize(("promise", "told"), [(1.2, 118 - 1.2 * 118), (1.01, None)])
def test_a_broken_promise_is_told_with_the_disappointment(promise, told):
    """118 delivered where 141.6 were promised: a grievance, of an offering of 118 and a relationship that lacks 23.6; within the tolerance
    the promise is kept, and 118 is good news."""
    market = talking("word_of_mouth.network=well_mixed", "market.buyers=9", f"{BUYERS}.purchase_rate=1", f"{BUYERS}.taste_spread=0",
                     "product.tolerance=5", f"sellers.ours.promise={promise}", "sellers.rivals.reach=0").step()
    assert (market.said(at.TELLS) == (0 if told is None else at.GRIEVANCE)).all()
    assert market.said(at.TELLS_VALUE) == pytest.approx(118)
    assert market.said(at.TELLS_RELATIONSHIP) == pytest.approx(told or 0, abs=1e-4)
    assert market.booked("broken")[0] == (0 if told is None else 9)


def test_nobody_is_blamed_for_a_promise_that_another_broke():
    """Two lots: whose last lot came from the seller that keeps its promises has answered the other's breach, and tells good news of the
    new supplier; whose last lot was broken tells that."""
    market = talking("word_of_mouth.network=well_mixed", "market.buyers=300", f"{BUYERS}.purchase_rate=1", f"{BUYERS}.taste_spread=0",
                     f"{BUYERS}.lots=2", f"{BUYERS}.time_horizon=0", "product.tolerance=5", "sellers.ours.promise=1.3", rivals=1).step()
    supplier, tells = market.get("incumbent"), market.said(at.TELLS)
    assert np.array_equal(tells & 31, supplier)
    assert np.array_equal(tells & at.GRIEVANCE != 0, supplier == 0)
    broken_by_another = (market.get("happened") & at.BROKEN != 0) & (supplier == 1)
    assert market.booked("broken")[1] == 0 and broken_by_another.sum() > 30 and (supplier == 0).sum() > 30


def test_an_unresolved_problem_is_told_of_whom_it_arose_with():
    """Even of one just left: its own delivery, as told before; where the buyer told of a third seller before, its usual delivery."""
    market = talking("word_of_mouth.network=well_mixed", "market.buyers=2", f"{BUYERS}.taste_spread=0", f"{BUYERS}.purchase_rate=1",
                     "product.problem_rate=1", "levels.basic.resolve=0", "sellers.ours.quality=110")
    market.put("incumbent", 0)
    market.put("value_1", 1000.0)
    market.say([0, 2], [105.0, 50.0], -35.0, [False, True])
    market.step()
    assert (market.get("incumbent") == 1).all() and market.said(at.TELLS).tolist() == [at.GRIEVANCE] * 2
    assert market.said(at.TELLS_VALUE) == pytest.approx([105, 110])
    assert (market.said(at.TELLS_RELATIONSHIP) < -20).all()


def test_a_dissatisfied_buyer_under_contract_goes_on_talking():
    """Divorce impossible: of two buyers with the same grievance, both buying every period, the free one has its answer and the one under
    contract says the same again, until the contract ends."""
    market = talking("word_of_mouth.network=well_mixed", "market.buyers=2", f"{BUYERS}.taste_spread=0")
    market.put("incumbent", 0)
    market.put("purchase_rate", 1.0)
    market.put("agreement", [4 << at.CONTRACT_SHIFT, 0])
    market.put("happened", at.INCIDENT)
    market.say(0, 50.0, -35.0, grievance=True)
    for period in range(1, 7):
        market.step()
        assert (market.said(at.TELLS) & at.GRIEVANCE != 0).tolist() == [period <= 4, False]
        assert market.said(at.TELLS_VALUE) == pytest.approx([50 if period <= 4 else 118, 118])
        assert market.said(at.TELLS_RELATIONSHIP) == pytest.approx([-35 if period <= 4 else 0, 0])


def test_a_fresh_buyer_tells_nothing_and_vouches_for_nobody():
    """All buyers turn over: those who enter have nothing to tell, and who was recommended by one of their predecessors is on its own."""
    market = talking("word_of_mouth={network: well_mixed, talk: 1, support: 0.5}", "market.buyers=40")
    market.put("incumbent", 0)
    market.put("channel", BY_WORD_OF_MOUTH)
    market.put("referrer", market.slot[20:], np.s_[:20])           # 0 … 19 were recommended by 20 … 39
    market.put("referrer", market.slot[:20], np.s_[20:])
    market.say(0, 118.0)
    market.step()
    assert market.booked("vouched").tolist() == [40, 0, 0] and market.booked("unvouched").sum() == 0
    market.market.behaviour[at.Behaviour._fields.index("turnover")] = 1
    market.step()
    assert (market.get("incumbent") == -1).all() and (market.said(at.TELLS) == -1).all() and (market.get("channel") == OWN_SEARCH).all()
    assert (market.get("referrer") == -1).all() and market.booked("forgotten").tolist() == [40] * 3 == market.booked("known").tolist()
    market.step()
    assert [market.booked(name).sum() for name in ("told_good", "told_bad", "vouched", "unvouched")] == [0] * 4


def test_one_who_buys_in_the_period_of_its_entry_vouches_for_nobody_before_it():
    """The fresh buyer in a referrer's place is an account of the same seller at once; it still vouches for nobody."""
    market = talking("word_of_mouth={network: well_mixed, talk: 1, support: 0.5}", "market.buyers=2", "sellers.rivals.reach=0")
    market.put("incumbent", 0)
    market.put("channel", BY_WORD_OF_MOUTH, [0])
    market.put("referrer", market.slot[1], [0])
    market.say(0, 118.0)
    market.put("bond_0", 0.5)
    word = market.market.beyond.words[market.t & 1]
    word.view(np.int32)[market.slot[1], at.TELLS] |= at.FRESH
    market.step()
    assert market.get("referrer")[0] == -1 and market.booked("unvouched")[0] == 1 and market.booked("vouched")[0] == 0


def test_who_takes_the_place_of_one_who_recommended_vouches_for_nobody():
    """Buyer 1 recommends seller 1 to buyer 0 and leaves the market; a fresh buyer in its place becomes an account of seller 1; only then
    does buyer 0 move there: it was won by word of mouth, but nobody stands by it. (With the same buyer still there: it does.)"""
    for leaves in (True, False):
        market = choosing("word_of_mouth.support=0.5", buyers=2)
        market.put("incumbent", [0, 1])
        market.put("purchase_rate", 0.0)
        market.put("recommended", 1, [0])
        market.put("recommended_by", by(BY_WORD_OF_MOUTH, market.slot[1]), [0])
        market.say([0, 1], 118.0)
        words = market.market.beyond.words[market.t & 1].view(np.int32)
        words[market.slot[1], at.TELLS] |= at.FRESH if leaves else 0
        market.step()
        market.put("purchase_rate", 1.0, [0])
        market.put("time_horizon", 0.0)
        market.step()
        assert market.get("incumbent").tolist() == [1, 1] and market.get("channel")[0] == BY_WORD_OF_MOUTH
        assert market.get("referrer")[0] == (-1 if leaves else market.slot[1])
        market.step()
        assert (market.booked("vouched")[1], market.booked("unvouched")[1]) == ((0, 1) if leaves else (1, 0))


# --- support ----------------------------------------------------------------------------------------------------------------------

def test_support_lasts_while_the_referrer_is_an_account_and_then_stops_for_good():
    """B = (B + support · θ · (1 − B)) · (1 − decay), period by period, while whoever recommended the seller is its account; when it has
    left, decay alone, and nothing brings the support back (Van den Bulte et al. 2018)."""
    market = talking("word_of_mouth={network: well_mixed, talk: 0, support: 0.2}", "market.buyers=3", f"{BUYERS}.taste_spread=0")
    market.put("incumbent", [0, 0, 1])
    market.put("channel", [BY_WORD_OF_MOUTH, OWN_SEARCH, BY_WORD_OF_MOUTH])
    market.put("referrer", [market.slot[1], -1, market.slot[0]])                 # 0 by 1; 2 by 0, which is served by another seller
    market.put("bond_0", 0.3)
    market.put("bond_1", 0.3)
    market.say([0, 0, 1], 118.0)
    bond, alone = 0.3, 0.3
    for period in range(1, 7):
        market.step()
        bond, alone = (bond + (0.2 * THETA * (1 - bond) if period <= 3 else 0)) * (1 - DECAY), alone * (1 - DECAY)
        assert market.get("bond_0")[0] == pytest.approx(bond, rel=1e-5)
        assert market.get("bond_0")[1] == pytest.approx(alone, rel=1e-5) == market.get("bond_1")[2]
        assert (market.booked("vouched").tolist(), market.booked("unvouched").tolist()) == (
            ([1, 0, 0], [0, 1, 0]) if period <= 3 else ([0, 0, 0], [1, 1, 0]))
        if period == 3:
            market.put("incumbent", 2, [1])                                        # the referrer leaves …
            market.say(2, 118.0, who=[1])
        if period == 4:
            market.put("incumbent", 0, [1])                                        # … and comes back
            market.say(0, 118.0, who=[1])
    assert market.get("referrer")[0] == -1


# --- channels ---------------------------------------------------------------------------------------------------------------------

def choosing(*sets: str, buyers: int = 4) -> Stepped:
    """Buyers without supplier who review in every period and all prefer seller 1 by far."""
    market = talking(f"market.buyers={buyers}", "word_of_mouth={network: well_mixed, talk: 0}", f"{BUYERS}.taste_spread=0",
                     "sellers.ours={acquisition_cost: 7, referral_reward: 11, commission: 13}",
                     "sellers.rivals={acquisition_cost: 7, referral_reward: 11, commission: 13}", *sets)
    market.put("purchase_rate", 1.0)
    market.put("value_1", 1000.0)
    return market


def by(channel: int, who: int = -1) -> int:
    """What a buyer remembers of who recommended a seller."""
    return channel | (who + 1) << 3


def test_an_account_is_won_by_the_channel_that_recommended_the_seller():
    """By advertising, a neighbour, a partner, or (recommended another seller, or none) by its own search; each has its price."""
    market = choosing(buyers=5)
    market.say(0, 118.0)                                     # nobody talks, but all who might are there
    market.put("recommended", [1, 1, 1, 0, -1])
    market.put("recommended_by", [by(BY_ADVERTISING), by(BY_WORD_OF_MOUTH, market.slot[3]), by(BY_PARTNER, 0), by(BY_WORD_OF_MOUTH, 2),
                                  by(BY_PARTNER, 0)])
    market.step()
    assert (market.get("incumbent") == 1).all()
    assert market.get("channel").tolist() == [BY_ADVERTISING, BY_WORD_OF_MOUTH, BY_PARTNER, OWN_SEARCH, OWN_SEARCH]
    assert market.get("referrer").tolist() == [-1, market.slot[3], 0, -1, -1]
    assert (market.get("recommended") == -1).all()
    for name in ("advertising", "word_of_mouth", "partner"):
        assert market.booked(f"won_{name}").tolist() == [0, 1, 0]
    assert market.booked("won_new").tolist() == [0, 5, 0]
    assert market.get("worth") == pytest.approx(100 - np.array([7, 11, 13, 7, 7]))        # one unit at a margin of 100, less its price


def test_a_review_forgets_what_was_recommended_and_a_reorder_does_not():
    """Accounts of seller 0 that are told of seller 2: who reviews and stays has weighed it; who reorders, or has no occasion, remembers."""
    market = choosing(buyers=3)
    market.put("incumbent", 1)
    market.put("recommended", 2)
    market.put("recommended_by", by(BY_WORD_OF_MOUTH, 1))
    market.put("time_horizon", [0.0, 1e9, 0.0])
    market.put("purchase_rate", [1.0, 1.0, 0.0])
    market.step()
    assert (market.get("incumbent") == 1).all()
    assert market.get("recommended").tolist() == [-1, 2, 2]
    assert market.booked("reviews").tolist() == [0, 1, 0] == market.booked("reorders").tolist()


def test_the_last_recommendation_stands_and_nobody_is_recommended_its_own_supplier():
    """A partner after a neighbour: the partner's counts. Praise of one's own supplier is no recommendation."""
    market = talking(SURE, "partners={bank: {advice: 1}}", "sellers.rivals.commission=1e9", "market.buyers=3", rivals=1)
    market.put("incumbent", [-1, 0, 1])
    market.say(0, 118.0, supplier=0)
    market.step()
    assert market.get("recommended").tolist() == [1, -1, 0]
    assert (market.get("recommended_by") & 7)[[0, 2]].tolist() == [BY_PARTNER, BY_WORD_OF_MOUTH]
    assert market.booked("advised").tolist() == [0, 1] and market.booked("told_good").tolist() == [3, 0]


def test_advertising_recommends_whom_it_makes_known():
    """A seller whose advertisement made it known was recommended by advertising; one already known was not."""
    market = choosing("sellers.rivals.reach=0", "sellers.rivals.advertising=1", "sellers.ours.advertising=1", buyers=50)
    market.step()
    assert market.booked("heard").tolist() == [0, 50, 50]
    chosen = market.get("incumbent")
    assert np.array_equal(market.get("channel"), np.where(chosen == 2, BY_ADVERTISING, OWN_SEARCH))     # seller 2 was heard of last
    assert market.booked("won_advertising").tolist() == [0, 0, (chosen == 2).sum()] and 0 < (chosen == 2).sum() < 50
    market = choosing("sellers.rivals.reach=0", "sellers.rivals.advertising=1", buyers=50)
    market.put("aware", 0b100)                                             # and the advertisement of 0 makes no difference
    market.put("value_2", -1000.0)
    market.step()
    assert market.booked("won_advertising").tolist() == [0, 50, 0] and (market.get("channel") == BY_ADVERTISING).all()


# --- partners ---------------------------------------------------------------------------------------------------------------------

PARTNERS = "partners={bank: {advice: 0.3, trust: 0.2}, agent: {advice: 0.5, trust: 0.4}}"


def test_partners_are_asked_and_recommend_in_proportion():
    """Of 20,000 buyers without supplier 30% ask the bank and half the agent; each recommends sellers as its goodwill for them lies."""
    market = talking(PARTNERS, "market.buyers=20000", f"{BUYERS}.taste_spread=0", "sellers.rivals.reach=0", "behaviour.bond_decay=0")
    market.market.beyond.goodwill[:] = [[0.9, 0.3, 0.6], [0.1, 0.0, 0.3]]        # the bank's sum to more than one, the agent's to less
    assert (market.get("aware") == 0b001).all()
    market.step()
    asked = np.array([0.3 * np.array([0.9, 0.3, 0.6]) / 1.8, 0.5 * np.array([0.1, 0.0, 0.3])])
    recommended = market.get("recommended")
    partner = np.where(recommended >= 0, (market.get("recommended_by") >> 3) - 1, -1)
    cells = {(p, s): (share(((partner == p) & (recommended == s)).sum(), 20000), asked[p, s]) for p in range(2) for s in range(3)}
    assert_all_agree(cells)
    assert (market.get("recommended_by")[recommended >= 0] & 7 == BY_PARTNER).all()
    assert market.booked("advised").tolist() == np.bincount(recommended + 1, minlength=4)[1:].tolist()
    assert market.booked("heard_partner").tolist() == [0, *market.booked("advised")[1:]]
    for p, trust in enumerate((0.2, 0.4)):
        for s in range(3):
            told = (partner == p) & (recommended == s)
            assert market.get(f"bond_{s}")[told] == pytest.approx(trust * THETA)
    assert (market.get("bond_0")[recommended != 0] == 0).all()


def test_who_has_a_supplier_asks_no_partner():
    """Nor does anybody where no partner has a reason to recommend."""
    market = talking(PARTNERS)
    market.market.beyond.goodwill[:] = 1
    market.put("incumbent", 0)
    market.step()
    assert market.booked("advised").sum() == 0
    market = talking(PARTNERS).step()
    assert market.booked("advised").sum() == 0 and (market.get("recommended") == -1).all()


def test_a_commission_does_what_goodwill_does():
    """commission / (commission + half): a commission at half has the effect of a goodwill of one half."""
    market = talking("partners={bank: {advice: 1, commission_half: 40}}", "market.buyers=20000", "sellers.ours.commission=40")
    market.market.strategy.stated[:, 1, at.COMMISSION] = 10
    market.market.beyond.goodwill[0] = [0, 0, 0.25]
    market.step()
    advised = market.booked("advised")
    assert_all_agree({s: (share(advised[s], 20000), chance) for s, chance in enumerate((0.5, 0.2, 0.25))})
    assert 20000 > advised.sum()


# --- shocks -----------------------------------------------------------------------------------------------------------------------

SHOCK = "influence=[{at: 1, influencer: press, seller: rivals, reputation: -0.4, reach: 0.5, news: -20}]"


@pytest.mark.parametrize(("stock", "hit", "reach"), [(0, 0.6, 0.5), (0.5, 0.7, 0.375), (1, 0.8, 0.25)])
def test_a_shock_hits_reputation_and_reaches_buyers_as_far_as_influence_lets_it(stock, hit, reach):
    """Both are damped by effect · C (effect ½); whoever it reaches and knows the seller takes it to deliver 20 less than it does."""
    market = talking(SHOCK, "market.buyers=20000", f"{BUYERS}.taste_spread=0", "six_markets.influence.effect=0.5",
                     "six_markets.influence.fade=0.000001", "behaviour.slowest_learning=1", "word_of_mouth.credence=0.25")
    market.market.standing[1, at.STOCKS + 4] = stock
    market.put("aware", 0b011)
    market.step()
    assert market.market.standing[:, at.REPUTATION] == pytest.approx([1, hit, 0.6])
    reached = market.booked("reached")
    assert_agrees(share(reached[1], 20000), reach, "reached")
    assert reached[0] == 0 == reached[2]                                         # nobody knows the last seller, so nobody minds
    value = market.get("value_1")
    assert set(np.round(value, 3)) == {118.0, 118 - 0.5 * 20} and (value < 118).sum() == reached[1]     # ¼, a shortfall twice
    market.step()
    assert market.booked("reached").sum() == 0                                   # once


def test_a_shock_is_bounded_and_may_be_good():
    """A reputation stays in 0..1; good news lifts beliefs."""
    market = talking("influence=[{at: 1, influencer: analyst, seller: ours, reputation: 0.9, reach: 1, news: 40},"
                     " {at: 2, influencer: regulator, seller: ours, reputation: -1, reach: 0}]", f"{BUYERS}.taste_spread=0")
    market.step()
    assert market.market.standing[0, at.REPUTATION] == 1 and (market.get("value_0") > 118).all()
    market.step()
    assert market.market.standing[0, at.REPUTATION] == 0 and market.booked("reached").sum() == 0
