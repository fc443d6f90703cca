"""The page in a real browser, with real songs playing: lists that change when told, queue, keys, radio, map, path.

Left out with the reason where there is no Chromium; axe-core is looked for in `node_modules`.
"""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from audiorec.serve.app import Server
from tests.serve.browsing import CHROMIUM, goto, open_page, serve, titles, until

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="no Chromium here: apt-get install chromium"),
]
VIEWS = ("", "songs", "map", "path", "lists", "said/like", "library", "search/low", "song/1", "artist/Ebb", "list/1")


@pytest.fixture
def running(root: Path) -> Iterator[tuple[str, Server]]:
    for address, server in serve(root):
        server.desk.state.ledger.create_playlist("low", "Kept", [1, 9])
        yield address, server


def test_a_recommended_song_is_played(page: Any, running: tuple[str, Server]) -> None:
    page.wait_for_selector(".song")
    assert titles(page)[0] == "Low Four"
    page.click(".song .cover")
    until(page, "document.getElementById('audio').currentTime > 0.3")
    assert page.inner_text("#now-title") == "Low Four"
    page.click('main button[aria-label="Pause Low Four"]')
    until(page, "document.getElementById('audio').paused")
    page.click('main button[aria-label="Play Low Four"]')
    goto(page, "library")
    assert page.evaluate("!document.getElementById('audio').paused")
    until(page, "document.getElementById('audio').currentTime > 2.8")
    end = time.monotonic() + 60
    while not (events := running[1].desk.state.ledger.events("low")):
        assert time.monotonic() < end
        page.wait_for_timeout(50)
    assert [event.kind for event in events] == ["play"]


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


def test_map_pick_and_path(page: Any, running: tuple[str, Server]) -> None:
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
    page.wait_for_selector("h2 >> text=Drawn around")
    assert len(titles(page)) >= 10
    page.click("main >> button >> text=Add to the queue")
    assert page.locator("#queue-list li").count() == len(titles(page))
    page.click("main >> button >> text=Keep as playlist")
    page.click("#toast button")
    page.wait_for_selector("main h1 >> text=Drawn around")
    kept = next(one for one in running[1].desk.state.ledger.playlists("low") if one.name.startswith("Drawn around"))
    assert len(kept.songs) == len(titles(page)) >= 10
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
            find_nothing(page, view)
    if not AXE.exists():
        pytest.skip("the page fits; axe-core is not here: npm install --no-save axe-core")


@pytest.mark.timeout(600)
def test_the_first_evening(browser: Any, tmp_path: Path) -> None:
    """From nothing to a song of the demo that is heard, while the rest is still learnt."""
    for address, _ in serve(tmp_path / "nothing"):
        for page in open_page(browser, address, {"bypass_csp": True}, user="me"):
            assert page.inner_text("h1") == "Welcome"
            find_nothing(page, "first start")
            goto(page, "library")
            assert page.inner_text("h1") == "Library"
            goto(page, "")
            page.click("text=Load the demo library")
            page.set_default_timeout(300_000)
            page.wait_for_selector("main .song")
            page.click('main button[aria-label^="Like"]')
            page.wait_for_selector("main .song .reason")
            page.click(".song .cover")
            until(page, "document.getElementById('audio').currentTime > 0.3", 300)
            assert page.inner_text("#now-title") == titles(page)[0]
            goto(page, "library")
            page.click("button >> text=Stop")
            until(page, "document.querySelector('main [role=status]').innerText.startsWith('Demo library: ')", 300)


def find_nothing(page: Any, where: str) -> None:
    """axe-core, where it is here, finds nothing to complain of."""
    if AXE.exists():
        page.evaluate(AXE.read_text(encoding="utf-8"))
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
        assert [(where, one["id"], one["nodes"][0]["html"][:200]) for one in found] == []


def test_axe_finds_nothing_in_what_opens(browser: Any, running: tuple[str, Server]) -> None:
    for page in open_page(browser, running[0], {"viewport": {"width": 1200, "height": 800}, "bypass_csp": True}):
        page.wait_for_selector(".song")
        page.click(".song .cover")
        page.click("#show-queue")
        page.locator("main summary").first.click()
        find_nothing(page, "queue")
        page.click("#show-queue")
        page.click('main button[aria-label="More for Low Four"]')
        find_nothing(page, "menu")
        page.click("text=Add to a playlist")
        page.wait_for_selector("#add-to-list[open]")
        find_nothing(page, "playlists to add to")
        page.keyboard.press("Escape")
        page.click("#show-keys")
        find_nothing(page, "keys")
        page.keyboard.press("Escape")
        goto(page, "library")
        for summary in page.locator("main summary").all():
            summary.click()
        page.wait_for_selector("main details[open] .song")
        find_nothing(page, "library, opened")
    if not AXE.exists():
        pytest.skip("axe-core is not here: npm install --no-save axe-core")


def test_without_listens_likes_begin_the_list(browser: Any, running: tuple[str, Server]) -> None:
    for page in open_page(browser, running[0], {}, user="newcomer"):
        page.wait_for_selector(".card .song")
        page.click('.card button[aria-label^="Like"]')
        page.wait_for_selector("main > div > div > .songs .reason")
        assert "which you like" in page.inner_text("main .reason >> nth=0")
