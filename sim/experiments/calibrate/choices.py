"""Brand choices as arrays, and the models of them: what is estimated, by which columns and under which names."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Choices:
    """Purchases in order of household and occasion.

    start: int [households + 1], where each household begins; chosen: int [n]; price: money [n, brand];
    x: [n, brand, attributes], other attributes with one weight each; brands, attributes: their names."""

    start: np.ndarray
    chosen: np.ndarray
    price: np.ndarray
    x: np.ndarray
    brands: tuple[str, ...]
    attributes: tuple[str, ...] = ()

    @property
    def households(self) -> int:
        return len(self.start) - 1

    @property
    def who(self) -> np.ndarray:
        """The household of each purchase."""
        return np.repeat(np.arange(self.households), np.diff(self.start))

    @property
    def last(self) -> np.ndarray:
        """The brand bought before; −1 at a household's first purchase."""
        last = np.r_[-1, self.chosen[:-1]]
        last[self.start[:-1][np.diff(self.start) > 0]] = -1
        return last

    @property
    def first(self) -> np.ndarray:
        """The brand of the household's first purchase, at each of its purchases."""
        return self.chosen[self.start[self.who]]


@dataclass(frozen=True)
class Model:
    """What is estimated: the family of tastes; whether brands have constants of their own; number of classes of switching cost; whether
    price sensitivity varies (lognormal); what the first purchase tells; whether state dependence and tastes are there at all."""

    tastes: str = "normal"
    constants: bool = True
    classes: int = 1
    varying_price: bool = False
    initial: str = "long_run"
    state: bool = True
    heterogeneous: bool = True
    priced: bool = True


def design(model: Model, choices: Choices, centre: np.ndarray) -> tuple[np.ndarray, tuple[str, ...]]:
    """Attributes with one weight each [purchase, brand, column] and their names: constants, price, other attributes, first brand seen."""
    n, brands = choices.price.shape
    columns, names = [], []
    if model.constants:
        columns += [np.broadcast_to(row, (n, brands)) for row in np.eye(brands)[1:]]
        names += [f"constant {brand}" for brand in choices.brands[1:]]
    if model.priced:
        columns.append(centre - choices.price)
        names.append("price")
    columns += [choices.x[..., c] for c in range(len(choices.attributes))]
    names += list(choices.attributes)
    if model.initial == "given_first":
        columns.append(np.eye(brands)[choices.first])
        names.append("first brand")
    x = np.stack(columns, 2) if columns else np.empty((n, brands, 0))
    return np.ascontiguousarray(x, dtype=float), tuple(names)


def price_centre(model: Model, choices: Choices) -> np.ndarray:
    """The prices that constants belong to: each brand's mean, or that of all brands where price sensitivity varies, as then what the
    level of
    a price does differs from buyer to buyer. Money [brand]."""
    mean = choices.price.mean(0)
    return np.full_like(mean, mean.mean()) if model.varying_price else mean


def above_least(price: np.ndarray) -> np.ndarray:
    """Prices above the lowest of the occasion: what all alternatives have in common changes no choice, and large exponents none need."""
    return price - price.min(1, keepdims=True)


def class_names(model: Model) -> tuple[str, ...]:
    """State dependence of each class, then the logits of the classes' shares against the first."""
    if not model.state:
        return ()
    if model.classes == 1:
        return ("state",)
    return tuple(f"state {k + 1}" for k in range(model.classes)) + tuple(f"logit {k + 1}" for k in range(1, model.classes))


def taste_count(model: Model, brands: int) -> int:
    """How many numbers describe the spread of tastes."""
    return 0 if not model.heterogeneous else 1 if model.tastes == "normal" else brands


def taste_names(model: Model, brands) -> tuple[str, ...]:
    """Logarithms of spreads or shapes, and of the spread of price sensitivity."""
    word = "log shape" if model.tastes == "gamma" else "log spread"
    names = () if not model.heterogeneous else (word,) if model.tastes == "normal" else tuple(f"{word} {brand}" for brand in brands)
    return names + (("log price spread",) if model.varying_price else ())


def by_household(rows: np.ndarray, start: np.ndarray) -> np.ndarray:
    """Sums over each household's rows."""
    sums = np.r_[np.zeros((1, rows.shape[1])), rows.cumsum(0)]
    return sums[start[1:]] - sums[start[:-1]]
