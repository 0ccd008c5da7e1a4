"""Panels as people have them: what is read from the columns, what is dropped and counted, and a calibration from table to scenario."""
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from sim.experiments.calibrate import UnfitData, calibrate, read
from sim.experiments.calibrate.panel_reading import alternatives, echoes_last, panel_of
from sim.experiments.calibrate.panel_words import headline, limits
from sim.experiments.calibrate.playing import scenario_of
from sim.experiments.calibrate.rates import chances, fit_counts
from tests.experiments import choice_ladder as ladder
from tests.experiments.choice_markets import market, panel


@pytest.fixture(scope="module")
def table():
    """What households of a market with switching cost 10 bought, as a table."""
    return panel(market(cost=10, buyers=200, rate="{gamma: {mean: 0.25, shape: 2}}"))


@pytest.fixture(scope="module")
def found(table):
    return calibrate(table, runs=3, threads=1)


def test_a_market_comes_back_from_its_own_panel(found):
    """Switching cost 10, choice noise 10, taste spread 20, a purchase in four weeks with shape 2: each in its interval or hardly out."""
    estimates = found.estimates.set_index("parameter")
    kind = "buyers.always_a_share"
    truth = {f"{kind}.switching_cost": 10, "behaviour.choice_noise": 10, f"{kind}.taste_spread": 20,
             f"{kind}.purchase_rate.gamma.mean": 0.25, f"{kind}.purchase_rate.gamma.shape": 2}  # fmt: skip
    for path, value in truth.items():
        row = estimates.loc[path]
        half = (row.high - row.low) / 2
        assert row.low - half < value < row.high + half, f"{path}: {row.value:.3f} ({row.low:.3f} to {row.high:.3f}), truth {value}"
    assert estimates.loc["buyers.always_a_share.switching_cost", "value"] == pytest.approx(10, rel=0.2)
    assert estimates.loc["state without tastes", "low"] > 1.5


def test_the_last_fifth_is_foretold_better_than_by_past_shares_and_without_tastes(found):
    assert found.scores["better_than: own past shares, Dirichlet, low"] > 0
    assert found.scores["better_than: pooled logit with state dependence, low"] > 0
    assert "better" in found.sentence()


def test_the_scenario_plays_and_resembles_the_panel(found):
    scenario = scenario_of(found.scenario)
    assert scenario.baseline == "as_is" and list(scenario.strategies) == ["as_is", "as_recorded", "lower_price", "loyalty_discount"]
    assert next(iter(scenario.sellers)) == scenario.focal
    for name, limit in {"share": 0.06, "penetration": 0.08, "repeat": 0.1, "share_of_requirements": 0.1}.items():
        assert (found.fit[name].observed - found.fit[name].simulated).abs().max() < limit, found.fit[name].to_string()
    assert found.fit["last_fifth"].holdout.all()


@pytest.mark.slow
def test_same_seed_same_text(table, found):
    assert calibrate(table, runs=3, threads=2).scenario == found.scenario


# --- reading ------------------------------------------------------------------------------------------------------------------------------


def test_columns_are_recognised_by_what_they_are_called():
    columns = ["id", "price.a", "price.b", "price.c", "disp_a", "disp_b", "disp_c", "a leaflet", "b leaflet", "spend"]
    brands, attributes = alternatives(columns, {"a", "b"})
    assert brands == ["a", "b", "c"]
    assert attributes["price"] == {"a": "price.a", "b": "price.b", "c": "price.c"} and "disp" in attributes
    assert "leaflet" not in attributes                       # it lacks c
    assert alternatives(["id", "choice"], {"x", "y"}) == (["x", "y"], {})


def messy(table: pd.DataFrame) -> pd.DataFrame:
    """The same with everything that can be wrong with it."""
    rows = table.astype({"day": object}).rename(columns={"household": "Customer ID"})
    rows = pd.concat([rows, rows.iloc[:7]])                                      # seven rows twice
    rows = rows.reset_index(drop=True)
    rows.loc[10, "Customer ID"] = np.nan
    rows.loc[11, "brand"] = None
    rows.loc[12, "brand"] = "unheard of"
    rows.loc[13, "day"] = "someday"
    rows.loc[20:29, "price.s1"] = np.nan
    once = rows.iloc[[0]].assign(**{"Customer ID": 9999})
    return pd.concat([rows, once], ignore_index=True).assign(**{"price.never": 100.0})


