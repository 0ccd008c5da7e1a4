"""The command that holds a class."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from sim.cli.guard import WrongUse, guarded
from sim.cli.options import File, Json, Seed, Sets
from sim.cli.output import show, show_json

USUAL_PORT = 8000
Teams = Annotated[int | None, typer.Option("--teams", metavar="N", help="How many teams, 2 to 12; default 4.")]
Rounds = Annotated[int | None, typer.Option("--rounds", metavar="N", help="How many rounds; default 5.")]
Length = Annotated[
    int | None, typer.Option("--periods-per-round", metavar="N", help="Periods in a round; default: the rounds share the scenario's.")
]
Rivals = Annotated[int | None, typer.Option("--rivals", metavar="N", help="Sellers that stay as the scenario has them, 0 to 2; default 1.")]
Port = Annotated[
    int | None, typer.Option("--port", min=1, max=65_535, metavar="N", help=f"The port; default {USUAL_PORT}, or the next free.")
]
Host = Annotated[
    str | None,
    typer.Option("--host", metavar="ADDRESS", help="Where to listen: 0.0.0.0 for the room (default), 127.0.0.1 for this computer."),
]
Resume = Annotated[Path | None, typer.Option("--resume", metavar="DIR", help="Go on with the class of this folder.")]
Folder = Annotated[Path | None, typer.Option("--out", "-o", metavar="DIR", help="The folder of the class; default: results/class-CODE.")]
Key = Annotated[bool, typer.Option("--key", help="Print the answer key for this market and seed, and hold no class.")]


@guarded
def class_(
    file: File = "default",
    teams: Teams = None,
    rounds: Rounds = None,
    length: Length = None,
    rivals: Rivals = None,
    seed: Seed = None,
    sets: Sets = None,
    port: Port = None,
    host: Host = None,
    resume: Resume = None,
    out: Folder = None,
    key: Key = False,
    as_json: Json = False,
) -> None:
    """A lesson that a room plays: predict, then reveal.

    Each team runs a seller from its phones: round by round it predicts, decides on levels, price, promise and budgets, and sees what became
    of its accounts. The leader board ranks by customer equity, not by this round's profit. At the end a debrief shows what each team's
    buyers lived through, what it could have known, and the answer key. Every choice is on disk before it is confirmed: a class that was
    stopped goes on where it was.

    \b
    tenure class
    tenure class office_automation --teams 6 --rounds 4 --seed 7
    tenure class --key --seed 7                    for the teacher, before the lesson
    tenure class --resume results/class-KMRT       after a stop
    """
    own = {"teams": teams, "rounds": rounds, "periods_per_round": length, "rivals": rivals, "seed": seed}
    given = {name: value for name, value in own.items() if value is not None}
    if key:
        _print_key(_setting(file, sets, given), as_json)
        return
    lesson = _lesson(file, sets, given, resume, out)
    _hold(lesson, host, port, as_json)


def _setting(file: str, sets: list[str] | None, given: dict):
    """The setting that was asked for."""
    from sim.classroom.setting import Setting, SettingError
    from sim.scenario import load

    try:
        return Setting.of(load(file, sets or ()), **given)
    except SettingError as error:
        raise WrongUse(str(error)) from None


def _print_key(setting, as_json: bool) -> None:
    """The answer key before the lesson."""
    from sim.classroom.key import standard_key
    from sim.classroom.sign import key_screen, key_sentence
    from sim.cli import waiting
    from sim.wording import plain

    with waiting.bar("Playing the markets", as_json) as progress:
        found = waiting.heard(lambda: standard_key(setting, progress))
    if as_json:
        show_json({"seed": setting.seed, "teams": setting.teams, "rounds": setting.rounds, "currency": setting.scenario.market.currency,
                   "sentence": key_sentence(setting, found), "key": plain(found)})  # fmt: skip
    else:
        show(key_screen(setting, found))


def _lesson(file: str, sets: list[str] | None, given: dict, resume: Path | None, out: Path | None):
    """A new class, or the one of a folder."""
    from sim.classroom.lesson import Lesson
    from sim.classroom.seats import class_code
    from sim.classroom.store import FILE, NoClass

    if resume and (given or sets or file != "default" or out):
        raise WrongUse(
            "--resume goes on with a class as it was begun; leave out the scenario and the other options (--port and --host may change)"
        )
    try:
        if resume:
            return Lesson.resume(resume)
        setting, code = _setting(file, sets, given), class_code()
        if out is None or not (out / FILE).exists():
            return Lesson.begin(out or Path("results") / f"class-{code}", setting, code)
        lesson = Lesson.resume(out)
        if lesson.setting.as_text() != setting.as_text():
            raise WrongUse(f"{out} holds another class; go on with it by tenure class --resume {out}, or give another folder with --out")
        return lesson
    except NoClass as error:
        raise WrongUse(str(error)) from None


def _hold(lesson, host: str | None, port: int | None, as_json: bool) -> None:
    """Serve the class until Ctrl-C."""
    import secrets

    from sim.classroom.application import application
    from sim.classroom.seats import hashed
    from sim.classroom.sign import sign
    from sim.cli import waiting
    from sim.web.serving import EVERYWHERE, HERE, NoPort, listen, room_address, serve

    host = host or lesson.store.fact("host") or EVERYWHERE
    try:
        where = listen(host, port or int(lesson.store.fact("port") or USUAL_PORT))
    except NoPort as error:
        raise WrongUse(str(error)) from None
    number, secret = where.getsockname()[1], secrets.token_urlsafe(18)
    here = room_address() if host == EVERYWHERE else host
    address, link = f"http://{here}:{number}", f"http://{HERE if host == EVERYWHERE else host}:{number}/teacher#{secret}"
    lesson.store.keep(host=host, port=str(number), teacher=hashed(secret))
    said = {"address": address, "code": lesson.code, "teacher": link, "folder": str(lesson.store.folder)}

    def ready() -> None:
        show_json(said) if as_json else show(sign(lesson, address, link))
        sys.stdout.flush()

    try:
        with waiting.spinner("Playing the market" if waiting.compiled() else waiting.COMPILING, as_json):
            lesson.plays.caught_up.wait()
        serve(application(lesson, address), where, ready=ready)
    except KeyboardInterrupt:
        pass
    lesson.store.close()
    typer.echo(f"\nStopped. Nothing is lost: tenure class --resume {lesson.store.folder} goes on.", err=True)
    os._exit(0)  # a market that is being played need not be waited for: it is played again
