"""The page over items that are no songs: nothing offers to be played, and words fit what is there."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from audiorec.ranking.explain import OF_ITEMS, sentence
from tests.serve.browsing import CHROMIUM, goto, open_page, serve, started, titles
from tests.serve.music import call

TOPICS = ("Sport", "Kitchen")


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty stories of two topics, and two readers."""
    folder = tmp_path_factory.mktemp("items")
    rng = np.random.default_rng(0)
    topics = [TOPICS[number % 2] for number in range(20)]
    columns = {
        "id": [f"n{number}" for number in range(20)],
        "title": [f"{topic} story {number}" for number, topic in enumerate(topics)],
        "creator": [f"Writer {number % 7}" for number in range(20)],
        "vector": [[*(9.0 * (topic == name) for name in TOPICS), *rng.normal(size=3).tolist()] for topic in topics],
    }
    pq.write_table(pa.table(columns), folder / "news.parquet")
    rows = [f"{reader},Writer {n % 7},{topics[n]} story {n}" for reader, n in (("ann", 0), ("ann", 2), ("bob", 1))]
    (folder / "reads.csv").write_text("\n".join(["user,artist,title", *rows]), encoding="utf-8")
    call(folder / "w", "import", "items", str(folder / "news.parquet"))
    call(folder / "w", "import", "listens", str(folder / "reads.csv"))
    return folder / "w"


@pytest.fixture
def page(catalogue: Path) -> Iterator[Any]:
    for browser in started():
        for address, _ in serve(catalogue):
            yield from open_page(browser, address, {}, user="ann")


@pytest.mark.slow
@pytest.mark.skipif(not CHROMIUM.exists(), reason="no Chromium here: apt-get install chromium")
def test_items_are_looked_at_and_not_played(page: Any) -> None:
    page.wait_for_selector(".song")
    assert all(title.startswith("Sport") for title in titles(page)[:5])
    assert "It is like Sport story" in page.inner_text("main .reason >> nth=0")
    for view in ("", "songs", "map", "song/1", "path/1/3", "search/sport", "library", "artist/Writer 1"):
        goto(page, view)
        page.wait_for_timeout(200)
        assert not page.locator("main button:visible", has_text="Play").count(), view
        assert not page.locator("main button.cover").count(), view
        words = page.inner_text("body").lower()
        assert [word for word in ("song", "listener", "sounds", "lyrics", "0:00") if word in words] == [], view
    assert page.inner_text("nav a >> nth=1") == "Items"
    page.click("a.title >> nth=0")
    assert page.is_hidden("#player")


def test_reasons_of_items_name_no_sound() -> None:
    told = sentence({"predicted": 0.6, "artist": 0.4}, "Rain by Ann", "sound", reasons=OF_ITEMS)
    assert told == (
        "Being what it is, it should suit users like you (60 %), and you already chose this creator (40 %);"
        " it is like Rain by Ann."
    )
