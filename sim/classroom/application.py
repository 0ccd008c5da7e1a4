"""The pages of a class over HTTP: every answer small, every change refused that does not come from the seat it claims."""

import json
import sys
from importlib.resources import files

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from sim.classroom import views
from sim.classroom.door import Refused
from sim.classroom.lesson import Lesson
from sim.classroom.seats import HEADER, TEACHER, BadSeat, Seat, cookie_name, find_seat

PAGES = {"/": "join", "/team": "team", "/teacher": "teacher", "/board": "board", "/debrief": "debrief"}
MOST_BYTES = 16_384
GUARD = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; "
    "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def application(lesson: Lesson, address: str = "") -> Starlette:
    """The ASGI application of a class. address: what to write on the board."""
    room = _Room(lesson, address)
    pages = [Route(path, _page(name)) for path, name in PAGES.items()]
    answers = [
        Route("/api/start", room.answer(room.start)),
        Route("/api/join", room.change(room.join), methods=["POST"]),
        Route("/api/team", room.answer(room.team)),
        Route("/api/decide", room.change(room.decide), methods=["POST"]),
        Route("/api/room", room.change(room.data_room), methods=["POST"]),
        Route("/api/board", room.answer(room.board)),
        Route("/api/debrief", room.answer(room.debrief)),
        Route("/api/teacher", room.answer(room.teacher)),
        Route("/api/enter", room.change(room.enter), methods=["POST"]),
        Route("/api/act", room.change(room.act), methods=["POST"]),
        Route("/api/export", room.written(room.export)),
    ]
    return Starlette(routes=[*pages, *answers])


def _page(name: str):
    """A page with its styles and scripts in it, so that it needs nothing else."""
    folder = files("sim.classroom") / "page"
    text = (folder / f"{name}.html").read_text(encoding="utf-8")
    for part in ("look.css", "room.js"):
        text = text.replace(f"/* {part} */", (folder / part).read_text(encoding="utf-8"))

    async def show(_: Request) -> Response:
        return HTMLResponse(text, headers=GUARD)

    return show


