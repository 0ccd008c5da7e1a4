"""A graph of relationships on disk: GraphML for Gephi, yEd and Cytoscape, nodes and edges as tables, and what it takes to make it again."""

import hashlib
import io
import json
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from sim.parquet import write_table
from sim.provenance import commit, spoken_command, versions
from sim.results import put, read_json

if TYPE_CHECKING:
    import networkx

RECORD, GRAPHML = "graph.json", "graph.graphml"


def graphml(graph: "networkx.MultiDiGraph") -> bytes:
    """The graph as GraphML, every edge with a name of its own, truth values as XML has them; the same graph gives the same bytes."""
    import networkx

    named, text = graph.copy(), io.BytesIO()
    for number, (_, _, said) in enumerate(named.edges(data=True)):
        said["id"] = f"edge{number}"
    networkx.write_graphml(named, text, edge_id_from_attribute="id")
    return text.getvalue().replace(b">True</data>", b">true</data>").replace(b">False</data>", b">false</data>")


def node_table(graph: "networkx.MultiDiGraph") -> pd.DataFrame:
    """A row for each node: node, kind, label, then every attribute that some kind has; missing where a kind has it not."""
    return pd.DataFrame([{"node": name} | said for name, said in graph.nodes(data=True)]).convert_dtypes()


def edge_table(graph: "networkx.MultiDiGraph") -> pd.DataFrame:
    """A row for each edge: source, target, relationship, r, weight, then every attribute that some relationship has."""
    return pd.DataFrame([{"source": one, "target": other} | said for one, other, said in graph.edges(data=True)]).convert_dtypes()


def counts(graph: "networkx.MultiDiGraph") -> dict[str, dict[str, int]]:
    """How many nodes of each kind, and edges of each relationship, there are."""
    kinds = pd.Series([said["kind"] for _, said in graph.nodes(data=True)]).value_counts(sort=False)
    relationships = pd.Series([said["relationship"] for _, _, said in graph.edges(data=True)], dtype=object).value_counts(sort=False)
    return {"nodes": {name: int(n) for name, n in kinds.items()}, "edges": {name: int(n) for name, n in relationships.items()}}


def receipt(graph: "networkx.MultiDiGraph") -> str:
    """One digest for everything in a graph: SHA-256 of its GraphML."""
    return hashlib.sha256(graphml(graph)).hexdigest()


def write_graph(graph: "networkx.MultiDiGraph", folder: str | Path, force: bool = False, command: str | None = None) -> Path:
    """Write a graph to `folder`: graph.graphml, nodes.parquet, edges.parquet and graph.json, which says what it is of. Returns the folder.

    Raises ResultsExist where the folder holds something, unless `force`; NotResults where `force` would delete what is no graph."""
    about = (
        dict(graph.graph)
        | counts(graph)
        | {"receipt": receipt(graph), "versions": versions(), "commit": commit(), "command": command or spoken_command()}
    )

    def fill(unfinished: Path) -> None:
        (unfinished / GRAPHML).write_bytes(graphml(graph))
        write_table(node_table(graph), unfinished / "nodes.parquet", dict(graph.graph))
        write_table(edge_table(graph), unfinished / "edges.parquet", dict(graph.graph))
        (unfinished / RECORD).write_text(json.dumps(about, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")

    return put(Path(folder), force, RECORD, fill)


def read_graph_record(folder: str | Path) -> dict:
    """What graph.json says; NotResults where there is none, or it cannot be read."""
    return read_json(folder, RECORD, "the folder of a graph", "receipt")
