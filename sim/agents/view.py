"""An agent without a body: a market and a number. Whatever it is asked, it looks up in the market's arrays.

A view is made when it is asked for and forgotten afterwards; nothing registers it, so a million buyers cost what their arrays cost.
"""
import mesa


class View(mesa.Agent):
    """What buyers, sellers and partners share: who they are. Two views of the same agent are equal."""

    __slots__ = ("_market", "index")
    first = property(lambda self: 0, doc="the number of the first agent of this kind, among all agents of the market")
    model = property(lambda self: self._market, doc="the market")
    number = property(lambda self: self.first + self.index, doc="number among all agents of the market, from 0: kind after kind")
    unique_id = property(lambda self: self.number + 1, doc="Mesa's number, from 1")
    pos = property(lambda self: None, doc="nobody stands anywhere")

    def __init__(self, market, index: int):                 # deliberately without Mesa's own: that would register the view for good
        _put_market(self, market)
        _put_index(self, index)

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and other.index == self.index and other._market is self._market

    def __hash__(self) -> int:
        return hash(self.number)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.index}>"

    def __setattr__(self, name: str, value: object) -> None:
        if not hasattr(getattr(type(self), name, None), "__set__"):
            raise AttributeError(f"a {type(self).__name__.lower()} has no {name!r} to set; it keeps nothing but the market's numbers")
        object.__setattr__(self, name, value)

    def remove(self) -> None:
        """Refused: nobody is taken out of a market by hand."""
        raise TypeError("agents cannot be removed: turnover is a rule of the market (market.turnover in the scenario)")


_put_market, _put_index = View._market.__set__, View.index.__set__
