"""A life in words: what happened to a watched buyer, period by period (rows of `panel.buyer_table`)."""

import pandas as pd

from sim.panel import NO_SUPPLIER
from sim.wording import listed, spoken


def tell(life: pd.DataFrame, scenario) -> dict[int, list[str]]:
    """Period -> what happened in it, in words and in order; empty lists where nothing did."""
    sellers, told = list(scenario.sellers), {}
    before = None
    for period, row in zip(life.index, life.to_dict("records"), strict=True):
        if period > 0:
            told[period] = happenings(row, before, sellers)
        before = row
    return told


def happenings(row: dict, before: dict | None, sellers: list[str]) -> list[str]:
    """What happened to a buyer in one period; `before`: its row of the period before."""
    words = ["a fresh buyer takes its place"] if row["newcomer"] else []
    if row["problem"]:
        words.append(problem_words(row))
    if row["contact"] and not row["problem"]:
        words.append("is contacted")
    if row["occasion"]:
        words += purchase_words(row, before, sellers)
    if row["broken"]:
        words.append("finds the promise broken")
    return words


def problem_words(row: dict) -> str:
    """A problem and what became of it."""
    if row["resolved"]:
        return "has a problem, complains and is helped" if row["complained"] else "has a problem that the seller finds and solves"
    if row["complained"]:
        return "has a problem and complains in vain"
    return "has a problem that the seller finds but does not solve" if row["detected"] else "has a problem and suffers in silence"


def purchase_words(row: dict, before: dict | None, sellers: list[str]) -> list[str]:
    """A purchase occasion: who supplied before, who supplies now, and why."""
    start = NO_SUPPLIER if before is None or row["newcomer"] else str(before["supplier"])
    now, tried = str(row["supplier"]), [name for name in sellers if row[f"bought_from_{name}"]]
    if not tried:
        return ["buys nothing"]
    if start == NO_SUPPLIER:
        return [f"becomes an account of {spoken(now)}", *aside(tried, [now])]
    if now != start:
        grievance = row["unresolved"] or bool(before and before["incident"])
        return [
            f"leaves {spoken(start)} for {spoken(now)} {'with a grievance' if grievance else 'over a better offer'}",
            *aside(tried, [start, now]),
        ]
    elsewhere = aside(tried, [now])
    if elsewhere:
        return elsewhere
    return [f"reviews {spoken(now)} and stays"] if row["reviewed"] else ["reorders"]


def aside(tried: list[str], told: list[str]) -> list[str]:
    """Lots bought from sellers that have not been named yet."""
    others = [spoken(name) for name in tried if name not in told]
    return [f"also buys from {listed(others)}"] if others else []


def plain_events(life: pd.DataFrame) -> list[set[str]]:
    """What is not worth a line by itself, for every recorded period."""
    return [{"reorders", "is contacted"}] * int((life.index > 0).sum())
