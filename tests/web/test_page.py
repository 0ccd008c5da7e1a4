"""The page in a browser with no network but this computer: what one moves, what it says, and that it says what the command line says."""

import json
import re
import shlex
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.parse import parse_qs, urlsplit

import pytest
from typer.testing import CliRunner

from sim.cli import app
from sim.experiments.compare import compare
from sim.scenario import load
from sim.screens.verdict import ROWS, figure_cell

PAGE = Path(__file__).parents[2] / "sim" / "web" / "page"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
SMALL = "market=default&customers=500&runs=8"
FINAL = 'body[data-stage="final"]'
SECTIONS = ("profit", "why", "stay", "marriage", "life", "map", "kotler", "values", "about")
FAILED = "Failed to load resource"  # what Chromium says of a refusal, or of a server that is away
SOURCES = {path.name: path.read_text(encoding="utf-8") for path in PAGE.iterdir()}


def test_the_page_needs_nothing_from_elsewhere():
    """Every file that a file names is one of the page's own or the server's, and no address leads out of this computer."""
    served = {"vega.js", *SOURCES}
    for name, text in SOURCES.items():
        assert not re.search(r"""["'(]\s*(https?:)?//(?!www\.w3\.org/2000/svg)""", text), name
        for wanted in re.findall(r'from "\./([\w.]+)"|"/static/([\w.]+)"|src="/([\w.]+\.js)"', text):
            assert "".join(wanted) in served, (name, wanted)


def test_every_file_of_the_page_is_used():
    reached, waiting = set(), ["index.html"]
    while waiting:
        name = waiting.pop()
        reached.add(name)
        found = re.findall(r'from "\./([\w.]+)"|/static/([\w.]+)', SOURCES[name])
        waiting += [one for pair in found for one in pair if one and one not in reached]
    assert reached == set(SOURCES)


