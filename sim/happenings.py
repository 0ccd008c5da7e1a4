"""A life in words: what happened to a watched buyer, period by period (rows of `panel.buyer_table`)."""

import pandas as pd

from sim.panel import NO_SUPPLIER
from sim.wording import listed, spoken

PLAIN = ("reorders", "is contacted")
NEWS = "hears from a neighbour "  # how news begins that is not worth a line by itself


def tell(life: pd.DataFrame, scenario) -> dict[int, list[str]]:
    """Period -> what happened in it, in words and in order; empty lists where nothing did."""
    sellers, told = list(scenario.sellers), {}
    before = None
    for period, row in zip(life.index, life.to_dict("records"), strict=True):
        if period > 0:
            told[period] = [*heard(row, before, scenario, period), *happenings(row, before, sellers), *let_down(row, before)]
            told[period] = [on_advice(words, row, before, scenario) for words in told[period]]
        before = row
    return told


def heard(row: dict, before: dict | None, scenario, period: int) -> list[str]:
    """What the buyer heard of sellers: whoever recommends one is on record; other news shows where it thinks otherwise of a seller without
    a purchase there."""
    if before is None or row["newcomer"]:
        return []
    return [words for seller in scenario.sellers for words in heard_of(seller, row, before, scenario, period)]


def heard_of(seller: str, row: dict, before: dict, scenario, period: int) -> list[str]:
    """What it heard of one seller: a recommendation, where one stands that did not stand before; else news, where it thinks otherwise."""
    name = spoken(seller)
    if row["recommended"] == seller and any(row[part] != before[part] for part in ("recommended", "recommended_by", "adviser")):
        words = recommendation(name, row["recommended_by"], row["adviser"], scenario)
        if words:
            return [words]
    change = row[f"value_of_{seller}"] - before[f"value_of_{seller}"] if before[f"knows_{seller}"] else 0.0
    anew = row[f"knows_{seller}"] and not before[f"knows_{seller}"]
    if not anew and (change == 0 or row[f"bought_from_{seller}"]):
        return []
    acted = [shock for shock in scenario.influence if shock.at == period and seller in scenario.groups.get(shock.seller, [shock.seller])]
    if acted and acted[0].reach > 0:
        return [f"hears of {name} from the {spoken(acted[0].influencer)}"]
    return [f"comes to know {name}" if anew else f"{NEWS}that {name} is {'better' if change > 0 else 'worse'} than it thought"]


def recommendation(name: str, channel: str, adviser: int, scenario) -> str:
    """A recommendation in words; none where whoever made it has just left the market."""
    if channel == "partner":
        return f"is recommended {name} by {partner(scenario, adviser)}"
    if channel == "advertising":
        return f"hears of {name} by its advertising"
    return f"hears from buyer {adviser + 1:,} that {name} serves it well" if adviser >= 0 else ""


def partner(scenario, number: int) -> str:
    """A referral partner by its number."""
    return spoken(list(scenario.partners)[number])


def on_advice(words: str, row: dict, before: dict | None, scenario) -> str:
    """Winning the buyer, with whose word it was that won it."""
    came = before is None or row["newcomer"] or before["supplier"] != row["supplier"]
    wins = words.startswith(("becomes an account of ", "leaves "))
    return words + (whose_word(row["channel"], row["referrer"], scenario) if came and wins else "")


def whose_word(channel: str, referrer: int, scenario) -> str:
    """Through which channel an account came, to end a phrase with."""
    if channel == "word_of_mouth":
        return f", on the word of buyer {referrer + 1:,}" if referrer >= 0 else ", by word of mouth"
    if channel == "partner":
        return f", on the advice of {partner(scenario, referrer)}"
    return ", after its advertising" if channel == "advertising" else ""


def let_down(row: dict, before: dict | None) -> list[str]:
    """Whoever recommended the supplier has left it."""
    same = before is not None and not row["newcomer"] and before["supplier"] == row["supplier"] != NO_SUPPLIER
    if same and row["channel"] == before["channel"] == "word_of_mouth" and before["referrer"] >= 0 > row["referrer"]:
        return [f"loses buyer {before['referrer'] + 1:,}, who recommended {spoken(str(row['supplier']))}, as a fellow account"]
    return []


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


def plain(words: str) -> bool:
    """Whether something is not worth a line by itself."""
    return words in PLAIN or words.startswith(NEWS)
