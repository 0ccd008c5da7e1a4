"""What the ledger's counts come to in money: prices times counts, cell by cell; the only place where counts become money.

The ledger holds whole numbers; prices and costs are those that were in force in the period under the strategy, run by run where sellers
answer the market. All arrays here are float64 [run, period, type, seller], period 1 first, in money of the period itself (undiscounted)
unless a function says otherwise.
"""
from typing import TYPE_CHECKING

import numpy as np

from sim.core.state import COLUMNS, COURSE, UNIT_PARTS
from sim.core.terms import CHANNELS, LEVELS

if TYPE_CHECKING:
    from sim.runs import Runs

COSTS = ("goods_cost", "service_cost", "contact_cost", "resolution_cost", "setup_cost", "listening_cost", "acquisition_cost",
         "programme_cost", "advertising_cost", "referral_reward", "commission", "budget_to_serve", "budget_to_win")
# What belongs to no account, and is spread over types by their share of the buyers.
FIXED = ("programme_cost", "advertising_cost", "budget_to_serve", "budget_to_win")
# What serving accounts costs, and what winning them does; all of COSTS but the goods. Of the relationship budget (Christopher, Payne &
# Ballantyne's six markets) the referral and influence markets win accounts: who recommends a seller, and whose word its reputation hangs
# on; the customer, internal, recruitment and supplier markets are about serving those it has.
TO_SERVE = ("service_cost", "contact_cost", "resolution_cost", "setup_cost", "listening_cost", "programme_cost", "budget_to_serve")
TO_WIN = ("acquisition_cost", "advertising_cost", "referral_reward", "commission", "budget_to_win")
WINNING_MARKETS = ("referral", "influence")
ANSWERED = ("price", "unit_cost")                   # what may move within an epoch: sellers answer, supplier markets are built
COLUMN = {name: number for number, name in enumerate(COLUMNS)}


def ledger(runs: "Runs", strategy: str) -> np.ndarray:
    """Every run's flows side by side: int64 [run, 1 + periods, type, seller, COLUMNS]; the row of nobody's buyers is left out."""
    return np.stack([record.flows for record in runs.records[strategy]])[..., :-1, :]


def accounts_by_level(flows: np.ndarray) -> np.ndarray:
    """Accounts at the end of each period: cumulative sum of entered − quitted; int64 [run, 1 + periods, type, seller, 5]."""
    change = flows[..., columns("entered")] - flows[..., columns("quitted")]
    return change.cumsum(1)


def columns(prefix: str) -> list[int]:
    """The five columns of a count by level: served, entered, quitted or set_up."""
    return [COLUMN[f"{prefix}_{level}"] for level in LEVELS]


def total(flows: np.ndarray, *names: str) -> np.ndarray:
    """The sum of some columns of the ledger."""
    return sum(flows[..., COLUMN[name]] for name in names)


def won(flows: np.ndarray) -> np.ndarray:
    """Accounts won: first purchases ever, and returns of buyers who had left."""
    return total(flows, "won_new", "won_back")


def lost(flows: np.ndarray) -> np.ndarray:
    """Accounts lost, whatever the cause."""
    return total(flows, "lost_price", "lost_incident", "lost_turnover")


def won_by_channel(flows: np.ndarray) -> np.ndarray:
    """Accounts won by the channel through which they came: int64 [..., CHANNELS]; who came by no other came by own search."""
    counted = [flows[..., COLUMN[f"won_{channel}"]] for channel in CHANNELS[1:]]
    return np.stack([won(flows) - sum(counted), *counted], axis=-1)


def terms(runs: "Runs", strategy: str) -> dict[str, np.ndarray]:
    """Prices and costs in force: float64 [run, period, 1, seller] by name; those that no run can move [1, period, 1, seller].

    What was in force is on record in float32 (`Record.course`); where it is what the plan states, the plan's own figure stands."""
    found = {name: values[None] for name, values in stated_terms(runs.scenario, strategy).items()}
    course = np.stack([record.course for record in runs.records[strategy]])[:, 1:, None]
    return found | {name: in_force(found[name], course[..., COURSE.index(name)]) for name in ANSWERED}


def in_force(stated: np.ndarray, recorded: np.ndarray) -> np.ndarray:
    """The stated figure wherever rounding it to float32 gives the recorded one, else the recorded one; float64."""
    return np.where(stated.astype(np.float32) == recorded, stated, recorded.astype(float))


