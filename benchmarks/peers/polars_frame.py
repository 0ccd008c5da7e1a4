"""The same market in Polars: a row for each buyer, a column for each attribute and for each seller that it holds something of."""
import numpy as np
import polars as pl

from benchmarks.peers import drawing
from benchmarks.peers.market import Market
from sim.core.terms import LEVELS
from sim.population import starting_shares

NEVER = -10**6
col, when = pl.col, pl.when


def looked_up(table, *keys) -> pl.Expr:
    """The entry of a small table by one expression for each of its dimensions; null where a key is."""
    table = np.asarray(table)
    place = keys[0]
    for size, key in zip(table.shape[1:], keys[1:], strict=True):
        place = place * size + key
    return pl.lit(pl.Series(table.ravel())).gather(place)


class PolarsMarket(Market):
    """A frame of buyers; who has no supplier has null there. Luck comes from NumPy, as Polars draws none of its own."""

    # --- expressions ---------------------------------------------------------------------------------------------------------------

    def each(self, expression) -> list[pl.Expr]:
        """An expression for each seller."""
        return [expression(s) for s in range(self.sellers.count)]

    def of(self, name: str, seller: str) -> pl.Expr:
        """What a buyer holds of the seller that a column names."""
        return pl.coalesce(self.each(lambda s: when(col(seller) == s).then(col(f"{name}_{s}"))))

    def put(self, name: str, seller: str, value: pl.Expr) -> list[pl.Expr]:
        """The columns of what buyers hold, with another value for the seller that a column names."""
        return self.each(lambda s: when(col(seller) == s).then(value).otherwise(col(f"{name}_{s}")).alias(f"{name}_{s}"))

    def level_for(self, seller: str) -> pl.Expr:
        """The level at which accounts are served: the plan's for the type that the database takes them for."""
        others = max(len(self.present) - 1, 1)
        wrong = [([k for k in self.present if k != own] + [own])[:others] for own in range(len(self.types))]
        mistaken = self.of("right", seller) >= looked_up(self.sellers.accuracy, col(seller))
        pick = (self.of("which", seller) * others).cast(pl.Int64)
        taken_for = when(mistaken).then(looked_up(wrong, col("kind"), pick)).otherwise(col("kind"))
        return looked_up(self.sellers.level_of, col(seller), taken_for)

    def learnt(self, belief: pl.Expr, experience: pl.Expr, times: pl.Expr) -> pl.Expr:
        """Beliefs after one more experience, the `times`-th."""
        mind = self.behaviour
        weight = mind.learning * pl.max_horizontal(pl.lit(mind.slowest_learning, pl.Float64), 1 / (1 + times))
        weight = when(experience < belief).then(pl.min_horizontal(weight * mind.loss_aversion, pl.lit(1.0))).otherwise(weight)
        return belief + weight * (experience - belief)

    def lucky(self, frame: pl.DataFrame, *names: str, draw=None) -> pl.DataFrame:
        """The frame with columns of luck."""
        draw = draw or self.rng.random
        return frame.with_columns(pl.Series(name, draw(frame.height)) for name in names)

    def book(self, frame: pl.DataFrame, seller: str, **columns: pl.Expr) -> None:
        """Add sums by seller and type to the books."""
        held = frame.lazy().filter(col(seller).is_not_null())
        sums = held.group_by(seller, "kind").agg(**{name: what.sum() for name, what in columns.items()}).collect()
        for name in columns:
            self.sellers.booked[name][sums[seller].to_numpy(), sums["kind"].to_numpy()] += sums[name].to_numpy()

    def count_accounts(self) -> None:
        """Accounts by seller and level."""
        held = self.buyers.select("supplier", "level").drop_nulls().group_by("supplier", "level").len()
        self.sellers.accounts = np.zeros((self.sellers.count, len(LEVELS)), int)
        self.sellers.accounts[held["supplier"].to_numpy(), held["level"].to_numpy()] = held["len"].to_numpy()

    # --- coming and going ----------------------------------------------------------------------------------------------------------

    def fresh(self, kind: int, count: int) -> pl.DataFrame:
        """Buyers of a type, without supplier."""
        rng, sellers, buyer_type = self.rng, self.sellers, self.types[kind]
        frame = pl.DataFrame(drawing.attributes(buyer_type, rng, count)).with_columns(
            kind=pl.lit(kind, pl.Int64), lots=pl.lit(buyer_type.lots, pl.Int64), supplier=pl.lit(None, pl.Int64), level=pl.lit(0, pl.Int64),
            since=pl.lit(0, pl.Int64), contract_end=pl.lit(0, pl.Int64), tie=pl.lit(0.0), incident=pl.lit(False))
        held = {}
        for s, belief in enumerate(sellers.belief()):
            tastes = rng.normal(0, buyer_type.taste_spread, count)
            held |= {f"tastes_{s}": tastes, f"values_{s}": belief + tastes, f"knows_{s}": rng.random(count) < sellers.reach[s],
                     f"right_{s}": rng.random(count), f"which_{s}": rng.random(count), f"left_{s}": np.zeros(count, bool),
                     f"last_purchase_{s}": np.full(count, NEVER)}
            held |= {f"{name}_{s}": np.zeros(count) for name in ("relationships", "bonds")}
            held |= {f"{name}_{s}": np.zeros(count, int) for name in ("purchases", "uses")}
        return frame.with_columns(**{name: pl.Series(values) for name, values in held.items()})

    def settle(self):
        """The first buyers, and in a running market their first suppliers."""
        frame = pl.concat(self.fresh(kind, count) for kind, count in enumerate(self.counts) if count)
        first = np.searchsorted(starting_shares(self.scenario), self.rng.random(frame.height), side="right")
        frame = frame.with_columns(supplier=pl.Series(first)).with_columns(
            supplier=when(col("supplier") < self.sellers.count).then(col("supplier")), since=pl.lit(-1, pl.Int64))
        frame = frame.with_columns(self.put("knows", "supplier", pl.lit(True)) + self.put("last_purchase", "supplier", pl.lit(0)))
        self.buyers = frame.with_columns(level=self.level_for("supplier").fill_null(0))
        self.count_accounts()

    def regroup(self, sellers):
        """Sellers have changed their plans: their accounts are given levels anew."""
        anew = looked_up(sellers, col("supplier")).fill_null(False)
        self.buyers = self.buyers.with_columns(level=when(anew).then(self.level_for("supplier")).otherwise(col("level")))

    # --- a period ------------------------------------------------------------------------------------------------------------------

    def buyers_period(self):
        """Turnover, hearing, use, purchase; the lessons of the period [seller]."""
        self.replace()
        if self.sellers.advertising.any():
            self.hear()
        lessons = self.use()
        everybody = self.lucky(self.buyers, "luck").with_columns(buys=col("luck") < col("purchase_rate")).drop("luck")
        others, buyers = (everybody.filter(col("buys") == buys).drop("buys") for buys in (False, True))
        buyers = buyers.with_columns(served_by=col("supplier"))
        for lot in range(everybody["lots"].max()):
            buyers = self.buy(buyers, col("lots") > lot)
        self.buyers = pl.concat([others, buyers.drop("served_by")]).drop("experience")
        self.count_accounts()
        return lessons

    def replace(self):
        """Turnover: some buyers go, as many of their types come."""
        gone = self.rng.random(self.buyers.height) < self.turnover
        if gone.any():
            leaving = self.buyers.filter(pl.Series(gone))
            self.book(leaving, "supplier", lost_turnover=col("supplier").is_not_null())
            coming = [self.fresh(kind, count) for kind, count in leaving.group_by("kind").len().iter_rows()]
            self.buyers = pl.concat([self.buyers.filter(pl.Series(~gone)), *coming])

    def hear(self):
        """Advertising makes sellers known."""
        belief = self.sellers.belief()
        for s, chance in enumerate(self.sellers.advertising):
            news = ~col(f"knows_{s}") & (col("luck") < chance)
            self.buyers = self.lucky(self.buyers, "luck").with_columns(
                when(news).then(belief[s] + col(f"tastes_{s}")).otherwise(col(f"values_{s}")).alias(f"values_{s}"),
                (col(f"knows_{s}") | news).alias(f"knows_{s}")).drop("luck")

    def use(self):
        """What was bought is in use: problems, voice, recovery; the experience of the period becomes a column, 0 without supplier."""
        mind, product, service = self.behaviour, self.product, self.service
        columns = self.buyers.columns
        orientation, bond = col("relationship_orientation"), col("bond")
        frame = self.lucky(self.buyers, "strikes", "surface", "recovers", "calls").lazy().with_columns(
            *self.each(lambda s: col(f"bonds_{s}") * (1 - mind.bond_decay)),
            *(looked_up(table, col("supplier"), col("level")).alias(name) for name, table in service.items()),
        ).with_columns(
            problems=(col("strikes") < col("problem")).fill_null(False), complains=col("voice") * col("openness"),
        ).with_columns(
            complaints=(col("problems") & (col("surface") < col("complains"))).fill_null(False),
            surfaced=(col("problems") & (col("surface") < 1 - (1 - col("complains")) * (1 - col("detect")))).fill_null(False),
        ).with_columns(
            resolved=(col("surfaced") & (col("recovers") < col("resolve"))).fill_null(False),
            detected=col("surfaced") & ~col("complaints"),
        ).with_columns(
            unresolved=col("problems") & ~col("resolved"),
            hurt=product.severity * when(col("complaints")).then(1 - product.complaint_relief).otherwise(1.0),
        ).with_columns(
            experience=(col("usage") + when(col("resolved")).then(product.delight).otherwise(0.0)
                        - when(col("unresolved")).then(col("hurt")).otherwise(0.0)).fill_null(0.0),
            incident=col("incident") | col("unresolved"), times=self.of("uses", "supplier") + 1, bond=self.of("bonds", "supplier"),
            contacts=((col("calls") < col("contact"))
                      | (col("after_sale") & (self.of("last_purchase", "supplier") == self.period - 1))).fill_null(False),
        ).with_columns(
            bond=(bond + when(col("contacts")).then(col("social") * orientation * (1 - bond)).otherwise(0.0))
            * when(col("unresolved")).then(1 - mind.bond_damage).otherwise(1.0),
            kept_tie=col("tie") * (1 - mind.tie_fade),
        ).with_columns(
            *self.put("relationships", "supplier", self.learnt(self.of("relationships", "supplier"), col("experience"), col("times"))),
            *self.put("bonds", "supplier", bond), *self.put("uses", "supplier", col("times")),
            tie=when(col("supplier").is_not_null()).then(col("kept_tie") + col("tie_growth") * orientation * (1 - col("kept_tie")))
            .otherwise(col("tie")),
            lessons=col("surfaced") & col("learns"), served=pl.lit(1),
        ).collect()
        happened = ("problems", "complaints", "detected", "resolved", "contacts", "served")
        self.book(frame, "supplier", bond_sum=bond, **{name: col(name) for name in happened})
        lessons = frame.select("supplier", "lessons").filter("lessons").group_by("supplier").len()
        self.buyers = frame.select(*columns, "experience")
        return np.bincount(lessons["supplier"], lessons["len"], minlength=self.sellers.count)

    # --- a purchase ----------------------------------------------------------------------------------------------------------------

    def buy(self, buyers: pl.DataFrame, active: pl.Expr) -> pl.DataFrame:
        """One lot of the active buyers: review or reorder, choice, encounter."""
        columns, held = buyers.columns, col("supplier").is_not_null()
        between = pl.max_horizontal(col("purchase_rate") * col("time_horizon"), pl.lit(1.0))
        bound = pl.Series("bound", drawing.contracts(self.types, buyers["kind"].to_numpy(), self.rng))
        frame = self.lucky(buyers.with_columns(bound), "luck").with_columns(free=col("contract_end") <= self.period).with_columns(
            review=active & (~held | (col("free") & (col("incident") | (col("luck") < 1 / between)))))
        again = frame.select(chosen=when(active).then(col("supplier"))).to_series()
        frame = frame.with_columns(again.scatter(frame["review"].arg_true(), self.choices(frame)))
        frame = frame.with_columns(buys=col("chosen").is_not_null()).with_columns(
            moves=col("buys") & col("chosen").ne_missing(col("supplier"))).with_columns(leaves=col("moves") & held)
        self.book(frame, "supplier", reorders=active & ~col("review"), reviews=col("review"), lost=col("leaves"))
        moves = col("moves")
        frame = frame.lazy().with_columns(
            *self.each(lambda s: ((col(f"left_{s}") | (col("leaves") & (col("supplier") == s)).fill_null(False))
                                  & ~(moves & (col("chosen") == s)).fill_null(False)).alias(f"left_{s}")),
            level=when(moves).then(self.level_for("chosen")).otherwise(col("level")),
            since=when(moves).then(self.period).otherwise(col("since")), tie=when(moves).then(0.0).otherwise(col("tie")),
            contract_end=when(col("review") & col("buys")).then(self.period + col("bound")).otherwise(col("contract_end")),
            incident=col("incident") & ~(col("buys") & col("free")), supplier=when(moves).then(col("chosen")).otherwise(col("supplier")),
        ).collect()
        return self.encounter(frame).select(columns)

    def choices(self, frame: pl.DataFrame) -> pl.Series:
        """Who reviews: the best of the sellers that each knows and of not buying (null)."""
        mind, sellers = self.behaviour, self.sellers
        weight = col("time_horizon") / pl.max_horizontal(col("time_horizon") + mind.horizon_scale, pl.lit(1e-300))
        barrier = when(col("supplier").is_not_null()).then(col("switching_cost") + mind.tie_value * col("tie")).otherwise(0.0)

        def utility(s):
            mine = (col("supplier") == s).fill_null(False)
            discount = pl.min_horizontal(pl.lit(sellers.discount_most[s]), sellers.discount_per_period[s] * (self.period - col("since")))
            price = when(mine).then(1 - discount).otherwise(1.0) * sellers.price[s]
            absence = self.period - col(f"last_purchase_{s}")
            returning = when(col(f"left_{s}")).then(col("return_cost") * (1 - mind.forgetting) ** absence).otherwise(0.0)
            gain = (col(f"values_{s}") + weight * (col(f"relationships_{s}") + mind.bond_value * col(f"bonds_{s}"))
                    - col("price_sensitivity") * price + col(f"luck_{s}") - when(mine).then(0.0).otherwise(barrier + returning))
            return when(col(f"knows_{s}")).then(gain).alias(f"utility_{s}")

        names = self.each(lambda s: f"utility_{s}")
        lucks = [f"luck_{s}" for s in range(sellers.count)]
        count = frame["review"].sum()
        luck = [pl.Series(name, self.rng.gumbel(0, mind.choice_noise, count)) for name in (*lucks, "nothing")]
        which = pl.coalesce(self.each(lambda s: when(col(names[s]) == col("best")).then(pl.lit(s, pl.Int64))))
        chosen = frame.lazy().filter("review").with_columns(luck).select(
            *self.each(utility), nothing=self.product.reserve + col("nothing"),
        ).with_columns(best=pl.max_horizontal(names)).select(when(col("best") > col("nothing")).then(which))
        return chosen.collect().to_series()

    def encounter(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Delivery: the promise kept or broken, the belief and the bond that follow."""
        mind, product, sellers = self.behaviour, self.product, self.sellers
        spread = product.delivery_spread * np.maximum(2 - sellers.capability, 0)
        experience = when(col("chosen").eq_missing(col("served_by"))).then(col("experience")).otherwise(0.0)
        belief, found = self.of("values", "chosen"), col("delivered") + self.of("tastes", "chosen")
        bond, damaged = self.of("bonds", "chosen"), 1 - mind.bond_damage
        frame = self.lucky(frame, "luck", draw=self.rng.standard_normal).lazy().with_columns(
            delivered=looked_up(sellers.capability * sellers.quality, col("chosen")) + looked_up(spread, col("chosen")) * col("luck"),
            times=self.of("purchases", "chosen") + 1,
        ).with_columns(
            kept=col("delivered") + experience >= looked_up(sellers.promise * sellers.quality, col("chosen")) - product.tolerance,
        ).with_columns(
            *self.put("values", "chosen", self.learnt(belief, found, col("times"))),
            *self.put("bonds", "chosen", when(col("kept")).then(bond + mind.promise_bond * col("relationship_orientation") * (1 - bond))
                      .otherwise(bond * damaged)),
            *self.put("purchases", "chosen", col("times")), *self.put("last_purchase", "chosen", pl.lit(self.period, pl.Int64)),
            incident=col("incident") | (~col("kept")).fill_null(False),
        ).collect()
        self.book(frame, "chosen", kept=col("kept"), broken=~col("kept"), lots=col("buys"), units=col("volume"), won=col("moves"))
        return frame
