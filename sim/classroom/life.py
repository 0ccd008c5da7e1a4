"""One buyer of each team, told: not the best and not the worst, but the one in the middle."""

import pandas as pd

from sim.classroom.market import PLAYED, Changes, class_market
from sim.classroom.seats import safe_names
from sim.classroom.setting import Setting
from sim.happenings import plain, tell
from sim.panel import buyer_table
from sim.population import evenly_spread
from sim.runs import simulate
from sim.wording import counted, name_of_type, spoken

AMONG, LINES = 300, 14


def typical_lives(setting: Setting, changes: Changes, rounds: int, names: list[str]) -> list[dict]:
    """For each team the life of a buyer that was its account for a middling time: buyer (number), buyer_type, sentence, lines
    [{"period", "words"}] of its time with the team, left_out (how many more). Of 300 buyers evenly spread over the market; where none was
    an account, lines is empty."""
    sellers = [*safe_names(names), *setting.rival_names]
    scenario = class_market(setting, changes, setting.end_of(rounds), sellers)
    spread = evenly_spread(scenario.market.buyers, AMONG)
    runs = simulate(scenario, [PLAYED], runs=1, seed=setting.seed, threads=1, watch=spread)
    table = buyer_table(runs)
    return [_told(_middle(table, seller), seller, scenario) for seller in sellers[: setting.teams]]


def _middle(table: pd.DataFrame, seller: str) -> pd.DataFrame | None:
    """The rows of the buyer that was the seller's account for the median time, among those of the type that was so most."""
    own = table[(table.supplier == seller) & (table.period > 0)]
    if own.empty:
        return None
    kind = own.buyer_type.value_counts().idxmax()
    times = own[own.buyer_type == kind].groupby("buyer").size().sort_values(kind="stable")
    buyer = times.index[len(times) // 2]
    return table[table.buyer == buyer].set_index("period")


def _told(life: pd.DataFrame | None, seller: str, scenario) -> dict:
    """A life in words."""
    if life is None:
        return {
            "buyer": None,
            "buyer_type": "",
            "sentence": "None of the buyers that were watched was its account.",
            "lines": [],
            "left_out": 0,
        }
    told = {period: [words for words in happened if not plain(words)] for period, happened in tell(life, scenario).items()}
    with_it = life.supplier == seller
    with_it |= with_it.shift(1, fill_value=False)  # the period in which it leaves belongs to the story
    told = {period: words for period, words in told.items() if words and with_it[period]}
    record = life[life.index > 0]
    ours = record[record.supplier == seller]
    kind, number = name_of_type(str(record.buyer_type.iloc[0])), int(record.buyer.iloc[0]) + 1
    sentence = (
        f"Buyer {number:,} ({kind}) was an account of {spoken(seller)} for {len(ours)} of {len(record)} {scenario.market.period}s, had "
        f"{counted(int(ours.problem.sum()), 'problem')} there, {int(ours.unresolved.sum())} of them unsolved, and was contacted "
        f"{counted(int(ours.contact.sum()), 'time')}."
    )
    lines = [{"period": int(period), "words": " · ".join(words)} for period, words in told.items()]
    return {"buyer": number, "buyer_type": kind, "sentence": sentence, "lines": lines[:LINES], "left_out": max(len(lines) - LINES, 0)}
