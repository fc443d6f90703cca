"""Files of one recording: same artist and title, same length; versions are songs of their own."""

import numpy as np

from audiorec.data.tracks import Track
from audiorec.ranking.recordings import recordings


def track(title: str, seconds: float, artist: str = "Ann") -> Track:
    return Track(1, b"", title, (artist,) if artist else (), "", None, "", seconds, "ok", "")


def test_recordings() -> None:
    tracks = [
        track("Tide", 200.0),
        track("TIDE!", 201.5),
        track("Tide (live)", 200.0),
        track("Tide", 240.0),  # another version
        track("Tide", 200.0, "Bob"),
        track("", 200.0),
        track("", 200.0),
        track("Tide", 200.0, ""),
    ]
    found = recordings(tracks, np.zeros((len(tracks), 64), np.uint8)).tolist()
    assert found[0] == found[1]
    assert len(set(found)) == len(tracks) - 1


def test_files_that_sound_alike_are_one_recording_whatever_their_tags_say() -> None:
    tracks = [track("Tide", 200.0), track("", 200.4, ""), track("Ebb", 200.0), track("", 260.0, "")]
    one, other = np.random.default_rng(0).integers(0, 256, (2, 64), dtype=np.uint8)
    nearly = one.copy()
    nearly[:8] ^= 255  # 64 of 512 bits
    found = recordings(tracks, np.stack([one, nearly, other, one]))
    assert found[0] == found[1]
    assert len(set(found.tolist())) == 3
