"""Every purchase of every buyer, period by period, while the market is played: the log that no ledger keeps.

`purchases` plays one run and yields a `Moment` for each period; `Customers` gathers from them what one seller sees of its customers, and
what it does not see. Both hold one row a buyer, never one a buyer and period, so that millions of buyers fit into memory.
"""
from sim.purchases.customers import Customers
from sim.purchases.moments import Moment, purchases
from sim.purchases.paid import Sale, sales

__all__ = ["Customers", "Moment", "Sale", "purchases", "sales"]
