"""What the columns of exported tables mean, with their units: for the README and the record beside the data."""
from sim.panel import ATTRIBUTES
from sim.scenario.schema import BuyerType, facts

CUSTOMER = ("customer_id", "", "the customer; the last digits are the buyer's number in the market, what stands before them how many "
            "buyers had that number before (0: none). The same in every table")
TRANSACTIONS = (
    CUSTOMER,
    ("date", "date", "first day of the period in which the purchase was made; at most one row a customer and period"),
    ("amount", "money", "paid in the period, discounts taken off"),
    ("units", "units", "bought in the period"),
)
RFM = (
    CUSTOMER,
    ("frequency", "periods", "periods with a repeat purchase: periods with a purchase, less the first"),
    ("recency", "periods", "from the first purchase to the last; 0 without a repeat purchase"),
    ("T", "periods", "from the first purchase to the end of the record"),
    ("monetary_value", "money", "mean amount of a period with a repeat purchase; the first is left out; 0 without any"),
    ("frequency_cal", "periods", "as frequency, up to the end of the calibration; empty for who first bought in the holdout"),
    ("recency_cal", "periods", "as recency, up to the end of the calibration"),
    ("T_cal", "periods", "as T, up to the end of the calibration"),
    ("monetary_value_cal", "money", "as monetary_value, up to the end of the calibration"),
    ("frequency_holdout", "periods", "periods with a purchase in the holdout"),
    ("duration_holdout", "periods", "length of the holdout"),
    ("monetary_value_holdout", "money", "mean amount of a period with a purchase in the holdout; 0 without any"),
)
ATTRIBUTES_TRUE = tuple((name, facts(BuyerType, name).unit, f"its own {facts(BuyerType, name).meaning}"
                         f"{' (per lot)' if name == 'volume' else ''}; empty where it has left the market") for name in ATTRIBUTES)
TRUTH = (
    CUSTOMER,
    ("buyer_type", "", "the type that the buyer is of"),
    ("first_period", "period", "of its first purchase on the record"),
    ("held_before", "", "whether it was an account of the seller when that period began, and so had bought before the record"),
    ("in_market", "", "whether it is still in the market when the record ends"),
    ("account", "", "whether the seller is its supplier when the record ends"),
    ("alive", "", "whether it can buy from the seller again: in the market, and an account of the seller, or never lost to it, or with a "
     "finite return cost. An always-a-share buyer is alive although it buys elsewhere now; a lost-for-good buyer that has left is not"),
    ("supplier", "", "who supplies it when the record ends; none where nobody does, or it has left the market"),
    ("tenure", "periods", "how long the seller has been its supplier without a break; 0 where it is not"),
    ("buys_again", "", "whether it did buy from the seller in the continuation"),
    ("future_purchases", "periods", "periods with a purchase from the seller in the continuation"),
    ("future_margin", "money", "paid less unit cost over the continuation, undiscounted, before the cost to serve"),
    ("clv", "money", "true lifetime value from then on: the same, discounted to the end of the record (the continuation's first period by "
     "one); realised, up to the end of the continuation"),
    ("clv_net", "money", "clv less what it cost to serve the account (level, listening, contacts, problems resolved), discounted alike"),
    *ATTRIBUTES_TRUE,
)
OCCASION = (
    ("choice_id", "", "the choice occasion: one for each lot bought, whoever bought it"),
    CUSTOMER,
    ("occasion", "", "number of the customer's choice, from 1, in the order in which it chose; the lots of one period share its date"),
    ("date", "date", "first day of the period"),
)
ALTERNATIVE = (
    ("price", "money per unit", "what the buyer would pay: the list price, or its own as an account (loyalty discount, premium)"),
    ("last", "", "1 where it made its last purchase, which also is its supplier; 0 elsewhere"),
    ("level", "", "level at which the seller serves it as an account, 1 basic to 5 partnership; 0 where it is no account, so it echoes "
     "`last`: give a model one of the two"),
    ("available", "", "1 where the buyer knows the seller; 0 elsewhere"),
)
LONG = (*OCCASION, ("alternative", "", "the seller"), ("choice", "", "1 for the chosen alternative, else 0"), *ALTERNATIVE)
PANEL_TRUTH = (CUSTOMER, ("buyer_type", "", "the type that the buyer is of"), *ATTRIBUTES_TRUE)


def wide(sellers: list[str]) -> tuple:
    """The columns of a panel with a row for each choice."""
    numbers = ", ".join(f"{number} {name}" for number, name in enumerate(sellers, start=1))
    return (*OCCASION, ("choice", "", f"the chosen alternative: {numbers}"),
            *((f"{name}_{seller}", unit, f"{meaning}; of {seller}") for name, unit, meaning in ALTERNATIVE for seller in sellers))


def panel_truth(sellers: list[str]) -> tuple:
    """The columns of the truth behind a panel."""
    return (*PANEL_TRUTH, *((f"taste_{seller}", "money per unit", f"its private, lasting fit with {seller}") for seller in sellers))