class _Room:
    """The requests of a class, each a method that takes the request (and what was sent) and returns plain data."""

    def __init__(self, lesson: Lesson, address: str):
        self.lesson, self.address = lesson, address

    def answer(self, ask):
        """A GET: what the method returns. It reads what is in memory and is answered on the spot: handing it to another thread would wait
        for the market that is being played, twice."""

        async def respond(request: Request) -> Response:
            return self._careful(ask, request)

        return respond

    def written(self, ask):
        """A GET whose answer takes a while."""

        async def respond(request: Request) -> Response:
            return await run_in_threadpool(self._careful, ask, request)

        return respond

    def change(self, do):
        """A POST from our own pages, with a small JSON object."""

        async def respond(request: Request) -> Response:
            try:
                _from_here(request)
                sent = _read(await _body(request))
            except Refused as refused:
                return _said(refused)
            return await run_in_threadpool(self._careful, do, request, sent)

        return respond

    def _if_new(self, request: Request, view) -> dict | Response:
        """A view, or nothing (204) where the page has this version already: forty phones ask every two seconds."""
        seen = request.query_params.get("since") == self.lesson.version
        return Response(status_code=204, headers=GUARD) if seen else view()

    def _careful(self, do, *words) -> Response:
        try:
            answer = do(*words)
        except Refused as refused:
            return _said(refused)
        except BadSeat as error:
            return self._no_seat(error)
        except Exception as error:  # a class goes on whatever one request ran into
            print(f"A request failed: {type(error).__name__}: {error}", file=sys.stderr, flush=True)
            return _said(Refused(500, "the class met an error that it did not expect; what was saved before is safe"))
        return answer if isinstance(answer, Response) else _json(answer)

    def _no_seat(self, error: BadSeat) -> Response:
        """A device without a seat joins first; one with half a seat is refused, and the teacher hears of it."""
        if error.team is None:
            return _said(Refused(401, str(error)))
        whose = "the teacher's" if error.team == TEACHER else f"{self.lesson.names()[error.team]}'s"
        self.lesson.store.refuse(error.team, f"a device came with {whose} cookie but without its key")
        return _said(Refused(403, str(error)))

    def _seat(self, request: Request, teacher: bool = False) -> Seat:
        """The seat of a request. Raises BadSeat, or Refused where the teacher's is needed, or a team's."""
        seat = find_seat(self.lesson.store, request.cookies.get(cookie_name(self._whose(teacher))), request.headers.get(HEADER))
        if (seat.team == TEACHER) != teacher:
            raise Refused(403, "this is for the teacher" if teacher else "this is for teams")
        return seat

    def _whose(self, teacher: bool) -> str:
        """Teacher and team may share one browser."""
        return f"{self.lesson.code}_teacher" if teacher else self.lesson.code

    def _seated(self, answer: dict, cookie: str, teacher: bool = False) -> Response:
        """An answer that hands out a seat."""
        response = _json(answer)
        response.set_cookie(cookie_name(self._whose(teacher)), cookie, max_age=86_400, httponly=True, samesite="strict", path="/")
        return response

    # --- everybody ---
    def start(self, _: Request) -> dict:
        return views.start_view(self.lesson)

    def board(self, request: Request) -> dict | Response:
        return self._if_new(request, lambda: views.board_view(self.lesson))

    def debrief(self, _: Request) -> dict:
        if self.lesson.phase != "ended":
            raise Refused(409, "the debrief opens when the teacher ends the class")
        if self.lesson.plays.debrief is None:
            return {"waiting": self.lesson.plays.failed or "The answer key is being played.", "work": self.lesson.plays.work}
        return self.lesson.plays.debrief

    # --- teams ---
    def join(self, _: Request, sent: dict) -> Response:
        seat, cookie, key = self.lesson.join(*(sent.get(name) or "" for name in ("code", "name", "word", "member")))
        return self._seated({"team": seat.team, "member": seat.member, "key": key}, cookie)

    def team(self, request: Request) -> dict | Response:
        seat = self._seat(request)
        return self._if_new(request, lambda: views.team_view(self.lesson, seat))

    def decide(self, request: Request, sent: dict) -> dict:
        seat = self._seat(request)
        self.lesson.decide(seat, sent.get("round"), sent.get("choice"), sent.get("prediction"))
        return {"saved": True, "round": sent.get("round")}

    def data_room(self, request: Request, sent: dict) -> dict:
        return self.lesson.look_into(self._seat(request), sent.get("round"), sent.get("room"))

    # --- the teacher ---
    def enter(self, _: Request, sent: dict) -> Response:
        cookie, key = self.lesson.enter(sent.get("secret") or "")
        return self._seated({"key": key}, cookie, teacher=True)

    def teacher(self, request: Request) -> dict | Response:
        self._seat(request, teacher=True)
        return self._if_new(request, lambda: views.teacher_view(self.lesson, self.address or str(request.base_url).rstrip("/")))

    def act(self, request: Request, sent: dict) -> dict:
        self._seat(request, teacher=True)
        self.lesson.act(sent.get("act"), sent.get("round"))
        return {"done": True}

    def export(self, request: Request) -> Response:
        self._seat(request, teacher=True)
        name = f'attachment; filename="class-{self.lesson.code}.json"'
        return _json(views.export(self.lesson), {"Content-Disposition": name})


def _json(answer: dict, headers: dict | None = None) -> Response:
    return JSONResponse(_finite(answer), headers=GUARD | (headers or {}))


def _finite(value):
    """What JSON cannot say (nan) as nothing."""
    if isinstance(value, dict):
        return {name: _finite(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(inner) for inner in value]
    return None if isinstance(value, float) and value - value != 0 else value


def _said(refused: Refused) -> Response:
    return JSONResponse({"refused": str(refused)}, status_code=refused.status, headers=GUARD)


def _from_here(request: Request) -> None:
    """Refused unless the request comes from a page of this very server."""
    origin = request.headers.get("origin")
    if origin is None or origin.split("://")[-1] != request.headers.get("host"):
        raise Refused(403, "this did not come from a page of the class; open the address on the board")


async def _body(request: Request) -> bytes:
    """What was sent, unless it is too long."""
    sent = b""
    async for piece in request.stream():
        sent += piece
        if len(sent) > MOST_BYTES:
            raise Refused(413, "that is more than a page of the class sends")
    return sent


def _read(sent: bytes) -> dict:
    try:
        found = json.loads(sent)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise Refused(400, "what was sent is not a JSON object")
    return found
