"""A phone and a teacher in a real browser, the network cut but for this computer: join, predict, decide, see the reveal, go on after a
restart."""

import shutil

import pytest

from tests.classroom.served import SMALL, Device, Served, choice, prediction

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed, so no browser can be driven")
pytestmark = [pytest.mark.slow, pytest.mark.skipif(not CHROMIUM, reason="there is no Chromium here")]
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
PORT = ("--port", "8480")


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as found:
        yield found.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]
        )


def page_of(browser, said: list, **options):
    """A page of a fresh browser profile that may reach this computer alone; its errors go to `said`."""
    context = browser.new_context(**options)
    context.route("**/*", lambda route: route.continue_() if route.request.url.startswith("http://127.0.0.1:") else route.abort())
    page = context.new_page()
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("console", lambda line: said.append(line.text) if line.type == "error" and "ERR_CONNECTION" not in line.text else None)
    page.on(
        "request", lambda request: said.append(request.url) if not request.url.startswith(("http://127.0.0.1:", "data:", "blob:")) else None
    )
    return page


def fits(page) -> bool:
    """Whether nothing sticks out at the side."""
    return page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_a_phone_plays_a_round(browser, tmp_path):
    folder, said = str(tmp_path / "class"), []
    served = Served(*SMALL, *PORT, "--out", folder)
    try:
        teacher, phone = page_of(browser, said, viewport={"width": 1366, "height": 768}), page_of(browser, said, **PHONE)
        teacher.goto(served.said["teacher"])
        teacher.wait_for_selector(f"#code:text('{served.code}')")
        assert served.secret not in teacher.url

        phone.goto(served.address)
        phone.fill("#code", served.code.lower())
        phone.fill("#member", "Ann")
        phone.fill("#name", "Red <i>Foxes</i>")
        phone.click("button.main")
        phone.wait_for_selector("h1:has-text('Red <i>Foxes</i>')")
        other = Device(served.address)
        other.join(served.code, "Blue Owls", member="Bob")

        teacher.click("text=Start round 1")
        phone.wait_for_selector("#leader")
        assert fits(phone)
        phone.click(".save button.main")
        assert "Choose who will lead." in phone.inner_text("#said")
        phone.select_option("#leader", "1")
        phone.fill("#kept", "55")
        phone.fill("#earned", "180000")
        phone.select_option("#level_intermediate", "proactive")
        phone.fill("#price", "-4")
        phone.click(".save button.main")
        phone.wait_for_selector("#said:has-text('Price: -4 is too low')")
        phone.fill("#price", "99")
        phone.click(".save button.main")
        phone.wait_for_selector("#saved:has-text('Saved by Ann at')")
        other.post("/api/decide", {"round": 1, "choice": choice(), "prediction": prediction(1)})
        teacher.wait_for_selector("text=✓ decided >> nth=1")

        served.kill()  # the pages go on by themselves
        phone.wait_for_selector("#gone")
        served = Served("--resume", folder, "--json")
        phone.wait_for_selector("#gone", state="detached")
        assert phone.input_value("#price") == "99"

        teacher.click("text=Close round 1")
        teacher.click("text=Reveal round 1")
        phone.wait_for_selector("#reveal:has-text('After round 1')")
        assert "You foresaw" in phone.inner_text("#reveal") and "Blue Owls" in phone.inner_text("#reveal") and fits(phone)
        phone.click("#rooms button:has-text('Who left and why')")
        phone.wait_for_selector("#shown table")
        phone.wait_for_selector("#rooms button:has-text('Who left and why') span:text('opened')")
        assert fits(phone)

        board = page_of(browser, said, viewport={"width": 1366, "height": 768})
        board.goto(served.address + "/board")
        board.wait_for_selector(".bars")
        assert "Red <i>Foxes</i>" in board.inner_text(".bars") and fits(board)
        teacher.click("text=End the class here")
        board.goto(served.address + "/debrief")
        board.wait_for_selector("section.team")
        assert "Answer key" in board.inner_text("main") and fits(board) and board.locator("svg").count() == 2
        assert [one for one in said if "403" not in one and "400" not in one and "409" not in one] == []
    finally:
        served.kill()


def test_keyboard_and_screen_reader_names(browser, tmp_path):
    """Every control has a name, and the form can be reached and sent from the keyboard."""
    said: list = []
    served = Served(*SMALL, *PORT, "--out", str(tmp_path / "class"))
    try:
        teacher, page = Device(served.address), page_of(browser, said)
        teacher.enter(served.secret)
        page.goto(served.address)
        for key in (served.code, "Tab", "Ann", "Tab", "Tab", "Blue", "Enter"):
            if key == served.code:
                page.focus("#code")
            (page.keyboard.press if key in ("Tab", "Enter") else page.keyboard.type)(key)
        page.wait_for_selector("h1:has-text('Blue')")
        teacher.act("start")
        page.wait_for_selector("#leader")
        nameless = page.evaluate("""() => [...document.querySelectorAll("input, select, button")].filter((one) =>
            !(one.labels && one.labels.length) && !one.getAttribute("aria-label")
            && !one.textContent.trim()).map((one) => one.outerHTML)""")
        assert nameless == [] and page.evaluate("document.documentElement.lang") == "en"
        page.focus("#leader")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Tab")
        page.keyboard.press("End")
        assert page.input_value("#sure") == "100" and "certain" in page.inner_text("#sure_now")
    finally:
        served.kill()
