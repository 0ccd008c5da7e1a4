"""A game between sellers: what each earns, where they come to rest, how they get there and what it costs them."""

from rich.text import Text

from sim.experiments.equilibrium.faced import against, pairs, replies, two_sided
from sim.experiments.equilibrium.kinds import KINDS, UNDECIDED
from sim.experiments.equilibrium.naming import number_word
from sim.experiments.equilibrium.rest import SURE, leaving
from sim.experiments.equilibrium.tables import mixed as mixed_table
from sim.screens.paper import faint, grid, heading, interval_text
from sim.wording import amount, between, capital, counted, listed, percent, signed, spoken

MOST_PROFILES = 10  # that are shown one by one
LIKELY = 0.01  # share of resamples from which on a profile that may be an equilibrium is shown


def result(found) -> list:
    """What came out of a game."""
    return [
        Text(found.sentence(), style="bold"), Text(), *payoffs(found), *rests(found), *mixtures(found), *steps(found), *dominated(found),
        *price(found), Text(), *remarks(found),
    ]  # fmt: skip


def payoffs(found) -> list:
    """Who earns what: a matrix of two players; sellers alike by how many choose what; else the profiles nearest to rest."""
    if two_sided(found.game):
        sure = "best reply" if len(found.game.players) == 2 else "nobody of that side gains by another choice alone"
        return [heading(f"What each earns, {unit(found)} (* {sure})"), matrix(found)]
    if len(found.game.roles) == 1 and len(found.game.choices) == 2:
        return [heading(f"What a seller earns, {unit(found)} (± half the 95% interval)"), by_number(found)]
    if len(found.game.roles) == 1:
        return [heading(f"What a seller earns while all others play the same, {unit(found)} (* best reply)"), against_all(found)]
    return [heading(f"What sellers earn together, {unit(found)}"), nearest(found)]


def matrix(found):
    """Two sides: each cell what one in the rows earns, then one in the columns."""
    game, (row, column) = found.game, found.sides
    shown = grid(*(f"{spoken(column)}\n{spoken(name)}" for name in game.choices), first=f"{spoken(row)}, then {spoken(column)}")
    earned = pairs(found)
    first, second = replies(found)
    for one, name in enumerate(game.choices):
        cells = []
        for cell in ((one, other) for other in range(len(game.choices))):
            own, theirs = (f"{amount(value)}{'*' * (cell in best)}" for value, best in zip(earned[cell], (first, second), strict=True))
            cells.append(Text(f"{own}, {theirs}", style="bold" if cell in first and cell in second else ""))
        shown.add_row(spoken(name), *cells)
    return shown


def by_number(found):
    """Alike sellers with two choices: what each earns by how many make the second."""
    game, of = found.game, len(found.game.players)
    first, second = (spoken(name) for name in game.choices)
    shown = grid(f"with {first}", f"with {second}", f"gains by {second}\ninstead of {first}", "at rest", first=f"sellers with {second}")
    for number in range(of + 1):
        profile = game.index[((of - number, number),)]
        played = game.count[profile, 0]
        cells = [interval_text(*(float(part[profile, 0, choice]) for part in found.payoff), amount) if played[choice] else ""
                 for choice in (0, 1)]  # fmt: skip
        gains = [row for row, one in enumerate(game.deviations) if one[0] == profile and one[2] == 0]
        gain = interval_text(*(float(part[gains[0]]) for part in found.rest.gain), signed) if gains else ""
        shown.add_row(f"{number} of {of}", *cells, gain, verdict(found, profile))
    return shown


def against_all(found):
    """Alike sellers with more choices: what each choice earns where all others play one and the same."""
    game, many = found.game, len(found.game.choices)
    shown = grid(*(f"all others\n{spoken(name)}" for name in game.choices), first="one seller")
    value = against(found)
    best = [max(range(many), key=lambda own, other=other: value[own][other][0]) for other in range(many)]
    for own, name in enumerate(game.choices):
        cells = [f"{amount(value[own][other][0])}{'*' if best[other] == own else ''}" for other in range(many)]
        shown.add_row(spoken(name), *(Text(cell, style="bold" if best[other] == own == other else "") for other, cell in enumerate(cells)))
    return shown


