"""The same market in ambr: buyers are rows of its table, borrowed as arrays every period and committed again (its tensor lane).

What happens to the arrays in between is array arithmetic, which ambr leaves to NumPy; so it is the NumPy peer's.
"""
import ambr as am

from benchmarks.peers.numpy_arrays import OF_A_BUYER, NumPyMarket

COLUMNS = (*OF_A_BUYER, "tie", "incident", "supplier", "level", "since", "contract_end")
LANES = ("tastes", "values", "relationships", "bonds", "right", "which", "purchases", "uses", "last_purchase", "left", "knows")


class AmbrModel(am.Model):
    """A column for each attribute of a buyer; a lane, a column for each seller, for what it holds of them."""

    def __init__(self, *given):
        super().__init__({"show_progress": False})
        self.given = given                                  # parameters become a table, which a scenario does not fit

    def setup(self):
        self.market = NumPyMarket(*self.given)
        self.add_agents(len(self.market.kind))
        self.agents.set(**{name: getattr(self.market, name) for name in COLUMNS})
        self.lanes = {name: self.lane(name, getattr(self.market, name)) for name in LANES}

    def lane(self, name, table):
        """A lane of the table's columns, of its type."""
        columns = [f"{name}_{s}" for s in range(table.shape[1])]
        self.agents.set(**dict(zip(columns, table.T, strict=True)))
        return am.TensorLane(self, columns, dtype=table.dtype)

    def step_vectorized(self):
        """One period; what is borrowed may only be read, so it is copied."""
        market = self.market
        for name in COLUMNS:
            setattr(market, name, self.agents.borrow(name)[0].copy())
        for name, lane in self.lanes.items():
            setattr(market, name, lane.borrow()[0].copy())
        market.step()
        self.agents.commit(**{name: getattr(market, name) for name in COLUMNS})
        for name, lane in self.lanes.items():
            lane.commit(getattr(market, name))


class AmbrMarket:
    """The model as the benchmark drives it."""

    def __init__(self, scenario, strategy: str, seed: int):
        self.model = AmbrModel(scenario, strategy, seed).cpu(mode="vectorized")
        self.model.run(steps=0)

    sellers = property(lambda self: self.model.market.sellers)

    def step(self) -> None:
        self.model.run_step()
