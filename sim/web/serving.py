"""A local server: a free port, the address for this computer and for the room, and a clean stop at Ctrl-C."""

import contextlib
import socket
import threading
import webbrowser
from collections.abc import Callable

TRIED = 20  # ports tried after the one that was asked for
HERE, EVERYWHERE = "127.0.0.1", "0.0.0.0"


class NoPort(Exception):  # noqa: N818 - named for what was looked for
    """No port could be had; the sentence says which were tried."""


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens at the port, or at the next free one. Raises NoPort."""
    for number in range(port, port + TRIED):
        found = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)  # said in full, asyncio sends without delay
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            found.bind((host, number))
        except OSError:
            found.close()
        else:
            found.listen(512)
            return found
    raise NoPort(f"no port from {port} to {port + TRIED - 1} is free at {host}; name another with --port")


def room_address() -> str:
    """This computer's address in the local network, as others in the room reach it; 127.0.0.1 where it is in none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("10.255.255.255", 1))  # nothing is sent: it only asks by which way one would go
            return probe.getsockname()[0]
        except OSError:
            return HERE


def serve(app, where: socket.socket, opens: str | None = None, ready: Callable[[], None] | None = None) -> None:
    """Serve an ASGI application at a socket until Ctrl-C.

    opens: an address to show in the user's browser once the server answers; ready: called then, too."""
    import uvicorn

    server = uvicorn.Server(
        uvicorn.Config(app, log_level="warning", access_log=False, timeout_graceful_shutdown=2, timeout_keep_alive=30, ws="none")
    )
    threading.Thread(target=_announce, args=(server, opens, ready), daemon=True).start()
    with contextlib.suppress(KeyboardInterrupt):  # the server has heard it and closed; it is the way to end it
        server.run(sockets=[where])


def _announce(server, opens: str | None, ready: Callable[[], None] | None) -> None:
    waiting = threading.Event()
    while not server.started and not server.should_exit:
        waiting.wait(0.02)
    if server.started and ready:
        ready()
    if server.started and opens:
        webbrowser.open(opens)
