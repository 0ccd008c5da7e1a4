"""The default scenario's numbers stand still: a change of any is a change of the model, and has to be meant."""
import json

import pytest

from tests.baseline import FILE, numbers


@pytest.fixture(scope="module")
def found():
    """The numbers as they come out now."""
    return numbers()


@pytest.mark.parametrize("strategy", ["transactional", "relationship"])
def test_numbers_are_those_written_down(found, strategy):
    """Counts to the last one, money to the cent, all ledgers by digest. Where the change is meant: python -m tests.baseline."""
    assert found[strategy] == json.loads(FILE.read_text(encoding="utf-8"))[strategy]
