"""Why one strategy earns more than another: the gap in profit split into five causes that add up to it exactly, run by run.

Profit is accounts times units per account times margin per unit, less what accounts cost to win and to serve. Each product's change is
split at the midpoint, Δ(xy) = x̄·Δy + ȳ·Δx (Bennet 1920), which leaves no remainder:

- *price and discount*: ū·Δm, the margin per unit m = net price − unit cost, at the mean units u;
- *retention* and *acquisition*: m̄·q̄·ΔE, the accounts that could buy, E = accounts at the start of the period + won in it. The stock
  follows E = S + a·(N − S) and S' = (1 − l)·E, with a the rate at which the N − S other buyers of the type are won and l the rate at which
  accounts are lost; what Δa brings about, now and in all later periods, is acquisition, what Δl brings about is retention. (Counts in
  place of rates would book it as poor acquisition that a buyer who never left cannot be won again.) Acquisition also bears the change
  of `money.TO_WIN`: acquisition cost, advertising, referral rewards and commissions, and what the relationship budget spends on the
  referral and influence markets; retention also has the purchase that goes elsewhere when an account is lost, −m̄·Ē·k̄·Δl, with
  k the units that an account buys that is not lost;
- *share of wallet*: m̄·Ē·(Δq + k̄·Δl), the units q that an account buys in a period, but for that purchase: more lots of the accounts that
  stay, and accounts that buy more;
- *cost to serve*: −Δ of `money.TO_SERVE`: service, contacts, resolved problems, set-up, listening, programmes, and what the relationship
  budget spends on the customer, internal, recruitment and supplier markets. (What a supplier market brings, a lower unit cost, is margin.)
"""
import numpy as np

from sim.money import TO_SERVE, TO_WIN, lost, won

CAUSES = ("price and discount", "retention", "share of wallet", "acquisition", "cost to serve")


def decompose(one: dict[str, np.ndarray], other: dict[str, np.ndarray], buyers: np.ndarray, factors: np.ndarray) -> np.ndarray:
    """The gap in discounted profit of `other` over `one`, by run, buyer type and cause: float64 [run, type, CAUSES], money.

    one, other: what `account_flows` returns for the seller in question; buyers: [type], how many there are;
    factors: [period], what money of the period is worth in the first. Sums over types and causes to the gap of each run.
    """
    d_margin, units = _change(one, other, "margin"), _mean(one, other, "units")
    margin, exposed, quantity = (_mean(one, other, name) for name in ("margin", "exposed", "quantity"))
    missed = _mean(one, other, "quantity_kept") * _change(one, other, "loss_rate")
    kept, gained = stock_changes(one, other, buyers)
    parts = {
        "price and discount": units * d_margin,
        "retention": margin * (quantity * kept - exposed * missed),
        "share of wallet": margin * exposed * (_change(one, other, "quantity") + missed),
        "acquisition": margin * quantity * gained - _change(one, other, "to_win"),
        "cost to serve": -_change(one, other, "to_serve"),
    }
    return np.stack([np.einsum("rpk,p->rk", parts[cause], factors) for cause in CAUSES], axis=-1)


def account_flows(flows: np.ndarray, accounts: np.ndarray, money: dict[str, np.ndarray], list_margin: np.ndarray,
                  seller: int) -> dict[str, np.ndarray]:
    """What the decomposition needs of one seller under one strategy, each float64 [run, period, type].

    flows, accounts: see `sim.money`; money: of the same runs; list_margin: [run, period], price − unit cost, from which the mean discount
    per unit is taken to give the margin per unit."""
    units = money["units"][..., seller]
    start, gains, losses = accounts.sum(-1)[:, :-1, :, seller], won(flows)[:, 1:, :, seller], lost(flows)[:, 1:, :, seller]
    exposed = (start + gains).astype(float)
    return {
        "units": units,
        "margin": list_margin[..., None] - _ratio(money["discount"][..., seller], units, 0.0),
        "start": start.astype(float), "won": gains.astype(float), "lost": losses.astype(float), "exposed": exposed,
        "quantity": _ratio(units, exposed, np.nan), "quantity_kept": _ratio(units, exposed - losses, np.nan),
        "loss_rate": _ratio(losses, exposed, np.nan),
        "to_serve": sum(money[name][..., seller] for name in TO_SERVE),
        "to_win": sum(money[name][..., seller] for name in TO_WIN),
    }


def stock_changes(one: dict[str, np.ndarray], other: dict[str, np.ndarray], buyers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(through retention, through acquisition): the two parts of the change in accounts that could buy, ΔE, [run, period, type]."""
    win_one, win_other, beside = win_rates(one, other, buyers)
    loss_one, loss_other = _defined(one["loss_rate"], other["loss_rate"])
    d_win, win, d_loss, stay = win_other - win_one, (win_one + win_other) / 2, loss_other - loss_one, 1 - (loss_one + loss_other) / 2
    pool, exposed = buyers - _mean(one, other, "start"), _mean(one, other, "exposed")
    kept, gained = np.zeros_like(win), np.zeros_like(win)
    from_keeping, from_winning = np.zeros_like(win[:, 0]), other["start"][:, 0] - one["start"][:, 0]
    for p in range(win.shape[1]):
        kept[:, p] = from_keeping * (1 - win[:, p])
        gained[:, p] = from_winning * (1 - win[:, p]) + d_win[:, p] * pool[:, p] + beside[:, p]
        from_keeping = stay[:, p] * kept[:, p] - exposed[:, p] * d_loss[:, p]
        from_winning = stay[:, p] * gained[:, p]
    return kept, gained


def win_rates(one: dict[str, np.ndarray], other: dict[str, np.ndarray], buyers: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Accounts won per buyer who is not an account: of `one`, of `other`; and the change in wins where every buyer was an account
    already (one that leaves and returns within a period), which no rate can carry."""
    rates = [_ratio(side["won"], buyers - side["start"], np.nan) for side in (one, other)]
    beside = [np.where(buyers - side["start"] > 0, 0.0, side["won"]) for side in (one, other)]
    return *_defined(*rates), beside[1] - beside[0]


def _ratio(numerator: np.ndarray, denominator: np.ndarray, instead) -> np.ndarray:
    """numerator / denominator, or `instead` where the denominator is nought."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(denominator != 0, numerator / denominator, instead)


def _defined(one: np.ndarray, other: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where one side's rate is undefined the other's stands in, so that nothing is ascribed to a change of rate; 0 where both are."""
    return (np.nan_to_num(np.where(np.isnan(one), other, one)), np.nan_to_num(np.where(np.isnan(other), one, other)))


def _pair(one: dict, other: dict, name: str) -> tuple[np.ndarray, np.ndarray]:
    return _defined(one[name], other[name])


def _change(one: dict, other: dict, name: str) -> np.ndarray:
    before, after = _pair(one, other, name)
    return after - before


def _mean(one: dict, other: dict, name: str) -> np.ndarray:
    before, after = _pair(one, other, name)
    return (before + after) / 2
