"""Choice panels in long form, a row for each alternative at each purchase, marked by 1 where it was taken: made wide, as the rest reads."""

import pandas as pd

from sim.experiments.calibrate.columns import CALLED, PRICES, simple

TAKEN = ("choice", "chosen", "taken", "chose")
NAMES = ("alternative", "alt", "brand", "seller", "product", "item")
OCCASIONS = ("choiceid", "chid", "obs", "occasionid", "situation", "task")


def is_long(frame: pd.DataFrame) -> bool:
    """Whether one column marks by 0 and 1 whether the alternative that another names was taken."""
    taken = column(frame, TAKEN)
    return taken is not None and column(frame, NAMES) not in (None, taken) and set(frame[taken].dropna().unique()) == {0, 1}


def column(frame: pd.DataFrame, called: tuple[str, ...]) -> str | None:
    """The first column that is called one of these, in their order."""
    known = {simple(str(name)): name for name in frame.columns}
    return next((known[word] for word in called if word in known), None)


def widened(frame: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """A row for each purchase: who, when, `choice` by name, and ATTRIBUTE.ALTERNATIVE for prices and for what varies between alternatives;
    and the rows of occasions at which nothing, or more than one alternative, was taken."""
    taken, name = column(frame, TAKEN), column(frame, NAMES)
    occasion = occasion_of(frame)
    marked = frame[taken].eq(1).groupby(occasion).transform("sum") == 1
    frame, occasion = frame[marked], occasion[marked]
    rest = [one for one in frame.columns if one not in (taken, name)]
    varies = {one: simple(str(one)) in PRICES or frame[one].groupby(occasion).transform("nunique").max() > 1 for one in rest}
    own = frame[frame[taken] == 1].assign(**{"choice": lambda rows: rows[name].astype(str)})
    wide = own[[*(one for one in rest if not varies[one] and one != "choice"), "choice"]].set_index(occasion[own.index])
    for one in (one for one in rest if varies[one]):
        table = frame.assign(occasion=occasion).pivot_table(index="occasion", columns=name, values=one, aggfunc="first", observed=True)
        wide = wide.join(table.add_prefix(f"{one}."))
    return wide.reset_index(drop=True), int((~marked).sum())


def occasion_of(frame: pd.DataFrame) -> pd.Series:
    """A number for each purchase: from the column that numbers purchases, else from who bought when."""
    numbered = column(frame, OCCASIONS)
    if numbered is not None:
        return frame[numbered]
    called = [name for role in ("customer", "date", "occasion") if (name := column(frame, tuple(CALLED[role]))) is not None]
    return frame.groupby(called, sort=False).ngroup()
