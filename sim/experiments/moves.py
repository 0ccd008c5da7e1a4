"""What sellers did in answer to the market: prices that moved, premiums, whose levels they took over."""
import pandas as pd

from sim.plans import answering
from sim.tables import course_table

COLUMNS = ("strategy", "seller", "price", "lowest", "price_end", "premium_end", "harvesting", "copying")


def moves(runs) -> pd.DataFrame:
    """One row for each strategy and seller that answers under it, means over runs: strategy, seller, price (before the record), lowest
    (price of any recorded period), price_end, premium_end (share of the price that accounts pay on top, in the last period), harvesting
    (share of the periods in which it harvests its accounts), copying (share of the runs that end with another seller's level plan)."""
    who = {name: answering(runs.scenario, name) for name in runs.strategies}
    if not any(who.values()):
        return pd.DataFrame(columns=COLUMNS)
    course = course_table(runs)
    course = course.astype({"strategy": str, "seller": str, "follows": str})
    rows = []
    for name, sellers in who.items():
        for seller in sellers:
            mine = course[(course.strategy == name) & (course.seller == seller)]
            before, record, last = mine[mine.period == 0], mine[mine.period > 0], mine[mine.period == runs.scenario.market.periods]
            rows.append({"strategy": name, "seller": seller, "price": before.price.mean(),
                         "lowest": record.groupby("run").price.min().mean(), "price_end": last.price.mean(),
                         "premium_end": last.premium.mean(), "harvesting": record.harvesting.mean(),
                         "copying": (last.follows != seller).mean()})
    return pd.DataFrame(rows)
