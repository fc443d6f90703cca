"""The page in a real browser over time: reloads, going back, two tabs, songs that are gone or slow, what was said."""

import json
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from audiorec.serve import transcoding
from audiorec.serve.app import Server
from tests.serve.browsing import CHROMIUM, goto, open_page, serve, titles, until

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="no Chromium here: apt-get install chromium"),
]
SEEK = "n => { const seek = document.getElementById('seek'); seek.value = n; seek.dispatchEvent(new Event('input')); }"
AT = "document.getElementById('audio').currentTime"


@pytest.fixture
def running(root: Path) -> Iterator[tuple[str, Server]]:
    yield from serve(root)


@pytest.fixture
def page(browser: Any, running: tuple[str, Server]) -> Iterator[Any]:
    yield from open_page(browser, running[0], {"viewport": {"width": 1200, "height": 600}})


def test_a_reload_keeps_queue_place_and_loudness(page: Any) -> None:
    goto(page, "songs")
    page.click('button[aria-label="Play Low Two"]')
    page.evaluate(
        "() => { const v = document.getElementById('volume'); v.value = 30; v.dispatchEvent(new Event('input')); }"
    )
    until(page, f"{AT} > 1.2")
    page.reload()
    until(page, f"{AT} > 1")
    assert page.evaluate("document.getElementById('audio').paused")
    assert page.inner_text("#now-title") == "Low Two"
    assert page.input_value("#volume") == "30"
    assert page.evaluate("document.getElementById('audio').volume") == pytest.approx(0.3)
    page.keyboard.press("Control+ArrowRight")
    until(page, "document.getElementById('now-title').innerText === 'Low Three'")
    assert page.evaluate(f"{AT} < 1")


def test_back_leads_to_where_one_was(page: Any) -> None:
    goto(page, "songs")
    page.evaluate("scrollTo(0, 300)")
    until(page, "history.state?.top === 300")
    goto(page, "song/3")
    assert page.evaluate("scrollY") == 0
    assert page.title() == "Low Three · audiorec"
    page.go_back()
    page.wait_for_selector("h1 >> text=Songs")
    until(page, "scrollY === 300")


def test_one_tab_plays_at_a_time(page: Any, running: tuple[str, Server]) -> None:
    goto(page, "songs")
    page.click('button[aria-label="Play Low One"]')
    until(page, f"{AT} > 0.2")
    other = page.context.new_page()
    other.goto(f"{running[0]}#/songs")
    other.click('button[aria-label="Play High One"]')
    until(page, "document.getElementById('audio').paused")
    assert not other.evaluate("document.getElementById('audio').paused")


def test_a_search_without_a_find_says_what_can_be_asked(page: Any) -> None:
    goto(page, "search/zzzz")
    assert page.inner_text("main").split("\n", 1)[1].strip().startswith("Nothing fits.")
    goto(page, "song/1")
    assert "null" not in page.inner_text("main")
    assert page.input_value("#q") == ""


def test_space_is_for_the_music_after_a_click_and_for_the_button_after_tab(
    page: Any, running: tuple[str, Server]
) -> None:
    goto(page, "songs")
    page.click('button[aria-label="Play Low One"]')
    until(page, f"{AT} > 0.1")
    page.click('main button[aria-label="Like High One"]')
    until(page, "document.querySelector('main button[aria-label=\"Like High One\"]').ariaPressed === 'true'")
    page.keyboard.press(" ")
    until(page, "document.getElementById('audio').paused")
    assert page.get_attribute('main button[aria-label="Like High One"]', "aria-pressed") == "true"
    page.keyboard.press("Tab")
    page.keyboard.press(" ")
    until(page, "document.querySelector('main button[aria-label=\"Dislike High One\"]').ariaPressed === 'true'")


def test_what_was_said_is_listed_and_taken_back(page: Any) -> None:
    goto(page, "songs")
    page.click('button[aria-label="More for High One"]')
    page.click("text=Never play it")
    page.wait_for_selector("#toast >> text=Never again")
    goto(page, "lists")
    page.click("main >> text=Never again")
    page.wait_for_selector("h1 >> text=Never again")
    assert titles(page) == ["High One"]
    page.click('button[aria-label="More for High One"]')
    page.click("text=Let it be played again")
    page.wait_for_selector("#toast >> text=Taken back")
    goto(page, "lists")
    goto(page, "said/never")
    assert titles(page) == []


