"""The player in a real browser: what comes after a song, songs dragged in the queue, and the key that dislikes."""

from collections.abc import Iterator
from typing import Any

import pytest

from audiorec.serve.app import Server
from tests.serve.browsing import CHROMIUM, goto, open_page, until

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="no Chromium here: apt-get install chromium"),
]
TO_THE_END = (
    "() => { const seek = document.getElementById('seek'); seek.value = 930; seek.dispatchEvent(new Event('input')); }"
)
AT = "document.getElementById('audio').currentTime"


@pytest.fixture
def page(browser: Any, running: tuple[str, Server]) -> Iterator[Any]:
    """Low One plays, and High One is the only other song of the queue, which is shown."""
    for page in open_page(browser, running[0], {"viewport": {"width": 1200, "height": 800}}, "player"):
        goto(page, "songs")
        page.click('button[aria-label="Play Low One"]')
        page.click("#show-queue")
        page.click("#clear-queue")
        page.click('main button[aria-label="Play High One next"]')
        yield page


def plays(page: Any, title: str) -> None:
    until(page, f"document.getElementById('now-title').innerText === '{title}'")
    until(page, f"{AT} > 0.1 && {AT} < 3 && !document.getElementById('audio').paused")


def to_the_end(page: Any) -> None:
    until(page, f"{AT} > 0.05")
    page.evaluate(TO_THE_END)


def test_a_song_and_a_queue_are_repeated(page: Any) -> None:
    page.click("#repeat")
    assert page.inner_text("#repeat") == "Repeat: all"
    to_the_end(page)
    plays(page, "High One")
    to_the_end(page)
    plays(page, "Low One")
    page.click("#repeat")
    assert page.inner_text("#repeat") == "Repeat: one song"
    to_the_end(page)
    plays(page, "Low One")
    page.keyboard.press("Control+ArrowRight")  # who asks for the next one gets it
    plays(page, "High One")
    page.reload()
    page.wait_for_selector("#player:not([hidden])")
    page.click("#show-queue")
    assert page.inner_text("#repeat") == "Repeat: one song"
    page.click("#repeat")
    page.click("#toggle")
    to_the_end(page)
    until(page, "document.getElementById('audio').ended")
    assert page.inner_text("#now-title") == "High One"


def test_a_queue_of_one_song_is_repeated(page: Any) -> None:
    page.click('button[aria-label="Remove High One"]')
    page.click("#repeat")
    to_the_end(page)
    plays(page, "Low One")
    page.keyboard.press("Control+ArrowRight")
    plays(page, "Low One")


def test_it_stops_after_a_song_and_the_next_one_stands_ready(page: Any) -> None:
    page.click("#stop-after")
    assert page.get_attribute("#stop-after", "aria-pressed") == "true"
    to_the_end(page)
    until(page, "document.getElementById('now-title').innerText === 'High One'")
    page.wait_for_timeout(500)
    assert page.evaluate("document.getElementById('audio').paused")
    assert page.get_attribute("#stop-after", "aria-pressed") == "false"
    page.click("#toggle")
    plays(page, "High One")


def names(page: Any) -> list[str]:
    return list(page.locator("#queue-list b").all_inner_texts())


def test_songs_are_dragged_in_the_queue(page: Any) -> None:
    page.click('main button[aria-label="Play Low Two next"]')
    assert names(page) == ["Low One", "Low Two", "High One"]
    for taken, onto, order, playing in (
        ("High One", "Low One", ["High One", "Low One", "Low Two"], 1),
        ("High One", "Low Two", ["Low One", "Low Two", "High One"], 0),
        ("Low One", "High One", ["Low Two", "High One", "Low One"], 2),
    ):
        row = page.locator("#queue-list li", has_text=onto).bounding_box()
        handle = page.locator("#queue-list li", has_text=taken).locator(".handle")
        handle.hover()
        page.mouse.down()
        page.mouse.move(row["x"] + 20, row["y"] + row["height"] / 2, steps=6)
        assert page.locator("#queue-list li.above, #queue-list li.below").count() == 1
        page.mouse.up()
        assert names(page) == order
        assert page.locator("#queue-list li").nth(playing).get_attribute("class") == "current"
    assert page.inner_text("#now-title") == "Low One"


def test_a_finger_drags_as_well(browser: Any, running: tuple[str, Server]) -> None:
    phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
    for page in open_page(browser, running[0], phone, "phone"):
        goto(page, "songs")
        page.tap('button[aria-label="Play Low One"]')
        page.tap("#show-queue")
        handle = page.locator("#queue-list li .handle").nth(2).bounding_box()
        first = page.locator("#queue-list li").first.bounding_box()
        before, touch = names(page), page.context.new_cdp_session(page)
        x, y = handle["x"] + handle["width"] / 2, handle["y"] + handle["height"] / 2
        for kind, points in (
            ("touchStart", [{"x": x, "y": y}]),
            ("touchMove", [{"x": x, "y": (y + first["y"]) / 2}]),
            ("touchMove", [{"x": x, "y": first["y"] + 5}]),
            ("touchEnd", []),
        ):
            touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
        until(page, f"document.querySelector('#queue-list b').innerText === '{before[2]}'")
        assert names(page)[:3] == [before[2], before[0], before[1]]


def test_d_dislikes_and_goes_on(page: Any, running: tuple[str, Server]) -> None:
    page.click("h1")
    page.keyboard.press("d")
    plays(page, "High One")
    until(page, "document.querySelector('main button[aria-label=\"Dislike Low One\"]').ariaPressed === 'true'")
    ledger = running[1].desk.state.ledger
    assert [event.kind for event in ledger.events("player", ("dislike",))] == ["dislike"]
    ledger.undo("player")
