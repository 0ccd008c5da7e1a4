"""Distributions over buyers: how an attribute varies from one buyer to the next.

A distribution is written as a number (all buyers alike) or as a mapping of one form to its numbers, for instance
`{lognormal: {median: 40, spread: 0.4}}`. Neither `quantile` nor `mean` is clipped to the attribute's bounds:
clipping happens where populations are drawn.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import PlainValidator
from pydantic_core import PydanticCustomError

from sim.scenario.suggest import among, described

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class Form:
    """One form: its numbers in order, which of them are in the attribute's unit, and its two formulas."""

    numbers: tuple[str, ...]
    located: tuple[str, ...]
    in_unit: tuple[str, ...]
    positive: tuple[str, ...]
    not_negative: tuple[str, ...]
    quantile: Callable
    mean: Callable


def _z(u: "np.ndarray", spread: float) -> "np.ndarray":
    """spread · z(u), which is 0 for every u where there is no spread (also at u = 0 and u = 1)."""
    import numpy as np
    from scipy.special import ndtri

    return spread * ndtri(u) if spread else np.zeros(np.shape(u))


def _normal(u, mean, spread):
    return mean + _z(u, spread)


def _lognormal(u, median, spread):
    import numpy as np

    return median * np.exp(_z(u, spread))


def _gamma(u, mean, shape):
    from scipy.special import gammaincinv

    return gammaincinv(shape, u) * (mean / shape)


def _beta(u, a, b):
    from scipy.special import betaincinv

    return betaincinv(a, b, u)


# form -> numbers | held to the attribute's bounds | in its unit | above 0 | 0 or more | quantile | mean
FORMS = {
    "constant": Form(("value",), ("value",), ("value",), (), (), lambda u, value: value + 0 * u, lambda value: value),
    "normal": Form(("mean", "spread"), ("mean",), ("mean", "spread"), (), ("spread",), _normal, lambda mean, _: mean),
    "lognormal": Form(
        ("median", "spread"), ("median",), ("median",), ("median",), ("spread",),
        _lognormal, lambda median, spread: median * math.exp(spread**2 / 2),
    ),
    "gamma": Form(("mean", "shape"), ("mean",), ("mean",), ("mean", "shape"), (), _gamma, lambda mean, _: mean),
    "beta": Form(("a", "b"), (), (), ("a", "b"), (), _beta, lambda a, b: a / (a + b)),
    "uniform": Form(
        ("low", "high"), ("low", "high"), ("low", "high"), (), (),
        lambda u, low, high: low + (high - low) * u, lambda low, high: (low + high) / 2,
    ),
}  # fmt: skip
WRITTEN_FORMS = tuple(form for form in FORMS if form != "constant")
WIDEST_LOGNORMAL = 10.0


@dataclass(frozen=True)
class Distribution:
    """How an attribute varies over buyers: a form and its numbers, in the order of `FORMS[form].numbers`."""

    form: str
    numbers: tuple[float, ...]

    def quantile(self, u: "np.ndarray") -> "np.ndarray":
        """Values (float64) below which the shares `u` (0..1) of the buyers lie."""
        import numpy as np

        return np.asarray(FORMS[self.form].quantile(np.asarray(u, dtype=np.float64), *self.numbers), dtype=np.float64)

    def mean(self) -> float:
        """The mean over buyers, before clipping to bounds."""
        return FORMS[self.form].mean(*self.numbers)

    def plain(self) -> Any:
        """The distribution as it is written in a scenario file."""
        named = dict(zip(FORMS[self.form].numbers, self.numbers, strict=True))
        return named["value"] if self.form == "constant" else {self.form: named}

    def located(self) -> list[tuple[tuple[str, ...], float]]:
        """The numbers that the attribute's bounds apply to, each with its path within the mapping."""
        form = FORMS[self.form]
        named = zip(form.numbers, self.numbers, strict=True)
        return [(() if self.form == "constant" else (self.form, name), x) for name, x in named if name in form.located]

    def scaled(self, factor: float) -> "Distribution":
        """The same distribution with its unit changed: numbers in the unit times `factor`, shapes as they are."""
        form = FORMS[self.form]
        named = zip(form.numbers, self.numbers, strict=True)
        return Distribution(self.form, tuple(x * factor if name in form.in_unit else x for name, x in named))


def constant(value: float) -> Distribution:
    """All buyers alike."""
    return Distribution("constant", (float(value),))


def read_distribution(value: Any) -> Distribution:
    """The distribution that a number or a mapping of one form stands for; PydanticCustomError says what is wrong."""
    if isinstance(value, Distribution):
        return value
    if _is_number(value):
        return constant(value)
    if not isinstance(value, dict) or len(value) != 1:
        forms = ", ".join(WRITTEN_FORMS)
        raise _wrong(f"{described(value)} stands where a number or one distribution belongs ({forms})")
    (form, numbers), = value.items()  # fmt: skip
    if form not in WRITTEN_FORMS:
        raise _wrong(f"{form!r} is not a form of distribution; {among(form, WRITTEN_FORMS)}", form, key=True)
    return Distribution(form, _read_numbers(form, numbers))


def _read_numbers(form: str, numbers: Any) -> tuple[float, ...]:
    """The numbers of one form in order, each there, a number, and possible for the form."""
    wanted = FORMS[form].numbers
    example = f"{{{form}: {{{', '.join(f'{name}: ...' for name in wanted)}}}}}"
    if not isinstance(numbers, dict):
        raise _wrong(f"{described(numbers)} stands where the numbers of a {form} belong; write {example}", form)
    for name in numbers:
        if name not in wanted:
            raise _wrong(f"{name!r} is unknown to a {form}; {among(name, wanted)}", form, name, key=True)
    for name in wanted:
        if name not in numbers:
            raise _wrong(f"the {form} lacks its {name}; write {example}", form)
        sentence = _unfit(form, name, numbers[name])
        if sentence:
            raise _wrong(sentence, form, name)
    if form == "uniform" and numbers["low"] > numbers["high"]:
        raise _wrong(f"{numbers['high']} is below low, {numbers['low']}; give low first, then high", form, "high")
    return tuple(float(numbers[name]) for name in wanted)


def _unfit(form: str, name: str, value: Any) -> str | None:
    """Why `value` cannot be the number `name` of a form, or None where it can."""
    if not _is_number(value):
        return f"{described(value)} stands where a number belongs (the {name} of a {form})"
    if not math.isfinite(value):
        return f"{value} is not a finite number; give the {name} of a {form} as one"
    if name in FORMS[form].positive and value <= 0:
        return f"{value} is too low; give the {name} of a {form} a number above 0"
    if name in FORMS[form].not_negative and value < 0:
        return f"{value} is too low; give the {name} of a {form} a number of 0 or more"
    if form == "lognormal" and name == "spread" and value > WIDEST_LOGNORMAL:
        return f"{value} is too high; give the spread of a lognormal (of the logarithm) at most {WIDEST_LOGNORMAL:g}"
    return None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _wrong(sentence: str, *below: str, key: bool = False) -> PydanticCustomError:
    """The error that carries a finished sentence and where below the attribute it belongs."""
    return PydanticCustomError("sentence", "{sentence}", {"sentence": sentence, "below": below, "key": key})


Spread = Annotated[Distribution, PlainValidator(read_distribution)]
