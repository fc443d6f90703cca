"""A library of 5,000 made songs: the whole way in bounded memory, with lists that follow the tastes behind the listens.

It runs in a process of its own, so that its peak of memory is its own.
"""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

SONGS, COLD, USERS, EACH, GENRES = 5_000, 500, 400, 25, 10
_WAY = r"""
import json, re, sys
from pathlib import Path
import audiorec

with audiorec.Library(sys.argv[1]) as library:
    library.import_items(sys.argv[2])
    library.import_listens(sys.argv[3])
    library.train(only=["hybrid"])
    lists = {
        user: [song["title"] for song in library.recommend(user, top=10, cold_only=True)]
        for user in ("user 0", "user 1", "user 2")
    }
# Of this program alone: ru_maxrss begins with what the process that started it had.
peak = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())
print(json.dumps({"lists": lists, "mb": int(peak[1]) / 1e3}))
"""


def _make(folder: Path) -> dict[str, int]:
    """A catalogue of songs of ten genres and users who each play two of them; the genre of each title."""
    rng = np.random.default_rng(1)
    genre = rng.integers(0, GENRES, SONGS)
    vectors = rng.standard_normal((GENRES, 24))[genre] + rng.standard_normal((SONGS, 24))
    titles = [f"Song {number}" for number in range(SONGS)]
    columns = {"id": titles, "title": titles, "creator": [f"Artist {number // 5}" for number in range(SONGS)]}
    pq.write_table(pa.table({**columns, "vector": list(vectors.astype(np.float32))}), folder / "songs.parquet")
    rows = ["user,item_id"]
    for user in range(USERS):
        own = np.flatnonzero(np.isin(genre[: SONGS - COLD], (user % GENRES, (user + 3) % GENRES)))
        rows += [f"user {user},Song {song}" for song in rng.choice(own, EACH, replace=False)]
    (folder / "plays.csv").write_text("\n".join(rows))
    return dict(zip(titles, genre.tolist(), strict=True))


@pytest.mark.slow
def test_five_thousand_songs(tmp_path: Path) -> None:
    genre_of = _make(tmp_path)
    places = [str(tmp_path / name) for name in ("w", "songs.parquet", "plays.csv")]
    done = subprocess.run([sys.executable, "-c", _WAY, *places], capture_output=True, text=True, check=True)
    found = json.loads(done.stdout.splitlines()[-1])
    for number, titles in enumerate(found["lists"].values()):
        own = sum(genre_of[title] in (number % GENRES, (number + 3) % GENRES) for title in titles)
        assert own >= 8, (
            f"user {number} plays genres {number} and {number + 3}: {[genre_of[title] for title in titles]}"
        )
    assert found["mb"] < 2_000
