"""Reads library.toml into songs. It does not know sound."""

import tomllib
from pathlib import Path
from typing import Any

from assets.compose.score import Song, Voice

LIBRARY = Path(__file__).with_name("library.toml")


def _voice(artist: dict[str, Any]) -> Voice:
    """The artist's voice; a missing key raises KeyError with its name."""
    low, high = artist["tempo"]
    words = {key: artist[key] for key in Voice.__dataclass_fields__ if key != "tempo"}
    return Voice(tempo=(float(low), float(high)), **words)


def songs(source: Path = LIBRARY) -> list[Song]:
    """All songs in the order of the file, numbered inside their album."""
    found = []
    for artist in tomllib.loads(source.read_text(encoding="utf-8"))["artist"]:
        for album in artist["album"]:
            for number, line in enumerate(album["songs"], start=1):
                mood, title = (part.strip() for part in line.split("|", 1))
                found.append(
                    Song(
                        artist["name"],
                        album["title"],
                        album["year"],
                        artist["genre"],
                        number,
                        title,
                        mood,
                        _voice(artist),
                    )
                )
    return found
