"""From a catalogue of news with vectors to a hybrid list: sound is one content among others."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from click.testing import CliRunner

from audiorec.cli.main import cli

TOPICS, STORIES, READERS = 4, 80, 24


def make_news(folder: Path) -> tuple[Path, Path, list[int]]:
    """A catalogue of stories on four topics, and readers who each read one topic; the last ten stories nobody."""
    rng = np.random.default_rng(0)
    topic = rng.integers(0, TOPICS, STORIES)
    vectors = rng.standard_normal((TOPICS, 12))[topic] + 0.3 * rng.standard_normal((STORIES, 12))
    names = {"id": [f"n{n}" for n in range(STORIES)], "title": [f"Story {n}" for n in range(STORIES)]}
    creators = [f"Writer {n % 20}" for n in range(STORIES)]
    table = pa.table({**names, "creator": creators, "vector": list(vectors.astype(np.float32))})
    pq.write_table(table, folder / "news.parquet")
    rows = ["user,item_id"]
    for reader in range(READERS):
        known = np.flatnonzero((topic == reader % TOPICS) & (np.arange(STORIES) < STORIES - 10))
        rows += [f"reader{reader},n{story}" for story in rng.choice(known, 7, replace=False)]
    (folder / "reads.csv").write_text("\n".join(rows))
    return folder / "news.parquet", folder / "reads.csv", topic.tolist()


def test_news_go_through_the_hybrid(tmp_path: Path) -> None:
    news, reads, topic = make_news(tmp_path)

    def call(*words: str) -> str:
        whole = ["--quiet", "--workspace", str(tmp_path / "w"), *words]
        return CliRunner().invoke(cli, whole, catch_exceptions=False).stdout

    assert json.loads(call("import", "items", str(news), "--json"))["files"][0]["items"] == STORIES
    assert json.loads(call("import", "listens", str(reads), "--json"))["files"][0]["by"] == {"id": 7 * READERS}
    call("train-hybrid")
    for cold in ([], ["--cold-only"]):
        found = json.loads(call("recommend", "--user", "reader1", "--top", "3", "--json", *cold))
        told = [topic[int(str(one["title"]).split()[1])] for one in found]
        assert told.count(1) >= 2, f"reader1 reads topic 1, and is given topics {told}"
