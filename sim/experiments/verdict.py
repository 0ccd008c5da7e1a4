"""The verdict in words, and the whole answer as plain data."""
import math

from sim.wording import amount, between, counted, plain, spoken


def sentence(comparison, strategy: str) -> str:
    """What a strategist can read to a board: who earns how much more per buyer, how sure that is, and from when on."""
    row = comparison.gain.set_index("strategy").loc[strategy]
    market, runs = comparison.scenario.market, comparison.runs.runs
    other, span = spoken(comparison.baseline), counted(market.periods, market.period)
    won = round(row.share_won * runs)
    if row.verdict == "undecided":
        return (f"{spoken(strategy).capitalize()} and {other} cannot be told apart over {span}: the difference is "
                f"{amount(row.gain)} {market.currency} per buyer (95% interval {between(row.low, row.high)}; ahead in {won} of "
                f"{counted(runs, 'paired run')}).")
    more = "more" if row.verdict == "ahead" else "less"
    low, high = (row.low, row.high) if row.verdict == "ahead" else (-row.high, -row.low)
    return (f"{spoken(strategy).capitalize()} earns {amount(abs(row.gain))} {market.currency} {more} per buyer than {other} over {span} "
            f"(95% interval {between(low, high)}; ahead in {won} of {counted(runs, 'paired run')}). {timing(row, market.period)}").strip()


def timing(row, period: str) -> str:
    """When the strategy falls behind and when it is ahead for good."""
    behind, ahead = row.falls_behind, row.gets_ahead
    if row.verdict == "behind":
        return f"It falls behind from {period} {behind:.0f}." if behind > 1 else f"It is behind from the first {period}."
    if math.isnan(behind) or behind > ahead:
        return f"It is ahead from the first {period}." if ahead == 1 else f"It is ahead for good from {period} {ahead:.0f}."
    return f"It falls behind at first, from {period} {behind:.0f}, and is ahead for good from {period} {ahead:.0f}."


def answer(comparison) -> dict:
    """The comparison as plain data: what was asked, the verdict, why, the summary, and what the numbers rest on."""
    scenario = comparison.scenario
    strategies = {}
    for row in comparison.gain.to_dict("records"):
        name = row.pop("strategy")
        causes = comparison.why[comparison.why.strategy == name]
        strategies[name] = plain(row) | {
            "sentence": sentence(comparison, name),
            "why": plain(causes.groupby("cause", sort=False)["gain"].sum().to_dict()),
            "why_by_buyer_type": plain({kind: dict(zip(part.cause, part.gain, strict=True))
                                        for kind, part in causes.groupby("buyer_type", sort=False)})}
    return {
        "scenario": scenario.name, "digest": scenario.digest(), "seed": comparison.runs.seed, "runs": comparison.runs.runs,
        "buyers": comparison.buyers, "periods": scenario.market.periods, "period": scenario.market.period,
        "currency": scenario.market.currency, "focal": comparison.focal, "baseline": comparison.baseline, "confidence": 0.95,
        "unit": "money per buyer, discounted to the first period", "strategies": strategies,
        "summary": {row.pop("strategy"): plain(row) for row in comparison.summary.to_dict("records")}} | beyond(comparison)


def beyond(comparison) -> dict:
    """What lies beyond the dyad, as plain data: channels and moves by strategy, each only where there is something to say."""
    parts = {"channels": (comparison.channels, "channel"), "moves": (comparison.moves, "seller")}
    return {name: {strategy: {row.pop(key): plain(row) for row in part.drop(columns="strategy").to_dict("records")}
                   for strategy, part in table.groupby("strategy", sort=False)}
            for name, (table, key) in parts.items() if len(table)}
