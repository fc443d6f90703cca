"""The page in a real browser, with real songs playing: lists that change when told, queue, keys, radio, map, path.

Left out with the reason where there is no Chromium; axe-core is looked for in `node_modules`.
"""

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from audiorec.serve.app import Server, make_server

sync_api = pytest.importorskip("playwright.sync_api")
CHROMIUM = Path("/usr/bin/chromium")
AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --autoplay-policy=no-user-gesture-required"
).split()
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="no Chromium here: apt-get install chromium"),
]
VIEWS = ("", "songs", "map", "path", "lists", "library", "search/low", "song/1", "artist/Ebb")


def serve(root: Path) -> Iterator[tuple[str, Server]]:
    server = make_server(root)
    served = uvicorn.Server(uvicorn.Config(server.app, port=0, log_level="error", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=served.run, daemon=True)
    thread.start()
    while not served.started:
        time.sleep(0.01)
    server.desk.state.wait_ready(30)
    yield f"http://127.0.0.1:{served.servers[0].sockets[0].getsockname()[1]}/", server
    served.should_exit = True
    thread.join(timeout=20)


@pytest.fixture
def running(root: Path) -> Iterator[tuple[str, Server]]:
    yield from serve(root)


@pytest.fixture
def browser() -> Iterator[Any]:
    with sync_api.sync_playwright() as play:
        opened = play.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Any, running: tuple[str, Server]) -> Iterator[Any]:
    """The page as the user `low`; whatever the browser complains of fails the test."""
    yield from open_page(browser, running[0], {"viewport": {"width": 1200, "height": 800}})


def open_page(browser: Any, address: str, options: dict[str, Any], user: str = "low") -> Iterator[Any]:
    context = browser.new_context(**options)
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("console", lambda told: complaints.append(told.text) if told.type == "error" else None)
    opened.on("dialog", lambda dialog: complaints.append(f"dialog: {dialog.message}") or dialog.dismiss())
    opened.set_default_timeout(15_000)
    opened.add_init_script(f"localStorage.setItem('audiorec.user', {json.dumps(user)})")
    opened.goto(address)
    opened.wait_for_selector("h1")
    yield opened
    context.close()
    assert complaints == []


def titles(page: Any) -> list[str]:
    return [text.removesuffix("new here") for text in page.locator("main .song .title").all_inner_texts()]


def goto(page: Any, view: str) -> None:
    page.evaluate("where => { location.hash = where }", f"#/{view}")
    page.wait_for_timeout(100)
    page.wait_for_selector("main h1")


def until(page: Any, script: str) -> None:
    """Wait until a script is true; asked again and again, as the page's policy forbids the browser to evaluate text."""
    end = time.monotonic() + 15
    while not page.evaluate(script):
        assert time.monotonic() < end, script
        page.wait_for_timeout(50)


def test_a_recommended_song_is_heard(page: Any, running: tuple[str, Server]) -> None:
    page.wait_for_selector(".song")
    assert titles(page)[0] == "Low Four"
    page.click(".song .cover")
    until(page, "document.getElementById('audio').currentTime > 0.3")
    assert page.inner_text("#now-title") == "Low Four"
    goto(page, "library")
    assert page.evaluate("!document.getElementById('audio').paused")
    until(page, "document.getElementById('audio').currentTime > 2.8")
    page.wait_for_timeout(200)
    assert [event.kind for event in running[1].desk.state.ledger.events("low")] == ["play"]


def test_the_list_changes_when_told_and_back(page: Any) -> None:
    page.wait_for_selector(".song")
    before = titles(page)
    page.click(f'button[aria-label="Dislike {before[0]}"]')
    until(page, f"!document.querySelector('main').innerText.includes({json.dumps(before[0])})")
    page.click("#toast button")
    until(page, f"document.querySelector('main .song .title').innerText.startsWith({json.dumps(before[0])})")
    page.click(f'button[aria-label="More for {before[0]}"]')
    page.click("text=Never play it")
    until(page, f"!document.querySelector('main').innerText.includes({json.dumps(before[0])})")


