"""A game as tables, and as plain data."""
import numpy as np
import pandas as pd

from sim.experiments.equilibrium.kinds import KINDS
from sim.intervals import interval
from sim.wording import plain


def all_of(found) -> dict[str, pd.DataFrame]:
    """All tables of an `Equilibrium` by name."""
    return {"profiles": found.profiles, "payoffs": payoffs(found), "deviations": deviations(found), "mixed": mixed(found),
            "path": path(found), "dominated": dominated(found)}


def profiles(found) -> pd.DataFrame:
    """See `Equilibrium.profiles`."""
    rest, total = found.rest, interval(found.earned.sum(2))
    table = pd.DataFrame({
        "profile": np.arange(found.game.size), "words": [found.name(number) for number in range(found.game.size)],
        "verdict": rest.verdict, "share": rest.share, "regret": rest.regret.mean, "regret_low": rest.regret.low,
        "regret_high": rest.regret.high, "total": total.mean, "total_low": total.low, "total_high": total.high})
    return table if found.retention is None else table.assign(retention=found.retention.mean(0))


def payoffs(found) -> pd.DataFrame:
    """A row for each profile, role and choice that is played there: profile, words, role, choice, players (how many play it), profit, low,
    high (of each of them, 95% interval over runs)."""
    profile, role, choice = np.nonzero(found.game.count)
    mean, low, high = (part[profile, role, choice] for part in found.payoff)
    return pd.DataFrame({
        "profile": profile, "words": [found.name(number) for number in profile], "role": [found.roles[one] for one in role],
        "choice": [found.game.choices[one] for one in choice], "players": found.game.count[profile, role, choice],
        "profit": mean, "low": low, "high": high})


def deviations(found) -> pd.DataFrame:
    """A row for each thing that a single player can do otherwise: profile, words, role, choice, instead, reached (the profile it leads to),
    gain, low, high (paired by run)."""
    return _steps(found, np.arange(len(found.game.deviations)))


def path(found) -> pd.DataFrame:
    """The best-reply path, a row for each step: step, then as `deviations`."""
    table = _steps(found, np.array(found.path.steps, np.int64))
    table.insert(0, "step", np.arange(1, len(table) + 1))
    return table


def _steps(found, rows: np.ndarray) -> pd.DataFrame:
    profile, role, one, other, reached = found.game.deviations[rows].T
    mean, low, high = (part[rows] for part in found.rest.gain)
    return pd.DataFrame({
        "profile": profile, "words": [found.name(number) for number in profile], "role": [found.roles[number] for number in role],
        "choice": [found.game.choices[number] for number in one], "instead": [found.game.choices[number] for number in other],
        "reached": reached, "gain": mean, "low": low, "high": high})


def mixed(found) -> pd.DataFrame:
    """A row for each equilibrium with mixing, role and choice: equilibrium, role, choice, probability, low, high (95% limits over
    resamples), share (of resamples in which there is such an equilibrium), earns (a member of the role, on average), regret, regret_low,
    regret_high."""
    rows = []
    for number, one in enumerate(found.mixed, start=1):
        names = found.roles if len(found.roles) == len(one.mix) else list(one.game.players)
        for role, name in enumerate(names):
            rows += [{"equilibrium": number, "role": name, "choice": choice, "probability": one.mix[role, at], "low": one.low[role, at],
                      "high": one.high[role, at], "share": one.share, "earns": one.earns[role], "regret": one.regret,
                      "regret_low": one.regret_low, "regret_high": one.regret_high} for at, choice in enumerate(found.game.choices)]
    names = ["equilibrium", "role", "choice", "probability", "low", "high", "share", "earns", "regret", "regret_low", "regret_high"]
    return pd.DataFrame(rows, columns=names)


def dominated(found) -> pd.DataFrame:
    """The choices that are dominated for sure, as they fall out: role, choice, by, turn, least_gain, low."""
    rows = [{"role": found.roles[one.role], "choice": found.game.choices[one.choice], "by": found.game.choices[one.by], "turn": one.turn,
             "least_gain": one.least_gain, "low": one.low} for one in found.fallen]
    return pd.DataFrame(rows, columns=["role", "choice", "by", "turn", "least_gain", "low"])


def answer(found) -> dict:
    """A game as plain data: who played what, which game it is, its equilibria, the path and the price."""
    scenario, game = found.scenario, found.game
    return {
        "scenario": scenario.name, "digest": scenario.digest(), "seed": scenario.seed, "runs": found.runs,
        "currency": scenario.market.currency, "sentence": found.sentence(), "kind": found.kind, "kind_in_words": KINDS[found.kind],
        "players": list(game.players), "roles": {name: list(members) for name, members in zip(found.roles, game.roles, strict=True)},
        "choices": list(game.choices), "profiles": game.size, "confidence": 0.95,
        "equilibria": [plain(row) for row in found.profiles.iloc[found.pure].to_dict("records")],
        "mixed": [plain(row) for row in mixed(found).to_dict("records")],
        "learnt": None if found.learnt is None else {name: dict(zip(game.choices, plain(row.tolist()), strict=True))
                                                     for name, row in zip(found.roles, found.learnt, strict=True)},
        "dominated": [plain(row) for row in dominated(found).to_dict("records")],
        "start": found.name(found.start), "path": [plain(row) for row in path(found).to_dict("records")],
        "rests_at": None if found.path.back is not None else found.name(found.path.profiles[-1]),
        "comes_back_to": None if found.path.back is None else found.name(found.path.profiles[found.path.back]),
        "dilemma": _dilemma(found), "anarchy": _anarchy(found), "notes": list(found.notes)}


def _dilemma(found) -> dict | None:
    one = found.dilemma
    if one is None:
        return None
    return plain({
        "equilibrium": found.name(found.at), "instead": found.name(one.instead), "sure": one.sure, "share": one.share,
        "forgone": {name: _limits(one.forgone, at) for at, name in enumerate(found.game.players)}, "total": _limits(one.total),
        "temptation": _limits(one.temptation)})


def _anarchy(found) -> dict | None:
    one = found.anarchy
    return None if one is None else plain({"best": found.name(one.best), "share": one.share, "lost": _limits(one.lost), "ratio": one.ratio})


def _limits(one, at=()) -> dict:
    return {name: float(np.asarray(part)[at]) for name, part in zip(("mean", "low", "high"), one, strict=True)}
