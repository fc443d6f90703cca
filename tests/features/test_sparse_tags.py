"""Tags of files that have only some: what is there is read."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
from mutagen import File

from audiorec.features.tags.song_tags import read_tags


@pytest.mark.parametrize("suffix", ["flac", "ogg"])
def test_a_vorbis_comment_without_date_and_genre_keeps_the_rest(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"1.{suffix}"
    soundfile.write(path, np.zeros(22_050), 22_050)
    tags = File(path)
    tags.update({"artist": ["The Harbours", "Mo Ley"], "title": "Tin Boats"})
    tags.save()
    with path.open("rb") as file:
        found = read_tags(file, str(path).encode())
    assert (found.artists, found.title, found.year) == (("The Harbours", "Mo Ley"), "Tin Boats", None)
