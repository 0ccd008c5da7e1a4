"""Groups of sellers -> single sellers, and the starting shares that nobody stated."""

from sim.scenario.actors import Seller

MOST_SELLERS = 32


def members(name: str, count: int) -> list[str]:
    """The names of a group's sellers: rivals_1, rivals_2, ...; a single seller keeps its name."""
    return [name] if count == 1 else [f"{name}_{number}" for number in range(1, count + 1)]


def groups_of(sellers: dict[str, Seller]) -> dict[str, list[str]]:
    """Group -> names of its sellers, for every entry of the file (a single seller is a group of one)."""
    return {name: members(name, seller.count) for name, seller in sellers.items()}


def expanded(sellers: dict[str, Seller]) -> dict[str, Seller]:
    """Every seller by its own name; sellers that state no starting share split what is left equally."""
    single = {member: seller for name, seller in sellers.items() for member in members(name, seller.count)}
    stated = [seller.starting_share for seller in single.values() if seller.starting_share is not None]
    silent = len(single) - len(stated)
    share = max(0.0, 1 - sum(stated)) / silent if silent else 0.0
    return {
        name: seller if seller.starting_share is not None else seller.model_copy(update={"starting_share": share})
        for name, seller in single.items()
    }
