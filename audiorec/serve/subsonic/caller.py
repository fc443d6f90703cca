"""One call of a player: what it asks, who asks, and the library as they see it, in the protocol's words."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from audiorec.data.tracks import Track
from audiorec.serve.desk import Desk
from audiorec.serve.snapshot import Snapshot
from audiorec.serve.subsonic.collection import UNKNOWN_ARTIST, Album, Artist, Collection, artist_id, song_number
from audiorec.serve.subsonic.envelope import GENERIC, MISSING, NOT_FOUND, PlayerError

_MEDIA = {"mp3": "audio/mpeg", "flac": "audio/flac", "ogg": "audio/ogg", "opus": "audio/ogg", "m4a": "audio/mp4",
          "wav": "audio/wav", "aac": "audio/aac", "wma": "audio/x-ms-wma"}  # fmt: skip


@dataclass
class Caller:
    """A call: values by name, lists of values by name, the user, and what the server knows."""

    desk: Desk
    user: str
    one: Mapping[str, str]
    many: Mapping[str, Sequence[str]]
    snapshot: Snapshot
    collection: Collection
    client: str = ""

    def text(self, name: str, default: str | None = None) -> str:
        """A value; without a default it must be there."""
        found = self.one.get(name, default)
        if found is None:
            raise PlayerError(MISSING, f"required parameter is missing: {name}")
        return found

    def number(self, name: str, default: int, least: int = 0, most: int = 500) -> int:
        """A whole number within bounds; what lies beyond is moved to them."""
        try:
            return min(max(int(self.one.get(name, default)), least), most)
        except ValueError:
            raise PlayerError(GENERIC, f"{name} is no number") from None

    # --- what ids mean -------------------------------------------------------------------------------------------

    def row(self, song: str) -> int:
        """Row of a song by its id."""
        found = self.snapshot.row.get(int(song)) if song.isdecimal() and len(song) < 19 else None
        if found is None:
            raise PlayerError(NOT_FOUND, "song not found")
        return found

    def rows(self, thing: str) -> list[int]:
        """Rows of the songs of a song, an album or an artist by its id."""
        if thing in self.collection.albums:
            return list(self.collection.albums[thing].rows)
        if thing in self.collection.artists:
            return list(self.collection.artists[thing].rows)
        return [self.row(thing)]

    def album(self, thing: str) -> Album:
        """An album by its id."""
        if thing not in self.collection.albums:
            raise PlayerError(NOT_FOUND, "album not found")
        return self.collection.albums[thing]

    def artist(self, thing: str) -> Artist:
        """An artist by its id."""
        if thing not in self.collection.artists:
            raise PlayerError(NOT_FOUND, "artist not found")
        return self.collection.artists[thing]

    # --- entries -------------------------------------------------------------------------------------------------

    @cached_property
    def starred(self) -> dict[int, float]:
        """When the user starred each song, by id."""
        return {event.track_id: event.time for event in self.desk.state.ledger.events(self.user, ("star",))}

    @cached_property
    def ratings(self) -> dict[int, int]:
        """The user's ratings by song id."""
        events = self.desk.state.ledger.events(self.user, ("rating",))
        return {event.track_id: int(event.weight) for event in events if event.weight >= 1}

    @cached_property
    def played(self) -> dict[int, tuple[int, float]]:
        """How often and when last the user played each song here, by id."""
        found: dict[int, tuple[int, float]] = {}
        for event in self.desk.state.ledger.events(self.user, ("play",)):
            found[event.track_id] = (found.get(event.track_id, (0, 0.0))[0] + 1, event.time)
        return found

    def song(self, row: int) -> dict[str, Any]:
        """A song as a player's entry."""
        track = self.snapshot.tracks[row]
        album = self.collection.albums[self.collection.album_of[row]]
        names = track.artists or (UNKNOWN_ARTIST,)
        plays, last = self.played.get(track.id, (0, 0.0))
        suffix = _suffix(track)
        starred = self.starred.get(track.id)
        return _without_none({
            "id": str(track.id), "parent": album.id, "isDir": False, "title": track.title, "album": album.name,
            "artist": track.artist or UNKNOWN_ARTIST, "track": song_number(track.path), "year": track.year,
            "genre": track.genre or None, "coverArt": str(track.id), "size": self.snapshot.sizes.get(track.id, 0),
            "contentType": _MEDIA.get(suffix, "application/octet-stream"), "suffix": suffix,
            "duration": round(track.seconds), "bitRate": self.kilobits(track),
            "path": f"{track.artist or UNKNOWN_ARTIST}/{album.name}/{track.title}.{suffix}".replace("\0", ""),
            "playCount": plays, "played": iso(last) if plays else None, "created": iso(album.created),
            "starred": iso(starred) if starred is not None else None, "userRating": self.ratings.get(track.id),
            "albumId": album.id, "artistId": artist_id(names[0]), "type": "music", "mediaType": "song",
            "isVideo": False, "displayArtist": ", ".join(names), "displayAlbumArtist": album.artist,
            "artists": [{"id": artist_id(name), "name": name} for name in names],
            "albumArtists": [{"id": album.artist_id, "name": album.artist}],
            "genres": [{"name": part.strip()} for part in track.genre.split(";") if part.strip()],
            "musicBrainzId": track.mbid, "isrc": [track.isrc] if track.isrc else [],
        })  # fmt: skip

    def album_entry(self, album: Album) -> dict[str, Any]:
        """An album as a player's entry."""
        ids = [self.snapshot.tracks[row].id for row in album.rows]
        played = [self.played[song] for song in ids if song in self.played]
        stars = [self.starred[song] for song in ids if song in self.starred]
        return _without_none({
            "id": album.id, "name": album.name, "title": album.name, "album": album.name, "artist": album.artist,
            "artistId": album.artist_id, "coverArt": album.id, "songCount": len(ids), "isDir": True,
            "parent": album.artist_id,
            "duration": round(sum(self.snapshot.tracks[row].seconds for row in album.rows)),
            "playCount": sum(count for count, _ in played), "created": iso(album.created), "year": album.year,
            "genre": album.genre or None, "starred": iso(max(stars)) if len(stars) == len(ids) else None,
            "played": iso(max(at for _, at in played)) if played else None, "displayArtist": album.artist,
            "artists": [{"id": album.artist_id, "name": album.artist}],
            "genres": [{"name": part.strip()} for part in album.genre.split(";") if part.strip()],
        })  # fmt: skip

    def artist_entry(self, artist: Artist) -> dict[str, Any]:
        """An artist as a player's entry."""
        ids = [self.snapshot.tracks[row].id for row in artist.rows]
        stars = [self.starred[song] for song in ids if song in self.starred]
        whole = bool(ids) and len(stars) == len(ids)
        return _without_none({
            "id": artist.id, "name": artist.name, "coverArt": artist.id, "albumCount": len(artist.albums),
            "starred": iso(max(stars)) if whole else None,
        })  # fmt: skip

    def kilobits(self, track: Track) -> int:
        """The mean rate of a file."""
        return round(self.snapshot.sizes.get(track.id, 0) * 8 / 1000 / max(track.seconds, 1.0))


def iso(seconds: float) -> str:
    """A time as the protocol writes it."""
    try:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    except (OverflowError, OSError, ValueError):
        return "1970-01-01T00:00:00.000Z"


def _suffix(track: Track) -> str:
    return os.path.splitext(track.shown_path)[1].lstrip(".").lower() or "mp3"


def _without_none(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
