"""`audiorec serve`: the page, the API and the doors for music players, on this machine or in the home network."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from audiorec.cli.console import console, visible
from audiorec.cli.session import Session, as_one, pass_session

if TYPE_CHECKING:
    import socket

    from audiorec.serve.app import Server


@dataclass(frozen=True)
class Options:
    """What is asked for: the options of the command line."""

    host: str
    port: int
    names: tuple[str, ...]
    open_page: bool


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on; any but this machine's own "
              "needs the token that the first start makes.")  # fmt: skip
@click.option("--port", default=8337, show_default=True, type=click.IntRange(0, 65535), help="Port to listen on.")
@click.option("--name", "names", multiple=True, metavar="HOST", help="A further name by which browsers call this "
              "server; may be given again.")  # fmt: skip
@click.option("--open", "open_page", is_flag=True, help="Open the page in a browser.")
@pass_session
@as_one(Options)
def command(session: Session, asked: Options) -> None:
    """Serve the page, the API and music players (OpenSubsonic)."""
    from threadpoolctl import threadpool_limits

    try:
        import uvicorn

        from audiorec.serve.app import make_server
        from audiorec.serve.slow_clients import PatientProtocol
    except ImportError as error:
        from audiorec.errors import InputError

        raise InputError(f"{error.name} is not installed: pip install 'audiorec[serve]'") from error
    from audiorec.data.disk import make_folder
    from audiorec.serve.gate import is_loopback

    make_folder(session.workspace)
    needs_token = not is_loopback(asked.host)
    server = make_server(session.workspace, needs_token, _names(asked, needs_token))
    sock = _listen(asked.host, asked.port)
    url = f"http://{_shown_host(asked.host)}:{sock.getsockname()[1]}/"
    _greet(session, server, url)
    if asked.open_page:
        click.launch(url)
    config = uvicorn.Config(
        server.app, http=PatientProtocol, log_level="warning", access_log=False, server_header=False,
        timeout_keep_alive=30, limit_concurrency=2000, backlog=2048, h11_max_incomplete_event_size=65_536,
        timeout_graceful_shutdown=3,
    )  # fmt: skip
    # Lists are made side by side already; threads of a product wait busily for the next one, which doubled a list's
    # processor time. Jobs are processes of their own and keep theirs.
    with threadpool_limits(1, user_api="blas"):
        uvicorn.Server(config).run(sockets=[sock])


def _names(asked: Options, needs_token: bool) -> frozenset[str]:
    import socket

    own = {socket.gethostname().lower(), f"{socket.gethostname().lower()}.local"} if needs_token else set()
    return frozenset({*(name.lower() for name in asked.names), *own})


def _listen(host: str, port: int) -> "socket.socket":
    import socket

    from audiorec.errors import InputError

    try:
        kind, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        # With its protocol named, asyncio sends small answers at once; else each would wait 40 ms for the last one.
        sock = socket.socket(kind, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(address)
        sock.listen(2048)
    except socket.gaierror as error:
        raise InputError(f"{host} is no address of this machine ({error.strerror}): name one with --host") from error
    except OSError as error:
        raise InputError(f"cannot listen on {host}:{port} ({error.strerror}): choose another with --port") from error
    return sock


def _shown_host(host: str) -> str:
    return {"0.0.0.0": "localhost", "::": "localhost"}.get(host, f"[{host}]" if ":" in host else host)


def _greet(session: Session, server: "Server", url: str) -> None:
    if session.quiet:
        return
    console().print(f"Open {url} in a browser; music players (Subsonic) take the same address.")
    console().print(f"The library lies in {visible(str(session.workspace))}.", highlight=False, markup=False)
    if "//localhost:" in url:
        import socket

        there = url.replace("localhost", socket.gethostname().lower())
        console().print(f"From other devices: {there} (or this machine's address in the place of its name).")
    if server.desk.accounts.token is not None:
        from audiorec.data.forget_users import SECRETS

        secrets: Path = session.workspace / SECRETS
        if server.desk.accounts.is_new_token:
            console().print(f"The token to sign in with: {server.desk.accounts.token}", highlight=False)
        console().print(f"The token stands in {secrets}, readable by you only.", highlight=False)
    console().print("Stop with Ctrl+C.")