def test_a_song_goes_into_playlists(page: Any, running: tuple[str, Server]) -> None:
    goto(page, "songs")
    page.click('button[aria-label="More for Low One"]')
    page.click("text=Add to a playlist")
    page.get_by_label("New playlist").fill("Evening")
    page.keyboard.press("Enter")
    page.wait_for_selector("#toast >> text=In the playlist Evening")
    page.click('button[aria-label="More for High One"]')
    page.click("text=Add to a playlist")
    page.click("dialog >> text=Evening (1)")
    page.click("#toast button")
    page.wait_for_selector("h1 >> text=Evening")
    assert titles(page) == ["Low One", "High One"]


def test_songs_that_cannot_be_played_are_passed_over(browser: Any, library: Path, tmp_path: Path) -> None:
    shutil.copytree(library, tmp_path / "home")
    root, songs = tmp_path / "home" / "workspace", library / "songs"
    hidden = tmp_path / "hidden.flac"
    shutil.move(songs / "00.flac", hidden)
    torn = (songs / "01.flac").read_bytes()
    (songs / "01.flac").write_bytes(torn[:42] + bytes(5000))
    try:
        for address, _ in serve(root):
            context = browser.new_context()
            page = context.new_page()
            page.goto(f"{address}#/songs")
            page.click('button[aria-label="Play Low One"]')
            page.wait_for_selector("#toast >> text=the file of this song is gone")
            page.wait_for_selector("#toast >> text=Low Two: This browser cannot play it.")
            until(page, "document.getElementById('now-title').innerText === 'Low Three'")
            until(page, f"{AT} > 0.2")
            context.close()
    finally:
        shutil.move(hidden, songs / "00.flac")
        (songs / "01.flac").write_bytes(torn)


def test_a_server_that_is_gone_is_waited_for(browser: Any, running: tuple[str, Server]) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{running[0]}#/songs")
    page.click('button[aria-label="Play Low One"]')
    until(page, f"{AT} > 0.2")
    context.set_offline(True)
    page.keyboard.press("Control+ArrowRight")
    page.wait_for_selector("#toast >> text=The server does not answer")
    page.wait_for_timeout(2500)
    assert page.inner_text("#now-title") == "Low Two"
    context.set_offline(False)
    until(page, f"{AT} > 0.2")
    assert page.inner_text("#now-title") == "Low Two"
    context.close()


def test_a_song_is_sought_in_while_it_is_transcoded(
    page: Any, running: tuple[str, Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    encoded = transcoding._encoded

    def slowly(path: bytes, kilobits: int) -> Iterator[bytes]:
        for piece in encoded(path, kilobits):
            time.sleep(0.4)
            yield piece

    monkeypatch.setattr(transcoding, "_FRAMES", 8_192)
    monkeypatch.setattr(transcoding, "_encoded", slowly)
    goto(page, "songs")
    page.click('button[aria-label="Play Odd"]')
    until(page, f"{AT} > 0.05")
    page.evaluate(SEEK, 850)
    until(page, "document.getElementById('audio').duration < 4")
    until(page, f"{AT} > 2.4")
    assert running[1].desk.state.ledger.events("low") == []  # sought, not played


def test_the_skip_link_stays_on_the_view(page: Any) -> None:
    goto(page, "songs")
    page.focus(".skip")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    assert page.evaluate("location.hash") == "#/songs"


def test_a_region_is_listed_under_the_map_of_a_phone(browser: Any, running: tuple[str, Server]) -> None:
    for page in open_page(browser, running[0], {"viewport": {"width": 390, "height": 844}}):
        goto(page, "map")
        page.wait_for_timeout(300)
        before = page.evaluate("document.querySelectorAll('.map canvas')[1].toDataURL()")
        page.click('button[aria-label="Nearer"]')
        until(page, f"document.querySelectorAll('.map canvas')[1].toDataURL() !== {json.dumps(before)}")
        page.locator("main .chips button", has_text="(").first.click()
        page.wait_for_selector("main .song")
        until(page, "(y => y >= 0 && y < 600)(document.querySelector('.side h2').getBoundingClientRect().y)")


def test_a_token_is_asked_for_until_it_is_given(browser: Any, root: Path) -> None:
    for address, server in serve(root, needs_token=True):
        context = browser.new_context()
        page = context.new_page()
        page.goto(address)
        page.wait_for_selector("dialog[open] #token")
        for _ in range(2):
            page.keyboard.press("Escape")
        page.wait_for_selector("dialog[open] #token")
        page.fill("#token", "another")
        page.click("dialog[open] >> text=Sign in >> nth=-1")
        page.wait_for_selector("dialog >> text=This is not the token of this server")
        page.fill("#token", server.desk.accounts.token or "")
        page.keyboard.press("Enter")
        page.wait_for_selector("main h1")
        context.close()
