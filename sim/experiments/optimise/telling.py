"""What an optimisation found, in words and as plain data."""

from sim.experiments.optimise.words import policies
from sim.experiments.verdict import amount, between, counted, plain, spoken
from sim.intervals import interval


def sentence(found) -> str:
    """The best policy and by how much it beats the best uniform level, as one says it to a board."""
    market = found.scenario.market
    profit, retention = (interval(found.best.of(name)) for name in ("profit", "retention"))
    words = (
        f"Best of {policies(len(found.history.tried))} tried: {found.words(found.policy)}. It earns "
        f"{amount(profit.mean)} {market.currency} per buyer over {counted(market.periods, market.period)} and keeps "
        f"{100 * retention.mean:.1f}% of accounts in a year"
    )
    gains = found.gains
    if not len(gains):
        return words + "."
    row = gains.iloc[0]
    return f"{words}; {against(found, row)}"


def against(found, row) -> str:
    """A row of `gains` in words."""
    currency = found.scenario.market.currency
    who = f"the best uniform level, {row['name']}" if row.against == "best uniform level" else spoken(row["name"])
    if row.gain == 0 and row.gain_low == row.gain_high:
        return f"{who} is the same policy." if row.against != "best uniform level" else f"it is {who} itself: nothing tried beats it."
    scale, unit = (1, f"{currency} per buyer") if found.goal == "profit" else (100, "points of retention")
    gain, low, high = (scale * value for value in (row.gain, row.gain_low, row.gain_high))
    if row.verdict == "undecided":
        return f"it cannot be told apart from {who}: {amount(gain)} {unit} (95% interval {between(low, high)}, fresh runs)."
    more = "more" if gain > 0 else "less"
    low, high = (low, high) if gain > 0 else (-high, -low)
    return f"{amount(abs(gain))} {unit} {more} than {who} (95% interval {between(low, high)}, fresh runs)."


def answer(found) -> dict:
    """Everything as plain data, ready for JSON."""
    scenario, budget = found.scenario, found.budget
    rows = [
        {name: value for name, value in row.items() if name != "policy"} | {"policy": one.policy}
        for one, row in zip(found.arms, found.table.to_dict("records"), strict=True)
    ]
    return {
        "scenario": scenario.name,
        "digest": scenario.digest(),
        "focal": scenario.focal,
        "currency": scenario.market.currency,
        "sentence": sentence(found),
        "objective": found.objective,
        "decided": list(found.space.decisions),
        "policy": found.policy,
        "policy_in_words": found.words(found.policy),
        "sure": plain(found.standing.sure),
        "confidence": 0.95,
        "gains": [plain(row) for row in found.gains.to_dict("records")],
        "fresh": [{key: value if key == "policy" else plain(value) for key, value in row.items()} for row in rows],
        "front": [
            {"name": row["name"], "held": bool(row["held"])}
            | {name: plain(row[name]) for name in ("profit", "retention", "spending", "point_cost")}
            for row in found.front.to_dict("records")
        ],
        "luck": plain(found.luck),
        "binding": [plain(row) for row in found.binding.drop(columns="policy").to_dict("records")],
        "budget": None if budget is None else {"amount": budget.amount, "per": budget.per or "all"},
        "capacity": {level: number for level, number in found.capacity.items()},
        "tried": len(found.history.tried),
        "failed": sum(one.failure is not None for one in found.history.tried),
        "over_budget": sum(one.failure is None and one.over > 0 for one in found.history.tried),
        "runs": {"search": found.search_runs, "race": found.standing.values.shape[1], "fresh": found.runs},
        "seeds": dict(zip(("search", "race", "fresh"), found.seeds, strict=True)),
    }
