"""The same market as an ordinary Mesa model: Python objects, Python floats, `model.random`. What Tenure's speed is measured against.

It states the rules of `sim/core/rules.py` and the order of `sim/core/kernel.py` a second time, the way a modeller would write them down
with Mesa alone; `tests/test_plain_mesa.py` shows that both are the same market. Levels are targeted uniformly or by type; targeting by
value and segments of one are left out.
"""
import math
from types import SimpleNamespace

import mesa

from sim.core.state import LEVEL_FIELDS, OFFER
from sim.core.terms import ATTRIBUTES, LEVELS
from sim.offers import burn_in, level_table, offer
from sim.population import buyers_by_type, starting_shares
from sim.scenario.schema import BuyerType, facts

BOOKED = ("served", "problems", "complaints", "detected", "resolved", "contacts", "bond_sum", "reviews", "reorders", "units", "lots",
          "kept", "broken", "won", "lost", "lost_turnover")


def drawing(distribution, random, least=None, most=None):
    """A function that draws from a scenario's distribution, within bounds."""
    form, numbers = distribution.form, distribution.numbers
    low, high = -math.inf if least is None else least, math.inf if most is None else most
    if form == "constant":
        value = min(max(numbers[0], low), high)
        return lambda: value
    if form == "lognormal":
        mean, spread = math.log(numbers[0]), numbers[1]
        return lambda: min(max(random.lognormvariate(mean, spread), low), high)
    draw = {"beta": random.betavariate, "normal": random.gauss, "uniform": random.uniform,
            "gamma": lambda mean, shape: random.gammavariate(shape, mean / shape)}[form]
    return lambda: min(max(draw(*numbers), low), high)


class PlainSeller(mesa.Agent):
    """A seller: what it asks and promises, its reputation, what it has learnt, its accounts at each level."""

    def __init__(self, model, index, name, parameters):
        super().__init__(model)
        self.index, self.name = index, name
        self.reputation, self.learned = parameters.reputation, 0.0
        self.accounts = [0] * len(LEVELS)
        self.take(parameters)
        self.clear()

    def take(self, parameters):
        """Adopt the parameters of a strategy; True when they give accounts other levels than before."""
        regrouped = hasattr(self, "plan") and self.plan != parameters.level
        self.plan, self.capacity = parameters.level, [parameters.capacity[level] for level in LEVELS]
        for field, value in zip(OFFER, offer(self.model.scenario, parameters), strict=True):
            setattr(self, field, value)
        return regrouped

    def clear(self):
        """Start the books afresh."""
        self.book = {column: [0.0] * len(self.model.types) for column in BOOKED}

    def open(self):
        """Before the buyers: the service of each level, thinned out past its capacity."""
        self.served = self.lessons = self.kept = self.broken = 0
        self.service = [self.service_at(level) for level in range(len(LEVELS))]

    def service_at(self, level):
        """What a level amounts to in this period."""
        mind, product, accounts = self.model.behaviour, self.model.product, self.accounts[level]
        full = 1.0 if accounts <= self.capacity[level] else self.capacity[level] / accounts
        mine, basic = self.model.levels[level], self.model.levels[0]
        thin = {field: full * mine[field] + (1 - full) * basic[field] for field in LEVEL_FIELDS}
        service = SimpleNamespace()
        problem = product.problem_rate * product.complexity * (1 - thin["prevent"])
        service.problem = min(problem * (1 - mind.learning_effect * self.learned), 1)
        service.openness = thin["openness"]
        service.detect = 1 - (1 - thin["detect"]) * (1 - self.detect)
        service.resolve = thin["resolve"] * self.capability
        service.usage = thin["usage"] * self.capability
        service.social, service.tie = mine["social_growth"], thin["tie_growth"]
        service.contact, service.after_sale = thin["contact_rate"], mine["contact_after_sale"] > 0
        service.learns = mine["learns"] > 0
        return service

    def level_for(self, buyer):
        """The level at which this account is served: the plan's for the type that the database takes it for."""
        if self.plan.targeting == "uniform":
            return LEVELS.index(self.plan.levels[0])
        return LEVELS.index(self.plan.table[buyer.recognised_by(self)])

    def close(self):
        """After the buyers: reputation follows promises kept, learning follows problems that surfaced."""
        mind = self.model.behaviour
        if self.kept + self.broken:
            self.reputation += mind.reputation_speed * (self.kept / (self.kept + self.broken) - self.reputation)
        lessons = self.lessons / self.served if self.served else 0.0
        speed = mind.seller_learning * (1 + self.learning_boost)
        self.learned += speed * lessons * (1 - self.learned) - mind.seller_forgetting * self.learned
        self.learned = min(max(self.learned, 0.0), 1.0)


