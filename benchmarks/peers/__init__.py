"""The same market written as users of other libraries would write it: how much each costs beside the kernel.

A peer is a class made with (scenario, strategy, seed), its burn-in played; `step()` plays one period, and `books` says what came of it.
Targeting by value, segments of one, word of mouth and sellers that answer are in none of them.
"""
from importlib import import_module
from importlib.util import find_spec

PEERS = {                                                   # name -> (library, module, class)
    "plain Mesa": ("mesa", "benchmarks.plain_mesa", "PlainMarket"),
    "NumPy": ("numpy", "benchmarks.peers.numpy_arrays", "NumPyMarket"),
    "Polars": ("polars", "benchmarks.peers.polars_frame", "PolarsMarket"),
    "AgentPy": ("agentpy", "benchmarks.peers.agentpy_agents", "AgentPyMarket"),
    "ambr, vectorised": ("ambr", "benchmarks.peers.ambr_columns", "AmbrMarket"),
}
BY_AGENTS = ("plain Mesa", "AgentPy")                       # an object for each buyer


def installed(name: str) -> bool:
    """Whether a peer's library is there; they are extras (`pip install tenure[bench]`)."""
    return find_spec(PEERS[name][0]) is not None


def peer(name: str):
    """The class of a peer."""
    _, module, market = PEERS[name]
    return getattr(import_module(module), market)
