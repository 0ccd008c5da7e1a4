"""What a seller earns against what it faces: two sides, or one seller against all others alike."""


def profile_of(game, playing) -> int:
    """The number of the profile in which every player plays its choice of `playing`."""
    first, profile = 0, []
    for many in game.sizes:
        own = list(playing[first:first + many])
        profile.append(tuple(own.count(choice) for choice in range(len(game.choices))))
        first += many
    return game.index[tuple(profile)]


def two_sided(game) -> bool:
    """Whether a game has two sides: two players, or two roles."""
    return len(game.players) == 2 or len(game.roles) == 2


def cells(game) -> dict[tuple[int, int], int]:
    """The profiles in which all of either side make the same choice, by both choices."""
    sizes = (1, 1) if len(game.players) == 2 else game.sizes
    every = range(len(game.choices))
    return {(one, other): profile_of(game, [one] * sizes[0] + [other] * sizes[1]) for one in every for other in every}


def pairs(found) -> dict[tuple[int, int], tuple[float, float]]:
    """What a seller of either side earns on average, by the choice of the first side and that of the second."""
    mean, second = found.payoff.mean, len(found.game.roles) - 1
    return {cell: (float(mean[profile, 0, cell[0]]), float(mean[profile, second, cell[1]])) for cell, profile in cells(found.game).items()}


def replies(found) -> tuple[set, set]:
    """The cells in which nobody of the first side, and of the second, gains on average by another choice alone."""
    profile, role, choice, *_ = found.game.deviations.T
    sides: tuple[set, set] = set(), set()
    for cell, number in cells(found.game).items():
        for side, (of, own) in enumerate(zip((0, len(found.game.roles) - 1), cell, strict=True)):
            gains = found.rest.gain.mean[(profile == number) & (role == of) & (choice == own)]
            if (gains <= 0).all():
                sides[side].add(cell)
    return sides


def against(found) -> list[list[tuple[float, float, float]]]:
    """What a seller earns with each choice while all others, alike to it, play one and the same: (mean, low, high) [own][others]."""
    game, others, every = found.game, len(found.game.players) - 1, range(len(found.game.choices))
    return [[tuple(float(part[profile_of(game, (own, *[other] * others)), 0, own]) for part in found.payoff) for other in every]
            for own in every]


def by_number(found) -> tuple[list[tuple], list[tuple]]:
    """Alike sellers with two choices: what each of both earns, by how many of the others make the second: (mean, low, high) each."""
    of = len(found.game.players)
    first = [tuple(float(part[found.game.index[((of - others, others),)], 0, 0]) for part in found.payoff) for others in range(of)]
    return first, [tuple(float(part[found.game.index[((of - 1 - others, others + 1),)], 0, 1]) for part in found.payoff)
                   for others in range(of)]
