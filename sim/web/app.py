"""The page's server: what each address gives. Nothing is kept between requests but answers that anybody may ask for again."""

import asyncio
import contextlib
import traceback
from collections.abc import AsyncIterator, Callable
from importlib.resources import files

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from sim.web.answers import sharpening
from sim.web.asked import Asked, made_out
from sim.web.desk import Desk, Urgency
from sim.web.shown import packed
from sim.web.state import Refused
from sim.web.streams import Streams

AT_ONCE = 3  # answers that are sharpened to the end at a time
LONGEST = 64_000_000  # bytes of an upload
WENT_WRONG = "something went wrong that should not; the page goes on, and the terminal says more"
SAFE = {  # nothing from elsewhere; Vega makes functions of its expressions
    "Content-Security-Policy": "default-src 'self'; script-src 'self' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


def app(threads: int | None = None) -> Starlette:
    """The page as an ASGI application."""
    from sim.web import described, sections, upload
    from sim.web.export import page_of

    desk, streams, turns = Desk(threads), Streams(), asyncio.Semaphore(AT_ONCE)

    async def at_desk(request: Request, make: Callable[[Asked], object]):
        """What `make` says of the state in a request's address."""
        return await desk.do(Urgency.SKETCH, lambda: make(made_out(request.url.query)))

    async def markets(_: Request) -> Response:
        return JSONResponse({"markets": await desk.do(Urgency.FIRST, described.markets)})

    async def market(request: Request) -> Response:
        return Response(await at_desk(request, lambda asked: packed(described.described(asked))), media_type="application/json")

    async def answer(request: Request) -> Response:
        asked = await at_desk(request, lambda asked: asked)
        return stream(streams.follow(f"answer?{asked.state.query()}", lambda: sharpening(desk, asked, turns)))

    async def kotler(request: Request) -> Response:
        asked = await at_desk(request, lambda asked: asked)
        return stream(streams.follow(f"kotler?{asked.state.query()}", lambda: sections.table(desk, asked)))

    async def map_(request: Request) -> Response:
        asked, (x, y) = await at_desk(request, lambda asked: asked), (request.query_params.get(name, "") for name in "xy")
        return stream(streams.follow(f"map?{asked.state.query()}&{x}&{y}", lambda: sections.map_of(desk, asked, x, y)))

    async def lives(request: Request) -> Response:
        buyer = whole(request.query_params.get("buyer", ""))
        return JSONResponse(await at_desk(request, lambda asked: sections.lives(asked, buyer)))

    async def parameters(request: Request) -> Response:
        return JSONResponse({"rows": await at_desk(request, sections.parameters)})

    async def limits(request: Request) -> Response:
        return JSONResponse(await at_desk(request, sections.limits))

    async def yaml(request: Request) -> Response:
        text = await at_desk(request, upload.as_file)
        return PlainTextResponse(text, headers={"Content-Disposition": "attachment; filename=market.yaml"})

    async def report(request: Request) -> Response:
        asked = await at_desk(request, lambda asked: asked)
        page = await desk.do(Urgency.LATER, page_of, asked)
        return HTMLResponse(page, headers={"Content-Disposition": f"attachment; filename={asked.scenario.slug}_report.html"})

    async def bring(request: Request) -> Response:
        name = request.query_params.get("name", "")
        return stream(upload.brought(desk, name, await body_of(request)))

    async def home(_: Request) -> Response:
        return Response(page_file("index.html"), media_type="text/html", headers=SAFE)

    @contextlib.asynccontextmanager
    async def readying(_: Starlette) -> AsyncIterator[None]:
        task = asyncio.create_task(desk.quietly(described.made_ready))
        yield
        task.cancel()

    return Starlette(
        lifespan=readying,
        routes=[
            Route("/", home),
            Route("/api/markets", markets),
            Route("/api/market", market),
            Route("/api/answer", answer),
            Route("/api/kotler", kotler),
            Route("/api/map", map_),
            Route("/api/lives", lives),
            Route("/api/parameters", parameters),
            Route("/api/limits", limits),
            Route("/api/upload", bring, methods=["POST"]),
            Route("/yaml", yaml),
            Route("/report", report),
            Route("/vega.js", vega),
            Mount("/static", StaticFiles(directory=str(files("sim.web") / "page"))),
        ],
        middleware=[Middleware(GZipMiddleware, minimum_size=20_000, compresslevel=3)],
        exception_handlers={Refused: refused, Exception: wrong},
    )


def stream(lines: AsyncIterator[bytes]) -> Response:
    """Lines of JSON as they come; what they fail of is the last one."""
    return StreamingResponse(ended(lines), media_type="application/x-ndjson", headers={"Cache-Control": "no-store"})


async def ended(lines: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The lines, and where they fail, a last one that says why."""
    try:
        async for text in lines:
            yield text
    except Refused as error:
        yield packed({"stage": "failed", "problems": error.problems})
    except Exception:
        traceback.print_exc()
        yield packed({"stage": "failed", "problems": [WENT_WRONG]})


async def refused(_: Request, error: Refused) -> Response:
    """What cannot be had, and why."""
    return JSONResponse({"problems": error.problems}, 400)


async def wrong(_: Request, error: Exception) -> Response:
    """Something that should not be: said at the page, and told in full at the terminal."""
    return JSONResponse({"problems": [WENT_WRONG]}, 500)


async def body_of(request: Request) -> bytes:
    """A request's content. Raises Refused where there is too much of it."""
    content = bytearray()
    async for part in request.stream():
        content += part
        if len(content) > LONGEST:
            raise Refused(f"the file is larger than {LONGEST / 1e6:.0f} MB; use tenure calibrate")
    return bytes(content)


def whole(text: str) -> int | None:
    """A buyer's number, None where none is named. Raises Refused."""
    if not text:
        return None
    if not text.isdecimal():
        raise Refused(f"{text!r} is no number of a buyer; give one from 1 on")
    return int(text)


def page_file(name: str) -> bytes:
    """A file of the page."""
    return (files("sim.web") / "page" / name).read_bytes()


async def vega(_: Request) -> Response:
    """What draws the charts."""
    from sim.report.charts import library

    return Response(library(), media_type="text/javascript", headers={"Cache-Control": "max-age=86400"})
