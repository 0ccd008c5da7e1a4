"""What the model leaves out, in plain words, each stated once.

`limits` says which of them touch a scenario; `tenure limits` and the report print these words.
"""

from typing import NamedTuple


class Limit(NamedTuple):
    """One thing that is left out: what, why it matters, which way it may push the answer, what to do; whole sentences each."""

    name: str
    left_out: str
    matters: str
    pushes: str
    remedy: str


LIMITS: tuple[Limit, ...] = (            # the weightiest first
    Limit(
        "inputs",
        "The intervals cover luck alone: the same market played again with other chances. Doubt about the numbers that went in is "
        "not in them.",
        "A wrong number that went in moves the answer further than any interval shows.",
        "The answer may be off either way.",
        "Change the numbers you doubt and ask again; tenure sensitivity says which of them decide, tenure map where the answer turns.",
    ),
    Limit(
        "reasoned",
        "This market is reasoned from textbooks, not calibrated on data of a real one.",
        "Levels (profit, shares, retention) are those of a plausible market, not of yours.",
        "Levels may be off either way; differences between strategies on the same market suffer less.",
        "Read differences, not levels; tenure calibrate reads a market from a purchase log, contracts or a few figures that you know.",
    ),
    Limit(
        "horizon",
        "Profit counts up to the last period. Accounts that are still there then, and what they would bring, are worth nothing in "
        "the verdict.",
        "A strategy that invests in accounts ends with more of them than one that does not.",
        "The answer may be too hard on relationship strategies, the more so the shorter the horizon.",
        "Lengthen market.periods, and read 'accounts at the end' beside the profit.",
    ),
    Limit(
        "still_rivals",
        "Rivals do what the scenario states and do not answer what our seller does.",
        "A price cut is followed and a good programme is copied; both take part of the lead.",
        "The answer may be too kind to whoever moves first, most of all to price cuts; tenure claims C10 says how soon copied bonds "
        "lose their lead.",
        "Let rivals answer (answers: {match_lowest_price: true}, copy_level ...), or ask tenure equilibrium what holds when all may "
        "choose.",
    ),
    Limit(
        "simple_answers",
        "Sellers answer by simple rules, from what stood at the end of the period before; nobody bluffs, warns or learns from the "
        "last war.",
        "Those who match prices never let go: the price stays low after whoever cut it has gone back up.",
        "The answer may be too hard on price cuts, which rivals of flesh and blood sometimes let pass.",
        "Play the same question with another rule of answering, and with none.",
    ),
    Limit(
        "unheard",
        "Buyers do not hear each other here: neither recommendation nor warning is counted.",
        "Disappointed buyers tell others, and so do contented ones, at half the rate.",
        "The answer may be too kind to promises that are too large. For care it may be off either way: where all talk, grievances "
        "make every "
        "seller look worse, rivals most.",
        "Switch it on with word_of_mouth: {network: small_world}.",
    ),
    Limit(
        "experience_only",
        "What buyers tell each other is their own experience. Rumours, prices and opinions do not travel from mouth to mouth.",
        "A false story spreads here only as far as whoever has influence carries it, and customers' experience heals it.",
        "The answer may be too kind to sellers with a bad press or a high price, which talk would make better known.",
        "Read the speed of recovery from a scandal as the best case.",
    ),
    Limit(
        "no_foresight",
        "Buyers judge sellers by what they have met and heard, not by what sellers will do once they are locked in.",
        "Buyers who see the trap ask for a better price before they enter it.",
        "The answer may be too kind to strategies that win buyers cheaply and raise charges afterwards.",
        "Take the gain of harvesting as an upper bound.",
    ),
    Limit(
        "fixed_demand",
        "How much a buyer needs is given. Good service makes nobody buy more in all or buy other products; it moves purchases "
        "between sellers.",
        "Selling more and other things to good accounts (cross-selling) is a main promise of relationship marketing.",
        "The answer may be too hard on relationship strategies where accounts can grow with care.",
        "If accounts grow with care, try a higher buyers.TYPE.volume and see how far the gain rises.",
    ),
    Limit(
        "referred",
        "Referred customers are worth hardly more here than others like them (tenure claims C8); the literature found 16 to 25% more.",
        "The model knows of a referral that a friend speaks for the seller, not that friends are alike in what they need.",
        "The answer may be too hard on referral programmes and commissions.",
        "Take the gain of a referral programme as a lower bound.",
    ),
    Limit(
        "one_head",
        "A buyer is one head. There is no buying committee, and no contact person who leaves for another firm.",
        "Personal bonds go with the person.",
        "The answer may be too kind to high relationship levels with large accounts.",
        "Raise behaviour.bond_decay for accounts whose people change often.",
    ),
    Limit(
        "at_once",
        "A new level works from its first day. Hiring, training, new systems and staff who leave are not simulated.",
        "Programmes take a year or two before they deliver what was planned, and some never do.",
        "The answer may be too kind to strategies that change much.",
        "Let the level begin later by an event, and raise levels.LEVEL.setup_cost by what the change costs.",
    ),
    Limit(
        "free_database",
        "Knowing which account is which costs nothing; only listening instruments have a cost.",
        "A customer database has to be built and kept, and its use may be limited by law.",
        "The answer may be too kind to levels given by type or value, by what the database costs.",
        "Take the gain over one level for all as the most that the database may cost.",
    ),
    Limit(
        "law",
        "What is allowed is not asked: competition law (alliances, matched prices, raised charges), contracts and data protection.",
        "A strategy may pay and be forbidden.",
        "The answer may be too kind to whoever would not be allowed to.",
        "Ask counsel before the board does.",
    ),
    Limit(
        "no_entry",
        "No seller enters or leaves the market, and what sellers offer changes only where the scenario says so.",
        "Newcomers and new products are what ends many long relationships.",
        "The answer may be too kind to strategies that earn late, over long horizons.",
        "State a rival's better offer as an event (events: at, quality or price) and see whether the lead survives it.",
    ),
    Limit(
        "fixed_tastes",
        "A buyer's taste, switching cost, horizon and price sensitivity are drawn once and stay as long as the buyer.",
        "Fashions, new needs and a purchasing department that learns to switch would loosen what holds buyers today.",
        "The answer may be too kind to strategies that live on long relationships, over long horizons.",
        "Raise market.turnover: a buyer whose needs change is as good as a new one.",
    ),
    Limit(
        "no_doubt",
        "Nothing makes a buyer uneasy after the sale here: behaviour.doubt is nought.",
        "The time right after the sale is when buyers are tense and sellers relaxed (Levitt).",
        "The answer may be too hard on levels that call after the sale (tenure claims C12).",
        "Set behaviour.doubt to a few per cent of the price.",
    ),
    Limit(
        "same_accounts",
        "There are no customers that buy much for a short time, and none that grow dearer to serve the longer they stay.",
        "Reinartz & Kumar found both: lifetime and profit go together less than is believed.",
        "The answer may be too kind to strategies that keep accounts whatever these bring (tenure claims C11).",
        "Serve accounts by their value (level: {by_value: ...}) and compare.",
    ),
    Limit(
        "no_bargaining",
        "A seller asks one price of all, but for a loyalty discount or a premium. Nobody bargains account by account.",
        "Large buyers turn a good relationship into a lower price.",
        "The answer may be too kind to relationship strategies with large accounts.",
        "Lower the price under that strategy by what you expect to give away.",
    ),
    Limit(
        "fixed_size",
        "The market neither grows nor shrinks: who leaves it is replaced by another of the same type.",
        "In a growing market winning new buyers counts for more, in a shrinking one keeping those there are.",
        "The answer may be too hard on strategies that win buyers early where markets grow, and on those that keep them where "
        "markets shrink.",
        "Play a new market (market.start: new) beside the running one.",
    ),
    Limit(
        "speed_of_remedy",
        "A problem is mended or it is not; how fast does not matter, and a remedy too generous cannot be given.",
        "In practice speed is what buyers remember of a complaint.",
        "The answer may be too hard on sellers that mend fast.",
        "Raise levels.LEVEL.resolve a little for a seller known to be fast.",
    ),
    Limit(
        "one_occasion",
        "A buyer has one purchase occasion a period at most.",
        "Who buys more often than once a period cannot be shown.",
        "The answer may be too hard on whoever wins the frequent buyers.",
        "Choose a shorter market.period.",
    ),
    Limit(
        "no_shortage",
        "Goods are never short and delivery never late, unless as a problem in use; only people's time has a limit (capacity).",
        "A seller that grows fast may not be able to deliver.",
        "The answer may be too kind to strategies that win many accounts quickly.",
        "Raise product.problem_rate, or limit sellers.OURS.capacity.",
    ),
    Limit(
        "other_money",
        "Profit is before tax and overheads, discounted at one rate. Working capital, bad debts and risk are left out.",
        "Levels of profit are higher than in your books.",
        "The difference between two strategies is right unless they tie up capital differently.",
        "Read the difference, and deduct what a strategy needs beyond the costs named.",
    ),
    Limit(
        "calm_years",
        "One period is like another: no seasons, booms, inflation or crises, unless the scenario states them as events.",
        "A crisis tests who stays.",
        "The answer may be off either way.",
        "State a crisis as an event or by influence, and see whether the order of the strategies holds.",
    ),
)