def test_no_text_becomes_markup():
    """A scenario's words are shown as words, whatever they hold."""
    for name, text in SOURCES.items():
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(", text), name


# What follows needs a server and a browser.


@contextmanager
def a_server(port: int = 0):
    """The page's address, from a process of its own."""
    if not port:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
    process = subprocess.Popen([sys.executable, "-m", "sim.web", "--port", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        _wait_for(f"http://127.0.0.1:{port}/api/markets", process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)


def _wait_for(address: str, process) -> None:
    for _ in range(600):
        assert process.poll() is None, process.stderr.read().decode()
        try:
            urllib.request.urlopen(address, timeout=2).close()
            return
        except (URLError, OSError):
            time.sleep(0.1)
    raise AssertionError("the server did not start within a minute")


@pytest.fixture(scope="module")
def server():
    if not CHROMIUM:
        pytest.skip("there is no Chromium here")
    with a_server() as address:
        yield address


@pytest.fixture(scope="module")
def browser(server):
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def look(server, browser):
    """look(state, width, height) opens the page; afterwards nothing may have been said in the console or asked of anywhere else."""
    opened, said, strayed, expected = [], [], [], [None]

    def open_page(state: str = SMALL, width: int = 1366, height: int = 768, fails: bool = False):
        context = browser.new_context(viewport={"width": width, "height": height}, permissions=["clipboard-read", "clipboard-write"])
        context.route("**/*", lambda route: route.continue_() if route.request.url.startswith((server, "blob:")) else strayed.append(
            route.request.url) or route.abort())
        page = context.new_page()
        page.on("console", lambda message: message.type in ("error", "warning") and said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        opened.append(context)
        expected[0] = FAILED if fails else None
        page.goto(f"{server}/?{state}")
        finished(page)
        return page

    yield open_page
    for context in opened:
        context.close()
    assert strayed == []
    assert [line for line in said if not (expected[0] and line.startswith(expected[0]))] == []


def finished(page) -> None:
    """Wait until the answer has its full precision."""
    page.wait_for_selector(FINAL, timeout=120_000)
    page.seen = page.get_attribute("body", "data-answers")


def moved(page) -> None:
    """Wait for the full answer to what has just been changed."""
    page.wait_for_function("(seen) => document.body.dataset.answers !== seen && document.body.dataset.stage === 'final'", arg=page.seen,
                           timeout=120_000)
    finished(page)


def verdict(page) -> str:
    return page.inner_text("#sentence")


def state_of(page) -> dict[str, str]:
    return {name: values[-1] for name, values in parse_qs(urlsplit(page.url).query).items()}


def lever(page, name: str):
    return page.locator(f'[data-lever="{name}"]')


@pytest.mark.slow
def test_the_page_says_what_the_command_line_says(look, tmp_path, monkeypatch):
    """The command that the page names gives the page's sentence, gain and interval."""
    page = look(f"{SMALL}&price=104&set=product.complexity%3D1.5&level.relationship.always_a_share=basic&view=about")
    words = shlex.split(page.inner_text("#section-about pre >> nth=0"))
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, [*words[1:], "--json", "--no-figures"])
    assert words[0] == "tenure" and done.exit_code == 0, done.output
    said = json.loads(done.output[done.output.index("{"):])["strategies"]["relationship"]
    assert verdict(page) == said["sentence"]
    assert f"{said['gain']:+,.0f}".replace("-", "−") == page.inner_text("#strip b")


@pytest.mark.slow
def test_the_table_of_the_page_is_that_of_the_command_line(look):
    page = look()
    study = compare(load("default", ["market.buyers=500"]), runs=8)
    table = study.summary.set_index("strategy")
    expected = [[figure_cell(table.loc[name], figure, kind) for name in study.runs.strategies] for figure, (_, kind) in ROWS.items()]
    rows = page.locator("#section-profit .summary tbody tr").all()
    assert [[cell.inner_text() for cell in row.locator("td").all()] for row in rows] == expected
    assert verdict(page) == study.sentence()


@pytest.mark.slow
def test_levers_move_by_keyboard_and_mouse_and_back(look):
    """An arrow key, a drag, an undo, the browser's Back and a reset; each state has its own verdict, and its own again."""
    page = look()
    first = verdict(page)
    slider = lever(page, "switching_cost").locator("input[type=range]")
    slider.focus()
    page.keyboard.press("End")
    moved(page)
    second, cost = verdict(page), state_of(page)["switching_cost"]
    assert second != first and lever(page, "switching_cost").locator("input[type=number]").input_value() == cost

    margin = lever(page, "margin").locator("input[type=range]")
    margin.scroll_into_view_if_needed()
    box = margin.bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.45, box["y"] + box["height"] / 2)
    page.mouse.down()
    for share in (0.4, 0.3, 0.2):
        page.mouse.move(box["x"] + box["width"] * share, box["y"] + box["height"] / 2)
        page.wait_for_timeout(60)
    page.mouse.up()
    finished(page)
    page.wait_for_timeout(100)
    finished(page)
    third = verdict(page)
    assert third not in (first, second) and {"margin", "switching_cost"} <= set(state_of(page))

    page.click("#undo")
    moved(page)
    assert verdict(page) == second and "margin" not in state_of(page)
    page.go_back(wait_until="commit")
    moved(page)
    assert verdict(page) == first and "switching_cost" not in state_of(page)
    page.click("#redo")
    moved(page)
    assert verdict(page) == second
    page.click("#reset")
    page.wait_for_function("document.querySelector('#precision').textContent.includes('40 paired runs')", timeout=120_000)
    assert state_of(page) == {"market": "default"} and page.is_disabled("#reset")


@pytest.mark.slow
def test_numbers_can_be_typed_and_put_back(look):
    page = look()
    first = verdict(page)
    typed = lever(page, "price").locator("input[type=number]")
    typed.fill("93")
    typed.press("Enter")
    moved(page)
    assert state_of(page)["price"] == "93" and verdict(page) != first
    lever(page, "price").locator(".back").click()
    moved(page)
    assert "price" not in state_of(page) and verdict(page) == first and typed.input_value() == "100"


@pytest.mark.slow
def test_levels_and_the_mix_of_buyers(look):
    """Steps of the ladder by the arrow keys; shares that go on summing to a hundred."""
    page = look()
    chosen = lever(page, "level.relationship.always_a_share").locator("input:checked")
    before = chosen.input_value()
    chosen.focus()
    page.keyboard.press("ArrowLeft")
    moved(page)
    assert state_of(page)["level.relationship.always_a_share"] != before
    shares = lever(page, "mix").locator("input[type=number]")
    shares.nth(0).fill("90")
    shares.nth(0).press("Enter")
    moved(page)
    numbers = [float(one.input_value()) for one in shares.all()]
    assert numbers[0] == 90 and sum(numbers) == 100
    assert [float(one) for one in state_of(page)["mix"].split(",")] == [one / 100 for one in numbers]


@pytest.mark.slow
def test_an_address_is_the_whole_state(look):
    page = look(f"{SMALL}&margin=30&seed=7&view=why")
    said, heading = verdict(page), page.inner_text("#why-finding")
    page.reload()
    finished(page)
    assert (verdict(page), page.inner_text("#why-finding")) == (said, heading) and page.is_visible("#section-why")


@pytest.mark.slow
def test_copied_yaml_is_the_same_market(look, tmp_path):
    """What the clipboard holds loads as a scenario with the digest of the same changes on the command line."""
    page = look(f"{SMALL}&quality=110&set=product.complexity%3D2")
    page.click("#copy")
    page.wait_for_selector(".notice")
    file = tmp_path / "mine.yaml"
    file.write_text(page.evaluate("navigator.clipboard.readText()"), encoding="utf-8")
    same = ["market.buyers=500", "runs=8", "sellers.ours.quality=110", "product.complexity=2"]
    assert load(str(file)).digest() == load("default", same).digest()


@pytest.mark.slow
def test_a_bad_file_is_said_and_changes_nothing(look, tmp_path):
    page = look()
    before, said = page.url, verdict(page)
    file = tmp_path / "mine.yaml"
    file.write_text("schema: 1\nextends: default\nmarket: {buyer: 5}\n", encoding="utf-8")
    page.set_input_files("#file", file)
    page.wait_for_selector('.notice[role="alert"] pre')
    words = page.inner_text('.notice[role="alert"]')
    assert "mine.yaml was not taken; nothing has changed." in words and "buyers" in words and "^" in words
    assert (page.url, verdict(page)) == (before, said)


@pytest.mark.slow
def test_a_file_of_ones_own_is_played(look, tmp_path):
    page = look()
    file = tmp_path / "mine.yaml"
    file.write_text("schema: 1\nname: A market of mine\nextends: default\nmarket: {buyers: 400, periods: 36}\nruns: 6\n", encoding="utf-8")
    page.set_input_files("#file", file)
    page.wait_for_function("document.title.startsWith('A market of mine')")
    finished(page)
    assert verdict(page) == compare(load(str(file))).sentence() and "own" in state_of(page)
    page.reload()
    finished(page)
    assert verdict(page) == compare(load(str(file))).sentence()


@pytest.mark.slow
@pytest.mark.parametrize("section", SECTIONS)
def test_every_section_opens(look, section):
    """Every section shows what it is for, at a laptop's width and a phone's, without scrolling sideways."""
    for width, height in ((1366, 768), (390, 844)):
        page = look(f"{SMALL}&horizon=36&view={section}", width, height)
        panel = page.locator(f"#section-{section}")
        if section in ("map", "kotler"):
            page.wait_for_function("(panel) => panel.querySelector('.played h2, .played svg')", arg=panel.element_handle(), timeout=180_000)
        panel.locator("h2:visible").first.wait_for()
        if section in ("profit", "why", "stay", "marriage", "map"):
            panel.locator("svg").first.wait_for(timeout=30_000)
        if section == "kotler":
            assert panel.locator("tbody td").count() == 9
        if section == "life":
            panel.locator("table.lives").wait_for()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert page.evaluate("(panel) => panel.scrollWidth <= panel.clientWidth + 1", panel.element_handle())


@pytest.mark.slow
def test_any_other_value_can_be_changed(look):
    page = look(f"{SMALL}&view=values")
    page.fill("#search", "product.complexity")
    value = page.locator('[data-path="product.complexity"]')
    value.fill("2")
    value.press("Enter")
    moved(page)
    assert state_of(page)["set"] == "product.complexity=2"
    value = page.locator('[data-path="product.complexity"]')
    page.wait_for_function("document.querySelector('[data-path=\"product.complexity\"]').value === '2'")
    value.fill("")
    value.press("Enter")
    moved(page)
    assert "set" not in state_of(page)


@pytest.mark.slow
def test_what_cannot_be_played_is_said_and_undone(look):
    page = look(fails=True)
    said = verdict(page)
    typed = lever(page, "price").locator("input[type=number]")
    typed.fill("-3")
    typed.press("Enter")
    page.wait_for_selector('body[data-stage="problem"]')
    assert "price" in page.inner_text("#problems") and page.locator("#section-profit svg").count()
    page.click("text=Undo the last change")
    finished(page)
    assert verdict(page) == said and page.is_hidden("#problems")


@pytest.mark.slow
def test_a_market_of_one_strategy_and_one_without_levels(look):
    """No verdict to give, and still no error."""
    page = look(f"{SMALL}&strategies=transactional")
    assert verdict(page) and page.is_hidden("#figure-gap h2")
    look("market=price_war&customers=500&runs=4")


@pytest.mark.slow
def test_a_lost_server_is_said_and_found_again(look):
    page = look(fails=True)
    page.context.route("**/api/**", lambda route: route.abort())
    slider = lever(page, "switching_cost").locator("input[type=range]")
    slider.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_selector("text=The page has lost Tenure")
    page.context.unroute("**/api/**")
    finished(page)
    assert page.locator("text=The page has lost Tenure").count() == 0


@pytest.mark.slow
def test_on_a_phone_the_levers_stand_behind_one_button(look):
    page = look(width=390, height=844)
    assert page.is_hidden("#levers")
    page.click("#change")
    slider = lever(page, "switching_cost").locator("input[type=range]")
    slider.focus()
    page.keyboard.press("End")
    moved(page)
    assert "switching_cost" in state_of(page) and page.is_visible("#sentence")
    page.click("#change")
    assert page.is_hidden("#levers")


NAMELESS = """() => [...document.querySelectorAll('button, a[href], input, select, textarea, summary')].filter((one) =>
  one.type !== 'file' && !(one.textContent.trim() || one.getAttribute('aria-label') || one.labels?.length || one.title))
  .map((one) => one.outerHTML)"""
CONTRAST = """() => {
  const light = (colour) => { const [r, g, b] = colour.match(/[\\d.]+/g).map((one) => one / 255).map((one) =>
    one <= 0.03928 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const behind = (one) => { for (; one; one = one.parentElement) { const colour = getComputedStyle(one).backgroundColor;
    if (!/, 0\\)$/.test(colour) && colour !== 'transparent') return colour; } return 'rgb(255, 255, 255)'; };
  return [...document.querySelectorAll('body *')].filter((one) => one.checkVisibility() && !one.closest('svg, :disabled, .unseen, .old') &&
    [...one.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim())).filter((one) => {
    const [a, b] = [light(getComputedStyle(one).color), light(behind(one))].sort();
    return (b + 0.05) / (a + 0.05) < 4.5; }).map((one) => one.outerHTML.slice(0, 200));
}"""
SMALL_PRINT = """() => [...document.querySelectorAll('body *')].filter((one) => one.checkVisibility() && !one.closest('svg, .unseen') &&
  [...one.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim()) && parseFloat(getComputedStyle(one).fontSize) < 16)
  .map((one) => one.outerHTML.slice(0, 200))"""
WHERE = "(document.activeElement.closest('.skip') ? 'skip' : document.activeElement.closest('header, aside, nav, main')?.tagName)"


@pytest.mark.slow
@pytest.mark.parametrize("section", ["profit", "life", "values", "about"])
def test_everybody_can_use_it(look, section):
    """Every control has a name, every text a contrast of 4.5 and 16 pixels, every id is one element's, every figure is described."""
    page = look(f"{SMALL}&view={section}")
    page.wait_for_timeout(500)
    assert page.evaluate(NAMELESS) == []
    assert page.evaluate(CONTRAST) == []
    assert page.evaluate(SMALL_PRINT) == []
    assert page.evaluate("(ids => ids.filter((id, at) => ids.indexOf(id) < at))([...document.querySelectorAll('[id]')].map(one => one.id))"
                         ) == []
    for drawing in page.locator('[role="img"]').all():
        named, described = drawing.get_attribute("aria-labelledby"), drawing.get_attribute("aria-describedby")
        assert page.locator(f"#{named}").count() == 1 and page.locator(f"#{described}").count() == 1
    assert page.get_attribute("html", "lang") == "en"


@pytest.mark.slow
def test_the_tab_key_goes_from_top_to_bottom(look):
    """Skip link, what to do, the levers, the sections; and where it is can be seen."""
    page = look()
    page.evaluate("document.body.focus()")
    order = []
    for _ in range(90):
        page.keyboard.press("Tab")
        order.append(page.evaluate(WHERE))
        if order[-1] in ("NAV", "MAIN"):
            break
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none" or page.evaluate(
            "document.activeElement.matches('.step input')")
    assert [one for at, one in enumerate(order) if at == 0 or order[at - 1] != one] == ["skip", "HEADER", "ASIDE", "NAV"]


@pytest.mark.slow
def test_only_the_last_word_is_read_aloud(look):
    """The live region says the final verdict, not each sketch."""
    page = look()
    page.evaluate("""() => { window.heard = []; new MutationObserver(() => heard.push(document.querySelector('#announced').textContent))
      .observe(document.querySelector('#announced'), {childList: true}); }""")
    slider = lever(page, "switching_cost").locator("input[type=range]")
    slider.focus()
    page.keyboard.press("End")
    moved(page)
    assert len(page.evaluate("heard")) == 1 and page.evaluate("heard")[0].startswith(verdict(page))
