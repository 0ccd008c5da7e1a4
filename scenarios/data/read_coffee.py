"""Reads the coffee data beside this file and prints the numbers of the coffee scenario (minutes; needs numpy and scipy).

Step 1  cj_coffee.csv, brand choices of 342 households: a mixed logit by simulated maximum likelihood tells taste, price
        weight and switching cost apart (normal tastes, their means moved by the first brand seen: Wooldridge 2005).
Step 2  cj_repertoire_tables.csv, 2,469 households: gamma purchase rates from the share that buys at all and mean purchases.
Step 3  given 1 and 2: Dirichlet taste shapes of the six sellers that come closest to the table's shares and penetrations.
Step 4  a simulated market with these numbers, cell by cell against the table.

Money: prices are dollars per unit (pack). The panel has a price index per brand and week; the mean shelf price comes from
spend / units, so price = mean price x index / mean index. Choice noise mu = 1 / price weight makes price count one for one.
"""
import csv
from pathlib import Path

import numpy as np
from scipy.optimize import fsolve, least_squares, minimize
from scipy.special import gammaincinv, gammaln, ndtri
from scipy.stats import qmc

HERE = Path(__file__).resolve().parent
WEEKS, BURN_IN = 53, 52
MEASURES = 'share', 'penetration', 'buys_per_buyer', 'share_of_category_requirements', 'sole_buyers'
BAR = {'share': .02, 'penetration': .04}             # what the simulated market must reach
SCALE = np.repeat([.02, .03], 6)                    # how misses of shares and penetrations weigh in the fit


def panel_arrays(panel, brands):
    """Choices after each household's first, with price in dollars, display, feature, last and first brand."""
    household = np.array([int(r['id']) for r in panel])
    chosen = np.array([brands.index(r['choice']) for r in panel])
    units, spend = (np.array([float(r[k]) for r in panel]) for k in ('units', 'spend'))
    index, display, feature = (np.array([[float(r[f'{k}.{b}']) for b in brands] for r in panel]) for k in ('price', 'disp', 'feat'))
    mean_price = np.array([spend[chosen == b].sum() / units[chosen == b].sum() for b in range(len(brands))])
    price = mean_price * index / index.mean(0)
    opening = np.r_[True, household[1:] != household[:-1]]
    first = chosen[np.maximum.accumulate(np.where(opening, np.arange(len(chosen)), 0))]
    is_brand = np.eye(len(brands))
    constants = np.broadcast_to(is_brand[1:].T, (len(chosen), len(brands), len(brands) - 1))
    columns = np.concatenate([constants, np.stack(
        [-price, display, feature, is_brand[np.r_[0, chosen[:-1]]], is_brand[first]], 2)], 2)
    repeat = (chosen[1:] == chosen[:-1])[~opening[1:]].mean()
    return household[~opening], chosen[~opening], columns[~opening], np.r_[mean_price, spend.sum() / units.sum()], repeat


def mixed_logit(household, chosen, x, spreads=True, draws=256, seed=1):
    """Simulated maximum likelihood, gradient exact; returns estimates, sandwich covariance over households, log likelihood."""
    n, brands, k = x.shape
    _, start, who = np.unique(household, return_index=True, return_inverse=True)
    draws = draws if spreads else 1
    power = int(np.ceil(np.log2(draws * len(start))))
    z = ndtri(qmc.Sobol(brands, seed=seed).random_base2(power)[:draws * len(start)].clip(1e-9, 1 - 1e-9)) * spreads
    z = z.reshape(len(start), draws, brands).swapaxes(0, 1)[:, who]
    row, hit = np.arange(n), np.eye(brands)[chosen]

    def scores(theta):
        u = x @ theta[:k] + z * theta[k:]
        u = np.exp(u - u.max(2, keepdims=True))
        u /= u.sum(2, keepdims=True)
        log_p = np.add.reduceat(np.log(u[:, row, chosen]), start, axis=1)
        top = log_p.max(0)
        weight = np.exp(log_p - top)
        total = weight.sum(0)
        weight /= total
        error = (hit - u) * weight[:, who, None]
        g = np.c_[np.einsum('nb,nbk->nk', error.sum(0), x), (error * z).sum(0)]
        return top + np.log(total / draws), np.add.reduceat(g, start)

    def objective(theta):
        return [-total.sum(0) for total in scores(theta)]
    theta = minimize(objective, np.r_[np.zeros(k), np.full(brands, 1.5)], jac=True, method='BFGS', options={'gtol': .02}).x
    ll, g = scores(theta)
    hessian = np.array([objective(theta + s)[1] - objective(theta - s)[1] for s in 1e-4 * np.eye(k + brands)]) / 2e-4
    bread = np.linalg.pinv((hessian + hessian.T) / 2)       # pinv: without spreads their block is empty
    return theta, bread @ (g.T @ g) @ bread, ll.sum()


