"""The loops of the mixed logit with state dependence: log likelihoods, residuals and predictions, a household at a time.

A household's draw of tastes ("an imagined household") has the chance of each of its purchases

    P(j | last) = a_j b_j g^[j = last] / Σ_k a_k b_k g^[k = last],   a = exp(common utility), b = exp(taste), g = exp(state dependence).

Where the first purchase counts, the brand bought before it is unknown and follows the chain's own long-run distribution at mean prices and
promotion, which for this chain is known in closed form: π_k ∝ m_k (D + (g − 1) m_k), m = exp(mean utility + taste), D = Σ m.
(The chain is reversible: π_k P(j | k) is the same with j and k exchanged.)
Written so that every household fills rows of its own: the result does not depend on who computes which household.
"""

import numpy as np

from sim.core.jit import njit

LARGE = 1e100
NEGLIGIBLE = 1e-9  # a draw of less weight adds nothing that could be seen


@njit(arrays=True)
def household_likelihoods(first, end, start, chosen, last, common, price, taste, slope, state, mean, mean_price, from_first, out):
    """log P of each household's purchases for each draw, into out[household, draw].

    common, price: [purchase, brand]; taste: [household, draw, brand]; slope: [household, draw] or width 0 where price is in `common`;
    mean, mean_price: [brand], common utility and price at mean covariates; from_first: whether the first purchase counts."""
    brands = common.shape[1]
    g = np.exp(state)
    a, m = np.exp(common), np.exp(mean)
    b, u, ahead = np.empty(brands), np.empty(brands), np.empty(brands)
    for h in range(first, end):
        begin = start[h] if from_first else start[h] + 1
        for r in range(taste.shape[1]):
            top = taste[h, r].max()
            for j in range(brands):
                b[j] = np.exp(taste[h, r, j] - top)
            total, product = 0.0, 1.0
            for t in range(begin, start[h + 1]):
                bottom = 0.0
                for j in range(brands):
                    u[j] = a[t, j] * b[j]
                    if slope.shape[1] > 0:
                        u[j] *= np.exp(-slope[h, r] * price[t, j])
                    bottom += u[j]
                c = chosen[t]
                if last[t] < 0:
                    for j in range(brands):
                        ahead[j] = m[j] * b[j]
                        if slope.shape[1] > 0:
                            ahead[j] *= np.exp(-slope[h, r] * mean_price[j])
                    chance = first_choice(u, ahead, bottom, g, c)
                    total += np.log(chance) if chance > 0 else -np.inf
                    continue
                bottom += (g - 1) * u[last[t]]
                total += common[t, c] + taste[h, r, c] - top
                if slope.shape[1] > 0:
                    total -= slope[h, r] * price[t, c]
                if c == last[t]:
                    total += state
                product *= bottom
                if product > LARGE or product < 1 / LARGE:
                    total -= np.log(product)
                    product = 1.0
            out[h, r] = total - np.log(product)


@njit(arrays=True)
def first_choice(u, m, bottom, g, c):
    """P(first purchase = c): over the brand bought before, in the long run at m = exp(mean utility), the chance to choose c now."""
    size, squares = 0.0, 0.0
    for k in range(len(u)):
        size += m[k]
        squares += m[k] ** 2
    whole = size * size + (g - 1) * squares
    chance = 0.0
    for k in range(len(u)):
        chance += m[k] * (size + (g - 1) * m[k]) / whole * u[c] * (g if k == c else 1.0) / (bottom + (g - 1) * u[k])
    return chance


