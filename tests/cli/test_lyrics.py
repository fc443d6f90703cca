"""`audiorec lyrics`: lines, feelings and the words that say so; from a file, from tags, from a workspace."""

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from mutagen.id3 import ID3, USLT

from audiorec.cli.main import cli
from audiorec.data.workspace import Workspace
from audiorec.errors import AudiorecError, InputError
from audiorec.labels.text_checkpoint import load_songs
from audiorec.ranking.similarity import gather
from tests import signals
from tests.features.lyrics.test_read import MALFORMED
from tests.ranking.small_library import build

WORDS = "[00:01.00]作詞：某人\n[00:02.00]我們很快樂\n[00:05.00]I cry alone\n"


def call(root: Path, *words: str) -> str:
    return CliRunner().invoke(cli, ["--workspace", str(root), *words], catch_exceptions=False).stdout


def test_a_lyrics_file_with_reasons(tmp_path: Path) -> None:
    (tmp_path / "song.lrc").write_bytes(WORDS.encode("big5"))
    shown = call(tmp_path / "w", "lyrics", str(tmp_path / "song.lrc"))
    assert "我們很快樂" in shown
    assert "某人" not in shown
    assert "快乐" in shown
    assert "joy" in shown
    rows = json.loads(call(tmp_path / "w", "lyrics", str(tmp_path / "song.lrc"), "--json"))["lines"]
    assert [row["line"] for row in rows] == ["我們很快樂", "I cry alone"]
    assert rows[0]["polarity"] > 0 > rows[1]["polarity"]
    assert rows[0]["words"][0]["emotion"] == "joy"


def test_an_audio_file_with_tags_and_a_song_of_the_workspace(tmp_path: Path) -> None:
    song = tmp_path / "music" / "song.mp3"
    song.parent.mkdir()
    song.write_bytes(signals.mp3(1.0))
    tags = ID3()
    tags.add(USLT(encoding=3, lang="eng", desc="", text="I love the morning"))
    tags.save(song)
    assert "love" in call(tmp_path / "w", "lyrics", str(song))
    call(tmp_path / "w", "extract", str(song.parent), "--jobs", "1")
    assert "love" in call(tmp_path / "w", "lyrics", "1")


def test_no_words_and_unknown_songs_say_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "song.txt").write_text("[Instrumental]")
    with pytest.raises(InputError, match="beside it"):
        call(tmp_path / "w", "lyrics", str(tmp_path / "song.txt"))
    with pytest.raises(AudiorecError):
        call(tmp_path / "w", "lyrics", "nothing of that name")


REFUSED = ("empty", "only line ends", "only stamps", "only tags", "a mark alone", "binary", "a JPEG's head", "too long")


@pytest.mark.parametrize("name", MALFORMED)
def test_malformed_files_are_shown_or_refused_in_one_line(name: str, tmp_path: Path) -> None:
    path = tmp_path / "song.lrc"
    path.write_bytes(MALFORMED[name][0])
    if name in REFUSED:
        with pytest.raises(InputError, match="beside it"):
            call(tmp_path / "w", "lyrics", str(path))
    else:
        rows = json.loads(call(tmp_path / "w", "lyrics", str(path), "--json"))["lines"]
        assert rows
        assert all(-1 <= row["polarity"] <= 1 for row in rows)


LIGHT, DARK = "快乐 阳光 微笑 love sunshine".split(), "眼泪 孤独 黑夜 tears lonely".split()


def labelled(path: Path) -> Path:
    rows = [f'"{own[n % 5]}\n{own[(n + 1) % 5]} {own[(n + 2) % 5]}",{name}' for n in range(20) for name, own in MOODS]
    path.write_text("\n".join(["text,label", *rows, ",light", "words without a label,"]), encoding="utf-8")
    return path


MOODS = (("light", LIGHT), ("dark", DARK))


def test_a_trained_model_speaks_beside_the_lexicon(tmp_path: Path) -> None:
    root, song = tmp_path / "w", tmp_path / "song.txt"
    song.write_text("黑夜 眼泪\nlonely tears")
    assert json.loads(call(root, "lyrics", str(song), "--json"))["labels"] == {}
    said = call(root, "train-lyrics", str(labelled(tmp_path / "moods.csv")))
    assert "40 texts, 2 labels: 100% of left-out texts" in said
    labels = json.loads(call(root, "lyrics", str(song), "--json"))["labels"]
    assert labels["dark"] > 0.8
    assert sum(labels.values()) == pytest.approx(1.0, abs=1e-3)
    assert "takes the song for: dark" in call(root, "lyrics", str(song))


def test_the_library_s_words_are_compared_by_their_moods_too(tmp_path: Path) -> None:
    build(tmp_path / "w")
    with Workspace.open(tmp_path / "w") as space:
        before = gather(space).blocks["words"]
    said = call(tmp_path / "w", "train-lyrics", str(labelled(tmp_path / "moods.csv")))
    assert "26 songs of the library are labelled" in said
    with Workspace.open(tmp_path / "w") as space:
        after = gather(space).blocks["words"]
        labels = load_songs(space.model("lyrics"))
    assert after.vectors.shape[1] == before.vectors.shape[1] + 2
    np.testing.assert_array_equal(after.known, before.known)
    dark = labels.of(np.array([2, 3]))[:, labels.labels.index("dark")]
    assert dark[0] > 0.5 > dark[1]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "columns text and label"),
        ("words,mood\na,b\n", "found: words, mood"),
        ("text,label\n,\n", "no row"),
        ("text,label\nla,light\n", "too few"),
        ("[1, 2", "no valid JSON"),
        ('{"text": "la"}', "should hold a list"),
        ('[{"text": "la", "label": 7}, 3]', "no row"),
    ],
)
def test_labelled_files_that_cannot_be_used(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "moods").write_text(text)
    with pytest.raises(InputError, match=message):
        call(tmp_path / "w", "train-lyrics", str(tmp_path / "moods"))
