"""The twelve claims (MODEL 12): declared in one table, in the order of their numbers; the default market is the same for all of them."""
from sim.experiments.claims.complaints import buying_again
from sim.experiments.claims.contact import contact_stops
from sim.experiments.claims.copied import bonds_copied, plan_copied
from sim.experiments.claims.harvest import harvesting
from sim.experiments.claims.jackson import jackson
from sim.experiments.claims.kotler import ladder
from sim.experiments.claims.levitt import complexity_and_cycle
from sim.experiments.claims.lifetimes import lifetime_and_profit
from sim.experiments.claims.promises import over_promising
from sim.experiments.claims.quality import quality_first
from sim.experiments.claims.referrals import cost_of_winning, in_a_bank, in_the_default_market
from sim.experiments.claims.retention import five_points
from sim.experiments.claims.stated import Claim, Experiment, Headline

EUR, POINTS, PER_CENT, RUNGS = "EUR per buyer", "points", "%", "rungs"
COMMITTED = (("lost_for_good", "lost-for-good"), ("intermediate", "intermediate"))
SMALL = {"buyers": 1000, "periods": 120, "runs": 8}

_ALL = (
    Claim("C1", "Commitment repays care", "Jackson", "1985",
          "Relationship marketing repays itself with accounts that commit themselves for long and are lost for good once lost; with "
          "always-a-share accounts, who divide and shift their purchases, it has little to hold on to.",
          "Every account at one level, each level above basic against basic, accounts of 12 and of 90 units an order: the gain per "
          "buyer of a type, and the gain from committed buyers over that from always-a-share ones, the mean of the four levels.",
          (Experiment(jackson, small=SMALL),),
          tuple(Headline(f"{account} accounts, mean of the levels: {kind} over always_a_share",
                         f"{account} accounts: a level gains more from {words} buyers than from always-a-share", EUR, "basic's profit")
                for account in ("small", "large") for kind, words in COMMITTED),
          "Against always-a-share buyers a level gains {0} EUR more per lost-for-good and {1} per intermediate buyer with small "
          "accounts, {2} and {3} with large ones.",
          "It is the intermediate buyers that gain by far the most: those lost for good are held by switching cost and contract "
          "anyway, and with small accounts partnership loses money with them as it does with always-a-share buyers.", (6, 0.9)),
    Claim("C2", "Margin and number", "Kotler", "1992",
          "The right level of relationship rises with the margin and falls with the number of customers: partnership where few "
          "customers bring a high margin, basic or reactive where many bring a low one.",
          "The best of five uniform levels in nine cells (margins of 15, 40 and 70%, the market's demand in the hands of 200, 800 or "
          "3,200 buyers), by run: how many rungs it rises from low to high margin and from many to few customers; and the table's two "
          "sure corners. Two other readings of 'number of customers' are listed.",
          (Experiment(ladder, small={"periods": 120, "runs": 8, "scale": 0.5, "readings": ("demand",)}),),
          (Headline("demand: rungs of the best level, high over low margin", "the best level is higher at a high than at a low margin",
                    RUNGS, "the ladder of four rungs"),
           Headline("demand: rungs of the best level, few over many customers",
                    "the best level is higher with few than with many customers",
                    RUNGS, "the ladder of four rungs"),
           Headline("demand: corner few/high:*", "few customers, high margin: partnership beats every other level", PER_CENT,
                    "basic's profit there"),
           Headline("demand: corner many/low:*", "many customers, low margin: basic or reactive beats every other level", PER_CENT,
                    "basic's profit there")),
          "The best level lies {0} rungs higher at a high than at a low margin and {1} with few than with many customers; against the "
          "best other level the corners stand at {2}% (few, high) and {3}% (many, low) of basic's profit.",
          "Both directions hold and so does the corner of partnership. Many customers at a low margin: accountable still beats basic "
          "and reactive unless numbers differ tenfold from step to step. Where capacity alone sets the limit ('people') the margin "
          "does not matter.",
          (25, 1.4)),
    Claim("C3", "Complexity and long cycles", "Levitt", "1983",
          "The more complex the product and the longer its purchase cycle, the more the sale is but the beginning, and the higher the "
          "level of relationship that pays.",
          "Complexity 0.5, 1 and 2 (times the rate of problems) by an order a month, a quarter or a year (as many units a year in "
          "each): the best uniform level for accounts of the default size, and what partnership earns over basic with large accounts.",
          (Experiment(complexity_and_cycle,
                      small={"buyers": 500, "periods": 120, "runs": 6, "complexities": (0.5, 2), "cycles": (1, 12)}),),
          (Headline("small accounts: rungs of the best level, complexity*", "small accounts: the best level rises with complexity", RUNGS,
                    "the ladder of four rungs"),
           Headline("large accounts: gap partnership over basic, complexity*", "large accounts: partnership's lead widens with complexity",
                    EUR, "basic's profit"),
           Headline("small accounts: rungs of the best level, cycle*", "small accounts: the best level rises with the cycle", RUNGS,
                    "the ladder of four rungs"),
           Headline("large accounts: gap partnership over basic, cycle*", "large accounts: partnership's lead widens with the cycle", EUR,
                    "basic's profit")),
          "With complexity partnership's lead widens by {1} EUR a large account and the best level for small ones moves by {0} rungs; "
          "with the cycle, from a month to a year, they change by {3} EUR and {2} rungs.",
          "The purchase cycle fails. Buyers review suppliers when they buy, and after an unresolved problem at the next occasion: with "
          "one order a year instead of twelve, basic service loses 25 instead of 70 of 100 intermediate accounts a year by an "
          "incident, so there is less for care to save. Cycles of ten years and more, and products that are dearer to use the longer "
          "they stand, are not in it.",
          (25, 1.2)),
    Claim("C4", "Quality first", "Zeithaml & Bitner", "1996",
          "Retention needs competitive quality first: no relationship programme makes up for an inferior core offer.",
          "A seller whose units are worth 15 less (of 118) at each level, against a seller of par quality that sells and moves on.",
          (Experiment(quality_first, small=SMALL),),
          tuple(Headline(f"{account} accounts, best level: par basic over inferior *",
                         f"{account} accounts: par quality at basic beats inferior quality at its best level", EUR, "what par basic earns")
                for account in ("small", "large")),
          "Par quality without care earns {0} EUR a buyer more than inferior quality at its best level with small accounts, {1} with "
          "large.",
          "", (4, 0.7)),
    Claim("C5", "Five points of retention", "Reichheld & Sasser", "1990",
          "Five points less defection raise what a customer is worth by 25% to 85%, and by more where retention is high already.",
          "Retention in the default market is raised by switching cost (half as much again) or by satisfaction (a unit worth 8 more), "
          "and what an account won is then worth to the horizon of twenty years is scaled to five points of yearly retention, type by "
          "type.",
          (Experiment(five_points, small={"buyers": 1500, "periods": 240, "runs": 12}),),
          (Headline("switching cost, lost_for_good: five points from the default on (*%) lift worth by (%), beyond 25%",
                    "lost-for-good, by switching cost: five points lift worth by more than 25%", POINTS, "the worth of an account"),
           Headline("satisfaction, lost_for_good: five points from the default on (*%) lift worth by (%), beyond 25%",
                    "lost-for-good, by satisfaction: five points lift worth by more than 25%", POINTS, "the worth of an account"),
           Headline("switching cost, intermediate: five points from the default on (*%) lift worth by (%), beyond 25%",
                    "intermediate, by switching cost: five points lift worth by more than 25%", POINTS, "the worth of an account"),
           Headline("satisfaction, intermediate: five points from the default on (*%) lift worth by (%), beyond 25%",
                    "intermediate, by satisfaction: five points lift worth by more than 25%", POINTS, "the worth of an account"),
           Headline("switching cost: five points lift worth (points of %), lost_for_good over intermediate",
                    "by switching cost: more at high retention (lost-for-good) than at low (intermediate)",
                    POINTS, "the worth of an account"),
           Headline("satisfaction: five points lift worth (points of %), lost_for_good over intermediate",
                    "by satisfaction: more at high retention (lost-for-good) than at low (intermediate)",
                    POINTS, "the worth of an account")),
          "Beyond the 25% that were published five points lift the worth of lost-for-good accounts by {0} (switching cost) and {1} "
          "points (satisfaction), that of intermediate ones by {2} and {3}; {4} and {5} points more where retention is high.",
          "Intermediate accounts stay 55% a year, and there the formula m(1 + d)/(1 + d − r) promises no more than 10%: 25% and more "
          "takes retention near 90%, or winning an account must cost a third to a half of what it is worth (the default is nought). "
          "The mechanism itself, more at high retention, is borne out. Always-a-share accounts are not kept for a year by anything.",
          (7, 1.9)),
    Claim("C6", "Promising too much", "Bitner; Zeithaml & Bitner", "1995, 1996",
          "Promising more than is delivered wins buyers at first and loses value in the end where buyers are relational.",
          "A promise a tenth too large beside an honest one, in a new market of buyers alike but for how readily they bond and how far "
          "they look ahead, and in the default market by type; three tenths, running markets and word of mouth are listed.",
          (Experiment(over_promising, small=SMALL | {"runs": 12, "networks": ("none",)}),),
          (Headline("none, new, relational buyers, over_by_tenth: first year, over-promising over honest",
                    "relational buyers: over-promising earns more in the first year", EUR, "honest profit of the year"),
           Headline("none, new, relational buyers, over_by_tenth: whole horizon, honest over over-promising",
                    "relational buyers: honesty earns more in ten years", EUR, "honest profit"),
           Headline("none, new, over_by_tenth: lost with relational over transactional buyers",
                    "over-promising loses more with relational than with transactional buyers", EUR,
                    "honest profit with relational buyers"),
           Headline("none, new, default market, over_by_tenth: whole horizon, honest over over-promising, intermediate",
                    "default market, intermediate: honesty earns more in ten years", "EUR per buyer of the type", "honest profit"),
           Headline("none, new, default market, over_by_tenth: whole horizon, honest over over-promising, lost_for_good",
                    "default market, lost-for-good: honesty earns more in ten years", "EUR per buyer of the type", "honest profit")),
          "A promise a tenth too large makes {0} EUR a relational buyer in the first year; honesty {1} in ten years, {2} more than "
          "with transactional ones; of the default market {3} with intermediate and {4} with lost-for-good buyers.",
          "With lost-for-good buyers over-promising pays: contract and switching cost hold whom the promise won. With transactional "
          "ones it pays as well. In a running market it does not win at first: accounts held already are disappointed at once. Word of "
          "mouth makes it dearer everywhere.", (15, 1)),
    Claim("C7", "Locked in, uncared for", "Jones & Sasser; Farrell & Klemperer", "1995, 2007",
          "Switching costs without care keep buyers and profits for a while (false loyalty), then the pool of the lost grows.",
          "A premium of 15% for accounts at basic service beside one price, and both beside a seller who cares, over twenty years: the "
          "first year's profit, that of the last three, and who has left and not come back, for the two types that have a switching "
          "cost to speak of.",
          (Experiment(harvesting, small={"buyers": 1000, "periods": 240, "runs": 8, "networks": ("none",)}),),
          tuple(Headline(f"none, {kind}: {case}", f"{words}: {what}", unit, standard)
                for kind, words in COMMITTED
                for case, what, unit, standard in (
                    ("first year, harvest over one price", "the premium earns more in the first year", "EUR per buyer of the type",
                     "one price's profit of the year"),
                    ("last three years, one price over harvest", "the premium earns less in the last three years",
                     "EUR per buyer of the type", "one price's profit of these years"),
                    ("pool of the lost (%) at the end, one_price over care", "without care more have left for good at the end", POINTS,
                     "the buyers of the type"))),
          "The premium makes {0} EUR a lost-for-good buyer in the first year and {3} an intermediate one; in the last three one price "
          "is {1} and {4} ahead, and without care {2} and {5} points more of them have left for good.",
          "It holds for lost-for-good buyers alone. A premium as large as their switching cost drives intermediate buyers away in the "
          "first year. Word of mouth lets the harvest pay: experiences are told and prices are not, so rivals look no greener.", (13, 0.3)),
    Claim("C8", "Referrals", "Schmitt, Skiera & Van den Bulte; Van den Bulte et al.", "2011, 2018",
          "Satisfied accounts lower the cost of acquisition; referred customers are worth 16% to 25% more and leave less often, as "
          "long as whoever referred them stays.",
          "In a small world: what winning an account costs with basic service and with care; the worth of referred accounts beside "
          "others of their type and cohort; the hazard of losing them beside others of their type, tenure and origin. A bank is listed "
          "as well.",
          (Experiment(cost_of_winning, small={"buyers": 1000, "periods": 120, "runs": 8}),
           Experiment(in_the_default_market, small={"buyers": 2500, "periods": 120, "runs": 12}), Experiment(in_a_bank)),
          (Headline("cost of an account won, lost_for_good: basic (* EUR) over care",
                    "lost-for-good: winning an account costs less with care than with basic service", "EUR per account won",
                    "the cost at basic"),
           Headline("cost of an account won, intermediate: basic (* EUR) over care",
                    "intermediate: winning an account costs less with care than with basic service", "EUR per account won",
                    "the cost at basic"),
           Headline("default market: worth (%), referred over others of type and cohort: intermediate",
                    "intermediate: referred accounts are worth more", PER_CENT, "the worth of others"),
           Headline("default market: worth (%), referred over others of type and cohort, beyond 16%: intermediate",
                    "intermediate: referred accounts are worth 16% more at least", POINTS, "the worth of others"),
           Headline("default market: worth (%), referred over others of type and cohort, beyond 16%: lost_for_good",
                    "lost-for-good: referred accounts are worth 16% more at least", POINTS, "the worth of others"),
           Headline("default market: hazard lower by (%), referrer an account than own search: lost_for_good",
                    "lost-for-good: fewer are lost while the referrer stays", PER_CENT, "the hazard of own search")),
          "Care takes {0} and {1} EUR of 100 off the cost of winning a lost-for-good and an intermediate account; referred "
          "intermediate accounts are worth {2}%, which is {3} points from the published 16 ({4} for lost-for-good); while the referrer "
          "stays {5}% fewer of these are lost.",
          "Right in sign, not in size: few would have left in any case, so staying longer adds little worth. Unless newcomers are "
          "matched with newcomers most of the advantage in staying is selection. A reward of 25 lowers the cost of winning a little, a "
          "large referral budget does not.", (40, 1.9)),
    Claim("C9", "Complaints", "TARP, US Office of Consumer Affairs", "1979, 1986",
          "Of those with a problem, who stays silent buys again least, who complains in vain more often, who complains and is "
          "satisfied more often still (and most who is satisfied fast).",
          "Every buyer is watched, all sellers reactive: who buys from the seller again at the next occasion without contract, by what "
          "became of the problem. The model has no speed of remedy: 'fast' is not measured. Other levels are listed.",
          (Experiment(buying_again, small={"buyers": 2500, "periods": 96, "runs": 12, "levels": ("reactive",)}),),
          tuple(Headline(f"reactive, {kind}: {case}", f"{words}: {what}", POINTS, "100 buyers with a problem")
                for kind, words in (*COMMITTED, ("always_a_share", "always-a-share"))
                for case, what in (("complained in vain over silent",
                                    "buyers come back more often after a complaint in vain than after silence"),
                                   ("complained and satisfied over in vain",
                                    "buyers come back more often after a remedy than after a complaint in vain"))),
          "Complained in vain over silent: {0} (lost-for-good), {2} (intermediate), {4} points (always-a-share); satisfied over in "
          "vain: {1}, {3}, {5}. TARP: +9 to +10, then +24 to +35.",
          "Always-a-share buyers look two months ahead: their experience with the relationship has a weight of 2/(2 + 12) = 0.14 in "
          "their choice, and being heard without a remedy changes nothing that can be seen. Nor are the steps as large as TARP's, "
          "which are intentions: an unresolved problem forces a review here, in which taste and switching cost still speak for the "
          "supplier.",
          (7, 0.6)),
    Claim("C10", "Bonds that are copied", "Berry & Parasuraman", "1991",
          "Financial bonds are copied at once and their gain goes first, that of social bonds later, that of structural bonds last.",
          "Each bond alone (a loyalty discount, proactive contact, partnership's tie), copied by all rivals after five years: how much "
          "of the lead in retention is left in the first year after, beside the lead where nobody copies. Copying of whole plans is "
          "listed.",
          (Experiment(bonds_copied, small={"buyers": 2000, "copied_at": 37, "periods": 72, "runs": 16}), Experiment(plan_copied)),
          (Headline("year 1 after the copy: social keeps more of its lead than financial does",
                    "social bonds keep more of their lead than financial",
                    POINTS, "the lead where nobody copies"),
           Headline("year 1 after the copy: structural keeps more of its lead than social does",
                    "structural bonds keep more of their lead than social", POINTS, "the lead where nobody copies")),
          "In the year after the copy social bonds keep {0} points more of their lead than financial ones, structural {1} more than "
          "social.",
          "It holds for the lead; from the second year on social and financial can no longer be told apart. Copying does not loosen "
          "the hold on one's own accounts: only matching the discount for everybody does.", (22, 2)),
    Claim("C11", "Lifetime and profit", "Reinartz & Kumar", "2000",
          "Where customers commit themselves, a long life means profit; in a non-contractual setting, where they come and go, it need not.",
          "Customers followed for three years from their first purchase with a seller, all sellers basic: the correlation of the "
          "months to their last purchase with their profit; weak is below 0.3 (Cohen 1988).",
          (Experiment(lifetime_and_profit, small={"buyers": 1500, "periods": 72, "runs": 6}),),
          (Headline("lost_for_good: correlation of lifetime and profit, beyond 0.3", "lost-for-good: the correlation is above 0.3",
                    "of a correlation", "a correlation of 1"),
           Headline("always_a_share: correlation of lifetime and profit, short of 0.3", "always-a-share: the correlation is below 0.3",
                    "of a correlation", "a correlation of 1"),
           Headline("correlation of lifetime and profit, lost_for_good over always_a_share",
                    "the correlation is larger for lost-for-good than for always-a-share", "of a correlation", "a correlation of 1")),
          "The correlation lies {0} above 0.3 for lost-for-good customers and {1} below it for always-a-share ones; they differ by {2}.",
          "Always-a-share customers fail it: what an order brings has nothing to do with lifetime (0.00), but all buyers of a type "
          "order at one rate, so who is seen longer has bought more (0.54). Customers who buy much for a short time, and costs that "
          "grow with the length of a relationship are not in the default market.", (2, 0.3)),
    Claim("C12", "After the sale", "Levitt", "1983",
          "After the sale the seller relaxes and the buyer tenses: where contact stops, satisfaction dips and more first renewals fail.",
          "Accountable service with and without its contacts (cost and all else alike), from the third year on, at the default, where "
          "buyers have no doubts after a purchase; doubts of 4 EUR a unit are listed.",
          (Experiment(contact_stops, small={"buyers": 2500, "periods": 84, "runs": 14, "doubts": (0,)}),),
          tuple(Headline(f"doubt 0, {kind}: {case}", f"{words}: {what}", unit, standard)
                for kind, words in COMMITTED
                for case, what, unit, standard in (
                    ("satisfaction in the first year, contact over none", "satisfaction is lower in the first year without contact",
                     "EUR per unit", "100 EUR, the price"),
                    ("first renewals that fail (%), none over contact (*)", "more first renewals fail without contact", POINTS,
                     "100 first renewals"))),
          "Without contact satisfaction is lower by {0} and {2} EUR a unit (lost-for-good, intermediate), and {1} and {3} of 100 first "
          "renewals more fail.",
          "Satisfaction needs doubt: nothing in the rules makes an untended buyer tense unless `behaviour.doubt` is above the nought "
          "that it is by default. With 4 EUR of it satisfaction falls by 0.6, later by 1.4: a lasting drop, not a dip.",
          (8, 2)),
)
CLAIMS = {claim.number: claim for claim in _ALL}
