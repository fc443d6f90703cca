"""What players do: stars, ratings, scrobbles, playlists. They become feedback and listens of the user."""

import time
from typing import Any

from audiorec.data.ledger import KeptList
from audiorec.errors import UnknownNameError
from audiorec.serve.for_you import LISTS, Ask
from audiorec.serve.subsonic.caller import Caller, iso
from audiorec.serve.subsonic.envelope import FORBIDDEN, GENERIC, MISSING, NOT_FOUND, PlayerError

Body = dict[str, Any]
# The personal lists as playlists that nobody can change.
PERSONAL = {"new": "For you: new songs", "known": "For you: known artists", "deep": "For you: deep cuts"}
_LONG = 50


def star(call: Caller) -> Body:
    """Star songs; an album or an artist stands for all of its songs."""
    for row in _named_rows(call):
        call.desk.state.ledger.add(call.user, call.snapshot.tracks[row].id, "star")
    return {}


def unstar(call: Caller) -> Body:
    """Take stars back."""
    for row in _named_rows(call):
        call.desk.state.ledger.remove(call.user, call.snapshot.tracks[row].id, ("star",))
    return {}


def _named_rows(call: Caller) -> list[int]:
    things = [thing for name in ("id", "albumId", "artistId") for thing in call.many.get(name, ())]
    if not things:
        raise PlayerError(MISSING, "required parameter is missing: id")
    return list(dict.fromkeys(row for thing in things for row in call.rows(thing)))


def set_rating(call: Caller) -> Body:
    """Rate from 1 to 5 stars; 0 takes the rating back."""
    stars = call.number("rating", -1, least=-1, most=6)
    if not 0 <= stars <= 5:
        raise PlayerError(GENERIC if "rating" in call.one else MISSING, "a rating is 0 to 5")
    for row in call.rows(call.text("id")):
        song = call.snapshot.tracks[row].id
        if stars:
            call.desk.state.ledger.add(call.user, song, "rating", float(stars))
        else:
            call.desk.state.ledger.remove(call.user, song, ("rating",))
    return {}


def starred2(call: Caller) -> Body:
    """All that the user starred."""
    return {"starred2": _starred(call)}


def starred(call: Caller) -> Body:
    """The same for players that browse folders."""
    return {"starred": _starred(call)}


def _starred(call: Caller) -> Body:
    latest = sorted(call.starred.items(), key=lambda entry: -entry[1])
    albums = [call.album_entry(one) for one in call.collection.albums.values()]
    people = [call.artist_entry(one) for one in call.collection.artists.values() if one.albums]
    return {
        "artist": [one for one in people if "starred" in one],
        "album": [one for one in albums if "starred" in one],
        "song": [call.song(row) for row in call.snapshot.rows_of([song for song, _ in latest])],
    }


def scrobble(call: Caller) -> Body:
    """Count plays (`submission`), or say what plays now; times are in milliseconds since 1970."""
    ids = call.many.get("id", ())
    if not ids:
        raise PlayerError(MISSING, "required parameter is missing: id")
    rows = [call.row(song) for song in ids]
    if call.one.get("submission", "true").lower() == "false":
        call.desk.now_playing[call.user] = (call.snapshot.tracks[rows[-1]].id, time.time())
        return {}
    times = call.many.get("time", ())
    for place, row in enumerate(rows):
        at = _milliseconds(times[place]) if place < len(times) else time.time()
        call.desk.state.ledger.add(call.user, call.snapshot.tracks[row].id, "play", at=at)
    return {}


def _milliseconds(text: str) -> float:
    try:
        found = int(text) / 1000.0
    except ValueError:
        raise PlayerError(GENERIC, "time is no number of milliseconds") from None
    return found if 0 < found < 4e9 else time.time()


