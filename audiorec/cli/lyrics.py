"""`audiorec lyrics SONG`: the words of a song, coloured by what they feel, and which words say so."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from audiorec.cli.console import console, print_table
from audiorec.cli.session import Session, pass_session

if TYPE_CHECKING:
    from audiorec.features.lyrics import Feeling

_BRIGHT, _DARK = 0.05, -0.05
_STRONG = 0.5


@click.command("lyrics")
@click.argument("song")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_session
def command(session: Session, song: str, as_json: bool) -> None:
    """Show the words of SONG coloured by feeling, and the reasons.

    SONG is a lyrics file (.lrc or .txt), an audio file with lyrics, or a song of the workspace: a track id, a path, or
    `artist - title`.
    """
    from audiorec.errors import InputError
    from audiorec.features.lyrics import line_feelings, sung_lines

    text = _text_of(session, song) or ""
    lines = sung_lines(text)
    if not lines:
        raise InputError(f"nothing is sung in {song}: put the words into a .lrc or .txt file beside it")
    feelings, labels = line_feelings(lines), _labels(session, text)
    if as_json:
        rows = [_row(line, one) for line, one in zip(lines, feelings, strict=True)]
        console().print_json(json.dumps({"lines": rows, "labels": labels}))
        return
    for line, feeling in zip(lines, feelings, strict=True):
        _print_line(line, feeling)
    if not session.quiet:
        print_table("What the words feel", ["", "share", "words"], _reasons(feelings))
    if labels:
        likely = sorted(labels, key=lambda label: -labels[label])[:3]
        said = ", ".join(f"{label} {labels[label]:.0%}" for label in likely)
        console().print(f"The trained lyrics model takes the song for: {said}")


def _text_of(session: Session, song: str) -> str | None:
    """Lyrics of a file beside no workspace, or of a song in it."""
    path = Path(song)
    if path.is_file():
        return _text_of_file(path)
    from audiorec.data.workspace import Workspace
    from audiorec.sources.matching.matcher import find_song

    with Workspace.open(session.workspace) as space:
        track = find_song(space.tracks(), song)
        table = space.features()
        places = {int(track_id): place for place, track_id in enumerate(table.track_ids)}
        return table.texts()[places[track.id]] if track.id in places else None


def _text_of_file(path: Path) -> str | None:
    import os

    from audiorec.features.lyrics import read_lyrics, read_lyrics_file

    if path.suffix.lower() in (".lrc", ".txt"):
        return read_lyrics_file(path)
    from audiorec.features.tags.song_tags import read_tags

    with path.open("rb") as file:
        return read_lyrics(os.fsencode(path), read_tags(file, os.fsencode(path)).lyrics)


def _labels(session: Session, text: str) -> dict[str, float]:
    """What the workspace's trained model makes of a text, label -> probability; empty where none was trained."""
    if not (session.workspace / "catalogue.sqlite").is_file():
        return {}
    from audiorec.data.workspace import Workspace

    with Workspace.open(session.workspace) as space:
        folder = space.model("lyrics") if space.has_model("lyrics") else None
    if folder is None:
        return {}
    from audiorec.features.lyrics.reading import same_blocks
    from audiorec.features.lyrics.wording import song_words
    from audiorec.labels.text_checkpoint import load

    model, blocks = load(folder, song_words)
    likely = model.probabilities([text], same_blocks([text], blocks))[0]
    return {label: round(float(value), 4) for label, value in zip(model.labels, likely, strict=True)}


def _style(feeling: "Feeling") -> str:
    if feeling.polarity > _BRIGHT:
        return "bold green" if feeling.polarity > _STRONG else "green"
    if feeling.polarity < _DARK:
        return "bold red" if feeling.polarity < -_STRONG else "red"
    return "dim" if not feeling.known else ""


def _print_line(line: str, feeling: "Feeling") -> None:
    from rich.text import Text

    from audiorec.features.lyrics import EMOTIONS

    said = ", ".join(f"{word.word} {word.value:+.1f} {EMOTIONS[word.emotion]}" for word in feeling.words)
    text = Text(f"{feeling.polarity:+.2f}  ", style="dim")
    text.append(line, style=_style(feeling))
    if said:
        text.append(f"   {said}", style="dim")
    console().print(text)


def _reasons(feelings: "list[Feeling]") -> list[tuple[str, str, str]]:
    """Emotion, its share of all felt intensity, and the words that carry most of it."""
    from audiorec.features.lyrics import EMOTIONS

    weights: dict[int, dict[str, float]] = {}
    for feeling in feelings:
        for word in feeling.words:
            words = weights.setdefault(word.emotion, {})
            words[word.word] = words.get(word.word, 0.0) + word.intensity
    total = sum(sum(words.values()) for words in weights.values()) or 1.0
    rows = []
    for emotion, words in sorted(weights.items(), key=lambda item: -sum(item[1].values())):
        best = sorted(words, key=lambda word: -words[word])[:6]
        rows.append((EMOTIONS[emotion], f"{sum(words.values()) / total:.0%}", ", ".join(best)))
    return rows


def _row(line: str, feeling: "Feeling") -> dict[str, Any]:
    from audiorec.features.lyrics import EMOTIONS

    return {
        "line": line,
        "polarity": round(feeling.polarity, 3),
        "intensity": round(feeling.intensity, 3),
        "words": [
            {"word": word.word, "value": round(word.value, 3), "emotion": EMOTIONS[word.emotion]}
            for word in feeling.words
        ],
    }
