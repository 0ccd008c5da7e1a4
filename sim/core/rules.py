"""The model: every rule of the market, once, as a pure function of float32 numbers. Luck arrives as an argument.

A **buyer** meets **sellers**. With each seller it has a dyad: a believed offering value V, a believed relationship value G (both
money per unit) and a bond B in 0..1; with its incumbent supplier alone it has a structural tie K in 0..1.

1  *First belief.* A stranger is believed to offer what the seller promises, as far as the seller is credible (`first_belief`):
       V0 = Q̄ + reputation · (promise · Q − Q̄) + taste,    G0 = 0,    B0 = 0.
2  *Use.* In every period the incumbent's product is in use. A problem arises, is voiced or detected, is resolved or is not; help and
   joint work add value (`relationship_experience`). Beliefs follow experience, a shortfall faster than a gain, and slower the more
   experience there is (`updated_belief`, `learning_weight`):
       G += w · asym(g − G),    w = max(w_min, 1/(1 + n)),    n = experiences of that kind, this one included.
3  *Tending.* Contact makes the bond grow, neglect lets it decay, an unresolved problem or a broken promise damages it; joint structures
   make the tie grow (`tended`, `decayed`; damage is a decay at a stroke).
4  *Choice.* At a purchase occasion the buyer reviews its supplier once in a time horizon on average, or after a critical incident
   (`review_probability`); otherwise it reorders. A review takes the best of (`utility`)
       u_s = V_s + ω · (G_s + b · B_s) − α · p_s − [s ≠ incumbent] · (σ + κ · K) − ρ · left_s + μ · gumbel,
       u_none = reserve + μ · gumbel,        ω = h / (h + h0).
   A lost-for-good buyer and an always-a-share buyer follow this one rule; they differ in σ, h, ρ, θ and ω alone.
5  *Encounter.* The seller delivers x; the promise is kept when x + g reaches the promise less the zone of tolerance
   (`delivered_value`, `promise_kept`).
6  *Sellers* serve each account at a level; past a level's capacity its effect thins out towards basic (`thinned`). Which account gets
   which level is a matter of targeting (`recognised`, `account_margin`, `expected_account_value`).
7  *Standing.* Reputation follows the share of promises kept; learning from complaints lowers the rate of problems (`moved_towards`).
8  *Hearing.* A buyer hears what a neighbour last experienced, as far as the word gets through (`good_news`, `bad_news`), and by how much
   a promise was broken (`told_disappointment`); its belief follows at a discount (`hearsay_weight`); praise lends trust to the seller
   praised (`tended`). A partner recommends whoever invests in it (`partner_weight`, `chance_to_be_recommended`). What was told decides
   by which channel an account is won.
9  *Six markets.* What a seller spends in a relationship market builds a stock that fades (`invested`), with one effect each
   (`strengthened`, `weakened`, `enabled_capability`, `cushioned`).
10 *Answers.* A seller may match, harvest, copy, give up or reprice (`matched_price`, `harvests`, `account_future`, `chance_to_keep`).

Symbols and sources: `sim/ODD.md`, section 7, parts MODEL 4 to 10.
"""
from sim.core.arithmetic import ONE, TWO, ZERO, exp, exp2, f32, i32, larger, log, nearest, smaller
from sim.core.jit import njit

# --- what a buyer is ----------------------------------------------------------------------------------------------------------

@njit
def horizon_weight(time_horizon, horizon_scale):
    """ω, the weight of relationship value in choice: h / (h + h0), in 0..1; none for a buyer who looks no further than this purchase."""
    both = time_horizon + horizon_scale
    return time_horizon / both if both > ZERO else ZERO


@njit
def review_probability(purchase_rate, time_horizon):
    """The chance that a purchase occasion brings a review: min(1, purchase cycle / h), so once in a time horizon on average."""
    between = purchase_rate * time_horizon
    return ONE / between if between > ONE else ONE


@njit
def quantile_position(u, reach, points):
    """Where the probability u falls in a quantile function tabulated at `points` even steps of its logit from −reach to reach."""
    logit = log(u) - log(ONE - u)
    at = (logit + reach) * ((points - ONE) / (TWO * reach))
    return smaller(larger(at, ZERO), points - f32(1.001))


