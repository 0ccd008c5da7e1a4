"""Mesa's view of a market: `Market` is a `mesa.Model` whose buyers, sellers and referral partners are `mesa.Agent`s.

There is one set of rules. `Market.step()` hands whole tiles of buyers to the kernel; with `activation="shuffle_do"` every buyer is
activated on its own, in random order, as in any Mesa model, and the numbers are the same to the last bit:

>>> import numpy as np
>>> from sim.agents import Buyer, Market
>>> small = ("market.buyers=300", "market.periods=12")
>>> market = Market("default", "relationship", sets=small)
>>> market.run_model()
>>> market.steps, market.running, market.accounts == Market("default", "relationship", sets=small).accounts
(12, False, False)
>>> one_by_one = Market("default", "relationship", activation="shuffle_do", sets=small)
>>> one_by_one.run_model()
>>> one_by_one.accounts == market.accounts
True

Agents are asked and told by attribute, one by one or by column:

>>> buyer = market.buyers[0]
>>> buyer.buyer_type, buyer.level in ("partnership", "proactive", "reactive", None)
('lost_for_good', True)
>>> buyer.switching_cost = 10
>>> market.buyers.select(lambda buyer: buyer.switching_cost == 10)[0] == buyer
True
>>> market.buyers.groupby("buyer_type").count()
{'lost_for_good': 120, 'intermediate': 105, 'always_a_share': 75}
>>> float(np.nanmax(market.buyers.get("tenure")))
36.0
>>> [seller.name for seller in market.agents_by_type[type(market.sellers[0])]]
['ours', 'rivals_1', 'rivals_2', 'rivals_3']

Mesa's own data collector collects from model, agents or agents of one type; put yours in place of the market's:

>>> import mesa
>>> market = Market("default", sets=small)
>>> market.datacollector = mesa.DataCollector(
...     model_reporters={"complaints": lambda market: int(market.booked("complaints").sum())},
...     agenttype_reporters={Buyer: {"level": "level", "bond": "bond"}})
>>> market.run_model()
>>> market.datacollector.get_agenttype_vars_dataframe(Buyer).shape
(3600, 2)

What lies beyond the dyad can be asked for as well, and set where a scenario may set it:

>>> market = Market("default", sets=(*small, "word_of_mouth.network=small_world", "partners={bank: {kind: bank}}"))
>>> bank = market.partners[0]
>>> bank.kind, bank.goodwill.tolist()
('bank', [0.0, 0.0, 0.0, 0.0])
>>> bank.goodwill = [0.8, 0, 0, 0]                                    # what each seller has built with it
>>> market.sellers[0].referral_stock = 0.5
>>> for _ in range(6):
...     market.step()
>>> won = market.buyers.where(market.buyers.get("channel") == "word_of_mouth")[0]
>>> won.referrer is None or won.referrer in won.neighbours            # None: it has left the supplier that it recommended
True

Attributes: `help(Buyer)`, `help(Seller)`, `help(Partner)`. Views are made when asked for, so a million buyers are a million rows of the
arrays and no objects; keep numbers and sets rather than lists of views. Agents are not added or removed: turnover is a rule of the market.

Only here is Mesa imported: it sets multiprocessing's start method to "spawn" for the whole process.
"""
from sim.agents.buyer import Buyer
from sim.agents.market import Market
from sim.agents.partner import Partner
from sim.agents.seller import Seller
from sim.agents.sets import AgentViews

__all__ = ["AgentViews", "Buyer", "Market", "Partner", "Seller"]
