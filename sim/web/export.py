"""The report of what the page shows, as `tenure report` would write it from a folder of results."""

import tempfile
from pathlib import Path

from sim.web.asked import Asked


def page_of(asked: Asked) -> str:
    """The report as one HTML page: all runs of the market are played."""
    from sim.experiments.compare import compare
    from sim.report.study import Study
    from sim.report.write import page
    from sim.results import write
    from sim.web.described import command

    found = compare(asked.scenario, asked.strategies, threads=1)
    with tempfile.TemporaryDirectory(prefix="tenure-") as folder:
        return page(Study(write(found, Path(folder) / asked.scenario.slug, command=command(asked))))