# --- belief and learning --------------------------------------------------------------------------------------------------------

@njit
def first_belief(quality, promise, reputation, market_quality, taste):
    """V0 = Q̄ + reputation · (promise · Q − Q̄) + taste: a promise is believed as far as the seller is credible (MODEL 5, 9)."""
    return market_quality + reputation * (promise * quality - market_quality) + taste


@njit
def learning_weight(experiences, slowest):
    """w = max(w_min, 1 / (1 + n)): the more a buyer has seen, the less one more experience moves it (MODEL 5; Bolton 1998)."""
    return larger(slowest, ONE / (ONE + experiences))


@njit
def updated_belief(belief, experience, weight, loss_aversion):
    """belief + w · asym(experience − belief): a shortfall weighs `loss_aversion` times a gain, but a belief never overshoots what was
    experienced, so the step is at most the whole distance."""
    step = smaller(weight * loss_aversion, ONE) if experience < belief else weight
    return belief + step * (experience - belief)


# --- use: problems, voice, recovery -----------------------------------------------------------------------------------------------

@njit
def problem_probability(rate, prevent, learned, learning_effect):
    """f · complexity · (1 − prevent) · (1 − effect · learned): what care and learning from complaints leave of it."""
    return smaller(rate * (ONE - prevent) * (ONE - learning_effect * learned), ONE)


@njit
def either(one, other):
    """The chance of one or the other of two independent things: 1 − (1 − one) · (1 − other)."""
    return ONE - (ONE - one) * (ONE - other)


@njit
def surfacing_probability(complains, detect):
    """1 − (1 − voice · openness) · (1 − detect): a problem surfaces when the buyer complains or else the seller finds it."""
    return either(complains, detect)


@njit
def relationship_experience(usage, severity, relief, delight, unresolved, complained, resolved):
    """g = usage − severity · [unresolved] · (1 − relief · [complained]) + delight · [resolved], money per unit.

    A buyer whose complaint found an ear but no remedy is hurt less than one who stayed silent (TARP: 19% against 9% buy again)."""
    hurt = severity * (ONE - relief if complained else ONE)
    return usage - (hurt if unresolved else ZERO) + (delight if resolved else ZERO)


@njit
def left_in_doubt(experience, doubt, just_bought, contact):
    """g − doubt · [bought last period and not contacted since]: after the sale the buyer is tense and the seller relaxed (Levitt 1983)."""
    return experience - (doubt if just_bought & (not contact) else ZERO)


# --- bonds and ties ------------------------------------------------------------------------------------------------------------------

@njit
def tended(stock, growth, orientation):
    """stock + growth · θ · (1 − stock): contact adds to a bond or tie what is still missing, for buyers who are open to it (MODEL 8)."""
    return stock + growth * orientation * (ONE - stock)


@njit
def decayed(stock, rate):
    """stock · (1 − rate): the natural tendency of relationships is erosion (Levitt 1983)."""
    return stock * (ONE - rate)


# --- choice -------------------------------------------------------------------------------------------------------------------------

@njit
def discount_points(tenure, per_period, most):
    """The loyalty discount in whole basis points of the price: min(most, per_period · tenure)."""
    return i32(nearest(smaller(most, per_period * tenure) * f32(10000)))


@njit
def account_points(tenure, per_period, most, premium):
    """What is taken off the price for an account, in whole basis points: its loyalty discount, less the premium that accounts pay above
    newcomers (below nought: it pays more than the price); never more than the price."""
    points = i32(discount_points(tenure, per_period, most) - (i32(nearest(premium * f32(10000))) if tenure > ZERO else i32(0)))
    return points if points < i32(10000) else i32(10000)


@njit
def discounted(price, points):
    """The price less a discount in basis points."""
    return price * (ONE - f32(points) * f32(0.0001))


@njit
def leaving_cost(switching_cost, tie_value, tie):
    """σ + κ · K: what it takes to leave the incumbent (Burnham, Frels & Mahajan: procedural, financial and, by way of K, structural)."""
    return switching_cost + tie_value * tie


@njit
def fading(forgetting):
    """log2 of what one period leaves of a memory, log2(1 − forgetting): what `returning_cost` counts in."""
    return log(larger(ONE - forgetting, f32(1e-6))) * f32(1.44269504)


