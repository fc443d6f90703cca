"""Clients from the package index, driven end to end, and a reference server that is asked the same.

They run in environments of their own (tests/sources/real/partners.sh) and are no part of audiorec.
"""

import json
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.ports import free_port
from tests.serve.browsing import serve
from tests.serve.music import call
from tests.sources.real.made_library import SONGS, partner, running
from tests.sources.real.test_supysonic import SERVE, set_up

pytestmark = pytest.mark.slow
EVENING = """
import json, sys
import libopensonic
at = libopensonic.Connection(f"http://127.0.0.1", "ann", "any", port=int(sys.argv[1]))
assert at.ping()
artist = next(one for index in at.get_artists().index for one in index.artist if one.name == "Ebb")
album = at.get_album(at.get_artist(artist.id).album[0].id)
song = at.get_song(album.song[0].id)
sound = at.stream(song.id)
read = getattr(sound, "read", None)
at.star([song.id]); at.set_rating(album.song[1].id, 5)
at.scrobble(song.id, submission=False); playing = at.get_now_playing(); at.scrobble(song.id, submission=True)
starred = at.get_starred2().song
at.create_playlist(name="Rain", song_ids=[song.id])
listed = next(one for one in at.get_playlists() if one.name == "Rain")
at.update_playlist(listed.id, name="Hail", song_ids_to_add=[album.song[1].id])
hail = at.get_playlist(listed.id)
every = at.search3("", song_count=500).song
path = at.find_sonic_path(every[0].id, every[-1].id)
print(json.dumps({
    "album": [one.title for one in album.song], "song": song.title, "starred": [one.title for one in starred],
    "playing": [one.title for one in playing], "list": [hail.name, [one.title for one in hail.entry]],
    "count": len(every), "similar": [one.title for one in at.get_similar_songs2(artist.id, count=3)],
    "sonic": [one.entry.title for one in at.get_sonic_similar_tracks(song.id)],
    "path": [path[0].entry.title, path[-1].entry.title], "ends": [every[0].title, every[-1].title],
    "user": at.get_user("ann").username, "genres": [one.value for one in at.get_genres()],
    "lists": [one.name for one in at.get_playlists()], "cover": at.get_cover_art(song.cover_art).status,
    "words": len(at.get_lyrics_by_song_id(song.id)), "id": song.id,
}))
at.delete_playlist(listed.id)
"""
# The same questions to any server; what is compared, and the milliseconds of each.
SAME = """
import json, sys, time
import libsonic
at = libsonic.Connection("http://127.0.0.1", "bob", "plain", port=int(sys.argv[1]), legacyAuth=True)
times = {}
def ask(name, *values, **more):
    taken = []
    for _ in range(9):
        begun = time.perf_counter()
        answer = getattr(at, name)(*values, **more)
        taken.append(time.perf_counter() - begun)
    times[name] = round(sorted(taken)[len(taken) // 2] * 1000, 2)
    return answer
def artists(found):
    return {one["name"]: one["id"] for index in found["index"] for one in index["artist"]}
ask("ping")
names = artists(ask("getArtists")["artists"])
ley = ask("getArtist", names["Mo Ley"])["artist"]
album = ask("getAlbum", ley["album"][0]["id"])["album"]
songs = {one["title"]: one for one in ask("search3", "rain")["searchResult3"]["song"]}
rain = songs["Rain"]
at.star([rain["id"]]); at.setRating(rain["id"], 4); at.scrobble(rain["id"])
at.createPlaylist(name="Wet", songIds=[rain["id"]])
lists = {one["name"]: one["id"] for one in ask("getPlaylists")["playlists"]["playlist"]}
wet = ask("getPlaylist", lists["Wet"])["playlist"]
song = ask("getSong", rain["id"])["song"]
sound = at.stream(rain["id"], tformat="raw").read()
print(json.dumps({"times": times, "keys": sorted(song), "album_keys": sorted(album), "same": {
    "artists": sorted(names), "albums": [one["name"] for one in ley["album"]],
    "album": [(one["title"], one["track"]) for one in album["song"]],
    "folders": len(ask("getMusicFolders")["musicFolders"]["musicFolder"]),
    "song": {key: song[key] for key in ("title", "artist", "album", "track", "duration", "suffix", "contentType",
             "isDir", "size", "userRating", "type")},
    "starred": [one["title"] for one in ask("getStarred2")["starred2"]["song"]],
    "list": [wet["name"], wet["songCount"], [one["title"] for one in wet["entry"]]],
    "newest": sorted(one["name"] for one in ask("getAlbumList2", "newest")["albumList2"]["album"]),
    "by name": [one["name"] for one in ask("getAlbumList2", "alphabeticalByName")["albumList2"]["album"]],
    "random": len(ask("getRandomSongs", 2)["randomSongs"]["song"]), "sound": len(sound),
    "indexes": sorted(artists(ask("getIndexes")["indexes"])),
}}))
"""


def told(script: str, *words: object) -> dict[str, Any]:
    """What a script prints in the environment of the clients."""
    python = partner("subsonic-clients", "bin", "python")
    done = subprocess.run([python, "-c", script, *map(str, words)], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_an_evening_with_a_real_client(root: Path) -> None:
    partner("subsonic-clients")
    for address, server in serve(root):
        found = told(EVENING, urlsplit(address).port)
        events = {(event.kind, event.weight) for event in server.desk.state.ledger.events("ann")}
    assert found["album"] == ["Low One", "Low Two"]
    assert found["song"] == found["starred"][0] == found["playing"][0] == "Low One"
    assert found["list"] == ["Hail", ["Low One", "Low Two"]]
    assert found["count"] == 13
    assert found["similar"]
    assert "Low Two" in found["sonic"]
    assert found["path"] == found["ends"]
    assert found["user"] == "ann"
    assert {"Ambient", "Techno", "Folk"} <= set(found["genres"])
    assert any(name.startswith("For you") for name in found["lists"])
    assert found["cover"] == 200
    assert events == {("star", 1.0), ("rating", 5.0), ("play", 1.0)}


def test_the_same_questions_to_a_reference_server(tmp_path: Path) -> None:
    partner("subsonic-clients")
    (tmp_path / "other").mkdir()
    set_up(tmp_path / "other")
    new_user = [partner("supysonic", "bin", "supysonic-cli"), "user", "add", "bob", "-p", "plain"]
    subprocess.run(new_user, cwd=tmp_path / "other", check=True, capture_output=True, timeout=60)
    call(tmp_path / "ours", "extract", str(tmp_path / "other" / "music"), "--recipe", "features/fast")
    port = free_port()
    with running([partner("supysonic", "bin", "python"), "-c", SERVE.format(port)], port, tmp_path / "other"):
        theirs = told(SAME, port)
    for address, server in serve(tmp_path / "ours"):
        server.desk.accounts.set_password("bob", "plain")
        ours = told(SAME, urlsplit(address).port)
    print(json.dumps({"ours ms": ours["times"], "supysonic ms": theirs["times"]}))
    # It calls folders as well as artists an index; ours are artists.
    for answers in (ours, theirs):
        assert set(answers["same"].pop("indexes")) >= {artist for artist, _, _ in SONGS}
    assert ours["same"] == theirs["same"]
    # What it says of a song and an album, ours says too, but for what it alone has.
    assert set(theirs["keys"]) - set(ours["keys"]) <= {"averageRating", "discNumber"}
    assert set(theirs["album_keys"]) - set(ours["album_keys"]) <= {"averageRating"}