def nearest(found):
    """The profiles that are nearest to an equilibrium."""
    table = found.profiles.sort_values(["regret", "profile"], kind="stable").head(MOST_PROFILES)
    shown = grid("together", "most that one\ngains by leaving", "at rest", first=f"the {len(table)} profiles nearest to rest")
    for row in table.itertuples():
        total = interval_text(row.total, row.total_low, row.total_high, amount)
        shown.add_row(row.words, total, gain_words(row), verdict(found, row.profile))
    return shown


def gain_words(row) -> str:
    """The regret of a profile with its interval."""
    return f"{amount(row.regret)} ({between(row.regret_low, row.regret_high)})"


def verdict(found, profile: int) -> str:
    """Whether a profile is an equilibrium."""
    name = found.rest.verdict[profile]
    if name == SURE:
        return "equilibrium"
    return f"perhaps ({percent(float(found.rest.share[profile]))})" if profile in found.pure else ""


def rests(found) -> list:
    """The profiles that are, or may be, equilibria."""
    if not found.pure:
        return [Text(), heading("No pure equilibrium: in every profile some seller for sure gains by another choice")]
    shown = grid("sure?", "in resamples", "who leaves alone\ngains at most", "all earn\ntogether", first="pure equilibria")
    named = [number for place, number in enumerate(found.pure) if not place or found.rest.share[number] >= LIKELY][:MOST_PROFILES]
    for row in found.profiles.iloc[named].itertuples():
        total = interval_text(row.total, row.total_low, row.total_high, amount)
        _, mean, low, high = leaving(found.game, found.rest, row.profile)
        sure = "yes" if row.verdict == SURE else "perhaps"
        shown.add_row(row.words, sure, percent(row.share), f"{signed(mean)} ({between(low, high)})", total)
    more = len(found.pure) - len(named)
    note = faint(f"{counted(more, 'further profile')} cannot be ruled out, but {'is' if more == 1 else 'are'} unlikely.")
    return [Text(), shown, *([note] if more else [])]


def mixtures(found) -> list:
    """The equilibria in which somebody chooses by chance."""
    lines = []
    for number, rows in mixed_table(found).groupby("equilibrium"):
        first = rows.iloc[0]
        title = f"mixed equilibrium {number}" if number > 1 or len(found.mixed) > 1 else "mixed equilibrium"
        shown = grid("plays", "probability", "95% interval", "earns", first=f"{title} (in {percent(first.share)} of resamples)")
        for row in rows[rows.probability > 1e-6].itertuples():
            limits = f"{percent(row.low)} to {percent(row.high)}"
            shown.add_row(spoken(row.role), spoken(row.choice), percent(row.probability), limits, amount(row.earns))
        lines += [Text(), shown]
    if found.learnt is not None:
        lines += [Text(), Text(f"Sellers who begin by choosing at random and err less and less end at: {learnt(found)}.")]
    return lines


def learnt(found) -> str:
    """Where the logit path leads."""
    parts = []
    for name, row in zip(found.roles, found.learnt, strict=True):
        plays = [f"{spoken(choice)}{'' if share > 0.9995 else f' with {percent(share)}'}"
                 for choice, share in zip(found.game.choices, row.tolist(), strict=True) if share > 0.0005]  # fmt: skip
        parts.append(f"{spoken(name)} {listed(plays)}")
    return "; ".join(parts)


def steps(found) -> list:
    """Who switches to what, one at a time."""
    path, table = found.path, found.tables()["path"]
    begin = found.name(path.profiles[0])
    if not len(table):
        return [Text(), Text(f"Best replies: {begin} is where sellers begin, and nobody gains by another choice.")]
    shown = grid("from", "to", "gains", "95% interval", first="who")
    for row in table.itertuples():
        note = "" if row.low > 0 else " (not sure)"
        alone = len(found.game.roles[found.roles.index(row.role)]) == 1
        who = spoken(row.role) if alone else "one seller" if len(found.roles) == 1 else f"one of {spoken(row.role)}"
        shown.add_row(f"{row.step}. {who}", spoken(row.choice), spoken(row.instead), signed(row.gain),
                      f"{between(row.low, row.high)}{note}")  # fmt: skip
    end = f"A cycle: it comes back to {found.name(path.profiles[path.back])} and goes round." if path.back is not None else (
        f"At rest with {found.name(path.profiles[-1])}.")  # fmt: skip
    return [Text(), heading(f"Best replies, one at a time, from {begin}"), shown, Text(end)]