@njit
def returning_cost(return_cost, fading, absence):
    """ρ · (1 − forgetting)^absence, the extra cost of going back to a supplier once left; infinite for those lost for good."""
    return return_cost * exp2(larger(absence * fading, f32(-100)))


@njit
def utility(value, relationship, bond, weight, bond_value, price_sensitivity, price):
    """V + ω · (G + b · B) − α · p, money per unit: what a seller is worth to a buyer before any cost of moving (MODEL 6)."""
    return value + weight * (relationship + bond_value * bond) - price_sensitivity * price


@njit
def gumbel(u):
    """−log(−log u): the luck that makes the best of several utilities a multinomial logit, with each seller's luck its own."""
    return -log(-log(u))


# --- encounter and promise --------------------------------------------------------------------------------------------------------------

@njit
def delivered_value(quality, capability, spread, z):
    """x = capability · quality + spread · (2 − capability) · z: enabling moves the mean and the spread of what is delivered (MODEL 9)."""
    return capability * quality + spread * larger(TWO - capability, ZERO) * z


@njit
def promise_kept(delivered, relationship_now, promised, tolerance):
    """delivered + g ≥ promised − tolerance: inside the zone of tolerance a promise counts as kept (Zeithaml, Berry & Parasuraman 1993)."""
    return delivered + relationship_now >= promised - tolerance


# --- sellers -----------------------------------------------------------------------------------------------------------------------------

@njit
def thinned(effect, basic, capacity, accounts):
    """Past capacity the average account gets capacity/accounts of the level's effect, and basic for the rest (MODEL 7)."""
    full = ONE if accounts <= capacity else capacity / accounts
    return full * effect + (ONE - full) * basic


@njit
def moved_towards(stock, target, speed):
    """stock + speed · (target − stock)."""
    return stock + speed * (target - stock)


@njit
def learned_more(stock, lessons_per_account, speed, forgetting):
    """L + speed · lessons · (1 − L) − forgetting · L, kept in 0..1: problems that surfaced are what a seller learns from."""
    return smaller(larger(stock + speed * lessons_per_account * (ONE - stock) - forgetting * stock, ZERO), ONE)


@njit
def recognised(truth, kinds, accuracy, u_right, u_which):
    """The class the seller's database puts an account in: the true one with probability `accuracy`, else one of the others."""
    other = i32(smaller(u_which * f32(kinds - 1), f32(kinds) - f32(1.5)))
    wrong = i32(other + 1) if other >= truth else other
    return truth if u_right < accuracy or kinds < 2 else wrong


@njit
def account_margin(price, unit_cost, volume, lots, purchase_rate):
    """(p − c) · units per lot · lots · λ: an account's expected margin per period before the cost to serve it, money."""
    return (price - unit_cost) * volume * f32(lots) * purchase_rate


@njit
def expected_account_value(margin, cost, setup, stay_gain, rivals, noise, reviews, leaving_anyway, discount):
    """What an account is expected to be worth at a level: (margin − cost) · (1 + d) / (1 + d − r) − set-up cost, money.

    The seller reckons the chance to keep a review from the logit, 1 / (1 + rivals · exp(−gain/μ)), where `stay_gain` is the advantage that
    bond, tie, relationship value and switching cost are expected to give it over an equal rival; r = (1 − turnover)(1 − reviews · lost).
    First margin now, undiscounted (Fader & Hardie 2012, case 1)."""
    kept = ONE / (ONE + rivals * exp(-larger(smaller(stay_gain / noise, f32(80)), f32(-80))))
    retention = (ONE - leaving_anyway) * (ONE - reviews * (ONE - kept))
    return (margin - cost) * (ONE + discount) / (ONE + discount - retention + f32(1e-6)) - setup


@njit
def expected_bond(growth, orientation, decay):
    """The bond at which growth and decay balance: gθ / (gθ + decay)."""
    gain = growth * orientation
    return gain / (gain + decay) if gain > ZERO else ZERO


# --- hearing ------------------------------------------------------------------------------------------------------------------------------

