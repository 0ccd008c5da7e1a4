"""What the terminal shows: the address and the code in letters that can be read from the last row, the teacher's link, and the answer
key."""

from rich.text import Text

from sim.classroom.key import standard_strategies
from sim.classroom.lesson import Lesson
from sim.classroom.setting import Setting
from sim.screens.paper import faint, grid, heading
from sim.wording import amount, counted, listed, name_of_type, spoken

# Each letter as five rows of ink and paper, top to bottom.
LETTERS = {
    "0": "###|#.#|#.#|#.#|###", "1": ".#|##|.#|.#|.#", "2": "###|..#|###|#..|###", "3": "###|..#|.##|..#|###", "4": "#.#|#.#|###|..#|..#",
    "5": "###|#..|###|..#|###", "6": "###|#..|###|#.#|###", "7": "###|..#|..#|..#|..#", "8": "###|#.#|###|#.#|###",
    "9": "###|#.#|###|..#|###",
    ".": ".|.|.|.|#", ":": ".|#|.|#|.", "/": "..#|..#|.#.|#..|#..",
    "A": ".##.|#..#|####|#..#|#..#", "B": "###.|#..#|###.|#..#|###.", "C": ".###|#...|#...|#...|.###", "D": "###.|#..#|#..#|#..#|###.",
    "E": "####|#...|###.|#...|####", "F": "####|#...|###.|#...|#...", "H": "#..#|#..#|####|#..#|#..#", "J": "..##|...#|...#|#..#|.##.",
    "K": "#..#|#.#.|##..|#.#.|#..#", "M": "#...#|##.##|#.#.#|#...#|#...#",
    "N": "#...#|##..#|#.#.#|#..##|#...#", "P": "###.|#..#|###.|#...|#...",
    "R": "###.|#..#|###.|#.#.|#..#", "T": "#####|..#..|..#..|..#..|..#..",
    "U": "#..#|#..#|#..#|#..#|.##.", "V": "#...#|#...#|.#.#.|.#.#.|..#..",
    "W": "#...#|#...#|#.#.#|##.##|#...#", "X": "#...#|.#.#.|..#..|.#.#.|#...#", "Y": "#...#|.#.#.|..#..|..#..|..#..",
}  # fmt: skip


def large(words: str) -> list[str]:
    """Five lines that spell the words in large letters; letters it does not know are left out."""
    rows = [LETTERS[letter].split("|") for letter in words.upper() if letter in LETTERS]
    return ["  " + " ".join(row[line] for row in rows).replace("#", "█").replace(".", " ").rstrip() for line in range(5)]


def sign(lesson: Lesson, address: str, link: str) -> list:
    """What to write on the board, and what to keep to oneself."""
    setting = lesson.setting
    where = address.removeprefix("http://")
    return [
        heading("Open on every phone in the room:"), Text(), *(Text(line) for line in large(where)), Text(),
        Text(f"  {address}", style="bold"), Text(),
        heading("Class code:"), Text(), *(Text(line) for line in large(lesson.code)), Text(),
        heading("For the teacher alone (it lets its holder run the class):"), Text(f"  {link}"), Text(),
        faint(f"{setting.scenario.name} · {counted(setting.teams, 'team')} · {counted(setting.rounds, 'round')} of "
              f"{counted(setting.periods_per_round, setting.scenario.market.period)} · seed {setting.seed}"),
        faint(f"Kept in {lesson.store.folder}. Ctrl-C stops; tenure class --resume {lesson.store.folder} goes on."),
    ]  # fmt: skip


def key_screen(setting: Setting, key: list[dict]) -> list:
    """The standard answer key: a table for each way that the others may play."""
    currency, lines = setting.scenario.market.currency, [Text(key_sentence(setting, key), style="bold")]
    for room in key:
        shown = grid(
            "customer equity\nat the end", "profit of\nthe rounds", "value", first=f"when all others play {spoken(room['others'])}"
        )
        for row in room["rows"]:
            shown.add_row(spoken(row["name"]) + _levels(row["level"]), *(_short(row[name]) for name in ("equity", "profit", "value")))
        lines += [Text(), shown]
    note = (
        f"{currency}, thousands, one team of {setting.teams}, in the market of this seed. Value: profit of the rounds and customer equity "
        f"at the end, discounted to the start. The leader board ranks by customer equity alone."
    )
    return [*lines, Text(), faint(note)]


def key_sentence(setting: Setting, key: list[dict]) -> str:
    """Which of the scenario's strategies wins against each; and what beats them."""
    names, said = list(standard_strategies(setting)), []
    for room in key:
        best = next(row for row in room["rows"] if row["name"] in names)
        first = room["rows"][0]
        beaten = (
            ""
            if first["name"] == best["name"]
            else f" ({spoken(first['name'])} earns {_short(first['value'] - best['value'])} thousand more)"
        )
        said.append(f"{spoken(best['name'])} when all others play {spoken(room['others'])}{beaten}")
    return f"Of {listed([spoken(name) for name in names])} the best is {listed(said)}."


def _levels(level) -> str:
    """Levels by type under the name of a way to play."""
    return (
        "\n  " + ",\n  ".join(f"{name_of_type(kind)} {one}" for kind, one in level.items())
        if isinstance(level, dict) and "by_value" not in level
        else ""
    )


def _short(value: float) -> str:
    return amount(value / 1000)
