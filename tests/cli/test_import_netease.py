"""`audiorec import netease`: agreed to, crawled, stored, learnt from, and the same when it is run again."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

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