def stated_terms(scenario, strategy: str) -> dict[str, np.ndarray]:
    """Prices and costs as plans and events state them: float64 [period, 1, seller] by name."""
    from sim.offers import programme_cost

    starts = scenario.change_periods(strategy)
    epoch = np.searchsorted(starts, np.arange(1, scenario.market.periods + 1), side="right") - 1
    sellers = [[scenario.sellers_under(strategy, start)[name] for name in scenario.sellers] for start in starts]
    plain = ("price", "unit_cost", "contact_cost", "resolution_cost", "acquisition_cost", "advertising_cost", "referral_reward",
             "commission")
    found = {name: np.array([[getattr(seller, name) for seller in row] for row in sellers], float) for name in plain}
    found["listening_cost"] = np.array([[_listening(scenario, seller, "cost_per_account") for seller in row] for row in sellers])
    found["cost_per_lost"] = np.array([[_listening(scenario, seller, "cost_per_lost") for seller in row] for row in sellers])
    found["programme_cost"] = np.array([[programme_cost(scenario, seller) for seller in row] for row in sellers])
    found["budget_to_win"] = np.array([[_budget_to_win(seller.relationship_budget) for seller in row] for row in sellers])
    found["budget_to_serve"] = np.array([[seller.relationship_budget.total for seller in row] for row in sellers]) - found["budget_to_win"]
    return {name: values[epoch][:, None, :] for name, values in found.items()}


def _listening(scenario, seller, cost: str) -> float:
    """What the seller's listening instruments cost together, per account and period or per lost account."""
    return float(sum(getattr(scenario.listening[name], cost) for name in seller.listening))


def _budget_to_win(budget) -> float:
    """What a relationship budget spends on the referral market (partners included) and the influence market, money per period."""
    return float(budget.total * sum(getattr(budget, market) for market in WINNING_MARKETS))


def money(runs: "Runs", strategy: str, flows: np.ndarray | None = None) -> dict[str, np.ndarray]:
    """Revenue, discount, each of COSTS, fixed_cost and profit of one strategy's runs.

    revenue = units · price − discount (discount is shown, and already taken off; a premium that accounts pay is a discount below nought);
    profit = revenue − Σ COSTS, the sum that a seller reckons with itself (`core.books.profit`). An account won by own search or advertising
    costs acquisition_cost, one won by word of mouth the referral_reward, one won through a partner the commission. FIXED belongs to no
    account: it is (`fixed_cost` together) spread over buyer types by their share of the buyers.
    """
    scenario = runs.scenario
    flows = ledger(runs, strategy) if flows is None else flows
    of, counts = terms(runs, strategy), flows[:, 1:]
    searched, advertised, referred, advised = np.moveaxis(won_by_channel(counts), -1, 0)
    level_cost, setup_cost = (np.array([getattr(scenario.levels[level], cost) for level in LEVELS], float)
                              for cost in ("cost_per_account", "setup_cost"))
    served = counts[..., columns("served")]
    spread = type_shares(scenario)[:, None]
    one = {
        "units": total(counts, "units") / UNIT_PARTS,
        "discount": total(counts, "discount") * of["price"] / (UNIT_PARTS * 10_000),
        "service_cost": _level_by_level(served, level_cost),
        "contact_cost": total(counts, "contacts") * of["contact_cost"],
        "resolution_cost": total(counts, "resolved") * of["resolution_cost"],
        "setup_cost": _level_by_level(counts[..., columns("set_up")], setup_cost),
        "listening_cost": served.sum(-1) * of["listening_cost"] + lost(counts) * of["cost_per_lost"],
        "acquisition_cost": (searched + advertised) * of["acquisition_cost"],
        "referral_reward": referred * of["referral_reward"],
        "commission": advised * of["commission"],
    } | {name: np.broadcast_to(of[name] * spread, counts.shape[:-1]) for name in FIXED}
    one["revenue"] = one["units"] * of["price"] - one["discount"]
    one["goods_cost"] = one["units"] * of["unit_cost"]
    one["fixed_cost"] = sum(one[name] for name in FIXED)
    one["profit"] = one["revenue"] - sum(one[name] for name in COSTS)
    return one


def _level_by_level(counts: np.ndarray, cost: np.ndarray) -> np.ndarray:
    """Σ counts · cost over levels, added in the ladder's order: the same bits on any machine, as a matrix product's are not."""
    return sum(counts[..., level] * cost[level] for level in range(len(LEVELS)))


def type_shares(scenario) -> np.ndarray:
    """Each buyer type's share of the market's buyers, as drawn (whole buyers), float64 [type]."""
    from sim.population import buyers_by_type

    counts = np.array(buyers_by_type(scenario), float)
    return counts / counts.sum()


def discounting(scenario) -> np.ndarray:
    """`offers.discounting`, from a room that loads without the engine."""
    from sim import offers

    return offers.discounting(scenario)
