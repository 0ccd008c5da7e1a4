"""What columns are called, and what kind of data they make: roles by name, kinds by their roles."""

import re

from sim.scenario.suggest import among

# What columns are called, by what they hold, likeliest first; compared in lower case without spaces and punctuation.
CALLED = {
    "customer": (
        "customer",
        "customerid",
        "custid",
        "client",
        "clientid",
        "household",
        "householdid",
        "householdkey",
        "buyer",
        "buyerid",
        "user",
        "userid",
        "account",
        "accountid",
        "member",
        "memberid",
        "panelist",
        "shopper",
        "respondent",
        "person",
        "contract",
        "contractid",
        "subscriber",
        "id",
        "masterid",
    ),
    "date": (
        "date",
        "day",
        "orderdate",
        "invoicedate",
        "purchasedate",
        "transactiondate",
        "transdate",
        "datetime",
        "timestamp",
        "time",
        "orderedat",
        "createdat",
        "week",
        "dt",
    ),
    "amount": (
        "amount",
        "spend",
        "spent",
        "value",
        "sales",
        "salesvalue",
        "revenue",
        "total",
        "price",
        "paid",
        "money",
        "sum",
        "basketvalue",
    ),
    "occasion": ("occasion", "trip", "purchase", "choiceoccasion", "occ"),
    "choice": ("choice", "brand", "chosen", "product", "alternative", "brandid", "item"),
    "start": (
        "start",
        "startdate",
        "begin",
        "begins",
        "began",
        "from",
        "since",
        "signup",
        "signupdate",
        "joined",
        "opened",
        "activationdate",
    ),
    "end": ("end", "enddate", "ended", "until", "to", "cancelled", "canceled", "churned", "churndate", "closed", "terminated", "left"),
    "year": ("year", "renewal", "period", "tenure", "years", "month"),
    "brand": ("brand", "seller", "name"),
    "share": ("share", "marketshare"),
    "penetration": ("penetration", "pen"),
    "buys_per_buyer": ("buysperbuyer", "purchasesperbuyer", "purchasefrequency", "buyingrate", "buyrate"),
}
PRICES = ("price", "prc", "cost", "pr")                # of an alternative, in a panel
# kind: what must be there | what may be
KINDS = {
    "panel": (("customer", "choice"), ("occasion", "date", "amount")),
    "repertoire": (("brand", "share", "penetration"), ("buys_per_buyer",)),
    "contracts": (("start", "end"), ("customer",)),
    "log": (("customer", "date"), ("amount",)),
    "retention": (("year",), ()),
}


class UnfitData(ValueError):  # noqa: N818 - named for what it says
    """Data that cannot be used as asked; the message says what, and what can be done."""


def simple(name) -> str:
    """A column's name as it is compared: lower case, letters and digits alone."""
    return re.sub(r"[^a-z0-9]", "", str(name).lower())


def roles(names: list[str], kind: str, given: dict[str, str]) -> dict[str, str]:
    """Which column holds what: role -> the file's name. Raises UnfitData where a role that the kind needs is missing."""
    needed, may = KINDS[kind]
    for role, name in given.items():
        if name not in names:
            raise UnfitData(f"there is no column {name!r} for --{role.replace('_', '-')}; {among(name, names)}")
    found, free = dict(given), [name for name in names if name not in given.values()]
    for role in (*needed, *may):
        if role in found:
            continue
        matches = [name for called in CALLED[role] for name in free if simple(name) == called]
        if matches:
            found[role] = matches[0]
            free.remove(matches[0])
    missing = [role for role in needed if role not in found]
    if missing:
        raise UnfitData(
            f"no column looks like {' or '.join(missing)}, which {_a(kind)} needs; say which one it is with "
            + " and ".join(f"--{role.replace('_', '-')} COLUMN" for role in missing)
            + f" (the columns are {', '.join(map(str, names[:20]))}{', …' if len(names) > 20 else ''})"
        )
    return found


def _a(kind: str) -> str:
    return {
        "log": "a transaction log",
        "panel": "a brand-choice panel",
        "contracts": "a file of contract records",
        "retention": "a retention table",
        "repertoire": "a repertoire table",
    }[kind]


def kind_of(names: list[str], given: dict[str, str]) -> str:
    """The kind whose needed columns are all there; the order of `KINDS` decides where several are. Raises UnfitData where none is."""
    known = {simple(name) for name in names}
    for kind, (needed, _) in KINDS.items():
        there = all(role in given or known & set(CALLED[role]) for role in needed)
        if there and (kind != "panel" or "choice" in given or "choice" in known or of_alternatives(names)):
            return kind
    raise UnfitData(
        f"the columns ({', '.join(map(str, names[:20]))}) fit no kind of data that can be calibrated on; say which kind it is with "
        f"--kind ({', '.join(KINDS)}) and which column is which, such as --customer COLUMN --date COLUMN --amount COLUMN"
    )


def of_alternatives(names: list[str]) -> bool:
    """Whether columns come in sets such as price.a and price.b: without them what was chosen is told, but not from what."""
    stems = [name.rpartition(sign)[0] for name in map(str, names) for sign in "._" if sign in name]
    of_each = {*CALLED["amount"], "disp", "display", "feat", "feature", "avail", "available"}
    return any(stems.count(stem) > 1 and simple(stem) in of_each for stem in stems)
