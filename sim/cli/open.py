"""The command that opens the page."""

from typing import Annotated

import typer

from sim.cli.guard import WrongUse, guarded
from sim.cli.options import File, Json, Sets, Threads
from sim.cli.output import show, show_json

Port = Annotated[int, typer.Option("--port", min=1, max=65_000, metavar="N", help="The port; where it is taken, the next free one.")]
Room = Annotated[bool, typer.Option("--room", help="Let everybody in the local network open the page, not this computer alone.")]
NoBrowser = Annotated[bool, typer.Option("--no-browser", help="Open no browser; print the address only.")]


@guarded
def open_(
    file: File = "default",
    sets: Sets = None,
    port: Port = 8000,
    room: Room = False,
    no_browser: NoBrowser = False,
    threads: Threads = None,
    as_json: Json = False,
) -> None:
    """The market as a page: levers, the verdict at once, and why.

    A page on this computer, which needs no network: move a lever and the verdict follows, first as a sketch, then to the numbers that
    tenure compare prints. The address holds everything, so it can be kept and passed on; --room lets a whole class open it.
    Ctrl-C ends it.

    \b
    tenure open
    tenure open my_market.yaml
    tenure open default --room --port 8080
    """
    from sim.cli.waiting import spinner
    from sim.scenario import load
    from sim.web.serving import EVERYWHERE, HERE, NoPort, listen, room_address, serve
    from sim.web.state import Refused
    from sim.web.upload import address_of

    try:
        query = address_of(file, load(file, sets or ()), tuple(sets or ()))
        where = listen(EVERYWHERE if room else HERE, port)
    except (NoPort, Refused) as error:
        raise WrongUse(str(error)) from None
    addresses = [f"http://{host}:{where.getsockname()[1]}/?{query}" for host in ([room_address()] if room else []) + [HERE]]
    with spinner("Making the model ready (the first start compiles it for half a minute to a minute)", as_json):
        page = ready(threads)

    def begin() -> None:
        told(addresses, room, as_json)

    serve(page, where, None if no_browser or as_json else addresses[-1], begin)
    if not as_json:
        show("\nThe page is closed.")


def ready(threads: int | None):
    """The page's application, the model compiled."""
    from sim.experiments.compare import compare
    from sim.scenario import load
    from sim.web.app import app

    compare(load("default", ["market.buyers=50", "market.periods=2", "market.burn_in=0"]), runs=2, threads=1)
    return app(threads)


def told(addresses: list[str], room: bool, as_json: bool) -> None:
    """Say where the page is."""
    if as_json:
        show_json({"address": addresses[0], "addresses": addresses})
        return
    lines = [f"Tenure is at {addresses[-1]}"]
    if room:
        lines.append(f"For everybody in the room: {addresses[0]}")
    show([*lines, "It goes on until Ctrl-C."], wrap=False)
