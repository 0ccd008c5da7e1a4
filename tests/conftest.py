"""Shared settings and fixtures."""
import pytest
from hypothesis import settings

from sim.scenario import load

# Compiling takes longer than any deadline; and the same examples every time.
settings.register_profile("tenure", deadline=None, derandomize=True)
settings.load_profile("tenure")

SMALL = ("market.buyers=600", "market.periods=24", "runs=2")


@pytest.fixture(scope="session")
def small():
    """The default scenario with 600 buyers, 24 periods and 2 runs."""
    return load("default", sets=SMALL)
