"""The page in a real browser: what is left out, alchemy, playlists that grow, listeners alike, why songs are near.

All tests share one server and leave nothing behind that another would see.
"""

import shutil
from pathlib import Path
from typing import Any

import pytest

from audiorec.serve.app import Server
from tests.serve.browsing import CHROMIUM, goto, open_page, serve, titles, until
from tests.serve.music import call

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="no Chromium here: apt-get install chromium"),
]


def choose(page: Any, label: str, words: str) -> None:
    page.get_by_label(label, exact=True).fill(words)
    page.locator(".card", has=page.get_by_label(label, exact=True)).locator("li button").first.click()


def test_genres_are_kept_alone_or_left_out(page: Any) -> None:
    page.wait_for_selector(".song")
    page.click("summary >> text=Show only, leave out")
    page.click('[data-chip="Techno"]')
    until(page, "document.querySelector('[data-chip=\"Techno\"]').innerText === 'Only Techno'")
    until(page, "[...document.querySelectorAll('main .song .title')].every((one) => one.innerText.startsWith('High'))")
    assert titles(page)
    page.click('[data-chip="Techno"]')
    until(page, "document.querySelector('[data-chip=\"Techno\"]').innerText === 'No Techno'")
    until(page, "![...document.querySelectorAll('main .song .title')].some((one) => one.innerText.startsWith('High'))")
    assert "Low Four" in titles(page)
    page.click('[data-chip="Techno"]')
    until(page, "[...document.querySelectorAll('main .song .title')].some((one) => one.innerText.startsWith('High'))")


def test_known_songs_and_lengths_are_chips(page: Any) -> None:
    page.wait_for_selector(".song")
    assert "Low One" not in titles(page)
    page.click("summary >> text=Show only, leave out")
    page.click('[data-chip="Known songs too"]')
    until(page, "document.querySelector('main').innerText.includes('Low One')")
    page.click('[data-chip="Known songs too"]')
    page.click('[data-chip="Over 6 minutes"]')
    until(page, "document.querySelector('main').innerText.includes('No song is left with these exclusions')")
    page.click('[data-chip="Over 6 minutes"]')
    page.click('[data-chip="Since 2010"]')
    until(page, "!document.querySelector('main').innerText.includes('Low Four')")


def test_three_lists_and_the_shares_of_each_song(page: Any) -> None:
    page.wait_for_selector(".song")
    new = titles(page)
    page.click(".song .shares summary")
    assert page.inner_text(".song .share >> nth=0").split("\n") == ["like your songs", "100.0 %"]
    page.click("text=Known artists")
    until(page, "document.querySelector('main .lead').innerText.startsWith('What you have not played')")
    until(page, "document.querySelectorAll('main .song').length === 1")
    assert titles(page) == ["Low Four"]  # the only song of Ebb's and Flow's that low has not played
    page.click("text=Deep cuts")
    until(page, "document.querySelectorAll('main .song').length > 1")
    assert titles(page)
    page.click("text=New songs")
    until(page, f"document.querySelectorAll('main .song').length === {len(new)}")
    assert titles(page) == new


def test_less_like_this_is_said_and_taken_back(page: Any, running: tuple[str, Server]) -> None:
    page.wait_for_selector(".song")
    page.click('button[aria-label="More for Low Four"]')
    page.click("text=Less like this")
    until(page, "!document.querySelector('main .songs').innerText.includes('Low Four')")
    assert [event.kind for event in running[1].desk.state.ledger.events("low", ("less",))] == ["less"]
    page.click("#toast button")
    until(page, "document.querySelector('main .song .title').innerText.startsWith('Low Four')")


def test_folders_and_what_was_heard_lately_are_chips(page: Any, running: tuple[str, Server]) -> None:
    shown = {"folders": [{"name": "Here", "song": 1, "songs": 12}, {"name": "There", "song": 2, "songs": 1}]}
    page.route("**/api/v1/folders", lambda route: route.fulfill(json=shown))
    goto(page, "songs")
    goto(page, "")
    page.click("summary >> text=Show only, leave out")
    for chip, key, value in (
        ("folder There", "folders", [2]),
        ("folder There", "without_folders", [2]),
        ("folder There", "folders", []),
        ("Not played lately", "not_lately", True),
        ("Not played lately", "not_lately", False),
    ):
        with page.expect_response(lambda answer: "/recommend" in answer.url) as asked:
            page.locator("main .chip", has_text=chip).click()
        assert asked.value.request.post_data_json[key] == value


