"""Files of one recording: same artist and title, same length; versions are songs of their own."""

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
    found = recordings(tracks).tolist()
    assert found[0] == found[1]
    assert len(set(found)) == len(tracks) - 1