class PlainBuyer(mesa.Agent):
    """A buyer: attributes of its type, what it holds of every seller, and its supplier."""

    def __init__(self, model, kind):
        super().__init__(model)
        self.kind = kind
        self.enter()

    # --- coming and going ------------------------------------------------------------------------------------------------------

    def enter(self):
        """A fresh buyer of the type, without supplier."""
        model, random, sellers = self.model, self.model.random, self.model.sellers
        for name, draw in model.draws[self.kind].items():
            setattr(self, name, draw())
        spread = model.types[self.kind].taste_spread
        self.lots = model.types[self.kind].lots
        self.tastes = [random.gauss(0, spread) for _ in sellers]
        self.values = [self.impression(seller) for seller in sellers]
        self.relationships, self.bonds = [0.0] * len(sellers), [0.0] * len(sellers)
        self.purchases, self.uses = [0] * len(sellers), [0] * len(sellers)
        self.last_purchase, self.left = [None] * len(sellers), [False] * len(sellers)
        self.knows = [random.random() < seller.reach for seller in sellers]
        self.supplier, self.level, self.tie = None, 0, 0.0
        self.since = self.contract_end = 0
        self.incident, self.seen_as = False, {}

    def impression(self, seller):
        average = self.model.market_quality
        return average + seller.reputation * (seller.promise * seller.quality - average) + self.tastes[seller.index]

    def recognised_by(self, seller):
        """The type that the seller's database takes the buyer for; it does not change its mind."""
        if seller.index not in self.seen_as:
            self.seen_as[seller.index] = (self.random.random(), self.random.random())
        right, which = self.seen_as[seller.index]
        own = self.model.type_names[self.kind]
        others = [name for name in self.model.present if name != own]
        return own if right < seller.accuracy or not others else others[int(which * len(others))]

    def join(self, seller, period):
        """The seller wins the buyer."""
        self.supplier, self.since, self.left[seller.index] = seller, period, False
        self.level = seller.level_for(self)
        seller.accounts[self.level] += 1
        seller.book["won"][self.kind] += 1

    def leave(self, column):
        """The supplier loses the buyer."""
        seller = self.supplier
        seller.accounts[self.level] -= 1
        seller.book[column][self.kind] += 1
        if column == "lost":
            self.left[seller.index] = True
        self.supplier, self.tie, self.contract_end = None, 0.0, 0

    def regroup(self):
        """The supplier has changed its strategy."""
        self.supplier.accounts[self.level] -= 1
        self.level = self.supplier.level_for(self)
        self.supplier.accounts[self.level] += 1

    # --- a period ----------------------------------------------------------------------------------------------------------------

    def step(self):
        """Turnover, hearing, use, purchase."""
        model, random = self.model, self.model.random
        if random.random() < model.turnover:
            if self.supplier is not None:
                self.leave("lost_turnover")
            self.enter()
        if model.advertised:
            self.hear()
        experience = self.use()
        if random.random() < self.purchase_rate:
            self.buy(experience)

    def hear(self):
        for seller in self.model.sellers:
            if not self.knows[seller.index] and self.random.random() < seller.advertising:
                self.knows[seller.index] = True
                self.values[seller.index] = self.impression(seller)

    def use(self):
        """What was bought is in use: problems, voice, recovery, contact; the relationship experience of the period."""
        mind, product, random = self.model.behaviour, self.model.product, self.model.random
        keep = 1 - mind.bond_decay
        self.bonds = [bond * keep for bond in self.bonds]
        seller = self.supplier
        if seller is None:
            return 0.0
        s, service, book = seller.index, seller.service[self.level], seller.book
        experience, unresolved = service.usage, False
        if random.random() < service.problem:
            book["problems"][self.kind] += 1
            surface, complains = random.random(), self.voice * service.openness
            surfaced = surface < 1 - (1 - complains) * (1 - service.detect)
            if surface < complains:
                book["complaints"][self.kind] += 1
            elif surfaced:
                book["detected"][self.kind] += 1
            if surfaced and service.learns:
                seller.lessons += 1
            if surfaced and random.random() < service.resolve:
                book["resolved"][self.kind] += 1
                experience += product.delight
            else:
                unresolved = self.incident = True
                experience -= product.severity * (1 - product.complaint_relief if surface < complains else 1)
        self.uses[s] += 1
        weight = mind.learning * max(mind.slowest_learning, 1 / (1 + self.uses[s]))
        self.relationships[s] = self.learnt(self.relationships[s], experience, weight)
        self.tend(seller, service, unresolved)
        seller.served += 1
        book["served"][self.kind] += 1
        book["bond_sum"][self.kind] += self.bonds[s]
        return experience

    def tend(self, seller, service, unresolved):
        """Contact makes the bond grow, an unresolved problem damages it, joint work makes the tie grow."""
        mind, s = self.model.behaviour, seller.index
        bond = self.bonds[s]
        if (service.after_sale and self.last_purchase[s] == self.model.period - 1) or self.random.random() < service.contact:
            bond += service.social * self.relationship_orientation * (1 - bond)
            seller.book["contacts"][self.kind] += 1
        if unresolved:
            bond *= 1 - mind.bond_damage
        self.bonds[s] = bond
        tie = self.tie * (1 - mind.tie_fade)
        self.tie = tie + service.tie * self.relationship_orientation * (1 - tie)

    def learnt(self, belief, experience, weight):
        if experience < belief:
            weight = min(weight * self.model.behaviour.loss_aversion, 1)
        return belief + weight * (experience - belief)

    # --- a purchase ----------------------------------------------------------------------------------------------------------------

    def buy(self, experience):
        """Each lot: review or reorder, choice, encounter."""
        period, served_by = self.model.period, self.supplier
        between = self.purchase_rate * self.time_horizon
        review = 1 / between if between > 1 else 1.0
        for _ in range(self.lots):
            seller, free = self.supplier, period >= self.contract_end
            if seller is None or (free and (self.incident or self.random.random() < review)):
                if seller is not None:
                    seller.book["reviews"][self.kind] += 1
                chosen = self.choose()
                if chosen is None:
                    continue
                if chosen is not seller:
                    if seller is not None:
                        self.leave("lost")
                    self.join(chosen, period)
                self.contract_end = period + round(self.model.contracts[self.kind]())
            else:
                chosen = seller
                seller.book["reorders"][self.kind] += 1
            if free:
                self.incident = False
            self.encounter(chosen, experience if chosen is served_by else 0.0)

    def choose(self):
        """The best of the sellers that the buyer knows and of not buying (None)."""
        model, mind = self.model, self.model.behaviour
        weight = self.time_horizon / (self.time_horizon + mind.horizon_scale) if self.time_horizon + mind.horizon_scale else 0.0
        barrier = self.switching_cost + mind.tie_value * self.tie if self.supplier is not None else 0.0
        best, best_utility = None, model.product.reserve + self.luck()
        for seller in model.sellers:
            s = seller.index
            if not self.knows[s]:
                continue
            price = seller.price
            if seller is self.supplier:
                price *= 1 - min(seller.discount_most, seller.discount_per_period * (model.period - self.since))
            utility = (self.values[s] + weight * (self.relationships[s] + mind.bond_value * self.bonds[s])
                       - self.price_sensitivity * price + self.luck())
            if seller is not self.supplier:
                utility -= barrier
                if self.left[s]:
                    utility -= self.return_cost * (1 - mind.forgetting) ** (model.period - self.last_purchase[s])
            if utility > best_utility:
                best, best_utility = seller, utility
        return best

    def luck(self):
        return -self.model.behaviour.choice_noise * math.log(-math.log(self.model.random.random()))

    def encounter(self, seller, experience):
        """Delivery: the promise kept or broken, the belief and the bond that follow."""
        mind, product, s = self.model.behaviour, self.model.product, seller.index
        spread = product.delivery_spread * max(2 - seller.capability, 0)
        delivered = seller.capability * seller.quality + spread * self.model.random.gauss(0, 1)
        kept = delivered + experience >= seller.promise * seller.quality - product.tolerance
        self.purchases[s] += 1
        self.last_purchase[s] = self.model.period
        weight = mind.learning * max(mind.slowest_learning, 1 / (1 + self.purchases[s]))
        self.values[s] = self.learnt(self.values[s], delivered + self.tastes[s], weight)
        book = seller.book
        if kept:
            self.bonds[s] += mind.promise_bond * self.relationship_orientation * (1 - self.bonds[s])
            seller.kept += 1
            book["kept"][self.kind] += 1
        else:
            self.bonds[s] *= 1 - mind.bond_damage
            self.incident = True
            seller.broken += 1
            book["broken"][self.kind] += 1
        book["lots"][self.kind] += 1
        book["units"][self.kind] += self.volume


