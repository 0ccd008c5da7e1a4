"""Figures: every one is drawn for any comparison, says its finding, and keeps its words within the canvas and apart."""

import numpy as np
import pytest

from sim import plots
from sim.experiments.compare import Comparison, compare
from sim.graph import relationship_graph
from sim.plots.beyond import channel_shares, course_lines
from sim.plots.money import falls
from sim.plots.profit import gap_finding, leading, profit_finding
from sim.plots.style import BASELINE, SMALL, apart, balanced, canvas, colours
from sim.runs import simulate
from sim.scenario import load
from sim.trace import telling_buyer, trace
from tests.everything import everything, everything_compared

PARTS = ("profit", "gap", "why", "money_flow", "retention", "survival", "share", "phases")


@pytest.fixture(scope="module")
def two(small):
    return compare(small, threads=1)


@pytest.fixture(scope="module")
def four():
    sets = ["market.buyers=400", "market.periods=40", "runs=3", "product.complexity=2"]
    return compare(load("price_war", sets=sets), threads=1)


@pytest.fixture(scope="module")
def drawn(two):
    return {name: make() for name, make in plots.figures(two)}


def texts(figure):
    """Every text that shows, with its box in pixels; ticks beyond the limits of their axis do not show."""
    renderer = figure.canvas.get_renderer()
    figure.draw(renderer)
    seen = [*figure.texts, figure._supxlabel] if figure._supxlabel else [*figure.texts]
    for axes in figure.axes:
        seen += [*axes.texts, axes.title, axes._left_title, axes.xaxis.label, axes.yaxis.label]
        for axis, limits in ((axes.xaxis, axes.get_xlim()), (axes.yaxis, axes.get_ylim())):
            seen += [tick.label1 for tick in axis.get_major_ticks() if min(limits) <= tick.get_loc() <= max(limits)]
    return [(part, part.get_window_extent(renderer)) for part in seen if part.get_text().strip() and part.get_visible()]


def test_a_comparison_of_two_has_all_figures(drawn):
    assert tuple(drawn) == PARTS


def test_every_other_strategy_has_its_why(four):
    names = [name for name, _ in plots.figures(four)]
    assert [name for name in names if name.startswith("why")] == [f"why_{name}" for name in four.others]


def test_one_strategy_has_the_figures_that_need_no_other(small):
    alone = Comparison(simulate(small, ["relationship"], threads=1), "relationship")
    names = [name for name, make in plots.figures(alone) if make()]
    assert names == [name for name in PARTS if name not in ("gap", "why")]


@pytest.mark.parametrize("name", PARTS)
def test_words_are_large_enough_and_on_the_canvas(drawn, name):
    figure = drawn[name]
    width, height = figure.get_size_inches() * figure.dpi
    for part, box in texts(figure):
        assert part.get_fontsize() >= SMALL, part.get_text()
        assert box.x0 >= 0 and box.y0 >= 0 and box.x1 <= width and box.y1 <= height, part.get_text()


@pytest.mark.parametrize("name", PARTS)
def test_the_title_is_a_finding_and_the_source_is_named(drawn, name):
    words = [part.get_text() for part, _ in texts(drawn[name])]
    assert any("\n" in text or len(text) > 25 for text in words)
    assert any(text.startswith("Tenure · scenario default · 2 runs of 600 buyers over 24 months · seed 42") for text in words)


def test_all_figures_of_four_strategies_can_be_drawn(four, tmp_path):
    paths = plots.draw(four, tmp_path)
    assert all(path.stat().st_size > 5_000 for path in paths) and len(paths) == 10


def test_the_same_numbers_give_the_same_bytes(two, tmp_path):
    first, second = (plots.save(plots.profit(two), tmp_path / name).read_bytes() for name in ("a.png", "b.png"))
    assert first == second


def test_svg_is_written_where_wanted(two, tmp_path):
    plots.save(plots.share(two), tmp_path / "share.png", svg=True)
    assert (tmp_path / "share.svg").read_text().startswith("<?xml")


def test_drawing_leaves_the_settings_of_others_alone(two):
    import matplotlib

    before = dict(matplotlib.rcParams)
    plots.profit(two)
    assert dict(matplotlib.rcParams) == before


def test_the_baseline_is_grey(two):
    assert colours(two)["transactional"] == BASELINE and colours(two)["relationship"] != BASELINE


def test_why_bars_sum_to_the_gap(two):
    figure = plots.why(two)
    sums = [axes.patches[-1].get_width() for axes in figure.axes]
    gain = float(two.gain.gain.iloc[0])
    assert sums[-1] == pytest.approx(gain) and sum(sums[:-1]) == pytest.approx(gain)


def test_money_falls_from_revenue_to_the_profit_of_the_verdict(two):
    rows = falls(two)
    for name in two.runs.strategies:
        expected = two.profits[name].sum(1).mean()
        assert sum(rows["profit"][name]) == pytest.approx(expected, rel=1e-9)