def now_playing(call: Caller) -> Body:
    """What plays now, of the last ten minutes."""
    entries = []
    for user, (song, at) in call.desk.now_playing.items():
        minutes = int((time.time() - at) // 60)
        if minutes < 10 and song in call.snapshot.row:
            entry = call.song(call.snapshot.row[song])
            entries.append({**entry, "username": user, "minutesAgo": minutes, "playerId": 1, "playerName": "player"})
    return {"nowPlaying": {"entry": entries}}


# --- playlists ---------------------------------------------------------------------------------------------------


def playlists(call: Caller) -> Body:
    """The user's playlists, public ones, and their personal lists."""
    own = [_kept_entry(call, one) for one in call.desk.state.ledger.playlists(call.user)]
    personal = [entry for which in LISTS if (entry := _personal(call, which))["songCount"]]
    return {"playlists": {"playlist": [_head(one) for one in (*personal, *own)]}}


def playlist(call: Caller) -> Body:
    """One playlist with its songs."""
    thing = call.text("id")
    if thing.startswith("for-") and thing[4:] in PERSONAL:
        return {"playlist": _personal(call, thing[4:])}
    found = _kept(call, thing)
    if found.owner != call.user and not found.public:
        raise PlayerError(FORBIDDEN, "this playlist is somebody else's")
    return {"playlist": _kept_entry(call, found)}


def create_playlist(call: Caller) -> Body:
    """Make a playlist, or give one other songs when `playlistId` is sent."""
    songs = _song_ids(call, "songId")
    if "playlistId" in call.one:
        found = _own(call, call.text("playlistId"))
        changed = call.desk.state.ledger.change_playlist(found.id, call.one.get("name"), songs)
    else:
        changed = call.desk.state.ledger.create_playlist(call.user, call.text("name")[:200], songs)
    return {"playlist": _kept_entry(call, changed)}


def update_playlist(call: Caller) -> Body:
    """Rename, comment, publish, add songs, take songs out by their place."""
    found = _own(call, call.text("playlistId"))
    gone = {int(place) for place in call.many.get("songIndexToRemove", ()) if place.isdecimal() and len(place) < 10}
    songs = [song for place, song in enumerate(found.songs) if place not in gone]
    songs += _song_ids(call, "songIdToAdd")
    public = call.one["public"].lower() == "true" if "public" in call.one else None
    call.desk.state.ledger.change_playlist(found.id, call.one.get("name"), songs, call.one.get("comment"), public)
    return {}


def delete_playlist(call: Caller) -> Body:
    """Delete a playlist of one's own."""
    call.desk.state.ledger.delete_playlist(_own(call, call.text("id")).id)
    return {}


def _song_ids(call: Caller, name: str) -> list[int]:
    return [call.snapshot.tracks[call.row(song)].id for song in call.many.get(name, ())]


def _kept(call: Caller, thing: str) -> KeptList:
    number = thing.removeprefix("pl-")
    try:
        if number.isdecimal() and len(number) < 18:
            return call.desk.state.ledger.playlist(int(number))
    except UnknownNameError:
        pass  # said below, in the protocol's words
    raise PlayerError(NOT_FOUND, "playlist not found")


def _own(call: Caller, thing: str) -> KeptList:
    if thing.startswith("for-"):
        raise PlayerError(FORBIDDEN, "this list is made by the server: it cannot be changed")
    found = _kept(call, thing)
    if found.owner != call.user:
        raise PlayerError(FORBIDDEN, "this playlist is somebody else's")
    return found


def _personal(call: Caller, which: str) -> Body:
    ask = Ask(call.user, which, _LONG)
    rows = [one.row for one in call.desk.for_you.suggest(call.snapshot, call.desk.state.ledger, ask, time.time())]
    head = {"id": f"for-{which}", "name": PERSONAL[which], "owner": call.user, "public": False, "readonly": True}
    return _entry(call, rows, {**head, "created": iso(call.desk.started), "changed": iso(time.time())})


def _kept_entry(call: Caller, found: KeptList) -> Body:
    return _entry(call, call.snapshot.rows_of(found.songs), {
        "id": f"pl-{found.id}", "name": found.name, "comment": found.comment, "owner": found.owner,
        "public": found.public, "readonly": found.owner != call.user, "created": iso(found.created),
        "changed": iso(found.changed),
    })  # fmt: skip


def _entry(call: Caller, rows: list[int], head: Body) -> Body:
    songs = [call.song(row) for row in rows]
    cover = songs[0]["coverArt"] if songs else ""
    seconds = sum(song["duration"] for song in songs)
    return {**head, "songCount": len(songs), "duration": seconds, "coverArt": cover, "entry": songs}


def _head(entry: Body) -> Body:
    return {name: value for name, value in entry.items() if name != "entry"}
