"""Roles and profiles as one says them."""
from sim.experiments.equilibrium.game import Game, Profile
from sim.wording import capital, counted, listed, spoken

NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def number_word(number: int) -> str:
    """A small number as a word."""
    return NUMBERS[number] if number < len(NUMBERS) else f"{number:,}"


def role_name(scenario, game: Game, role: int) -> str:
    """A role by its only member, its group, or all of both."""
    members = list(game.roles[role])
    if len(members) == 1:
        return members[0]
    if len(game.roles) == 1:
        return "each seller"
    parts = []
    for group, own in scenario.groups.items():
        inside = [name for name in members if name in own]
        if inside:
            numbers = [name.removeprefix(f"{group}_") for name in inside]
            parts.append(group if len(inside) == len(own) else inside[0] if len(inside) == 1 else f"{group} {', '.join(numbers)}")
    return " and ".join(parts)


def role_names(scenario, game: Game) -> list[str]:
    """Every role's name."""
    return [role_name(scenario, game, role) for role in range(len(game.roles))]


def profile_name(scenario, game: Game, profile: Profile) -> str:
    """A profile in words: all four relationship; ours basic, rivals: 2 basic and 1 reactive."""
    if len(set(game.playing(profile))) == 1:
        return f"{everybody(game)} {spoken(game.choices[game.playing(profile)[0]])}"
    if len(game.roles) == 1:
        return _counts(game, profile[0])
    return ", ".join(f"{spoken(name)}{':' if max(many) < sum(many) else ''} {_counts(game, many)}"
                     for name, many in zip(role_names(scenario, game), profile, strict=True))


def _counts(game: Game, many: tuple[int, ...]) -> str:
    """What the members of a role play."""
    parts = [(count, spoken(name)) for count, name in zip(many, game.choices, strict=True) if count]
    return parts[0][1] if len(parts) == 1 else listed([f"{count} {name}" for count, name in parts])


def everybody(game: Game) -> str:
    """All players, in words: both, all four."""
    many = len(game.players)
    return "both" if many == 2 else f"all {number_word(many)}"


def played_by(scenario, game: Game, profile: Profile) -> str:
    """What everybody does in a profile, as the beginning of a sentence: All four sellers play relationship."""
    if len(set(game.playing(profile))) == 1:
        return f"{capital(everybody(game))} sellers play {spoken(game.choices[game.playing(profile)[0]])}"
    if len(game.roles) == 1:
        parts = [f"{number_word(count)} {'plays' if count == 1 else 'play'} {spoken(name)}"
                 for count, name in zip(profile[0], game.choices, strict=True) if count]
        return f"Of {counted(len(game.players), 'seller')}, {listed(parts)}"
    parts = []
    for name, members, many in zip(role_names(scenario, game), game.roles, profile, strict=True):
        parts.append(f"{spoken(name)} {'plays' if len(members) == 1 else 'play'} {_counts(game, many)}")
    return capital(listed(parts))
