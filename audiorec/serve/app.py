"""The application: the doors, the page's files, the gate around them, and the start and end of the server."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
from jinja2 import Environment, FileSystemLoader, select_autoescape
from starlette.responses import HTMLResponse, Response

from audiorec import __version__
from audiorec.data.forget_users import SECRETS
from audiorec.serve.desk import Desk
from audiorec.serve.doors import audiomuse_door, library_door, lists_door, playlists_door, songs_door
from audiorec.serve.gate import Gate
from audiorec.serve.logins import Accounts
from audiorec.serve.problem_details import add_handlers
from audiorec.serve.state import State
from audiorec.serve.subsonic import endpoint

PAGE = Path(__file__).parent / "page"
_FILES = PAGE / "files"


@dataclass(frozen=True)
class Server:
    """An ASGI application and the desk that it works at."""

    app: Gate
    desk: Desk


def make_server(root: Path, needs_token: bool = False, names: frozenset[str] = frozenset()) -> Server:
    """The whole server of one workspace; `names` are further host names by which it may be called."""
    desk = Desk(State(root), Accounts(root / SECRETS, needs_token))

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        desk.start()
        yield
        desk.close()

    app = FastAPI(
        title="audiorec", version=__version__, lifespan=life, docs_url=None, redoc_url=None,
        openapi_url="/api/v1/openapi.json",
    )  # fmt: skip
    app.state.desk = desk
    add_handlers(app)
    for router in (library_door.router, lists_door.router, songs_door.router, playlists_door.router):
        app.include_router(router, prefix="/api/v1")
    app.include_router(audiomuse_door.router)
    app.include_router(endpoint.router)
    app.mount("/page", StaticFiles(directory=_FILES), name="page")
    _add_page(app)
    return Server(Gate(app, desk.accounts, names, desk.count), desk)


def _add_page(app: FastAPI) -> None:
    templates = Environment(loader=FileSystemLoader(PAGE), autoescape=select_autoescape())

    @app.get("/", include_in_schema=False)
    def page() -> Response:
        return HTMLResponse(templates.get_template("index.html").render(), headers={"Cache-Control": "no-cache"})

    @app.get("/favicon.ico", include_in_schema=False)
    def icon() -> Response:
        return Response((_FILES / "icon.svg").read_bytes(), media_type="image/svg+xml")