def log_gamma_quantile(u, shape):
    """log of the gamma quantile, also where the quantile itself is too small for a float (small shapes)."""
    x = gammaincinv(shape, u)
    return np.where(x < 1e-250, (np.log(u) + gammaln(shape + 1)) / shape, np.log(np.maximum(x, 1e-250)))


def rates(u, mean, shape):
    """Weekly purchase rates: gamma, cut at 1."""
    return np.minimum(1, np.exp(log_gamma_quantile(u, shape)) * mean / shape)


def fit_rates(purchases, buyers_share):
    """Gamma of the weekly purchase rate: mean purchases per household, and share of households with at least one."""
    u = (np.arange(20000) + .5) / 20000

    def miss(t):
        rate = rates(u, *np.exp(t))
        return rate.mean() * WEEKS - purchases, 1 - ((1 - rate) ** WEEKS).mean() - buyers_share
    return np.exp(fsolve(miss, np.log([purchases / WEEKS, .4])))


def expected_table(rate, taste, state, start_shares):
    """Exact shares and penetrations of households with these weekly rates and tastes (in units of choice noise)."""
    s = taste.shape[1]
    p = np.repeat(np.exp(taste - taste.max(1, keepdims=True))[:, None], s, 1)
    p[:, range(s), range(s)] *= np.exp(state)                       # row: incumbent, column: bought now
    p /= p.sum(2, keepdims=True)
    rate = rate[:, None, None]
    idle, now = 1 - rate, np.tile(start_shares, (len(p), 1, 1))
    for _ in range(BURN_IN):
        now = idle * now + rate * (now @ p)
    bought, never, others = 0, np.repeat(now, s, 1), 1 - np.eye(s)
    for _ in range(WEEKS):
        bought = bought + (rate * (now @ p)).mean(0)[0]
        now = idle * now + rate * (now @ p)
        never = idle * never + rate * (never @ p) * others          # row: brand never bought so far
    return bought / bought.sum(), 1 - never.sum(2).mean(0)


def simulate(rate_gamma, shapes, sigma, mu, value, start_shares, buyers, seed):
    """The market itself, rule by rule; purchases per buyer and seller in the year after the burn-in."""
    rng = np.random.default_rng(seed)
    s = len(shapes)
    rate = rates(rng.random(buyers), *rate_gamma)
    taste = mu * np.stack([log_gamma_quantile(rng.random(buyers), a) for a in shapes], 1)
    incumbent = rng.choice(s, buyers, p=start_shares / start_shares.sum())
    count = np.zeros((buyers, s), int)
    for week in range(BURN_IN + WEEKS):
        who = np.flatnonzero(rng.random(buyers) < rate)
        u = value + taste[who] - sigma * (np.arange(s) != incumbent[who, None]) + mu * rng.gumbel(size=(len(who), s))
        incumbent[who] = u.argmax(1)
        if week >= BURN_IN:
            count[who, incumbent[who]] += 1
    return count


def repertoire(count):
    """The five measures of the table from purchase counts (buyers x sellers)."""
    bought, buyers, n = count > 0, (count > 0).sum(0), count.sum(0)
    alone = (bought & (bought.sum(1) == 1)[:, None]).sum(0)
    return np.array([n / n.sum(), buyers / len(count), n / buyers, n / (count.sum(1) @ bought), alone / buyers])