def test_the_queue_by_mouse_and_keys(page: Any, running: tuple[str, Server]) -> None:
    goto(page, "songs")
    page.click('button[aria-label="Play Low One"]')
    page.click('button[aria-label="Play High One next"]')
    page.click("#show-queue")
    assert page.locator("#queue-list b").all_inner_texts()[:2] == ["Low One", "High One"]
    page.keyboard.press("Control+ArrowRight")
    until(page, "document.getElementById('now-title').innerText === 'High One'")
    page.keyboard.press("Control+ArrowLeft")
    until(page, "document.getElementById('now-title').innerText === 'Low One'")
    page.click('button[aria-label="Move High One down"]')
    assert page.locator("#queue-list b").all_inner_texts()[:3] == ["Low One", "Low Two", "High One"]
    page.click("h1")
    page.keyboard.press(" ")
    until(page, "document.getElementById('audio').paused")
    page.keyboard.press("l")
    until(page, "document.getElementById('now-like').getAttribute('aria-pressed') === 'true'")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "q"
    page.keyboard.type("techno")
    page.keyboard.press("Enter")
    until(page, "document.querySelector('h1').innerText.includes('techno')")
    assert len(titles(page)) == 4
    page.click("h1")
    page.keyboard.press("?")
    assert page.evaluate("document.getElementById('keys').open")
    assert running[1].desk.state.ledger.events("low", ("like",))[0].kind == "like"


def test_a_radio_refills_itself(page: Any) -> None:
    goto(page, "songs")
    page.click('button[aria-label="Play Low One"]')
    page.click("#clear-queue", force=True) if page.locator("#queue").is_visible() else page.click("#show-queue")
    page.click("#clear-queue")
    page.click("#radio")
    until(page, "document.querySelectorAll('#queue-list li').length === 11")
    names = page.locator("#queue-list b").all_inner_texts()
    assert len(set(names)) == len(names)
    for _ in range(9):
        page.keyboard.press("Control+ArrowRight")
    until(page, "document.querySelectorAll('#queue-list li').length === 13")


def test_map_pick_and_path(page: Any) -> None:
    goto(page, "map")
    page.wait_for_timeout(600)
    page.locator("main .chips button", has_text="(").first.click()
    page.wait_for_selector("main .song")
    assert titles(page)
    # Around the whole map: every song is inside.
    page.click("text=Whole map")
    page.click("text=Draw around songs")
    page.evaluate("document.querySelector('.map').scrollIntoView({block: 'center'})")
    box = page.locator(".map").bounding_box()
    page.mouse.move(box["x"] + 0.02 * box["width"], box["y"] + 0.03 * box["height"])
    page.mouse.down()
    for x, y in ((0.98, 0.03), (0.98, 0.97), (0.02, 0.97), (0.02, 0.03)):
        page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"], steps=3)
    page.mouse.up()
    page.wait_for_selector("text=Drawn around")
    assert len(titles(page)) >= 10
    goto(page, "path/1/5")
    page.wait_for_selector("main .song")
    found = titles(page)
    assert (found[0], found[-1]) == ("Low One", "High One")


def test_hostile_names_stay_text(page: Any) -> None:
    for view in VIEWS:
        goto(page, view)
        page.wait_for_timeout(200)
    assert page.locator("main script, main img[onerror]").count() == 0
    goto(page, "songs")
    assert "<script>alert(1)</script><img src=x onerror=alert(2)>" in titles(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_phone_fits_and_axe_finds_nothing(browser: Any, running: tuple[str, Server], scheme: str) -> None:
    phone = {"viewport": {"width": 360, "height": 740}, "color_scheme": scheme, "bypass_csp": True}
    for page in open_page(browser, running[0], phone):
        page.wait_for_selector(".song")
        page.click(".song .cover")
        for view in VIEWS:
            goto(page, view)
            page.wait_for_timeout(300)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), view
            if AXE.exists():
                page.evaluate(AXE.read_text(encoding="utf-8"))
                found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
                assert [(view, one["id"], one["nodes"][0]["html"][:200]) for one in found] == []
    if not AXE.exists():
        pytest.skip("the page fits; axe-core is not here: npm install --no-save axe-core")


def test_the_first_evening(browser: Any, tmp_path: Path) -> None:
    for address, _ in serve(tmp_path / "nothing"):
        for page in open_page(browser, address, {}):
            assert page.inner_text("h1") == "Welcome"
            assert page.is_enabled("text=Load the demo library")
            goto(page, "library")
            assert page.inner_text("h1") == "Library"


def test_without_listens_likes_begin_the_list(browser: Any, running: tuple[str, Server]) -> None:
    for page in open_page(browser, running[0], {}, user="newcomer"):
        page.wait_for_selector(".card .song")
        page.click('.card button[aria-label^="Like"]')
        page.wait_for_selector("main > div > div > .songs .reason")
        assert "which you like" in page.inner_text("main .reason >> nth=0")