def test_messy_rows_are_counted_by_reason(table):
    read_ = read(messy(table), "panel", {"customer": "Customer ID", "date": "day", "choice": "brand"})
    found = panel_of(read_)
    assert read_.dropped == {"the same row again": 7, "no customer": 1, "no choice": 1, "the choice has no columns of its own": 1,
                             "the date cannot be read": 1}  # fmt: skip
    assert len(found.choices.chosen) == len(table) + 1 - 4
    assert found.never_chosen == ("never",) and "never" not in found.choices.brands
    assert found.filled == 10 and np.isfinite(found.choices.price).all()
    assert (found.counts == 1).any()


def test_an_index_becomes_money_where_spending_is_known(table):
    index = table.assign(units=2, spend=2 * 3.5, **{name: table[name] / 100 for name in table if name.startswith("price.")})
    found = panel_of(read(index, "panel", {"customer": "household", "date": "day", "choice": "brand", "amount": "spend"}))
    np.testing.assert_allclose(found.choices.price.mean(0), 3.5)
    assert "index" in found.prices
    listed = panel_of(read(table, "panel", {"customer": "household", "date": "day", "choice": "brand"}))
    assert listed.prices == "as listed" and listed.choices.price.mean() == pytest.approx(100, abs=5)


def test_numbered_choices_are_the_columns_in_order(table):
    """As estimation libraries write them; what was bought last is no attribute, the model has it."""
    number = {f"s{i}": str(i + 1) for i in range(4)}
    numbered = table.assign(brand=table.brand.map(number), **{f"last_s{i}": 0 for i in range(4)})
    found, plain = (panel_of(read(one, "panel", {"customer": "household", "date": "day", "choice": "brand"})) for one in (numbered, table))
    assert found.choices.brands == plain.choices.brands and (found.choices.chosen == plain.choices.chosen).all()
    assert found.choices.attributes == ()


@pytest.mark.parametrize(("change", "sentence"), [
    (lambda t: t.assign(brand="s1"), "two alternatives that are chosen"),
    (lambda t: t[t.household < 9], "too few to tell tastes from switching cost"),
    (lambda t: t.assign(brand=np.arange(len(t)) % 40).filter(["household", "day", "brand"]), "32 sellers at most"),
])  # fmt: skip
def test_data_that_say_nothing_are_refused(table, change, sentence):
    with pytest.raises(UnfitData, match=sentence):
        panel_of(read(change(table), "panel", {"customer": "household", "date": "day", "choice": "brand"}))


# --- rates --------------------------------------------------------------------------------------------------------------------------------


def test_rates_are_recovered_where_light_buyers_are_missing():
    """Counts of five and more alone give back the gamma that all of them came from."""
    rng = np.random.default_rng(1)
    counts = rng.binomial(53, np.minimum(rng.gamma(0.5, 0.2, 60_000), 1))
    (mean, shape), covariance = fit_counts(counts[counts >= 5], 53, 5)
    assert abs(np.log(mean / 0.1)) < 4 * covariance[0, 0] ** 0.5
    assert abs(np.log(shape / 0.5)) < 4 * covariance[1, 1] ** 0.5
    assert chances(mean, shape, 53)[5:].sum() == pytest.approx((counts >= 5).mean(), abs=0.06)
    (naive, _), _ = fit_counts(counts[counts >= 5], 53, 0)                       # the negative control: as if nobody were missing
    assert naive > 0.2


def test_a_long_panel_is_the_same_panel(table):
    """A row for each alternative, as choice tools want it: read as the wide one, up to the order of columns; occasions without a choice are
    counted, not taken for brands."""
    brands, _ = alternatives(table.columns, set(table.brand))
    rows = [{"household": row["household"], "day": row["day"], "chid": number, "alternative": brand,
             "choice": int(row["brand"] == brand), "price": row[f"price.{brand}"]}
            for number, (_, row) in enumerate(table.iterrows()) for brand in brands]  # fmt: skip
    nothing = [{**row, "chid": -1, "choice": 0} for row in rows[: len(brands)]]
    wide, long = (panel_of(read(one, "panel")) for one in (table, pd.DataFrame(rows)))
    assert (long.choices.brands, long.counts.tolist()) == (wide.choices.brands, wide.counts.tolist())
    assert (long.choices.chosen == wide.choices.chosen).all() and np.allclose(long.choices.price, wide.choices.price)
    assert read(pd.DataFrame(rows + nothing), "panel").dropped == {"not one alternative was taken": len(brands)}


