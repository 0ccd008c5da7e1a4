"""A lesson that a room plays: teams predict, decide and see, round by round, what became of the accounts they serve.

The market of a class follows from its setting and from who decided what, and from nothing else: with the same seed it is played again from
the start for every round, so the past never moves and a class that was interrupted goes on with the numbers of an unbroken one.

    setting = Setting.of(load("default"), teams=4)         # the market: a seller for each team
    played = play(setting, {(1, 0): {"price": 103.0}}, 1)  # (round, team) -> what changes; the market after round 1
    played.figures                                         # a row for each seller: equity, profit, accounts, retention
    lesson = Lesson.begin(folder, setting)                 # the rules: seats, choices, predictions, phases; on disk
    serve(application(lesson), listen(EVERYWHERE, 8000))   # the pages
"""

from importlib import import_module

_CONTENTS = {
    "Setting": "sim.classroom.setting",
    "SettingError": "sim.classroom.setting",
    "play": "sim.classroom.market",
    "Played": "sim.classroom.market",
    "answer_key": "sim.classroom.key",
    "Lesson": "sim.classroom.lesson",
    "Refused": "sim.classroom.door",
    "application": "sim.classroom.application",
}
__all__ = [*_CONTENTS]


def __getattr__(name: str):
    if name not in _CONTENTS:
        raise AttributeError(f"sim.classroom has no {name!r}; it has {', '.join(_CONTENTS)}")
    return getattr(import_module(_CONTENTS[name]), name)