class PlainMarket(mesa.Model):
    """The market of a scenario under one strategy. The burn-in is played when the model is made; the books then start afresh."""

    def __init__(self, scenario, strategy=None, seed=None):
        super().__init__(rng=seed)
        self.scenario_given, self.strategy = scenario, strategy or scenario.baseline
        self.behaviour, self.product, self.turnover = scenario.behaviour, scenario.product, scenario.market.turnover
        self.types, self.type_names = list(scenario.buyers.values()), list(scenario.buyers)
        self.present = [name for name, count in zip(self.type_names, buyers_by_type(scenario), strict=True) if count]
        self.levels = [dict(zip(LEVEL_FIELDS, row.tolist(), strict=True)) for row in level_table(scenario)]
        self.market_quality = sum(seller.quality for seller in scenario.sellers.values()) / len(scenario.sellers)
        self.draws = [self.drawings(buyer) for buyer in self.types]
        self.contracts = [drawing(buyer.contract, self.random, 0) for buyer in self.types]
        self.period, self.burn_in = -1, burn_in(scenario)
        starting = scenario.sellers_under(scenario.baseline if self.burn_in else self.strategy, 1)
        self.sellers = [PlainSeller(self, s, name, starting[name]) for s, name in enumerate(scenario.sellers)]
        self.advertised = any(seller.advertising for seller in self.sellers)
        for kind, count in enumerate(buyers_by_type(scenario)):
            for _ in range(count):
                self.settle(PlainBuyer(self, kind))
        for _ in range(self.burn_in):
            self.play()
        for seller in self.sellers:
            seller.clear()

    scenario = property(lambda self: self.scenario_given, lambda self, given: None)     # Mesa's newer versions set one of their own

    def drawings(self, buyer):
        """A function for each attribute of a type; the volume is per lot."""
        bounds = {name: (facts(BuyerType, name).least, facts(BuyerType, name).most) for name in ATTRIBUTES}
        draws = {name: drawing(getattr(buyer, name), self.random, *bounds[name]) for name in ATTRIBUTES if name != "contract"}
        occasion = draws["volume"]
        return draws | {"volume": lambda: occasion() / buyer.lots}

    def settle(self, buyer):
        """A running market's first suppliers."""
        luck = self.random.random()
        for seller, share in zip(self.sellers, starting_shares(self.scenario), strict=True):
            if luck < share:
                buyer.knows[seller.index], buyer.last_purchase[seller.index] = True, 0
                buyer.join(seller, -1)
                return

    def step(self):
        self.play()
        self.running = self.steps < self.scenario.market.periods

    def play(self):
        """One period."""
        self.period += 1
        recorded = self.period - self.burn_in + 1
        changing = self.period > 0 and recorded in self.scenario.change_periods(self.strategy)
        regrouped = self.change(recorded) if changing else ()
        for seller in self.sellers:                         # capacity is felt by the accounts of the period before
            seller.open()
        for buyer in self.agents_by_type[PlainBuyer] if regrouped else ():
            if buyer.supplier in regrouped:
                buyer.regroup()
        self.agents_by_type[PlainBuyer].shuffle_do("step")
        for seller in self.sellers:
            seller.close()

    def change(self, recorded):
        """A strategy begins or an event comes: sellers take their new parameters. Those that assign accounts to levels anew."""
        parameters = self.scenario.sellers_under(self.strategy, recorded)
        regrouped = {seller for seller in self.sellers if seller.take(parameters[seller.name])}
        self.advertised = any(seller.advertising for seller in self.sellers)
        return regrouped