# --- an exported panel, read back -------------------------------------------------------------------------------------------------------

PLANTED = ladder.COST / ladder.NOISE


@pytest.fixture(scope="module")
def exported():
    """The choice panel that a market exports in which nothing but a switching cost of 1.5 choice noises holds anybody."""
    return ladder.exported(ladder.market(buyers=150))


def test_an_exported_panel_gives_back_the_switching_cost_it_was_played_with(exported):
    found = ladder.found(ladder.choices(exported))
    assert abs(found["state"] - PLANTED) < 4 * found.error("state") and found.error("state") < 0.05


def test_what_stands_apart_only_at_the_last_purchase_is_its_echo_and_left_out(exported):
    """The level of an account is nought wherever the buyer has none. The negative control: taken for an attribute, it takes the switching
    cost for itself, and what is left of it is nothing, or less."""
    table = read(exported, "panel")
    found = panel_of(table)
    assert found.echoes == ("level",) and found.choices.attributes == ()
    assert "level stands apart only at what was bought last, so it says the same again and is left out" in table.notes
    level = np.stack([table.frame[f"level.{brand}"] for brand in found.choices.brands], 1).astype(float)
    taken = replace(found.choices, x=level[..., None], attributes=("level",))
    assert abs(ladder.found(taken)["state"] - PLANTED) > 1


def test_attributes_that_are_not_echoes_stay():
    """Shown at random, and a coupon that some of those get who bought last: both can be told from state dependence."""
    rng = np.random.default_rng(5)
    last = rng.integers(-1, 3, 4000)
    at_last = np.eye(4)[last][:, :3] * (last >= 0)[:, None]
    assert echoes_last(at_last, last) and echoes_last(at_last * rng.integers(1, 6, (4000, 1)), last)
    assert echoes_last(1 - at_last, last)                                        # the same, the other way round
    slipped = np.where(rng.random((4000, 1)) < 0.03, rng.permuted(at_last, axis=1), at_last)
    assert echoes_last(slipped, last)                                            # a few rows of the file are missing or mixed up
    assert not echoes_last(at_last * (rng.random((4000, 1)) < 0.3), last)
    assert not echoes_last((rng.random((4000, 3)) < 0.1).astype(float), last)


def test_a_price_that_never_moves_is_still_the_price(exported):
    found = panel_of(read(exported, "panel"))
    assert (found.choices.price == 100).all() and found.prices == "as listed" and not found.priced


def test_what_an_echo_does_is_said_to_be_unknown_and_no_taste_is_made_up_of_a_negative_number(exported):
    panel = panel_of(read(exported, "panel"))
    money = SimpleNamespace(identified=False, state=[(-1.2, -1.3, -1.1)], class_shares=[(1, 1, 1)], switching=[(0, 0, 0)])
    cannot = limits(panel, money, SimpleNamespace(classes_supported=False), None)[1]
    assert any(sentence.startswith("What level does: it stands apart only at the seller") for sentence in cannot)
    scores = pd.DataFrame({"model": ["a", "b"], "behind": 0.1, "behind_low": 0.1, "behind_high": 0.1})
    assert "is taste" not in headline(panel, money, scores, {"state": -0.9}, "EUR")
    held = SimpleNamespace(**vars(money) | {"state": [(0.5, 0.4, 0.6)]})
    assert "would say 2.00, of which 75% is taste." in headline(panel, held, scores, {"state": 2.0}, "EUR")


@pytest.mark.slow
def test_reorders_without_a_review_count_as_switching_cost_and_reviews_alone_do_not():
    """What the README says of panels: the whole panel tells more than twice the switching cost, its reviewed purchases tell it."""
    scenario = ladder.market("a review in six purchases", buyers=200)
    whole, alone = ladder.found(ladder.choices(ladder.exported(scenario))), ladder.found(ladder.reviewed_alone(scenario))
    assert whole["state"] > 2 * PLANTED
    assert abs(alone["state"] - PLANTED) < 4 * alone.error("state") and alone.error("state") < 0.15
