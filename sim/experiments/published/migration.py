"""F2, the migration model: always-a-share buyers come and go along a Markov chain, and are worth what it says."""
import numpy as np

from sim.experiments.published.agreement import certain, estimate
from sim.experiments.published.figure import Figure, Group
from sim.experiments.published.markets import BUYERS, DISCOUNT, MARGIN, NOISE, OURS, STRATEGY, accounts, column, static_market
from sim.lifetime import clv, recency_chain
from sim.lifetime import migration_value as value_of_chain

PRICES, SWITCHING, RATE = (100.0, 96.0, 103.0), 6.0, 0.6
PERIODS, BUYERS_EACH, SETTLED = 60, 1500, 30
CARRAWAY = "Pfeifer & Carraway 2000"


def chain(switching_cost: float = SWITCHING) -> np.ndarray:
    """P: the supplier's Markov chain; an occasion comes with probability RATE, a choice is the logit with state dependence."""
    utility = -np.array(PRICES)[None, :] - switching_cost * (1 - np.eye(3))
    choice = np.exp(utility / NOISE)
    choice /= choice.sum(1, keepdims=True)
    return (1 - RATE) * np.eye(3) + RATE * choice


def migration_value(transitions: np.ndarray) -> np.ndarray:
    """(I − P/(1+d))^-1 R by the supplier now, R the margin that the next period brings us (Pfeifer & Carraway 2000)."""
    choice = transitions - (1 - RATE) * np.eye(3)
    return value_of_chain(transitions, choice[:, OURS] * MARGIN, DISCOUNT)


def migration_market():
    """Always-a-share buyers with a small switching cost and no return cost, all ours at the start; three sellers, three prices."""
    return static_market(
        f"strategies={{{STRATEGY}: {{rivals_1: {{price: {PRICES[1]}}}, rivals_2: {{price: {PRICES[2]}}}}}}}",
        f"{BUYERS}.switching_cost={SWITCHING}", f"{BUYERS}.return_cost=0", f"{BUYERS}.purchase_rate={RATE}",
        f"market.periods={PERIODS}", f"market.buyers={BUYERS_EACH}", "runs=20", rivals=2)


def shares(record) -> np.ndarray:
    """Each seller's share of the accounts at the end of each period: [period, seller], before the record first."""
    return np.stack([accounts(record, s) for s in range(3)], 1) / BUYERS_EACH


def customer_value(record) -> float:
    """What a buyer who starts with us is worth to us, coming and going, discounted to the moment before period 1."""
    t = np.arange(1, PERIODS + 1)
    return (column(record, "lots") * MARGIN * (1 + DISCOUNT) ** -t.astype(float)).sum() / BUYERS_EACH


def stationary_shares() -> np.ndarray:
    """Where the chain settles."""
    values, vectors = np.linalg.eig(chain().T)
    stationary = np.real(vectors[:, np.argmax(np.real(values))])
    return stationary / stationary.sum()


def markets() -> dict:
    return {"coming and going": migration_market()}


def figures(records: dict) -> list[Figure]:
    """Shares after t periods are (1, 0, 0) P^t; in the long run the chain's stationary distribution; CLV = (I − P/(1+d))^-1 R."""
    runs, group = records["coming and going"], "migration model (F2)"
    found = np.stack([shares(record) for record in runs])
    rows = [Figure(group, f"share of seller {s + 1} after {t} period{'s' * (t > 1)}", estimate(found[:, t, s]),
                   np.linalg.matrix_power(chain(), t)[0, s], CARRAWAY, unit="share") for t in (1, 2, 4, 8, 12) for s in range(3)]
    rows += [Figure(group, f"share of seller {s + 1} in the long run", estimate(found[:, SETTLED:, s].mean(1)), stationary_shares()[s],
                    CARRAWAY, unit="share") for s in range(3)]
    rows.append(Figure(group, "CLV of an account, coming and going", estimate(map(customer_value, runs)),
                       migration_value(chain())[OURS] / (1 + DISCOUNT), f"{CARRAWAY}; Dwyer 1989", unit="money"))
    return rows + by_formula()


# --- the worked example of the paper: a chain of recencies, by the measures' own formula; nothing is played ---------------------------

REPEAT_RATES, NET, SPENT, YEARLY = (0.3, 0.2, 0.15, 0.05), 36.0, -4.0, 0.2


def by_formula() -> list[Figure]:
    """What an account is worth whose repeat rate falls with recency, and what its first rate read as a retention rate makes of it."""
    states = len(REPEAT_RATES)
    true = value_of_chain(recency_chain(list(REPEAT_RATES)), [NET, *[SPENT] * (states - 1), 0.0], YEARLY)[0]
    as_retention, group = clv(NET, REPEAT_RATES[0], YEARLY), "migration model by recency (no market is played)"
    source, misread = f"{CARRAWAY}, worked example", "Fader & Hardie 2012"
    return [Figure(group, "CLV, repeat rates 30, 20, 15, 5%", certain(true), 52.32, source, 52.32, 0.005, "money"),
            Figure(group, "the same, 30% misread as a retention rate", certain(as_retention), 48.0, misread, 48.00, 0.005, "money"),
            Figure(group, "so much too low", certain(100 * (as_retention / true - 1)), -8.26, misread, -8.3, 0.05, "%")]


GROUPS = (Group("migration model (F2)", "always-a-share buyers come and go along a Markov chain", markets, figures),)