def main():
    def read(file):
        return list(csv.DictReader(open(HERE / file, encoding='utf-8')))
    panel, table = read('cj_coffee.csv'), [r for r in read('cj_repertoire_tables.csv') if r['category'] == 'COFFEE']
    brands = [r['brand'] for r in table]
    seen = np.array([[float(r[k]) for r in table] for k in MEASURES])
    share, households = seen[0], int(table[0]['households'])

    print('1. Panel: state dependence in utils (standard error)')
    household, chosen, x, price, repeat = panel_arrays(panel, brands[:5])
    print(f'   {len(set(household))} households, {len(chosen)} choices after the first, {repeat:.3f} repeat the last brand')
    for name, columns, spreads in (('no taste differences', -1, False), ('normal tastes', -1, True),
                                   ('normal tastes and first brand seen', 9, True)):
        theta, cov, ll = mixed_logit(household, chosen, x[:, :, :columns], spreads)
        se = np.sqrt(np.diag(cov))
        print(f'   {name:35} {theta[7]:6.3f} ({se[7]:.3f})   price weight {theta[4]:.3f} ({se[4]:.3f}) per dollar   log l. {ll:.1f}')
    print('   last line, all (4 constants, price weight, display, feature, last brand, first brand, 5 taste spreads):\n   '
          + ', '.join(f'{v:.2f} ({e:.2f})' for v, e in zip(theta, se, strict=True)))
    weight, state = theta[4], max(0, theta[7])              # the model knows no negative switching cost
    mu, sigma = 1 / weight, state / weight
    sigma_se = np.sqrt(np.array([-sigma, 1]) @ cov[np.ix_([4, 7], [4, 7])] @ np.array([-sigma, 1])) / weight
    print(f'   choice_noise {mu:.3f} ({se[4] / weight ** 2:.3f}) dollars, switching_cost {sigma:.3f} ({sigma_se:.3f}) dollars')

    purchases = float(seen[1] @ seen[2])
    rate_gamma = fit_rates(purchases, float(table[0]['category_penetration']))
    u = qmc.Sobol(7, seed=3).random(4096).clip(1e-12, 1 - 1e-12)

    def model(t, state):
        taste = np.stack([log_gamma_quantile(u[:, 1 + s], np.exp(a)) for s, a in enumerate(t)], 1)
        return np.r_[expected_table(rates(u[:, 0], *rate_gamma), taste, state, share)]   # shares, then penetrations

    def fit_shapes(state):
        return least_squares(lambda t: (model(t, state) - seen[:2].ravel()) / SCALE, np.log(share), diff_step=1e-3)
    best = fit_shapes(state)
    shapes = np.exp(best.x)
    # standard errors: sampling of 2,469 households, as the simulated ones vary, plus that of the state dependence
    count = simulate(rate_gamma, shapes, sigma, mu, 0., share, 100_000, 1)
    influence = np.c_[(count - share * count.sum(1, keepdims=True)) / purchases, count > 0] / np.sqrt(households)
    panels = np.array_split(count[:40 * households], 40)
    gain = np.linalg.pinv(best.jac) / SCALE
    by_state = (fit_shapes(state + .1).x - best.x) / .1
    shape_se = shapes * np.sqrt(np.diag(gain @ np.cov(influence.T) @ gain.T) + (by_state * se[7]) ** 2)
    boot = np.array([fit_rates(c.sum(1).mean(), (c.sum(1) > 0).mean()) for c in panels])
    rate_se = boot.std(0)
    print(f'2. Purchase rate per week: mean {rate_gamma[0]:.4f} ({rate_se[0]:.4f}), shape {rate_gamma[1]:.3f} ({rate_se[1]:.3f})')
    print('3. Sellers: price (of other: the mean of all coffee), quality = price (tastes carry the rest), taste_shape (se)')
    for b, p, a, e in zip(brands, price, shapes, shape_se, strict=True):
        print(f'   {b:6} {p:5.2f} {p:5.2f} {a:.3f} ({e:.3f})')

    print('4. Market of 20,000 buyers, mean of 5 seeds: data / simulated (sd of a data set of 2,469)\n  ', *MEASURES)
    runs = np.array([repertoire(simulate(rate_gamma, shapes, sigma, mu, 0., share, 20_000, seed)) for seed in range(11, 16)])
    noise = np.array([repertoire(c) for c in panels]).std(0)
    for b, name in enumerate(brands):
        cells = zip(seen[:, b], runs.mean(0)[:, b], noise[:, b], strict=True)
        print(f'   {name:6}' + ''.join(f'  {d:.3f} / {s:.3f} ({e:.3f})' for d, s, e in cells))
    worst = np.abs(runs[:, :2] - seen[:2]).max((0, 2))
    print(f'   largest miss in any seed: share {worst[0]:.4f} of {BAR["share"]}, penetration {worst[1]:.4f} of {BAR["penetration"]}')


if __name__ == '__main__':
    main()
