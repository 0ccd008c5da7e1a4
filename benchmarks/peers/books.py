"""What a peer's market came to, the same for all of them."""
from types import SimpleNamespace

import numpy as np


def books(market) -> SimpleNamespace:
    """`booked`: sums since the burn-in by column, [seller, type]; `accounts` [seller, level]; `reputation` and `learned` [seller]."""
    sellers = market.sellers
    if hasattr(sellers, "booked"):                          # sellers in columns
        return SimpleNamespace(booked=sellers.booked, accounts=sellers.accounts, reputation=sellers.reputation, learned=sellers.learned)
    booked = {column: np.array([seller.book[column] for seller in sellers]) for column in sellers[0].book}
    stocks = {name: np.array([getattr(seller, name) for seller in sellers]) for name in ("accounts", "reputation", "learned")}
    return SimpleNamespace(booked=booked, **stocks)