def test_a_password_for_players_is_set(page: Any, running: tuple[str, Server]) -> None:
    goto(page, "library")
    page.get_by_label("A password for low in players").fill("hush")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=take this one")
    accounts = running[1].desk.accounts
    assert accounts.is_password("low", "hush")
    assert not accounts.is_password("low", "other")
    assert accounts.key_of("low") in page.inner_text("main")


def test_artists_come_when_they_are_looked_for(page: Any) -> None:
    goto(page, "songs")
    page.locator("summary", has_text=" artists").click()
    page.click("main .chips a >> text=Flint (2)")
    page.wait_for_selector("h1 >> text=Flint")


def test_alchemy_takes_several_songs(page: Any) -> None:
    goto(page, "path")
    choose(page, "More of", "low one")
    choose(page, "More of", "low two")
    choose(page, "Less of", "high one")
    page.click("text=Mix")
    page.wait_for_selector("main .song")
    assert set(titles(page)[:2]) == {"Low Three", "Low Four"}
    page.click('button[aria-label="Take Low Two out"]')
    page.click("text=Mix")
    until(page, "document.querySelector('main').innerText.includes('Low Two\\n')")


def test_the_variance_of_a_path_changes_its_middle(page: Any) -> None:
    goto(page, "path/1/5")
    page.wait_for_selector("main .song")
    seen = set()
    for _ in range(6):
        page.get_by_label("How much chance").fill("100")
        with page.expect_response(lambda answer: "/path" in answer.url):
            page.click("text=Find the path")
        page.wait_for_timeout(200)
        found = titles(page)
        assert (found[0], found[-1]) == ("Low One", "High One")
        seen.add(tuple(found))
    assert len(seen) > 1


def test_a_playlist_grows_in_place(page: Any, running: tuple[str, Server]) -> None:
    ledger = running[1].desk.state.ledger
    kept = ledger.create_playlist("low", "Evening", [1, 2])
    goto(page, f"list/{kept.id}")
    page.wait_for_selector("main .song")
    page.click("summary >> text=Extend with, and without")
    choose(page, "With these", "low four")
    choose(page, "Nothing like these", "high one")
    page.click("button >> text=Extend")
    until(page, "document.querySelectorAll('main .song').length > 5")
    assert titles(page)[:3] == ["Low One", "Low Two", "Low Four"]
    assert "High One" not in titles(page)
    page.click('li button[aria-label="Take Low Two out"]')
    until(page, "document.querySelectorAll('main .song .title')[1].innerText === 'Low Four'")
    assert 2 not in ledger.playlist(kept.id).songs
    ledger.delete_playlist(kept.id)


def test_listeners_alike_and_their_radio(page: Any) -> None:
    page.wait_for_selector(".song")
    page.click("summary >> text=Listeners like you")
    page.wait_for_selector("text=songs in common")
    assert page.locator(".cards li b").first.inner_text() == "deep"
    page.locator("text=Radio of what they play").first.click()
    until(page, "document.querySelectorAll('#queue-list li').length > 3")


def test_several_listen_together(page: Any, running: tuple[str, Server]) -> None:
    page.wait_for_selector(".song")
    page.click("summary >> text=Listen with others")
    page.get_by_label("Who else").fill("nobody of that name")
    page.get_by_label("Who else").press("Enter")
    until(page, "document.getElementById('toast').innerText.startsWith('No listener is called')")
    page.get_by_label("Who else").fill("high")
    with page.expect_response(lambda answer: "/recommend" in answer.url) as asked:
        page.get_by_label("Who else").press("Enter")
    assert asked.value.request.post_data_json["together_with"] == ["high"]
    until(page, "document.querySelector('h1').innerText === 'For low, high'")
    state = running[1].desk.state.now()
    played = {state.tracks[row].title for user in ("low", "high") for row in state.listened(user)}
    assert played
    assert titles(page)
    assert not played & set(titles(page))
    goto(page, "songs")
    goto(page, "")
    until(page, "document.querySelector('h1').innerText === 'For low, high'")  # what was chosen stays
    page.click('button[aria-label="Without high"]')
    until(page, "document.querySelector('h1').innerText === 'For low'")