@njit(arrays=True)
def household_residuals(
    first,
    end,
    start,
    chosen,
    last,
    common,
    price,
    taste,
    slope,
    state,
    mean,
    mean_price,
    from_first,
    weight,
    by_taste,
    by_slope,
    residual,
    mean_residual,
    state_score,
    taste_score,
    slope_score,
):
    """The pieces of the gradient, each household's draws weighted by `weight` [household, draw] (their posterior).

    Added to: residual[purchase, brand] and mean_residual[household, brand] (∂ log P / ∂ utility, now and at mean covariates),
    state_score[household], taste_score[household, brand] and slope_score[household, 2], through
    by_taste = ∂ taste / ∂ parameter and by_slope = ∂ slope / ∂ (weight of price, log of its spread)."""
    brands = common.shape[1]
    g = np.exp(state)
    a, m = np.exp(common), np.exp(mean)
    b, u, e, s, ahead, long_run = np.empty(brands), np.empty(brands), np.empty(brands), np.empty(brands), np.empty(brands), np.empty(brands)
    for h in range(first, end):
        begin = start[h] if from_first else start[h] + 1
        for r in range(taste.shape[1]):
            w = weight[h, r]
            if w < NEGLIGIBLE:
                continue
            top = taste[h, r].max()
            for j in range(brands):
                b[j] = np.exp(taste[h, r, j] - top)
                s[j] = 0.0
            by_state, by_price = 0.0, 0.0
            for t in range(begin, start[h + 1]):
                bottom = 0.0
                for j in range(brands):
                    u[j] = a[t, j] * b[j]
                    if slope.shape[1] > 0:
                        u[j] *= np.exp(-slope[h, r] * price[t, j])
                    bottom += u[j]
                c, before = chosen[t], last[t]
                if before < 0:
                    for j in range(brands):
                        long_run[j] = m[j] * b[j]
                        if slope.shape[1] > 0:
                            long_run[j] *= np.exp(-slope[h, r] * mean_price[j])
                    by_state += first_residuals(u, long_run, bottom, g, c, e, ahead)
                    for j in range(brands):
                        mean_residual[h, j] += w * ahead[j]
                        s[j] += ahead[j]
                        by_price -= ahead[j] * mean_price[j]
                else:
                    bottom += (g - 1) * u[before]
                    for j in range(brands):
                        e[j] = -u[j] * (g if j == before else 1.0) / bottom
                    e[c] += 1.0
                    by_state += e[before]
                for j in range(brands):
                    residual[t, j] += w * e[j]
                    s[j] += e[j]
                    by_price -= e[j] * price[t, j]
            state_score[h] += w * by_state
            for j in range(brands):
                taste_score[h, j] += w * s[j] * by_taste[h, r, j]
            if slope.shape[1] > 0:
                for part in range(2):
                    slope_score[h, part] += w * by_price * by_slope[h, r, part]


@njit(arrays=True)
def first_residuals(u, m, bottom, g, c, e, ahead):
    """Into e and ahead: ∂ log P(first = c) by utility now and by utility at mean covariates; returns that by state dependence.

    By Fisher's identity: the score is the mean score of (brand before, first purchase) given the first purchase."""
    brands = len(u)
    size, squares = 0.0, 0.0
    for k in range(brands):
        size += m[k]
        squares += m[k] ** 2
        e[k] = 0.0
        ahead[k] = 0.0
    whole = size * size + (g - 1) * squares
    chance = first_choice(u, m, bottom, g, c)
    by_state = 0.0
    for k in range(brands):
        own = size + (g - 1) * m[k]
        below = bottom + (g - 1) * u[k]
        q = m[k] * own / whole * u[c] * (g if k == c else 1.0) / below / chance
        for j in range(brands):
            e[j] += q * ((1.0 if j == c else 0.0) - u[j] * (g if j == k else 1.0) / below)
            ahead[j] += q * (
                (1.0 if j == k else 0.0) + (m[j] + ((g - 1) * m[j] if j == k else 0.0)) / own - 2 * m[j] * (size + (g - 1) * m[j]) / whole
            )
        by_state += q * ((1.0 if k == c else 0.0) - g * u[k] / below + g * m[k] / own - g * squares / whole)
    return by_state


@njit(arrays=True)
def household_predictions(first, end, start, last, common, price, taste, slope, state, weight, out):
    """Adds to out[purchase, brand] the chance of each brand, each household's draws weighted by `weight` [household, draw]."""
    brands = common.shape[1]
    g = np.exp(state)
    a = np.exp(common)
    b, u = np.empty(brands), np.empty(brands)
    for h in range(first, end):
        for r in range(taste.shape[1]):
            w = weight[h, r]
            if w < NEGLIGIBLE:
                continue
            top = taste[h, r].max()
            for j in range(brands):
                b[j] = np.exp(taste[h, r, j] - top)
            for t in range(start[h], start[h + 1]):
                bottom = 0.0
                for j in range(brands):
                    u[j] = a[t, j] * b[j] * (g if j == last[t] else 1.0)
                    if slope.shape[1] > 0:
                        u[j] *= np.exp(-slope[h, r] * price[t, j])
                    bottom += u[j]
                for j in range(brands):
                    out[t, j] += w * u[j] / bottom