def dominated(found) -> list:
    """The choices that nobody should make, whatever the others do."""
    if not found.fallen:
        return []
    parts = [f"{spoken(found.game.choices[one.choice])} by {spoken(found.game.choices[one.by])} (at least {amount(one.least_gain)}"
             + (f", for {spoken(found.roles[one.role])}" if len(found.roles) > 1 else "")
             + (f", once {number_word(one.turn - 1)} {'has' if one.turn == 2 else 'rounds have'} fallen out" if one.turn > 1 else "") + ")"
             for one in found.fallen]  # fmt: skip
    return [Text(), Text(f"Dominated for sure: {listed(parts)}.")]


def price(found) -> list:
    """What the equilibrium costs those who are in it."""
    one, most = found.dilemma, found.anarchy
    if most is None:
        return []
    lines = []
    if one is not None:
        shown = grid("at the\nequilibrium", f"with {found.name(one.instead)}", "forgone", "95% interval",
                     first="what it costs" if one.sure else "what it may cost")  # fmt: skip
        means = found.earned.mean(0)
        for name, at in ranks(found, means):
            forgone = [float(part[at]) for part in one.forgone]
            shown.add_row(name, amount(means[found.at, at]), amount(means[one.instead, at]), amount(forgone[0]), between(*forgone[1:]))
        together, totals = [float(part) for part in one.total], means.sum(1)
        shown.add_section()
        shown.add_row("together", *map(amount, (totals[found.at], totals[one.instead], together[0])), between(*together[1:]))
        lines += [Text(), shown]
    if most.best != found.at and (one is None or most.best != one.instead):
        limits = between(float(most.lost.low), float(most.lost.high))
        lines.append(Text(f"All together would earn most with {found.name(most.best)}: {signed(float(most.lost.mean))} ({limits}); it is "
                          f"the best in {percent(most.share)} of resamples."))  # fmt: skip
    return lines


def ranks(found, means) -> list[tuple[str, int]]:
    """(name, place in `Equilibrium.earned`) of players: alike players by what they earn, once where they earn the same."""
    rows, at = [], 0
    for role, members in zip(found.roles, found.game.roles, strict=True):
        places = list(range(at, at + len(members)))
        at += len(members)
        same = all(abs(means[profile, place] - means[profile, places[0]]) < 1e-9 * abs(means[profile, places[0]])
                   for profile in (found.at, found.dilemma.instead) for place in places[1:])  # fmt: skip
        if same:
            rows.append((spoken(role) if len(members) == 1 or len(found.roles) == 1 else f"each of {spoken(role)}", places[0]))
        else:
            rows += [(f"{'seller' if len(found.roles) == 1 else spoken(role)}, no. {place - places[0] + 1}", place) for place in places]
    return rows


def remarks(found) -> list:
    """Which game it is, and what the numbers rest on."""
    scenario, game = found.scenario, found.game
    alike = [f"{listed(list(map(spoken, members)))} are alike: only how many of them choose what is played" for members in game.roles
             if len(members) > 1]  # fmt: skip
    words = [scenario.name, counted(game.size, "profile"), counted(found.runs, "paired run"), counted(scenario.market.buyers, "buyer"),
             f"seed {scenario.seed}"]  # fmt: skip
    kind = f"This is {KINDS[found.kind]}." if found.kind != UNDECIDED else "Which kind of game this is, these runs do not yet decide."
    begin = f"before the record: {found.name(found.start)}"
    return [Text(kind), *(faint(f"{capital(note)}.") for note in (*alike, begin, *found.notes)), faint(" · ".join(words))]


def unit(found) -> str:
    return f"{found.scenario.market.currency} per buyer of the market"
