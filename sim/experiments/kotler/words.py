"""Kotler's table in a few sentences: where the model agrees with him, and where it does not."""
from sim.wording import listed, percent

MANY, TOLD = 5, 2      # cells that make a tendency; cells that are told one by one
NUMBERS = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def sentence(table) -> str:
    """How far the model's table is Kotler's, and where it is not."""
    order, cells = table.neighbours, table.cells
    tau, low, high = table.correlation["tau_b"]
    far, same = cells.off.abs() > 1, int((cells.off == 0).sum())
    near, verb = NUMBERS[int((~far).sum())], "is" if same == 1 else "are"
    words = (f"Read as {table.reading.words}, {order_words(order)}; {corner_words(table.corners)}. {NUMBERS[same].capitalize()} of the "
             f"nine cells {verb} his, {near} within a level of his; the rank correlation is {tau:.2f} ({low:.2f} to {high:.2f}).")
    return " ".join([words, *tendency(cells), *departures(cells[far])])


def order_words(order) -> str:
    """Whether the level moves as he has it, step by step."""
    moved = order[order.verdict != "same"]
    if not len(moved):
        return "one level is best everywhere: neither margin nor number of customers matters"
    falls, rises = (NUMBERS[int((moved.step == step)[moved.in_order].sum())] for step in ("customers", "margin"))
    words = f"it falls with the number of customers in {falls} of six and rises with the margin in {rises} of six"
    wrong = order[~order.in_order]
    if not len(wrong):
        return f"the best level never moves against him in twelve steps: {words}"
    against = [f"{where(row.more)} {row.level_more}, {where(row.less)} {row.level_less}" for row in wrong.itertuples()]
    sure = int((wrong.verdict == "fails").sum())
    told = "for sure" if sure == len(wrong) else f"{NUMBERS[sure]} of them for sure" if sure else "though not for sure"
    return f"the best level moves against him in {NUMBERS[len(wrong)]} of twelve steps ({'; '.join(against)}; {told}): {words}"


def corner_words(corners) -> str:
    """Whether the two sure cells are as he has them."""
    names = {"few/high": "few customers at a high margin", "many/low": "many at a low one"}
    right = [f"{row.level} for {names[row.cell]}" for row in corners.itertuples() if row.as_booked]
    wrong = [f"{row.level} for {names[row.cell]}" for row in corners.itertuples() if not row.as_booked]
    if not wrong:
        return f"both corners are his ({listed(right)})"
    return f"his corner of {right[0]} is there, but the other is {wrong[0]}" if right else f"neither corner is his ({listed(wrong)})"


def tendency(cells) -> list[str]:
    """Whether the model's levels lie above his or below."""
    above, below = int((cells.off > 0).sum()), int((cells.off < 0).sum())
    if max(above, below) < MANY or min(above, below):
        return []
    return [f"Where they differ, the model's best level is {'higher' if above else 'lower'} than his, in {NUMBERS[above + below]} cells."]


def departures(cells) -> list[str]:
    """The cells that are furthest from his, more than a level."""
    furthest = cells.loc[cells.off.abs().sort_values(ascending=False, kind="stable").index].head(TOLD)
    found = [f"{where(f'{row.customers}/{row.margin}')}, {row.level} ({percent(row.certainty)} sure) where he has {row.book}"
             for row in furthest.itertuples()]
    return [f"Furthest off: {'; '.join(found)}."] if found else []


def where(cell: str) -> str:
    """A cell in words: few customers, high margin."""
    customers, margin = cell.split("/")
    return f"{customers} customers at a {margin} margin" if customers != "medium" else f"a medium number of customers at a {margin} margin"
