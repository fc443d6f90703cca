"""`evaluate --protocol` over a workspace and over bare files: figures that can be counted by hand, mistakes named."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from audiorec.cli.evaluate import command
from audiorec.cli.session import Session
from audiorec.data.workspace import Workspace
from audiorec.errors import InputError
from audiorec.sources.tables import bare_files, ncf_format


def run(workspace: Path, *options: str) -> Result:
    return CliRunner().invoke(command, list(options), obj=Session(workspace, True), catch_exceptions=False)


def write_split(folder: Path) -> Path:
    """Song 0 has three listeners, song 1 two, song 2 one; user 3 is asked about song 1 among songs 0 and 2."""
    (folder / "x.train.rating").write_text("0\t0\t1\n0\t1\t1\n1\t0\t1\n1\t1\t1\n2\t0\t1\n3\t2\t1\n", encoding="utf-8")
    (folder / "x.test.rating").write_text("3\t1\t1\n", encoding="utf-8")
    (folder / "x.test.negative").write_text("(3,1)\t0\n", encoding="utf-8")
    return folder / "x"


def test_a_published_split_is_counted_by_hand(tmp_path: Path) -> None:
    done = run(tmp_path, "--protocol", "p1", "--files", str(write_split(tmp_path)), "--model", "popularity", "--json")
    found = json.loads(done.output)["models"]["popularity"]
    assert (found["hr@1"], found["hr@5"]) == (0.0, 1.0)
    assert found["ndcg@10"] == pytest.approx(0.63093, abs=1e-5)
    assert found["p2 recall@20"] == 1.0


def test_listens_without_a_split_are_split_by_the_seed(tmp_path: Path) -> None:
    rows = [f"u{u}\ts{(u + step) % 7}\t1\n" for u in range(7) for step in range(3)]
    (tmp_path / "listens.tsv").write_text("".join(rows), encoding="utf-8")
    options = ("--protocol", "p2", "--files", str(tmp_path / "listens.tsv"), "--model", "itemknn", "--model", "ease")
    first, second = (run(tmp_path, *options).output for _ in range(2))
    assert first == second
    assert "itemknn" in first
    assert "recall@20" in first


def test_only_likes_of_users_with_enough_songs_are_asked_about(tmp_path: Path) -> None:
    rows = [f"ann\ts{song}\t5\n" for song in range(4)] + [
        f"bob\ts{song}\t{5 if song < 2 else 1}\n" for song in range(9)
    ]
    (tmp_path / "ratings.txt").write_text("".join(rows), encoding="utf-8")
    found = bare_files.read(tmp_path / "ratings.txt", least_songs=3, least_value=4.0).split
    assert found.users.tolist() == [0]
    assert found.train.shape == (1, 4)
    options = ("--least-songs", "3", "--least-value", "4", "--model", "popularity")
    done = run(tmp_path, "--protocol", "p1", "--files", str(tmp_path / "ratings.txt"), *options)
    assert "hr@10" in done.output


def test_a_workspace_is_measured_with_baselines_and_its_latest_songs(tmp_path: Path) -> None:
    with Workspace.open(tmp_path, write=True) as space:
        space.add_paths([f"/m/{number}.mp3".encode() for number in range(3)])
        listens = [(f"user {u}", song, 1.0, float(song)) for u in range(4) for song in (1, 2, 3)]
        space.add_listens("test", [*listens, ("cid", 1, 1.0, 1.0), ("cid", 2, 1.0, 2.0)])
    options = ("--protocol", "p1", "--latest", "--model", "popularity", "--json")
    found = json.loads(run(tmp_path, *options).output)["models"]["popularity"]
    # Song 3 is the latest of four, so nobody is left who played it: no score. Only cid's song 2 is found.
    assert found["hr@1"] == pytest.approx(0.2)


def test_folds_ask_about_every_listen_and_are_written(tmp_path: Path) -> None:
    rows = [f"u{u}\ts{(u + step) % 7}\t1\n" for u in range(7) for step in range(3)]
    (tmp_path / "listens.tsv").write_text("".join(rows), encoding="utf-8")
    options = ("--files", str(tmp_path / "listens.tsv"), "--model", "itemknn", "--json")
    done = run(tmp_path, "--protocol", "p1", *options, "--folds", "3", "--write", str(tmp_path / "asked"))
    written = [ncf_format.read(tmp_path / "asked" / f"split-{fold}").split for fold in range(3)]
    assert sum(len(split.users) for split in written) == 21
    each = [
        json.loads(
            run(tmp_path, "--protocol", "p1", *options[2:], "--files", str(tmp_path / "asked" / f"split-{f}")).output
        )
        for f in range(3)
    ]
    mean = sum(part["models"]["itemknn"]["hr@1"] for part in each) / 3
    assert json.loads(done.output)["models"]["itemknn"]["hr@1"] == pytest.approx(mean)


def test_mistakes_say_what_to_do(tmp_path: Path) -> None:
    assert "add one of them" in run(tmp_path, "--model", "ease").output
    assert "choose one" in run(tmp_path, "--protocol", "p1", "--latest", "--folds", "5").output
    with pytest.raises(InputError, match="leave --folds out"):
        run(tmp_path, "--protocol", "p1", "--folds", "5", "--files", str(write_split(tmp_path)))
    with pytest.raises(InputError, match="neither"):
        run(tmp_path, "--protocol", "p1", "--files", str(tmp_path / "nothing"))
    (tmp_path / "one.tsv").write_text("ann\ts1\t1\n", encoding="utf-8")
    with pytest.raises(InputError, match="nobody has two songs"):
        run(tmp_path, "--protocol", "p1", "--files", str(tmp_path / "one.tsv"))
