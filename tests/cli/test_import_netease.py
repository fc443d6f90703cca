"""`audiorec import netease`: agreed to, crawled, stored, learnt from, and the same when it is run again."""

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner
from mutagen.flac import FLAC

from audiorec.cli.main import cli
from audiorec.data.events import read_events
from audiorec.data.workspace import Workspace
from tests.sources.made_netease import MadeNetease
from tests.sources.made_services import service


def run(folder: Path, *words: str) -> tuple[int, str]:
    result = CliRunner().invoke(cli, ["--workspace", str(folder / "w"), *words])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        return 2, str(result.exception)
    return result.exit_code, result.output


def crawl(folder: Path, root: str, *words: str) -> tuple[int, str]:
    return run(folder, "import", "netease", root, "--of-user", "1", "--rate", "100", "--songs", "30", *words)


def test_a_crawl_is_off_until_somebody_agrees(tmp_path: Path) -> None:
    made = MadeNetease()
    with service(made.answer) as root:
        code, said = crawl(tmp_path, root)
    assert code != 0
    assert "--yes" in said
    assert made.asked == 0


@pytest.mark.slow
def test_a_crawl_feeds_what_learns(tmp_path: Path) -> None:
    with service(MadeNetease().answer) as root:
        code, said = crawl(tmp_path, root, "--yes", "--json")
        assert code == 0, said
        again, _ = crawl(tmp_path, root, "--yes", "--json")
        assert again == 0
    facts = json.loads(said[said.index("{") :])["files"][0]
    assert facts["waiting"] == 0
    with Workspace.open(tmp_path / "w") as space:
        assert len(space.tracks()) == 29  # one of the 30 the service no longer knows
        assert space.has_listens()
        assert space.friends()
        events = read_events(space.root, f"netease:{(space.root / 'netease.sqlite').absolute()}")
    comments = [event for event in events.to_pylist() if event["kind"] == "comment"]
    liked = [event["weight"] for event in comments if event["row"] > 0]
    assert min(liked) < -0.2
    assert max(liked) > 0.2
    assert all(event["track_id"] is not None for event in comments)
    code, said = run(tmp_path, "train-network", "--model", "spectral")
    assert code == 0, said


@pytest.mark.slow
def test_a_crawl_and_a_library_give_a_hybrid_list(tmp_path: Path) -> None:
    music = tmp_path / "music"
    music.mkdir()
    for key in range(1, 61):
        sound = 0.2 * np.sin(np.arange(4 * 22_050) * (0.02 + key / 300))
        soundfile.write(music / f"{key}.flac", sound, 22_050)
        tags = FLAC(music / f"{key}.flac")
        tags.update({"artist": [f"artist {key % 9}", "guest"], "title": f"歌 {key}", "album": "album"})
        tags.save()
    assert run(tmp_path, "extract", str(music))[0] == 0
    with service(MadeNetease().answer) as root:
        code, said = run(tmp_path, "import", "netease", root, "--of-user", "1", "--rate", "100", "--yes", "--json")
    assert code == 0, said
    facts = json.loads(said[said.index("{") :])["files"][0]
    assert facts["ambiguous"] == facts["waiting"] == 0
    with Workspace.open(tmp_path / "w") as space:
        # 60 songs are files, the rest of the 90 (without the one that is gone) are known by name.
        assert len([track for track in space.tracks() if track.status == "ok"]) == 60
        assert len(space.tracks()) == 89 + ("歌 13" in {track.title for track in space.tracks()})
    code, said = run(tmp_path, "train-hybrid")
    assert code == 0, said
    code, said = run(tmp_path, "recommend", "--user", "user 1", "--json")
    assert code == 0, said
    assert "歌" in said or "\\u6b4c" in said
