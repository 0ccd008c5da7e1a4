"""The market's structure: what relationships there are, and how many."""

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from sim.graph import RELATIONSHIPS
from sim.graph_files import counts
from sim.screens.paper import faint
from sim.wording import counted, in_years, listed, percent, spoken


def structure(graph) -> list:
    """The screen of `tenure graph`: the focal seller's relationships in a sentence, then every relationship with its number."""
    about, number = graph.graph, counts(graph)
    table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1), show_edge=False)
    table.add_column("relationship", no_wrap=True)
    table.add_column("30R", no_wrap=True)
    table.add_column("edges", justify="right", no_wrap=True)
    table.add_column("what it is")
    for name, (_, _, _, words) in RELATIONSHIPS.items():
        if name in number["edges"]:
            found = sorted({said["r"] for _, _, said in graph.edges(data=True) if said["relationship"] == name} - {""})
            table.add_row(spoken(name), " ".join(found) or "–", f"{number['edges'][name]:,}", words)
    nodes = listed([counted(many, spoken(kind)) for kind, many in number["nodes"].items()])
    some = f"{about['shown']:,} of {about['buyers']:,} buyers are shown, evenly spread"
    shown = some if about["shown"] < about["buyers"] else "every buyer is shown"
    return [Text(sentence(graph), style="bold"), faint(f"{nodes}; {shown}; run {about['run']}, seed {about['seed']}"), Text(), table]


def sentence(graph) -> str:
    """The focal seller's relationships in a sentence, counted over all buyers."""
    about, data = graph.graph, graph.nodes[f"seller:{graph.graph['focal']}"]
    span = f"After {in_years(about['period'], about['unit'])}" if about["period"] else "Before the record"
    held, accounts = f"{data['label']} serves {data['accounts']:,} of {about['buyers']:,} buyers", data["accounts"]
    if not accounts:
        return f"{span} under {spoken(about['strategy'])} {held}."
    shares = {"are committed": "committed", "are under contract": "captive", "came by word of mouth": "came_by_word_of_mouth"}
    words = [f"{percent(data[name] / accounts)} {said}" for said, name in shares.items() if name == "committed" or data[name]]
    waiting = f"{counted(data['grievances'], 'grievance')} {'waits' if data['grievances'] == 1 else 'wait'} for an answer"
    return f"{span} under {spoken(about['strategy'])} {held}; of these {listed(words)}; {waiting}."