@njit
def good_news(talk, referral_effect, referral_stock, reward, reward_half):
    """min(1, talk · (1 + effect · C + reward / (reward + half))): the chance that a contented neighbour's word gets through; more where the
    seller tends its referral market and where it rewards who recommends (MODEL 10; Ryu & Feick 2007 for the direction)."""
    rewarded = reward / (reward + reward_half) if reward > ZERO else ZERO
    return smaller(talk * (ONE + referral_effect * referral_stock + rewarded), ONE)


@njit
def bad_news(talk, times):
    """min(1, talk · times): bad news travels further than good, whatever the seller does (TARP: twice as many are told)."""
    return smaller(talk * times, ONE)


@njit
def hearsay_weight(credence, experiences, slowest):
    """credence · max(w_min, 1 / (1 + n)): a neighbour's experience counts for a share of one's own, and less the more one has seen; n
    counts this one as if it were the buyer's own."""
    return credence * learning_weight(experiences + ONE, slowest)


@njit
def told_disappointment(relationship, promised, delivered):
    """g − max(0, promised − (x + g)): who tells of a broken promise tells by how much it was broken (Oliver 1980: disconfirmation)."""
    return relationship - larger(promised - (delivered + relationship), ZERO)


@njit
def partner_weight(goodwill, commission, half):
    """goodwill + commission / (commission + half): what a partner recommends a seller for, in 0..2."""
    return goodwill + (commission / (commission + half) if commission > ZERO else ZERO)


@njit
def chance_to_be_recommended(weight, weights):
    """weight / max(1, Σ weights): in proportion to what was invested; a partner with little reason to recommend anybody often does not."""
    return weight / larger(weights, ONE)


# --- the six markets ----------------------------------------------------------------------------------------------------------------------

@njit
def invested(stock, spending, growth, fade):
    """C + growth · spending · (1 − C) − fade · C, kept in 0..1: spending adds to what is still missing, and what is not kept up fades."""
    return smaller(larger(stock + growth * spending * (ONE - stock) - fade * stock, ZERO), ONE)


@njit
def strengthened(x, effect, stock):
    """x · (1 + effect · C)."""
    return x * (ONE + effect * stock)


@njit
def weakened(x, effect, stock):
    """x · (1 − effect · C)."""
    return x * (ONE - effect * stock)


@njit
def enabled_capability(capability, enabling, ceiling, internal, recruitment):
    """capability · (1 + C_internal · (enabling + ceiling · C_recruitment)): recruitment raises what staff could do, and internal marketing
    brings them there (Bitner 1995: enabling the promise)."""
    return capability * (ONE + internal * (enabling + ceiling * recruitment))


@njit
def cushioned(share, effect, stock):
    """share + effect · C · (1 − share): friends among those with influence speak up for a seller that falls short."""
    return share + effect * stock * (ONE - share)


# --- sellers that answer ------------------------------------------------------------------------------------------------------------------

@njit
def matched_price(own, lowest, unit_cost, floor):
    """min(own, max(lowest rival price, (1 + floor) · unit cost)): meets the lowest price but sells nothing below its floor."""
    return smaller(own, larger(lowest, (ONE + floor) * unit_cost))


@njit
def harvests(harvesting, share, begins, ends):
    """Whether a seller charges its accounts a premium: from the moment its share of buyers reaches `begins` until it falls below `ends`."""
    return share >= begins if harvesting == 0 else share >= ends


@njit
def account_future(switching_cost, price_sensitivity, discount, purchase_rate, turnover):
    """What an account is worth beyond this sale, money per unit: σ/α · ((1 − turnover) / (1 + d))^(1/λ).

    Where rivals bid away everything else, a locked-in buyer is worth the switching cost, at its next purchase (Farrell & Klemperer 2007):
    with σ = s and one purchase a period the price of newcomers is c − δ s, and in the last period accounts pay c + s."""
    if price_sensitivity <= ZERO or purchase_rate <= ZERO:
        return ZERO
    until = exp(log((ONE - turnover) / (ONE + discount)) / purchase_rate) if turnover < ONE else ZERO
    return switching_cost / price_sensitivity * until


@njit
def chance_to_keep(advantage, noise):
    """1 / (1 + exp(−advantage/μ)): the logit of being preferred to the best of the rest."""
    return ONE / (ONE + exp(larger(smaller(-advantage / noise, f32(80)), f32(-80))))
