"""The map in a real browser: picked songs, a path on it, neighbours as lines, a hundred thousand points."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.serve.browsing import CHROMIUM, goto, titles, until

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="no Chromium here: apt-get install chromium"),
]
MANY = 100_000
# What is drawn of many points, without and with graphics, at rest and while the map moves.
PAINTED = """async (many) => {
  const { painter } = await import("/page/points.js");
  const points = Array.from({ length: many }, (_, n) => ({ x: Math.cos(n) * 0.9, y: Math.sin(n) * 0.9 }));
  const groups = points.map((_, n) => n % 5);
  const view = { x: 0, y: 0, zoom: 1 };
  const places = [];
  const pen = { clearRect() {}, beginPath() {}, fill() {}, arc: (x, y) => places.push(`${x} ${y}`) };
  const sheet = { width: 400, height: 400, getContext: (kind) => (kind === "2d" ? pen : null) };
  const plain = painter(sheet, points, groups);
  const found = {};
  plain(view, 1, false); found.plain = places.length; places.length = 0;
  plain(view, 1, true); found.plainMoving = places.length;
  const firsts = new Set(points.slice(0, places.length).map((one) => `${200 + one.x * 200} ${200 - one.y * 200}`));
  found.ofTheFirst = places.filter((place) => firsts.has(place)).length;
  const canvas = Object.assign(document.createElement("canvas"), { width: 400, height: 400 });
  const gl = canvas.getContext("webgl2");
  if (!gl) return found;
  const counts = [], draw = gl.drawArrays.bind(gl);
  gl.drawArrays = (kind, first, count) => { counts.push(count); draw(kind, first, count); };
  const paint = painter(canvas, points, groups);
  paint(view, 1, false);
  const pixels = new Uint8Array(4 * 400 * 400);
  gl.readPixels(0, 0, 400, 400, gl.RGBA, gl.UNSIGNED_BYTE, pixels);
  found.pixels = pixels.filter((value, n) => n % 4 === 3 && value > 0).length;
  paint(view, 1, true);
  return { ...found, counts };
}"""
OVER = "document.querySelectorAll('.map canvas')[1].toDataURL()"


def point_at_songs(page: Any) -> Iterator[str]:
    """Over the map row by row; the title under the mouse whenever it is another one."""
    box, last = page.locator(".map").bounding_box(), ""
    for high in range(5, 96, 3):
        for wide in range(2, 99, 2):
            page.mouse.move(box["x"] + wide / 100 * box["width"], box["y"] + high / 100 * box["height"])
            if page.locator(".tip").is_visible() and (found := page.inner_text(".tip").split(" · ")[0]) != last:
                last = found
                yield found


def test_songs_are_picked_and_a_path_is_drawn_between_them(page: Any) -> None:
    goto(page, "map")
    page.wait_for_timeout(500)
    songs = point_at_songs(page)
    empty = page.evaluate(OVER)
    first = next(songs)
    page.wait_for_timeout(100)
    assert page.evaluate(OVER) != empty  # lines to its neighbours
    page.mouse.down()
    page.mouse.up()
    page.wait_for_selector("h2 >> text=Picked")
    assert titles(page) == [first]
    page.click("button >> text=Path from here")
    second = next(title for title in point_at_songs(page) if title != first)
    page.mouse.down()
    page.mouse.up()
    until(page, f"document.querySelector('main .song .title').innerText.startsWith({json.dumps(second)})")
    page.click("button >> text=Path to here")
    page.wait_for_selector("h2 >> text=Path")
    assert [titles(page)[0], titles(page)[-1]] == [first, second]


def test_a_fair_part_of_many_points_is_drawn_while_the_map_moves(page: Any) -> None:
    found = page.evaluate(PAINTED, MANY)
    assert (found["plain"], found["plainMoving"]) == (MANY, 5_000)
    assert found["ofTheFirst"] < 1_000  # a random part, not the first one
    if "counts" in found:  # this browser has WebGL2
        assert found["counts"] == [MANY, 30_000]
        assert found["pixels"] > 1_000


def test_a_hundred_thousand_songs_on_the_map_and_in_its_lists(page: Any) -> None:
    ids = list(range(1, MANY + 1))
    shown = {
        "ids": ids,
        "x": [round((n * 0.618) % 2 - 1, 4) for n in ids],
        "y": [round((n * 0.414) % 2 - 1, 4) for n in ids],
        "neighbours": [[n % MANY, (n + 1) % MANY, -1] for n in ids],
        "titles": [f"song {n}" for n in ids],
        "artists": ["somebody"] * MANY,
        "regions": [{"name": "all", "x": 0.0, "y": 0.0, "songs": ids}],
    }
    page.route("**/api/v1/map", lambda route: route.fulfill(json=shown))

    def some(route: Any) -> None:
        asked = [int(pair.partition("=")[2]) for pair in route.request.url.partition("?")[2].split("&")]
        song = {"title": "s", "artist": "", "artists": [], "album": "", "year": None, "seconds": 60}
        route.fulfill(json={"songs": [{"id": one, **song} for one in asked], "next": None})

    page.route("**/api/v1/songs?ids=*", some)
    page.route("**/cover", lambda route: route.fulfill(status=200, content_type="image/svg+xml", body="<svg/>"))
    goto(page, "map")
    page.wait_for_timeout(500)
    before = page.evaluate(OVER)
    box = page.locator(".map").bounding_box()
    page.mouse.move(box["x"] + 300, box["y"] + 150)
    page.mouse.down()
    page.mouse.move(box["x"] + 380, box["y"] + 190, steps=10)
    page.mouse.up()
    until(page, f"{OVER} !== {json.dumps(before)}")
    page.click("main .chips button >> text=all (100000)")
    until(page, "document.querySelectorAll('main .song').length === 100")
    page.click("button >> text=More songs (4900)")
    assert page.locator("main .song").count() == 200