def test_why_two_songs_are_near(page: Any) -> None:
    goto(page, "song/1")
    page.wait_for_selector("main .song .reason")
    assert "Alike by sound" in page.inner_text("main .song .reason >> nth=0")
    assert "the same artist, album, genre" in page.inner_text("main .song:has-text('Low Two') .reason")


@pytest.mark.parametrize("start", ["artist/Ebb", "search/techno"])
def test_a_radio_from_an_artist_and_from_words(page: Any, start: str) -> None:
    goto(page, start)
    page.click("main >> button >> text=Radio")
    until(page, "document.querySelectorAll('#queue-list li').length >= 8")
    names = page.locator("#queue-list b").all_inner_texts()
    assert len(set(names)) == len(names)


def test_chinese_mood_words_find_songs(page: Any) -> None:
    page.fill("#q", "快")
    page.press("#q", "Enter")
    until(page, "document.querySelector('h1').innerText.includes('快')")
    assert titles(page)


def test_media_keys_move_the_queue(page: Any) -> None:
    keys: dict[str, str] = {"next": "nexttrack", "previous": "previoustrack"}
    page.add_init_script(
        "window.media = {}; navigator.mediaSession.setActionHandler = (name, does) => { window.media[name] = does; };"
    )
    page.reload()
    goto(page, "songs")
    page.click('button[aria-label="Play Low One"]')
    until(page, "document.getElementById('now-title').innerText === 'Low One'")
    page.evaluate(f"window.media.{keys['next']}()")
    until(page, "document.getElementById('now-title').innerText === 'Low Two'")
    page.evaluate(f"window.media.{keys['previous']}()")
    until(page, "document.getElementById('now-title').innerText === 'Low One'")
    assert page.evaluate("navigator.mediaSession.metadata.title") == "Low One"
    page.evaluate("window.media.seekto({ seekTime: 2 })")
    until(page, "document.getElementById('audio').currentTime >= 2")


def test_neighbours_are_drawn_where_the_map_is_pointed_at(page: Any) -> None:
    goto(page, "map")
    page.wait_for_selector(".map canvas")
    page.wait_for_timeout(400)
    box = page.locator(".map").bounding_box()
    for step in range(1, 40):
        for high in (0.2, 0.35, 0.5, 0.65, 0.8):
            page.mouse.move(box["x"] + step / 40 * box["width"], box["y"] + high * box["height"])
            if page.locator(".tip").is_visible():
                assert "·" in page.inner_text(".tip")
                return
    pytest.fail("no song was found on the map")


def test_the_library_page_says_what_is_not_well(browser: Any, library: Path, tmp_path: Path) -> None:
    root, more = Path(shutil.copytree(library / "workspace", tmp_path / "workspace")), tmp_path / "more"
    more.mkdir()
    shutil.copy(library / "songs" / "00.flac", more / "again.flac")
    (more / "torn.mp3").write_bytes(b"no sound at all" * 100)
    call(root, "extract", str(more), "--jobs", "1", "--recipe", "features/fast")
    for address, _ in serve(root):
        for page in open_page(browser, address, {}):
            goto(page, "library")
            assert "Every song names its artist." in page.inner_text("main")
            for opened, found in {
                "1 file could not be read whole": ("more/torn.mp3", "not sound in a format that is known"),
                "1 recording there more than once": ("more/again.flac", "songs/00.flac"),
                "14 songs without lyrics": ("Low One",),
            }.items():
                page.click(f"summary >> text={opened}")
                for words in found:  # what is inside is made when it is opened
                    page.wait_for_selector(f"details:has(summary:has-text('{opened}')) >> text={words}")


def test_training_is_begun_watched_and_stopped(page: Any) -> None:
    goto(page, "library")
    page.click("text=Train on what is played")
    page.wait_for_selector("progress")
    until(page, "document.querySelector('[role=status]:not(#toast)').innerText.startsWith('Training: step 1')")
    page.reload()  # the job goes on without the page
    page.wait_for_selector("text=A job is running: Training")
    goto(page, "library")
    page.click("button >> text=Stop")
    until(page, "document.querySelector('main [role=status]').innerText === 'Training: stopped'")
    until(page, "document.getElementById('banner').hidden")
