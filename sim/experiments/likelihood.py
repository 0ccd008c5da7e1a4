"""What a model fitted by greatest likelihood says about itself: its parameters, their standard errors and intervals."""
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

import numpy as np


class NoFit(Exception):  # noqa: N818 - named for what was looked for
    """A model cannot be fitted to these data; the message says why."""


@dataclass(frozen=True)
class Fit:
    """A fitted model (a dataclass of positive parameters), its log-likelihood, how many buyers it rests on, and the covariance of the
    logarithms of its parameters (the inverse of the observed information)."""

    model: Any
    log_likelihood: float
    buyers: float
    logs: np.ndarray

    @property
    def parameters(self) -> dict[str, float]:
        return {field.name: getattr(self.model, field.name) for field in fields(self.model)}

    @property
    def errors(self) -> dict[str, float]:
        """Standard errors, by the delta method from those of the logarithms; nan where the data do not settle a parameter."""
        spread = np.sqrt(np.where(np.diag(self.logs) > 0, np.diag(self.logs), np.nan))
        return {name: float(value * error) for (name, value), error in zip(self.parameters.items(), spread, strict=True)}

    def intervals(self, confidence: float = 0.95) -> dict[str, tuple[float, float]]:
        """Wald's interval in the logarithm of each parameter, which keeps it positive."""
        from scipy.special import ndtri

        width = ndtri(0.5 + confidence / 2)
        half = {name: width * self.errors[name] / value for name, value in self.parameters.items()}
        return {name: tuple((value * np.exp([-half[name], half[name]])).tolist()) for name, value in self.parameters.items()}


def covariance(cost: Callable[[np.ndarray], float], logs: np.ndarray, buyers: float, step: float = 1e-3) -> np.ndarray:
    """The inverse of the observed information at `logs`, by central differences of the mean cost over buyers; nan where it has none."""
    steps, size = np.eye(len(logs)) * step, len(logs)
    information = np.empty((size, size))
    for i in range(size):
        for j in range(i, size):
            corners = [cost(logs + p * steps[i] + q * steps[j]) * p * q for p in (1, -1) for q in (1, -1)]
            information[i, j] = information[j, i] = sum(corners) / (4 * step * step)
    try:
        return np.linalg.inv(information * buyers)
    except np.linalg.LinAlgError:
        return np.full((size, size), np.nan)
