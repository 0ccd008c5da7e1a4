"""How far two rankings agree, ties and all, and how sure it is which of several is best."""
import numpy as np

from sim.experiments.sweep.plan import LAYOUT


def resampled_best(values: np.ndarray, resamples: int, seed: tuple[int, int]) -> np.ndarray:
    """Which is best on average in each bootstrap resample over runs (Efron 1979): int [resample, cell].

    values: [cell, run, one], paired by run; seed: the scenario's, and a number for what it is used for. All cells take the same runs."""
    runs = values.shape[1]
    luck = np.random.default_rng([seed[0], LAYOUT, seed[1]])
    weights = luck.multinomial(runs, np.full(runs, 1 / runs), size=resamples) / runs
    return np.einsum("br,crk->bck", weights, values).argmax(2)


def tau_b(values: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Kendall's tau-b of each row with `other` (1945): Σ sign · sign over all pairs, over the root of the numbers of pairs that are not
    tied on either side; 0 where all of a row are tied. values: [row, n]; other: [n]."""
    one, two = np.triu_indices(len(other), 1)
    signs, ours = np.sign(values[:, one] - values[:, two]), np.sign(other[one] - other[two])
    untied = np.sqrt(np.abs(signs).sum(1) * np.abs(ours).sum())
    return np.divide(signs @ ours, untied, out=np.zeros(len(values)), where=untied > 0)


def spearman(values: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Spearman's rank correlation of each row with `other` (1904), ties at their mean rank; 0 where all of a row are tied."""
    ranks, ours = mean_ranks(values), mean_ranks(other[None])[0]
    ranks, ours = ranks - ranks.mean(1, keepdims=True), ours - ours.mean()
    size = np.sqrt((ranks**2).sum(1) * (ours**2).sum())
    return np.divide(ranks @ ours, size, out=np.zeros(len(values)), where=size > 0)


def mean_ranks(values: np.ndarray) -> np.ndarray:
    """Ranks within each row, ties at their mean: [row, n]."""
    below = (values[:, None, :] < values[:, :, None]).sum(2)
    return below + ((values[:, None, :] == values[:, :, None]).sum(2) + 1) / 2
