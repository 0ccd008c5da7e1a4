"""What a study of sensitivity says, in sentences."""
import math

import pandas as pd

from sim.wording import amount, between, capital, listed, percent, spoken

OUTCOME_WORDS = {"gain": "gain over {baseline}", "profit": "profit", "retention": "retention", "market_share": "market share",
                 "share_of_wallet": "share of wallet", "accounts": "number of accounts", "account_worth": "worth of an account",
                 "cost_to_serve": "cost to serve", "satisfaction": "satisfaction", "bond": "bond"}
LITTLE = LEADS = 0.1           # total index: what may not reach it hardly matters, what does may lead
MOST = 2 / 3                   # of the variance: factors that explain so much decide
WIDE = 0.15                    # half an interval: wider says little
NOISY = 0.1                    # part of the variance that is luck: more blurs the indices


def outcome_words(found) -> str:
    """The outcome of the strategy, as one says it: relationship's gain over transactional."""
    words = OUTCOME_WORDS[found.outcome].format(baseline=spoken(found.baseline))
    return f"{spoken(found.strategy)}'s {words}"


def figure(found, value: float) -> str:
    """A value of the outcome, with its unit where it is money."""
    return f"{amount(value)} {found.scenario.market.currency}" if found.money else f"{value:,.3g}".replace("-", "−")


def sentence(found) -> str:
    """What decides, how much of it, what hardly matters, and where the recommendation fails."""
    parts = [deciding(found) if found.indices is not None else moving(found), failing(found)]
    return " ".join(part for part in parts if part)


def deciding(found) -> str:
    """Which factors explain how much of the variance, and which hardly any."""
    table = found.indices.sort_values("total", ascending=False, kind="stable")
    leads = leading(table)
    if not len(leads):
        row = table.iloc[0]
        return (f"No parameter surely explains a tenth of the variance in {outcome_words(found)} by itself; {row['name']} has most "
                f"part in it ({percent(row.total)} in all, {percent(max(row.total_low, 0))} to {percent(row.total_high)}).")
    value, low, high = found.explained(leads.factor.tolist())
    verb, they, by = ("decides", "it explains", "by itself") if len(leads) == 1 else ("decide", "they explain", "each by itself")
    words = (f"{capital(listed(leads.name.tolist()))} {verb}: {they} {percent(min(max(value, 0), 1))} ({percent(max(low, 0))} to "
             f"{percent(min(high, 1))}) of the variance in {outcome_words(found)}, {by}")
    together, little = 1 - found.explained(table.factor.tolist())[2], table[(table.total_high < LITTLE) & ~table.factor.isin(leads.factor)]
    if together > 0:
        words += f"; at least {percent(together)} comes of how parameters act together"
    if len(little):
        verb, each = ("matters", "") if len(little) == 1 else ("matter", " each")
        words += f"; {listed(little.name.tolist())} hardly {verb} (at most {percent(little.total_high.max())}{each})"
    return words + "."


def leading(table: pd.DataFrame) -> pd.DataFrame:
    """The factors that surely explain something by themselves, the largest first: until two thirds of the variance are explained, as far as
    each has a tenth of it; four at most."""
    order = table[(table.first_low > 0) & (table["first"] >= LEADS)].sort_values("first", ascending=False, kind="stable")
    return order[order["first"].cumsum().shift(fill_value=0) < MOST].head(4)


def moving(found) -> str:
    """Which factors have the largest elementary effects."""
    table = found.effects.sort_values("mu_star", ascending=False, kind="stable")
    first, rest = table.iloc[0], table.iloc[1:3]
    words = (f"{capital(first['name'])} moves {outcome_words(found)} most: by {figure(found, first.mu_star)} on average over its range "
             f"(95% interval {between(first.mu_star_low, first.mu_star_high)})")
    others = [f"{name} ({figure(found, value)})" for name, value in zip(rest["name"], rest.mu_star, strict=True)]
    return f"{words}, before {listed(others)}."


def failing(found) -> str:
    """At how many points the recommendation fails, and where these lie."""
    where = found.where
    if where is None:
        return ""
    best, other = found.recommended, found.other
    if not where.fails:
        return f"{capital(spoken(best))} earns more than {spoken(other)} at all {where.points:,} points."
    words = f"{capital(spoken(best))} loses to {spoken(other)} at {percent(where.fails)} of the {where.points:,} points"
    if not where.boxes:
        return f"{words}, {where.why}."
    first = where.boxes[0]
    words += f"; {percent(first.coverage)} of these lie where {conditions(found, first)}, and there it loses at {percent(first.density)}"
    return words + "."


def conditions(found, box) -> str:
    """A box in words: problem rate < 0.17 and complexity < 0.8."""
    of = {one.key: one for one in found.factors}
    return listed([condition(of[row.parameter], row) for row in box.limits.itertuples()])


def condition(factor, row) -> str:
    """One restriction in words."""
    unit = " times what it is" if factor.times else ""
    if row.values is not None:
        return f"{factor.name} is {' or '.join(row.values)}{unit}"
    low, high = (f"{end:.2f}" if factor.times else f"{end:.3g}" for end in (row.low, row.high))
    if math.isnan(row.low):
        return f"{factor.name} < {high}{unit}"
    if math.isnan(row.high):
        return f"{factor.name} > {low}{unit}"
    return f"{factor.name} is between {low} and {high}{unit}"


def warnings(found) -> list[str]:
    """What is to be said of how far the numbers carry."""
    said = []
    if found.indices is not None:
        said += index_warnings(found)
    noisy = [name for name, part in found.luck.items() if part["of_the_mean"] > NOISY]
    if noisy:
        share = max(part["of_the_mean"] for part in found.luck.values() if part["of_the_mean"] == part["of_the_mean"])
        said.append(f"Luck is {percent(share)} of the variance over points, and stands in every total index; more --runs take it out.")
    if found.left_out:
        said.append(f"Screened out, at their own values while indices were taken: {listed(found.left_out)}.{nearly(found)}")
    return said


def nearly(found) -> str:
    """How many of those screened out had effects nearly as large as those that were not."""
    effects = found.effects
    out = effects[~effects.factor.isin(found.indices.factor) & (effects.mu_star >= LEADS * effects.mu_star.max())]
    if not len(out):
        return ""
    return (f" Of these, {len(out)} had more than a tenth of the largest effect, and might explain something still; --method sobol takes "
            "all in.")


def index_warnings(found) -> list[str]:
    """What is wrong with the indices as they came out."""
    table, said = found.indices, []
    unsure = table[(table.first_low <= 0) & (table["first"] > 0)].name.tolist()
    if unsure:
        said.append(f"By itself, {listed(unsure)} cannot be told from nothing: the interval of the first-order index includes 0.")
    half = max(float((table.first_high - table["first"]).max()), float((table.total_high - table.total).max()))
    if half > WIDE:
        said.append(f"The design is small: intervals reach {percent(half)} either way; --points {4 * found.laid.points} would halve them.")
    if found.explained(table.factor.tolist())[1] > 1:
        said.append("First-order indices sum to more than 1, beyond what chance explains: the design is too small to be believed.")
    below = table[table.first_high < 0].name.tolist()
    if below:
        said.append(f"{capital(listed(below))}: first-order index below 0, which none is, so that the design is too small to be believed "
                    "there; take it for nothing by itself.")
    less = table[table.total_high < table.first_low].name.tolist()
    if less:
        said.append(f"{capital(listed(less))}: total index below the first-order one, so that the design is too small to be believed.")
    return said
