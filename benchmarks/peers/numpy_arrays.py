"""The same market in NumPy: a float64 array for each attribute, [buyer] or [buyer, seller], and only the rows that something happens to."""
import numpy as np

from benchmarks.peers import drawing
from benchmarks.peers.market import Market
from sim.core.terms import ATTRIBUTES
from sim.population import starting_shares

NEVER, NOBODY = -10**6, -1
OF_A_BUYER = tuple(name for name in ATTRIBUTES if name != "contract")


class NumPyMarket(Market):
    """Arrays of buyers; `rows` are always numbers of different buyers, and `at` picks their values with one seller each."""

    # --- coming and going ----------------------------------------------------------------------------------------------------------

    def settle(self):
        """The first buyers, and in a running market their first suppliers."""
        count, sellers = sum(self.counts), self.sellers.count
        self.kind = np.repeat(np.arange(len(self.types)), self.counts)
        self.lots = np.array([buyer.lots for buyer in self.types])[self.kind]
        self.supplier, self.level, self.since, self.contract_end = (np.full(count, start) for start in (NOBODY, 0, 0, 0))
        self.tie, self.incident = np.zeros(count), np.zeros(count, bool)
        for name in OF_A_BUYER:
            setattr(self, name, np.zeros(count))
        for name in ("tastes", "values", "relationships", "bonds", "right", "which"):
            setattr(self, name, np.zeros((count, sellers)))
        self.purchases, self.uses, self.last_purchase = (np.zeros((count, sellers), int) for _ in range(3))
        self.left, self.knows = (np.zeros((count, sellers), bool) for _ in range(2))
        everybody = np.arange(count)
        self.enter(everybody)
        first = np.searchsorted(starting_shares(self.scenario), self.rng.random(count), side="right")
        rows = everybody[first < sellers]
        self.knows[rows, first[rows]], self.last_purchase[rows, first[rows]] = True, 0
        self.join(rows, first[rows], -1)

    def enter(self, rows):
        """Fresh buyers of their types, without supplier."""
        rng, sellers = self.rng, self.sellers
        shape = len(rows), sellers.count
        for kind, buyer_type in enumerate(self.types):
            mine = rows[self.kind[rows] == kind]
            for name, values in drawing.attributes(buyer_type, rng, len(mine)).items():
                getattr(self, name)[mine] = values
            self.tastes[mine] = rng.normal(0, buyer_type.taste_spread, (len(mine), sellers.count))
        self.values[rows] = sellers.belief() + self.tastes[rows]
        for stock in (self.relationships, self.bonds, self.purchases, self.uses, self.left, self.tie, self.contract_end, self.incident):
            stock[rows] = 0
        self.last_purchase[rows], self.supplier[rows] = NEVER, NOBODY
        self.knows[rows] = rng.random(shape) < sellers.reach
        self.right[rows], self.which[rows] = rng.random(shape), rng.random(shape)

    def join(self, rows, sellers, period):
        """Sellers win buyers."""
        self.supplier[rows], self.since[rows], self.left[rows, sellers] = sellers, period, False
        self.level[rows] = self.level_for(rows, sellers)
        np.add.at(self.sellers.accounts, (sellers, self.level[rows]), 1)
        self.sellers.book("won", sellers, self.kind[rows])

    def level_for(self, rows, sellers):
        """The level at which accounts are served: the plan's for the type that the database takes them for."""
        taken_for = self.classes(self.kind[rows], sellers, self.right[rows, sellers], self.which[rows, sellers])
        return self.sellers.level_of[sellers, taken_for]

    def leave(self, rows, column):
        """Buyers leave their suppliers."""
        sellers = self.supplier[rows]
        np.subtract.at(self.sellers.accounts, (sellers, self.level[rows]), 1)
        self.sellers.book(column, sellers, self.kind[rows])
        self.left[rows, sellers] = True
        self.supplier[rows], self.tie[rows], self.contract_end[rows] = NOBODY, 0.0, 0

    def regroup(self, sellers):
        """Sellers have changed their plans: their accounts are given levels anew."""
        rows = np.flatnonzero((self.supplier != NOBODY) & sellers[self.supplier])
        np.subtract.at(self.sellers.accounts, (self.supplier[rows], self.level[rows]), 1)
        self.level[rows] = self.level_for(rows, self.supplier[rows])
        np.add.at(self.sellers.accounts, (self.supplier[rows], self.level[rows]), 1)

    # --- a period ------------------------------------------------------------------------------------------------------------------

    def buyers_period(self):
        """Turnover, hearing, use, purchase; the lessons of the period [seller]."""
        gone = np.flatnonzero(self.rng.random(len(self.kind)) < self.turnover)
        self.leave(gone[self.supplier[gone] != NOBODY], "lost_turnover")
        self.enter(gone)
        if self.sellers.advertising.any():
            self.hear()
        experience, lessons = self.use()
        buyers = np.flatnonzero(self.rng.random(len(self.kind)) < self.purchase_rate)
        served_by = self.supplier[buyers]
        for lot in range(self.lots.max()):
            more = self.lots[buyers] > lot
            self.buy(buyers[more], served_by[more], experience[buyers[more]])
        return lessons

    def hear(self):
        """Advertising makes sellers known."""
        news = ~self.knows & (self.rng.random(self.knows.shape) < self.sellers.advertising)
        self.values = np.where(news, self.sellers.belief() + self.tastes, self.values)
        self.knows |= news

    def use(self):
        """What was bought is in use: problems, voice, recovery; experience of the period [buyer], 0 without supplier, and lessons."""
        mind, product, rng, book = self.behaviour, self.product, self.rng, self.sellers.book
        self.bonds *= 1 - mind.bond_decay
        rows = np.flatnonzero(self.supplier != NOBODY)
        s, level, kind = self.supplier[rows], self.level[rows], self.kind[rows]
        service = {name: table[s, level] for name, table in self.service.items()}
        problem = rng.random(len(rows)) < service["problem"]
        surface, complains = rng.random(len(rows)), self.voice[rows] * service["openness"]
        complained = problem & (surface < complains)
        surfaced = problem & (surface < 1 - (1 - complains) * (1 - service["detect"]))
        resolved = surfaced & (rng.random(len(rows)) < service["resolve"])
        unresolved = problem & ~resolved
        for column, happened in (("problems", problem), ("complaints", complained), ("detected", surfaced & ~complained),
                                 ("resolved", resolved)):
            book(column, s[happened], kind[happened])
        hurt = product.severity * np.where(complained, 1 - product.complaint_relief, 1)
        felt = service["usage"] + product.delight * resolved - hurt * unresolved
        self.incident[rows] |= unresolved
        self.uses[rows, s] += 1
        self.relationships[rows, s] = self.learnt(self.relationships[rows, s], felt, self.uses[rows, s])
        self.tend(rows, s, service, unresolved)
        book("served", s, kind)
        book("bond_sum", s, kind, self.bonds[rows, s])
        experience = np.zeros(len(self.kind))
        experience[rows] = felt
        return experience, np.bincount(s[surfaced & service["learns"]], minlength=self.sellers.count)

    def tend(self, rows, s, service, unresolved):
        """Contact makes bonds grow, an unresolved problem damages them, joint work makes ties grow."""
        mind, orientation = self.behaviour, self.relationship_orientation[rows]
        contact = self.rng.random(len(rows)) < service["contact"]
        contact |= service["after_sale"] & (self.last_purchase[rows, s] == self.period - 1)
        bond = self.bonds[rows, s]
        bond += np.where(contact, service["social"] * orientation * (1 - bond), 0)
        self.bonds[rows, s] = np.where(unresolved, bond * (1 - mind.bond_damage), bond)
        self.sellers.book("contacts", s[contact], self.kind[rows[contact]])
        tie = self.tie[rows] * (1 - mind.tie_fade)
        self.tie[rows] = tie + service["tie_growth"] * orientation * (1 - tie)

    def learnt(self, belief, experience, times):
        """Beliefs after one more experience, the `times`-th."""
        mind = self.behaviour
        weight = mind.learning * np.maximum(mind.slowest_learning, 1 / (1 + times))
        weight = np.where(experience < belief, np.minimum(weight * mind.loss_aversion, 1), weight)
        return belief + weight * (experience - belief)

    # --- a purchase ----------------------------------------------------------------------------------------------------------------

    def buy(self, rows, served_by, experience):
        """One lot of each of these buyers: review or reorder, choice, encounter."""
        before, kind = self.supplier[rows], self.kind[rows]
        free = self.contract_end[rows] <= self.period
        between = np.maximum(self.purchase_rate[rows] * self.time_horizon[rows], 1)
        held = before != NOBODY
        reviews = ~held | (free & (self.incident[rows] | (self.rng.random(len(rows)) < 1 / between)))
        self.sellers.book("reorders", before[~reviews], kind[~reviews])
        self.sellers.book("reviews", before[reviews & held], kind[reviews & held])
        chosen = before.copy()
        chosen[reviews] = self.choose(rows[reviews])
        buys = chosen != NOBODY
        moves = buys & (chosen != before)
        self.leave(rows[moves & held], "lost")
        self.join(rows[moves], chosen[moves], self.period)
        signs = rows[reviews & buys]
        self.contract_end[signs] = self.period + drawing.contracts(self.types, self.kind[signs], self.rng)
        self.incident[rows[buys & free]] = False
        self.encounter(rows[buys], chosen[buys], np.where(chosen == served_by, experience, 0.0)[buys])

    def choose(self, rows):
        """The best of the sellers that each buyer knows and of not buying."""
        mind, sellers = self.behaviour, self.sellers
        horizon = self.time_horizon[rows]
        weight = horizon / np.maximum(horizon + mind.horizon_scale, 1e-300)
        mine = self.supplier[rows][:, None] == np.arange(sellers.count)
        tenure = (self.period - self.since[rows])[:, None]
        discount = np.where(mine, np.minimum(sellers.discount_most, sellers.discount_per_period * tenure), 0)
        barrier = np.where(self.supplier[rows] != NOBODY, self.switching_cost[rows] + mind.tie_value * self.tie[rows], 0)
        utility = (self.values[rows] + weight[:, None] * (self.relationships[rows] + mind.bond_value * self.bonds[rows])
                   - self.price_sensitivity[rows, None] * sellers.price * (1 - discount)
                   + self.rng.gumbel(0, mind.choice_noise, mine.shape) - np.where(mine, 0, barrier[:, None]))
        old, seller = np.nonzero(self.left[rows] & ~mine)
        absence = self.period - self.last_purchase[rows[old], seller]
        utility[old, seller] -= self.return_cost[rows[old]] * (1 - mind.forgetting) ** absence
        utility[~self.knows[rows]] = -np.inf
        best = utility.argmax(1)
        nothing = self.product.reserve + self.rng.gumbel(0, mind.choice_noise, len(rows))
        return np.where(utility[np.arange(len(rows)), best] > nothing, best, NOBODY)

    def encounter(self, rows, s, experience):
        """Delivery: the promise kept or broken, the belief and the bond that follow."""
        mind, product, sellers, kind = self.behaviour, self.product, self.sellers, self.kind[rows]
        spread = product.delivery_spread * np.maximum(2 - sellers.capability, 0)
        delivered = (sellers.capability * sellers.quality)[s] + spread[s] * self.rng.normal(size=len(rows))
        kept = delivered + experience >= (sellers.promise * sellers.quality)[s] - product.tolerance
        self.purchases[rows, s] += 1
        self.last_purchase[rows, s] = self.period
        self.values[rows, s] = self.learnt(self.values[rows, s], delivered + self.tastes[rows, s], self.purchases[rows, s])
        bond = self.bonds[rows, s]
        grown = bond + mind.promise_bond * self.relationship_orientation[rows] * (1 - bond)
        self.bonds[rows, s] = np.where(kept, grown, bond * (1 - mind.bond_damage))
        self.incident[rows[~kept]] = True
        sellers.book("kept", s[kept], kind[kept])
        sellers.book("broken", s[~kept], kind[~kept])
        sellers.book("lots", s, kind)
        sellers.book("units", s, kind, self.volume[rows])
