"""The page in a real browser, for tests: a server on a free port, Chromium, and what a user does."""

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from audiorec.serve.app import Server, make_server
from audiorec.serve.slow_clients import PatientProtocol

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --autoplay-policy=no-user-gesture-required"
).split()


def serve(root: Path, needs_token: bool = False) -> Iterator[tuple[str, Server]]:
    """A server of a workspace and its address, until it is let go."""
    server = make_server(root, needs_token)
    config = uvicorn.Config(server.app, http=PatientProtocol, port=0, log_level="error", timeout_graceful_shutdown=1)
    served = uvicorn.Server(config)
    thread = threading.Thread(target=served.run, daemon=True)
    thread.start()
    while not served.started:
        time.sleep(0.01)
    server.desk.state.wait_ready(120)
    yield f"http://127.0.0.1:{served.servers[0].sockets[0].getsockname()[1]}/", server
    served.should_exit = True
    thread.join(timeout=20)


def started() -> Iterator[Any]:
    """A browser; skips where Playwright is not installed."""
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as play:
        opened = play.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield opened
        opened.close()


def open_page(browser: Any, address: str, options: dict[str, Any], user: str = "low") -> Iterator[Any]:
    context = browser.new_context(**options)
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("console", lambda told: complaints.append(told.text) if told.type == "error" else None)
    opened.on("dialog", lambda dialog: complaints.append(f"dialog: {dialog.message}") or dialog.dismiss())
    opened.set_default_timeout(60_000)
    opened.add_init_script(f"localStorage.setItem('audiorec.user', {json.dumps(user)})")
    opened.goto(address)
    opened.wait_for_selector("h1")
    yield opened
    context.close()
    assert not complaints, complaints


def titles(page: Any) -> list[str]:
    return [text.removesuffix("new here") for text in page.locator("main .song .title").all_inner_texts()]


def goto(page: Any, view: str) -> None:
    page.evaluate("where => { location.hash = where }", f"#/{view}")
    until(page, "document.getElementById('content').dataset.shown === location.hash")


def until(page: Any, script: str, seconds: float = 60) -> None:
    """Wait until a script is true; asked again and again, as the page's policy forbids the browser to evaluate text."""
    end = time.monotonic() + seconds
    while not page.evaluate(script):
        assert time.monotonic() < end, script
        page.wait_for_timeout(50)
