"""The answer of a game in sentences."""
from sim.experiments.equilibrium.naming import everybody, number_word, played_by
from sim.experiments.equilibrium.rest import SURE, leaving
from sim.wording import amount, between, capital, counted, listed, percent, spoken

ARTICLES = {"prisoners_dilemma": "a prisoner's dilemma", "social_dilemma": "a social dilemma"}


def sentence(found) -> str:
    """Where sellers come to rest and how sure that is, what the equilibrium costs them, and where else they could rest."""
    parts = [_nowhere(found)] if found.at is None else [_where(found), _others(found), _price(found)]
    return " ".join(part for part in parts if part)


def _where(found) -> str:
    """The equilibrium that is spoken of."""
    profile, verdict = found.game.profiles[found.at], found.rest.verdict[found.at]
    first = played_by(found.scenario, found.game, profile)
    if verdict == SURE:
        return f"{first}: {_why(found)}."
    share = percent(float(found.rest.share[found.at]))
    regret = between(float(found.rest.regret.low[found.at]), float(found.rest.regret.high[found.at]))
    return (f"{first}: perhaps an equilibrium, but {counted(found.runs, 'run')} cannot tell (it is one in {share} of resamples; "
            f"by another choice a seller would gain {regret} {_unit(found)} at most).")


def _why(found) -> str:
    """Why an equilibrium is one."""
    if found.solved:
        turns = max(one.turn for one in found.fallen)
        why = "whatever the others do, each earns more by it" if turns == 1 else "all else falls out by dominance, step by step"
    else:
        why = "an equilibrium, as nobody gains by choosing otherwise"
    _, gain, low, high = leaving(found.game, found.rest, found.at)
    least = " at least" if len(found.game.choices) > 2 else ""
    return (f"{why} (whoever alone did otherwise would lose {amount(-gain)} {_unit(found)}{least}, 95% interval "
            f"{between(-high, -low)})")


def _others(found) -> str:
    """Where else sellers could rest."""
    others = [number for number in found.pure if number != found.at]
    sure = [number for number in others if found.rest.verdict[number] == SURE]
    parts = []
    if sure:
        parts.append(f"So would they rest with {listed([found.name(number) for number in sure[:3]])}"
                     + (f" and in {counted(len(sure) - 3, 'other profile')}" if len(sure) > 3 else "") + ": it hangs on where they begin.")
    unsure = [number for number in others if number not in sure]
    if unsure:
        which = f"{capital(found.name(unsure[0]))} is" if len(unsure) == 1 else f"{capital(number_word(len(unsure)))} other profiles are"
        most = percent(float(max(found.rest.share[number] for number in unsure)))
        parts.append(f"{which} not ruled out (an equilibrium in {'' if len(unsure) == 1 else 'at most '}{most} of resamples).")
    return " ".join(parts)


def _price(found) -> str:
    """What the equilibrium costs those who are in it."""
    one, unit = found.dilemma, _unit(found)
    if one is None:
        return _together(found)
    if not one.sure:
        return (f"Everybody might earn more with {found.name(one.instead)} (in {percent(one.share)} of resamples), but that is not sure.")
    each = _each(found, one)
    tempted = _tempted(found, one)
    return f"Yet with {found.name(one.instead)} {each} {unit}. {tempted}{_called(found)}"


def _each(found, one) -> str:
    """How much more every player would earn."""
    means, low, high = one.forgone
    if float(means.max() - means.min()) <= 1e-9 * abs(float(means.max())):
        return f"each of them would earn {amount(float(means[0]))} ({between(float(low[0]), float(high[0]))}) more"
    return (f"every one of them would earn more, {amount(float(means.min()))} to {amount(float(means.max()))} each and "
            f"{amount(float(one.total.mean))} ({between(float(one.total.low), float(one.total.high))}) together,")


def _tempted(found, one) -> str:
    """Why the better profile does not last."""
    role, choice, other = found.game.deviations[one.leaves, 1:4]
    gain, low, high = (float(part) for part in one.temptation)
    one = len(found.game.roles[role]) == 1
    who = "whoever alone" if len(found.game.roles) == 1 else f"{'' if one else 'one of '}{spoken(found.roles[role])} alone"
    verb = f"changes from {spoken(found.game.choices[choice])} to {spoken(found.game.choices[other])}"
    if low > 0:
        return f"It does not last: {who} {verb} gains {amount(gain)} ({between(low, high)})"
    return f"Nobody for sure gains by leaving it ({who} {verb} gains {between(low, high)})"


def _called(found) -> str:
    """The name of the game at the end of the sentence on the price, and the price."""
    total = found.dilemma.total
    cost = f"it costs {everybody(found.game)} together {amount(float(total.mean))} ({between(float(total.low), float(total.high))})"
    return f", {ARTICLES[found.kind]}: {cost}." if found.kind in ARTICLES else f"; {cost}."


def _together(found) -> str:
    """What all together would earn at best, where no profile is better for everybody."""
    one = found.anarchy
    words = "In no other profile would everybody earn more"
    if one.best == found.at or not float(one.lost.low) > 0:
        return f"{words}{', nor all of them together' if one.best == found.at else ''}."
    return (f"{words}; together they would with {found.name(one.best)}, by {amount(float(one.lost.mean))} "
            f"({between(float(one.lost.low), float(one.lost.high))}) {_unit(found)}.")


def _nowhere(found) -> str:
    """There is no pure equilibrium."""
    words = "No choice of all sellers lasts: in every profile some seller for sure gains by another choice."
    path = found.path
    if path.back is not None:
        around = [found.name(number) for number in (*path.profiles[path.back:], path.profiles[path.back])]
        words += f" Best replies go round: {' → '.join(around)}."
    if found.mixed:
        words += f" {_mixture(found, found.mixed[0])}"
    return words


def _mixture(found, one) -> str:
    """An equilibrium in which somebody chooses by chance."""
    names = found.roles if len(found.roles) == len(one.mix) else list(one.game.players)
    parts = []
    for role, name in enumerate(names):
        shares = [f"{spoken(choice)} with {percent(float(one.mix[role, at]))} ({percent(float(one.low[role, at]))} to "
                  f"{percent(float(one.high[role, at]))})" for at, choice in enumerate(found.game.choices) if one.mix[role, at] > 1e-6]
        parts.append(f"{spoken(name)} plays {listed(shares)}")
    return f"In a mixed equilibrium {'; '.join(parts)}."


def _unit(found) -> str:
    return f"{found.scenario.market.currency} per buyer"
