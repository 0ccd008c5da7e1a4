"""Sets of agents that hold numbers instead of agents: Mesa's `AgentSet` for a market of any size.

Mesa's own set keeps weak references, which views do not survive. These make a view when one is asked for, and where an attribute is
named they read or write whole columns of the market's arrays: `get` then gives a numpy array where Mesa gives a list.
"""
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

import numpy as np
from mesa.agent import AgentSet

from sim.agents.attributes import Attribute
from sim.agents.buyer import Buyer
from sim.agents.groups import Groups, method_of, ordering, positions_by_value
from sim.agents.partner import Partner
from sim.agents.seller import Seller

KINDS = (Buyer, Seller, Partner)                            # agents are numbered kind after kind
CHUNK = 4096                                                # numbers that are Python objects at any one time
AT_ONCE = {sum: lambda values: np.sum(values, dtype=np.float64 if values.dtype.kind == "f" else None), min: np.min, max: np.max}


class AgentViews(AgentSet):
    """An ordered set of a market's agents. `numbers`: a range, or an int64 array; buyers come first, then sellers, then partners.

    Does whatever Mesa's AgentSet does; `where` selects by a column of truths. A set stands for itself: `model.buyers` is made anew each
    time, so shuffling or emptying it in place leaves the market alone.
    """

    def __init__(self, market, numbers: range | np.ndarray):
        self.market, self.numbers = market, numbers

    @property
    def random(self):
        """The market's generator for shuffles; it never bears on what agents decide."""
        return self.market.random

    def __len__(self) -> int:
        return len(self.numbers)

    def __iter__(self) -> Iterator:
        numbers = self.numbers
        for first in range(0, len(numbers), CHUNK):
            yield from map(self.market.agent, as_array(numbers[first:first + CHUNK]).tolist())

    def __getitem__(self, item: int | slice) -> Any:
        chosen = self.numbers[item]
        return [self.market.agent(int(n)) for n in chosen] if isinstance(item, slice) else self.market.agent(int(chosen))

    def __contains__(self, agent: object) -> bool:
        if not isinstance(agent, KINDS) or agent.model is not self.market:
            return False
        return agent.number in self.numbers

    def __repr__(self) -> str:
        return f"<{len(self)} agents>"

    def to_list(self) -> list:
        """Every agent, as a list of views."""
        return list(self)

    # --- reading and writing attributes -----------------------------------------------------------------------------------------

    def get(self, attr_names: str | Iterable[str], handle_missing: str = "error", default_value: Any = None) -> Any:
        """One attribute's values: an array for what the market keeps in columns, else a list; of several, one row for each agent."""
        if handle_missing not in ("error", "default"):
            raise ValueError(f"Unknown handle_missing option: {handle_missing}, should be one of 'error' or 'default'")
        missing = (default_value,) if handle_missing == "default" else ()
        if isinstance(attr_names, str):
            return self._values(attr_names, missing)
        columns = [self._values(name, missing) for name in attr_names]
        if all(isinstance(column, np.ndarray) and column.dtype != object and column.ndim == 1 for column in columns):
            return np.column_stack(columns)
        return [list(row) for row in zip(*columns, strict=True)]

    def set(self, attr_name: str, value: Any) -> "AgentViews":
        """Give every agent the value, or each its own from an array of as many."""
        attribute = self._attribute(attr_name)
        if attribute is None:
            return self.do(setattr, attr_name, value)
        attribute.write(self.market, self._places(), value)
        return self

    def agg(self, attribute: str, func: Callable | Iterable[Callable]) -> Any:
        """A function, or several, of one attribute's values."""
        values = self.get(attribute)
        if not callable(func):
            return [self._aggregate(values, one) for one in func]
        return self._aggregate(values, func)

    @staticmethod
    def _aggregate(values, func: Callable) -> Any:
        column = isinstance(values, np.ndarray) and values.ndim == 1 and values.dtype != object
        return AT_ONCE.get(func, func)(values) if column else func(values)

    def _values(self, name: str, missing: tuple) -> Any:
        attribute = self._attribute(name)
        if attribute is not None:
            return attribute.read(self.market, self._places())
        return [getattr(agent, name, *missing) for agent in self]

    def _attribute(self, name: str) -> Attribute | None:
        """The attribute, where all agents of the set are of one kind and the market keeps it in a column."""
        found = getattr(self._kind(), name, None)
        return found if isinstance(found, Attribute) else None

    def _kind(self) -> type | None:
        """What all agents of the set are, or None where they differ."""
        if len(self) == 0:
            return None
        ends = (self.numbers[0], self.numbers[-1]) if isinstance(self.numbers, range) else (self.numbers.min(), self.numbers.max())
        kinds = self._kinds_of(np.array(ends))
        return KINDS[kinds[0]] if kinds[0] == kinds[1] else None

    def _kinds_of(self, numbers: np.ndarray) -> np.ndarray:
        """Where each agent's kind stands in KINDS."""
        return np.searchsorted(self.market.first_numbers, numbers, side="right") - 1

    def _places(self) -> tuple:
        numbers, kind = as_array(self.numbers), self._kind()
        return self.market.places(numbers) if kind is Buyer else (numbers - self.market.first_numbers[KINDS.index(kind)],)

    # --- doing ---------------------------------------------------------------------------------------------------------------------

    def do(self, method: str | Callable, *args, **kwargs) -> "AgentViews":
        """Call a method of every agent, or a function with every agent, in order."""
        call = method_of(method)
        for agent in self:
            call(agent, *args, **kwargs)
        return self

    def shuffle_do(self, method: str | Callable, *args, **kwargs) -> "AgentViews":
        """`do`, in random order."""
        self.shuffle().do(method, *args, **kwargs)
        return self

    def map(self, method: str | Callable, *args, **kwargs) -> list:
        """What a method of every agent, or a function of every agent, returns."""
        call = method_of(method)
        return [call(agent, *args, **kwargs) for agent in self]

    # --- other sets ----------------------------------------------------------------------------------------------------------------

    def select(self, filter_func: Callable[[Any], bool] | None = None, at_most: float = float("inf"), inplace: bool = False,
               agent_type: type | None = None) -> "AgentViews":
        """The agents of a type for which a function holds; at most so many, or (a float up to 1.0) such a share of the set."""
        most = int(len(self) * at_most) if isinstance(at_most, float) and at_most <= 1.0 else at_most
        most = None if most == float("inf") else int(most)
        chosen = self.numbers if agent_type is None else self._of_type(agent_type)
        if filter_func is None:
            return self._made(chosen[:most], inplace)
        fit = (number for number in AgentViews(self.market, chosen)._whole_numbers() if filter_func(self.market.agent(number)))
        return self._made(np.fromiter(islice(fit, most), np.int64), inplace)

    def where(self, truths: np.ndarray) -> "AgentViews":
        """The agents at which a column of truths holds, such as `buyers.where(buyers.get("bond") > 0.5)`; not in Mesa, and fast."""
        truths = np.asarray(truths)
        if truths.dtype != bool or truths.shape != (len(self),):
            raise ValueError(f"where takes {len(self)} truths, one for each agent; it got {truths.dtype} of shape {truths.shape}")
        return self._made(as_array(self.numbers)[truths], False)

    def shuffle(self, inplace: bool = False) -> "AgentViews":
        """The same agents in random order."""
        order = np.random.default_rng(self.random.getrandbits(64)).permutation(len(self))
        return self._made(as_array(self.numbers)[order], inplace)

    def sort(self, key: str | Callable, ascending: bool = False, inplace: bool = False) -> "AgentViews":
        """The same agents in the order of an attribute or a function, the largest first unless `ascending`; ties stay in order."""
        values = self.get(key) if isinstance(key, str) else self.map(key)
        return self._made(as_array(self.numbers)[ordering(values, ascending)], inplace)

    def groupby(self, by: str | Callable, result_type: str = "agentset") -> "Groups":
        """The agents by the value of an attribute or a function; `result_type="list"` gives lists of views."""
        values = self.get(by) if isinstance(by, str) else self.map(by)
        numbers = as_array(self.numbers)
        groups = {value: AgentViews(self.market, numbers[positions]) for value, positions in positions_by_value(values).items()}
        return Groups(groups if result_type == "agentset" else {value: list(group) for value, group in groups.items()})

    def _of_type(self, agent_type: type) -> np.ndarray:
        numbers = as_array(self.numbers)
        return numbers[np.array([issubclass(kind, agent_type) for kind in KINDS])[self._kinds_of(numbers)]]

    def _whole_numbers(self) -> Iterator[int]:
        for first in range(0, len(self.numbers), CHUNK):
            yield from as_array(self.numbers[first:first + CHUNK]).tolist()

    def _made(self, numbers: range | np.ndarray, inplace: bool) -> "AgentViews":
        if not inplace:
            return AgentViews(self.market, numbers)
        self.numbers = numbers
        return self

    # --- as a mutable set ------------------------------------------------------------------------------------------------------------

    def add(self, agent) -> None:
        """Put an agent at the end, unless it is there."""
        self._same_market(agent)
        if agent not in self:
            self.numbers = np.append(as_array(self.numbers), agent.number)

    def discard(self, agent) -> None:
        """Take an agent out of this set, not out of the market."""
        if agent in self:
            numbers = as_array(self.numbers)
            self.numbers = numbers[numbers != agent.number]

    def remove(self, agent) -> None:
        """`discard`; KeyError where the agent is not in the set."""
        if agent not in self:
            raise KeyError(agent)
        self.discard(agent)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, AgentViews):
            return NotImplemented
        return self.market is other.market and np.array_equal(np.sort(as_array(self.numbers)), np.sort(as_array(other.numbers)))

    __hash__ = None

    def __and__(self, other: Iterable) -> "AgentViews":
        numbers = as_array(self.numbers)
        return self._made(numbers[np.isin(numbers, self._numbers_of(other))], False)

    def __or__(self, other: Iterable) -> "AgentViews":
        numbers, others = as_array(self.numbers), self._numbers_of(other)
        return self._made(np.concatenate([numbers, others[~np.isin(others, numbers)]]), False)

    def __sub__(self, other: Iterable) -> "AgentViews":
        numbers = as_array(self.numbers)
        return self._made(numbers[~np.isin(numbers, self._numbers_of(other))], False)

    def __xor__(self, other: Iterable) -> "AgentViews":
        others = AgentViews(self.market, self._numbers_of(other))
        return (self - others) | (others - self)

    def _numbers_of(self, agents: Iterable) -> np.ndarray:
        if isinstance(agents, AgentViews) and agents.market is self.market:
            return as_array(agents.numbers)
        return np.array([self._same_market(agent).number for agent in agents], np.int64)

    def _same_market(self, agent):
        if not isinstance(agent, KINDS) or agent.model is not self.market:
            raise ValueError("a set holds agents of one market only")
        return agent

    def __getstate__(self) -> dict:
        return {"market": self.market, "numbers": self.numbers}

    def __setstate__(self, state: dict) -> None:
        self.__dict__.update(state)


def as_array(numbers: range | np.ndarray) -> np.ndarray:
    """A set's numbers as int64."""
    return np.arange(numbers.start, numbers.stop, numbers.step) if isinstance(numbers, range) else numbers
