"""In a notebook: bars move, figures and answers show as pictures, sentences and tables. A real kernel runs the cells."""
import pytest

CELLS = {
    "compare": """
from sim import Scenario, bar, compare, plots
scenario = Scenario.load("default", ["market.buyers=200", "market.periods=24", "runs=4"])
with bar() as progress:
    answer = compare(scenario, progress=progress)
answer""",
    "figure": "plots.profit(answer)",
    "sweep": """
from sim import sweep
from sim.screens.sweep import live
with live() as progress:
    scenario = Scenario.load("service_and_price", ["market.buyers=100", "market.periods=6", "sweep.points=4"])
    found = sweep(scenario, runs=2, progress=progress)
found""",
}


@pytest.fixture(scope="module")
def shown():
    """What every cell shows: a list of mime type -> content."""
    nbformat, nbclient = pytest.importorskip("nbformat"), pytest.importorskip("nbclient")
    pytest.importorskip("ipykernel")
    pytest.importorskip("ipywidgets")
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(text) for text in CELLS.values()])
    nbclient.NotebookClient(notebook, timeout=600, kernel_name="python3").execute()
    return {name: [dict(one.get("data", {"stream": one.get("text")})) for one in cell.outputs]
            for name, cell in zip(CELLS, notebook.cells, strict=True)}


@pytest.mark.slow
def test_work_moves_a_bar(shown):
    for name in ("compare", "sweep"):
        assert any("application/vnd.jupyter.widget-view+json" in one for one in shown[name]), name
        assert not any("stream" in one for one in shown[name]), shown[name]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "words"), [("compare", "Relationship earns 105 EUR less"), ("sweep", "Of 4 points")])
def test_an_answer_is_a_sentence_and_a_table(shown, name, words):
    html = shown[name][-1]["text/html"]
    assert words in html.split("</p>")[0] and "<table" in html and len(shown[name][-1]["text/plain"]) < 500


@pytest.mark.slow
def test_a_figure_is_a_picture(shown):
    import base64

    assert base64.b64decode(shown["figure"][-1]["image/png"])[:8] == b"\x89PNG\r\n\x1a\n"
