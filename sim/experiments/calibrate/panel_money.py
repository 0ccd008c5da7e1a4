"""From weights in utils to money: choice noise, switching cost, tastes and worth of the brands as a scenario states them."""

from dataclasses import dataclass

import numpy as np

from sim.experiments.calibrate.mixed_logit import Estimate
from sim.experiments.calibrate.panel_models import class_table
from sim.experiments.calibrate.panel_reading import Panel

ELASTICITY = 2.62  # mean price elasticity of packaged goods, Bijmolt, van Heerde & Pieters 2005 (1,851 elasticities)


@dataclass(frozen=True)
class Money:
    """The estimate in money per unit. noise: μ, one over the weight of a unit of money; identified: whether the panel tells it, or it is
    assumed; each entry is (value, low, high), nan where there is no interval."""

    noise: tuple[float, float, float]
    identified: bool
    switching: list[tuple[float, float, float]]
    class_shares: list[tuple[float, float, float]]
    state: list[tuple[float, float, float]]
    taste: dict[str, tuple[float, float, float]]
    price_spread: tuple[float, float, float] | None
    price: np.ndarray
    quality: np.ndarray


def in_money(estimate: Estimate, panel: Panel) -> Money:
    """Utils to money: divided by the weight of a unit of money, errors by the delta method."""
    c = panel.choices
    weight, error = (estimate["price"], estimate.error("price")) if estimate.model.priced else (0.0, 0.0)
    identified = estimate.model.priced and weight - 1.96 * error > 0
    listed = c.price.mean(0) if panel.priced or panel.prices != "none" else np.full(len(c.brands), 1.0)
    noise = 1 / weight if identified else float(listed.mean() * (1 - 1 / len(c.brands)) / ELASTICITY)
    span = (noise / (1 + 1.96 * error / weight), noise / (1 - 1.96 * error / weight)) if identified else (np.nan, np.nan)
    names = (
        ["state"]
        if estimate.model.classes == 1
        else sorted((f"state {k + 1}" for k in range(estimate.model.classes)), key=lambda name: estimate[name])
    )
    return Money(noise=(noise, *span), identified=identified, switching=[scaled(estimate, name, noise, identified) for name in names],
                 class_shares=share_intervals(estimate), state=[interval(estimate, name) for name in names], taste=tastes(estimate, noise),
                 price_spread=logged(estimate, "log price spread") if estimate.model.varying_price else None,
                 price=listed, quality=qualities(estimate, panel, noise))  # fmt: skip


def interval(estimate: Estimate, name: str) -> tuple[float, float, float]:
    """A parameter and its 95% interval."""
    value, error = estimate[name], 1.96 * estimate.error(name)
    return value, value - error, value + error


def logged(estimate: Estimate, name: str) -> tuple[float, float, float]:
    """exp of a parameter that is a logarithm."""
    return tuple(float(np.exp(one)) for one in interval(estimate, name))


def scaled(estimate: Estimate, name: str, noise: float, identified: bool) -> tuple[float, float, float]:
    """State dependence in money: γ · μ, at least nought, with the delta method's interval."""
    value = estimate[name]
    gradient = np.zeros(len(estimate.theta))
    gradient[estimate.names.index(name)] = noise
    if identified:
        gradient[estimate.names.index("price")] = -value * noise**2
    error = 1.96 * np.sqrt(gradient @ estimate.covariance @ gradient)
    return tuple(float(max(one, 0.0)) for one in (value * noise, value * noise - error, value * noise + error))


def share_intervals(estimate: Estimate) -> list[tuple[float, float, float]]:
    """Shares of the classes, the least held first; interval by the logit of the second class."""
    if estimate.model.classes == 1:
        return [(1.0, np.nan, np.nan)]
    shares = class_table(estimate)[1]
    if estimate.model.classes > 2:
        return [(float(share), np.nan, np.nan) for share in shares]
    value, error = estimate["logit 2"], 1.96 * estimate.error("logit 2")
    second = [1 / (1 + np.exp(-one)) for one in (value, value - error, value + error)]
    both = [tuple(1 - one for one in (second[0], second[2], second[1])), tuple(second)]
    both = both if estimate["state 1"] <= estimate["state 2"] else both[::-1]
    return [tuple(float(x) for x in one) for one in both]


def tastes(estimate: Estimate, noise: float) -> dict[str, tuple[float, float, float]]:
    """taste_spread (money) under '', or taste_shape by brand."""
    if estimate.model.tastes == "gamma":
        return {brand: logged(estimate, f"log shape {brand}") for brand in estimate.choices.brands}
    return {"": tuple(noise * one for one in logged(estimate, "log spread"))}


def qualities(estimate: Estimate, panel: Panel, noise: float) -> np.ndarray:
    """What a unit of each brand is worth: the price its constant belongs to, constant and mean promotion in money, all raised alike."""
    c = panel.choices
    constants = (
        np.array([0.0, *(estimate[f"constant {brand}"] for brand in c.brands[1:])]) if estimate.model.constants else np.zeros(len(c.brands))
    )
    promotion = sum((estimate[name] * c.x[..., i].mean(0) for i, name in enumerate(c.attributes)), np.zeros(len(c.brands)))
    centre = estimate.centre if panel.prices != "none" else np.full(len(c.brands), 1.0)
    quality = centre + noise * (constants + promotion)
    listed = c.price.mean(0) if panel.prices != "none" else centre
    return quality + max(float((listed - quality).max()), 0.0)            # the level is free: no brand is worth less than its price
