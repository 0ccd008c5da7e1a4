"""Repertoire tables: the published toothpaste market, tables drawn from a known Dirichlet, and tables that cannot be used."""
import numpy as np
import pandas as pd
import pytest

from sim.experiments.calibrate import UnfitData, calibrate, read
from sim.experiments.calibrate import dirichlet as closed_form
from sim.experiments.calibrate.playing import scenario_of
from sim.experiments.calibrate.rates import chances
from sim.experiments.calibrate.repertoire_fit import fit
from sim.experiments.calibrate.repertoire_reading import REST, brands_of
from sim.experiments.calibrate.repertoires import Bought, measures

WEEKS = 13
# brand: share of purchases, penetration in the first quarter of 1973 (Goodhardt, Ehrenberg & Chatfield 1984)
TOOTHPASTE = {
    "Colgate DC": (0.25, 0.20), "Macleans": (0.19, 0.17), "Close Up": (0.10, 0.09), "Signal": (0.10, 0.08), "Ultrabrite": (0.09, 0.08),
    "Gibbs SR": (0.08, 0.07), "Boots private label": (0.03, 0.03), "Sainsbury private label": (0.02, 0.02),
}  # fmt: skip



def toothpaste() -> pd.DataFrame:
    """British toothpaste, first quarter of 1973 (Goodhardt, Ehrenberg & Chatfield 1984)."""
    rows = [(brand, share, penetration) for brand, (share, penetration) in TOOTHPASTE.items()]
    return pd.DataFrame(rows, columns=["brand", "share", "penetration"]).assign(category_penetration=0.56, category_buy_rate=2.6)


@pytest.fixture(scope="module")
def found():
    return calibrate(toothpaste(), weeks=WEEKS, runs=8, threads=1)


def test_toothpaste_is_played_within_a_point_and_a_quarter(found):
    """Shares of purchases and penetrations of the eight brands; the rest of the category is a seller of its own."""
    assert (found.fit["share"].observed - found.fit["share"].simulated).abs().max() < 0.0125
    assert (found.fit["penetration"].observed - found.fit["penetration"].simulated).abs().max() < 0.0125
    assert 1.1 < found.scores["S"] < 1.9
    assert REST in scenario_of(found.scenario).sellers


def test_what_is_played_is_the_closed_form(found):
    for name, table in found.fit.items():
        assert (table.simulated - table.closed_form).abs().max() < 0.02, f"{name}\n{table.to_string()}"


def drawn(total=2.0, households=4000, seed=5) -> tuple[pd.DataFrame, np.ndarray]:
    """A table counted from a data set of the Dirichlet with S = 2, rates of mean 0.1 a week and shape 0.6."""
    share = np.array([0.4, 0.3, 0.2, 0.1])
    counts = closed_form.draw(np.random.default_rng(seed), households, total, share, chances(0.1, 0.6, 52))
    buyer, brand = np.nonzero(counts)
    times = counts[buyer, brand]
    seen = measures(Bought(np.repeat(buyer, times), np.repeat(brand, times), np.zeros(times.sum(), int), households, 4))
    table = pd.DataFrame({"brand": list("abcd"), "share": seen["share"], "penetration": seen["penetration"],
                          "buys_per_buyer": seen["buys_per_buyer"], "sole_buyers": seen["sole_buyers"],
                          "share_of_category_requirements": seen["share_of_requirements"]})  # fmt: skip
    bought = counts.sum(1)
    return table.assign(households=households, weeks=52, category_penetration=(bought > 0).mean()), share


def test_a_known_dirichlet_comes_back():
    table, _ = drawn()
    brands = brands_of(read(table, "repertoire"), None, None)
    found = fit(brands, 1)
    assert found.low[2] < 2.0 < found.high[2]
    assert found.low[0] < 0.1 < found.high[0]
    assert found.low[1] < 0.6 < found.high[1]
    assert found.high[2] / found.low[2] < 1.5


def test_without_the_category_s_penetration_it_comes_back_too():
    brands = brands_of(read(drawn()[0].drop(columns="category_penetration"), "repertoire"), None, None)
    found = fit(brands, 1)
    assert found.total == pytest.approx(2.0, rel=0.3) and found.shape == pytest.approx(0.6, rel=0.3)


def test_a_market_that_is_not_dirichlet_misses_the_table():
    """The negative control: households that each keep to one brand are not foretold by shares and penetration of others."""
    table, share = drawn()
    p = chances(0.1, 0.6, 52)
    exact, wrong = (closed_form.measures(total, share, p)["sole_buyers"] for total in (2.0, 4.0))
    assert np.abs(exact - table.sole_buyers).max() < 0.04
    assert np.abs(wrong - table.sole_buyers).max() > 0.05


def test_categories_per_cent_and_rows_twice():
    two = pd.concat([toothpaste().assign(category="TOOTHPASTE"), toothpaste().assign(category="SOAP")])
    with pytest.raises(UnfitData, match=r"2 categories .TOOTHPASTE, SOAP.; say which"):
        calibrate(two)
    with pytest.raises(UnfitData, match="SOAP"):
        calibrate(two, category="soup")
    cent = toothpaste().assign(share=lambda t: 100 * t.share, penetration=lambda t: 100 * t.penetration)
    table = read(pd.concat([cent, cent.iloc[:1]]), "repertoire")
    brands = brands_of(table, None, WEEKS)
    assert table.dropped == {"the same row again": 1}
    np.testing.assert_allclose(brands.seen["share"], brands_of(read(toothpaste(), "repertoire"), None, WEEKS).seen["share"])


@pytest.mark.parametrize(("change", "sentence"), [
    (lambda t: t.drop(columns=["category_buy_rate"]), "nothing says how often"),
    (lambda t: t.assign(share=2 * t.share), "more than 1"),
    (lambda t: t.assign(penetration=np.nan), "no brand has a penetration"),
    (lambda t: t.iloc[:1].assign(share=1.0), "two brands"),
    (lambda t: t.assign(category_buy_rate=0.9), "buy more than once"),
    (lambda t: t.assign(penetration=-0.1), "which is no share"),
])  # fmt: skip
def test_tables_that_cannot_be_used_are_refused(change, sentence):
    with pytest.raises(UnfitData, match=sentence):
        calibrate(change(toothpaste()), weeks=WEEKS)
