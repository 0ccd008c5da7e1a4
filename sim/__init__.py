"""Tenure: when does it pay a seller to invest in the relationship after the sale, rather than to sell and move on?

What a researcher may call (each is imported when first used, so that `import sim` costs nothing):

    scenario = Scenario.load("default", sets=["sellers.ours.price=95"])   # a shipped name or a YAML file
    runs = simulate(scenario, runs=40)                                    # every strategy in every run, same luck
    period_table(runs)                                                    # a tidy table: strategy, run, period, type, seller
    answer = compare(scenario)                                            # paired runs -> gain, interval, why, crossing
    print(answer.sentence())
    Market(scenario)                                                      # the same market as a mesa.Model
    with bar() as progress:                                               # a bar with the time left, in a notebook too
        compare(scenario, runs=400, progress=progress)
    sweep(Scenario.load("service_and_price"))                             # a market at many points of its parameters
    break_even_map(scenario, "product.complexity=0.5..2")                 # where which strategy pays, over two parameters
    kotler(scenario)                                                      # the best level by margin and number of customers
    claims(["C6"])                                                        # claims of the literature: which hold here, and why not
    published()                                                           # closed forms and published figures, reproduced
    calibrate("purchases.csv")                                            # a market read from your own data
    export(scenario, "transactions", "logs")                              # a log for other tools, the hidden truth beside it
    lab(scenario)                                                         # estimators of lifetime value, on a truth that is known
    optimise(scenario, budget=30_000)                                     # the best relationship policy that this pays for
    relationship_graph(scenario)                                          # who is related to whom, as a networkx graph

Where to read on: `core/rules.py` states the model, `core/kernel.py` (`advance`) the order of events, `experiments/compare.py` what is
made of it; `ODD.md` describes the model in full.
"""
from importlib import import_module

__version__ = "0.1.0"

_CONTENTS = {
    "Scenario": "sim.scenario",
    "ScenarioError": "sim.scenario",
    "simulate": "sim.runs",
    "Runs": "sim.runs",
    "compare": "sim.experiments.compare",
    "Comparison": "sim.experiments.compare",
    "period_table": "sim.tables",
    "survival_table": "sim.tables",
    "cohort_table": "sim.tables",
    "channel_table": "sim.tables",
    "course_table": "sim.tables",
    "relationship_graph": "sim.graph",
    "sweep": "sim.experiments.sweep",
    "break_even_map": "sim.experiments.mapping",
    "kotler": "sim.experiments.kotler",
    "published": "sim.experiments.published",
    "export": "sim.exports",
    "lab": "sim.experiments.lab",
    "calibrate": "sim.experiments.calibrate",
    "sensitivity": "sim.experiments.sensitivity",
    "discover": "sim.experiments.sensitivity",
    "claims": "sim.experiments.claims",
    "optimise": "sim.experiments.optimise",
    "equilibrium": "sim.experiments.equilibrium",
    "bar": "sim.screens.bar",
    "Study": "sim.report",
    "Market": "sim.agents",
    "Buyer": "sim.agents",
    "Seller": "sim.agents",
    "Partner": "sim.agents",
}
__all__ = [*_CONTENTS]


def __getattr__(name: str):
    if name not in _CONTENTS:
        raise AttributeError(f"sim has no {name!r}; it has {', '.join(_CONTENTS)}")
    return getattr(import_module(_CONTENTS[name]), name)


def __dir__():
    return sorted(__all__)
