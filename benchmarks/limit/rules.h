/* The rules of sim/core/rules.py, one number at a time; the order of operations is theirs, for the last bit depends on it. */
#pragma once
#include "arithmetic.h"
#include "places.h"

inlined float horizon_weight(float horizon, float scale)
{
    float both = horizon + scale;
    return both > 0.0f ? horizon / both : 0.0f;
}

inlined float review_probability(float rate, float horizon)
{
    float between = rate * horizon;
    return between > 1.0f ? 1.0f / between : 1.0f;
}

inlined float quantile_position(float u)
{
    float logit = log_of(u) - log_of(1.0f - u);
    float at = (logit + QUANTILE_REACH) * ((QUANTILE_POINTS - 1.0f) / (2.0f * QUANTILE_REACH));
    return smaller(larger(at, 0.0f), QUANTILE_POINTS - 1.001f);
}

inlined float between(const float *table, float where)
{
    int32_t left = (int32_t)where;
    float low = table[left], high = table[left + 1];
    return high > low ? low + (where - (float)left) * (high - low) : low;
}

inlined float quantile(const float *table, float u) { return between(table, quantile_position(u)); }

inlined float first_belief(float quality, float promise, float reputation, float market_quality, float taste)
{
    return market_quality + reputation * (promise * quality - market_quality) + taste;
}

inlined float learning_weight(float experiences, float slowest) { return larger(slowest, 1.0f / (1.0f + experiences)); }

inlined float updated_belief(float belief, float experience, float weight, float loss_aversion)
{
    float step = experience < belief ? smaller(weight * loss_aversion, 1.0f) : weight;
    return belief + step * (experience - belief);
}

inlined float problem_probability(float rate, float prevent, float learned, float effect)
{
    return smaller(rate * (1.0f - prevent) * (1.0f - effect * learned), 1.0f);
}

inlined float either(float one, float other) { return 1.0f - (1.0f - one) * (1.0f - other); }

inlined float tended(float stock, float growth, float orientation) { return stock + growth * orientation * (1.0f - stock); }

inlined float decayed(float stock, float rate) { return stock * (1.0f - rate); }

inlined int32_t discount_points(float tenure, float per_period, float most)
{
    return (int32_t)rintf(smaller(most, per_period * tenure) * 10000.0f);
}

inlined int32_t account_points(float tenure, float per_period, float most, float premium)
{
    int32_t points = discount_points(tenure, per_period, most) - (tenure > 0.0f ? (int32_t)rintf(premium * 10000.0f) : 0);
    return points < 10000 ? points : 10000;
}

inlined float discounted(float price, int32_t points) { return price * (1.0f - (float)points * 0.0001f); }

inlined float leaving_cost(float switching_cost, float tie_value, float tie) { return switching_cost + tie_value * tie; }

inlined float fading_of(float forgetting) { return log_of(larger(1.0f - forgetting, 1e-6f)) * 1.44269504f; }

inlined float returning_cost(float cost, float fading, float absence) { return cost * exp2_of(larger(absence * fading, -100.0f)); }

inlined float gumbel(float u) { return -log_of(-log_of(u)); }

inlined float delivered_value(float quality, float capability, float spread, float z)
{
    return capability * quality + spread * larger(2.0f - capability, 0.0f) * z;
}

inlined float thinned(float effect, float basic, float capacity, float accounts)
{
    float full = accounts <= capacity ? 1.0f : capacity / accounts;
    return full * effect + (1.0f - full) * basic;
}

inlined float moved_towards(float stock, float target, float speed) { return stock + speed * (target - stock); }

inlined float learned_more(float stock, float lessons, float speed, float forgetting)
{
    return smaller(larger(stock + speed * lessons * (1.0f - stock) - forgetting * stock, 0.0f), 1.0f);
}

inlined int32_t recognised(int32_t truth, int32_t kinds, float accuracy, float u_right, float u_which)
{
    int32_t other = (int32_t)smaller(u_which * (float)(kinds - 1), (float)kinds - 1.5f);
    int32_t wrong = other >= truth ? other + 1 : other;
    return u_right < accuracy || kinds < 2 ? truth : wrong;
}

inlined float account_margin(float price, float unit_cost, float volume, int32_t lots, float rate)
{
    return (price - unit_cost) * volume * (float)lots * rate;
}

inlined float expected_account_value(float margin, float cost, float setup, float gain, float rivals, float noise, float reviews,
                                     float leaving, float discount)
{
    float kept = 1.0f / (1.0f + rivals * exp_of(-larger(smaller(gain / noise, 80.0f), -80.0f)));
    float retention = (1.0f - leaving) * (1.0f - reviews * (1.0f - kept));
    return (margin - cost) * (1.0f + discount) / (1.0f + discount - retention + 1e-6f) - setup;
}

inlined float expected_bond(float growth, float orientation, float decay)
{
    float gain = growth * orientation;
    return gain > 0.0f ? gain / (gain + decay) : 0.0f;
}

inlined float good_news(float talk, float reward, float half)      /* nobody spends on the referral market here */
{
    float rewarded = reward > 0.0f ? reward / (reward + half) : 0.0f;
    return smaller(talk * (1.0f + rewarded), 1.0f);
}