def test_findings_fit_what_came_out(two):
    row = leading(two)
    words = {"ahead": ("overtakes", "is ahead"), "behind": ("behind",), "undecided": ("cannot be told apart",)}[row["verdict"]]
    assert any(word in profit_finding(two) for word in words)
    assert gap_finding(two)


def test_labels_keep_apart_and_inside():
    _, axes = canvas()
    axes.set_ylim(0, 10)
    placed = apart(axes, {"a": 9.9, "b": 9.9, "c": 9.8, "d": 0.0}, 14)
    heights = np.sort(list(placed.values()))
    assert (np.diff(heights) > 0.3).all() and heights[0] > 0 and heights[-1] < 10


def test_titles_break_into_lines_of_like_length():
    lines = balanced("one two three four five six seven eight nine ten", 40)
    assert len(lines) == 2 and abs(len(lines[0]) - len(lines[1])) < 10
    assert balanced("short", 40) == ["short"]


def test_the_two_lives_are_drawn(small, tmp_path):
    found = trace(small, telling_buyer(small))
    path = plots.save(plots.life(found), tmp_path / "life.png")
    assert path.stat().st_size > 10_000


@pytest.fixture(scope="module")
def beyond():
    return {name: make() for name, make in plots.figures(everything_compared())}


@pytest.mark.parametrize("name", ["channels", "worth", "course", "money_flow"])
def test_figures_beyond_the_dyad_fit_and_tell(beyond, name):
    figure = beyond[name]
    width, height = figure.get_size_inches() * figure.dpi
    for part, box in texts(figure):
        assert part.get_fontsize() >= SMALL, part.get_text()
        assert box.x0 >= 0 and box.y0 >= 0 and box.x1 <= width and box.y1 <= height, part.get_text()
    words = [part.get_text() for part, _ in texts(figure)]
    expected = {"channels": "word of mouth", "worth": "word of mouth", "course": "rivals 3", "money_flow": "relationship budget"}[name]
    assert expected in words


def test_figures_beyond_the_dyad_say_what_the_tables_say():
    comparison = everything_compared()
    ends, shares = channel_shares(comparison, "relationship")
    assert len(ends) == 8 and ends[-1] == 30 and sum(shares.values()) == pytest.approx(1)
    ours = comparison.periods[(comparison.periods.seller == "ours") & (comparison.periods.strategy == "relationship")]
    first = ours[(ours.period > 0) & (ours.period <= ends[0])]
    assert shares["word_of_mouth"][0] == pytest.approx(first.won_word_of_mouth.sum() / first.acquisitions.sum())
    lines = course_lines(comparison, "answered")
    assert set(lines["accounts"]) == {"ours", "rivals_2", "rivals_3"} and lines["price"]["rivals_1"].min() >= 78
    assert lines["accounts"]["ours"] == pytest.approx(104) and len(lines["stocks"]) == 6
    assert plots.courses(comparison) == ["answered"]


def test_only_what_is_on_is_drawn(two):
    assert not {"channels", "worth", "course"} & {name for name, _ in plots.figures(two)} and plots.courses(two) == []
    spending = compare(everything("market.buyers=60", "market.periods=12"), ["relationship"], threads=1)
    assert plots.courses(spending) == [leading(spending)["strategy"]]


@pytest.mark.parametrize(("sets", "period"), [((), 24), (("market.start=new",), 0), (("sellers.rivals.count=20",), 9)], ids=str)
def test_words_of_the_map_are_large_enough_and_on_the_canvas(sets, period):
    strategies = "strategies={transactional: {}, relationship: {ours: {level: proactive, premium: 0.05, price: 101}}}"
    figure = plots.relationships(relationship_graph(everything(*sets, *([strategies] if sets else [])), "relationship", period=period))
    width, height = figure.get_size_inches() * figure.dpi
    for part, box in texts(figure):
        assert part.get_fontsize() >= SMALL, part.get_text()
        assert box.x0 >= 0 and box.y0 >= 0 and box.x1 <= width and box.y1 <= height, part.get_text()
    words = [part.get_text() for part, _ in texts(figure)]
    assert any(text.startswith("Under relationship") for text in words) and any("30R" in text for text in words)


def test_a_market_without_buyers_of_a_seller_can_be_drawn():
    lonely = load("default", sets=["market.buyers=60", "market.periods=3", "market.start=new", "sellers.ours.reach=0", "runs=2"])
    comparison = compare(lonely, threads=1)
    assert all(make() for _, make in plots.figures(comparison))


def test_the_same_numbers_draw_the_same_bytes(two, tmp_path):
    """Whatever chance Python's generators hold: dots that keep apart do so always alike."""
    for seed, name in ((1, "one.png"), (2, "other.png")):
        np.random.seed(seed)
        for part, make in plots.figures(two):
            plots.save(make(), tmp_path / part / name)
    drawn = sorted(tmp_path.iterdir())
    assert [folder.name for folder in drawn] == sorted(PARTS)
    assert [folder.name for folder in drawn if (folder / "one.png").read_bytes() != (folder / "other.png").read_bytes()] == []
