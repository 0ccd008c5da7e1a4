"""Reads the contract-renewal data beside this file and prints the numbers of the subscription scenarios.

    python scenarios/data/read_subscription.py      (seconds; needs numpy and scipy)

Fader & Hardie 2007, table 1: survivors of 1,000 contracts, two cohorts. Every buyer renews with a probability of his own,
Beta(ours, other) over buyers. Tastes choice_noise x log(gamma draw of taste_shape), equal quality less price, no
switching cost and no way back make exactly that: a stay probability of g_ours / (g_ours + g_other).
Years 1 to 7 are fitted by maximum likelihood (the published fit: churn Beta(.704, 1.182) and Beta(.668, 3.806)).
"""
import csv
from pathlib import Path

import numpy as np
from scipy.optimize import minimize
from scipy.special import betaln, gammaincinv, gammaln

BUYERS = 100_000


def survival(ours, other, years):
    """Share of contracts that survived year t = E[stay probability ^ t]."""
    return np.exp(betaln(ours + np.arange(years + 1), other) - betaln(ours, other))


def fit(survivors):
    lost, years = -np.diff(survivors), len(survivors) - 1

    def miss(t):
        s = survival(*np.exp(t), years)
        return -(lost @ np.log(-np.diff(s)) + survivors[-1] * np.log(s[-1]))
    t = minimize(miss, [0., 0.], method='Nelder-Mead', options={'xatol': 1e-9, 'fatol': 1e-9}).x
    h, e = 1e-3, np.eye(2) * 1e-3
    hessian = [[(miss(t + a + b) - miss(t + a - b) - miss(t - a + b) + miss(t - a - b)) / (4 * h * h) for a in e] for b in e]
    return np.exp(t), np.exp(t) * np.sqrt(np.diag(np.linalg.inv(hessian)))


def log_gamma_draw(rng, shape, n):
    x, u = gammaincinv(shape, rng.random(n)), rng.random(n)
    small = x < 1e-250                                     # too small for a float: the quantile's own limit
    return np.where(small, (np.log(u) + gammaln(shape + 1)) / shape, np.log(np.maximum(x, 1e-250)))


def simulate(shapes, years, mu=1., seed=1):
    """The market's rule: all start with us, choose the best of taste + noise each year, and never come back."""
    rng = np.random.default_rng(seed)
    taste = mu * np.stack([log_gamma_draw(rng, a, BUYERS) for a in shapes], 1)
    ours, kept = np.ones(BUYERS, bool), [1.]
    for _ in range(years):
        ours &= (taste + mu * rng.gumbel(size=taste.shape)).argmax(1) == 0
        kept.append(ours.mean())
    return np.array(kept)


def main():
    path = Path(__file__).resolve().parent / 'sbg_retention_years_0_7.csv'
    rows = list(csv.DictReader(open(path, encoding='utf-8')))
    for cohort in ('regular', 'high_end'):
        seen = np.array([float(r[cohort]) for r in rows])
        years = len(seen) - 1
        (ours, other), (se_ours, se_other) = fit(seen)
        kept = np.array([simulate((ours, other), years, seed=s) for s in range(1, 6)])
        print(f'{cohort}: taste_shape ours {ours:.3f} ({se_ours:.3f}), other {other:.3f} ({se_other:.3f})')
        print('  year  data  exact  simulated   retention rate: data  simulated')
        exact, mean = survival(ours, other, years), kept.mean(0)
        for t in range(1, years + 1):
            print(f'  {t:4}  {seen[t] / seen[0]:.3f}  {exact[t]:.3f}  {mean[t]:.3f}      '
                  f'             {seen[t] / seen[t - 1]:.3f}  {mean[t] / mean[t - 1]:.3f}')
        print(f'  largest miss of survival in any of 5 seeds: {np.abs(kept - seen / seen[0]).max():.4f} of .02')


if __name__ == '__main__':
    main()
