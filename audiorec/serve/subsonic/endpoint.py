"""`/rest/...`: who calls, which question, and the answer in their format; sound and pictures as they are."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from audiorec.errors import AudiorecError
from audiorec.serve.desk import Desk, desk_of
from audiorec.serve.doors.songs_door import send_sound
from audiorec.serve.media import picture, plain_picture, sound_file
from audiorec.serve.problem_details import GoneError
from audiorec.serve.snapshot import Snapshot
from audiorec.serve.subsonic import acting, browsing
from audiorec.serve.subsonic.caller import Caller
from audiorec.serve.subsonic.collection import Collection, collect
from audiorec.serve.subsonic.envelope import (
    GENERIC,
    MISSING,
    NOT_FOUND,
    TWO_LOGINS,
    WRONG_KEY,
    WRONG_LOGIN,
    PlayerError,
    failure,
    reply,
)

router = APIRouter(include_in_schema=False)
_LONGEST_FORM = 1_000_000
_RATES = (64, 96, 128, 192, 256, 320)

QUESTIONS: Mapping[str, Callable[[Caller], dict[str, Any]]] = {
    "ping": browsing.ping,
    "getLicense": browsing.license_,
    "getOpenSubsonicExtensions": browsing.extensions,
    "getMusicFolders": browsing.music_folders,
    "getUser": browsing.user_details,
    "tokenInfo": browsing.token_info,
    "getScanStatus": browsing.scan_status,
    "getIndexes": browsing.indexes,
    "getMusicDirectory": browsing.directory,
    "getArtists": browsing.artists,
    "getArtist": browsing.artist,
    "getAlbum": browsing.album,
    "getAlbumList": browsing.album_list_old,
    "getAlbumList2": browsing.album_list,
    "getSong": browsing.song,
    "getGenres": browsing.genres,
    "getSongsByGenre": browsing.songs_by_genre,
    "getRandomSongs": browsing.random_songs,
    "search2": browsing.search2,
    "search3": browsing.search3,
    "getLyrics": browsing.lyrics,
    "getLyricsBySongId": browsing.lyrics_by_id,
    "getSimilarSongs": browsing.similar_songs,
    "getSimilarSongs2": browsing.similar_songs2,
    "getSonicSimilarTracks": browsing.sonic_similar,
    "findSonicPath": browsing.sonic_path,
    "getTopSongs": browsing.top_songs,
    "getAlbumInfo": browsing.album_info,
    "getAlbumInfo2": browsing.album_info,
    "getArtistInfo": browsing.artist_info,
    "getArtistInfo2": browsing.artist_info2,
    "star": acting.star,
    "unstar": acting.unstar,
    "setRating": acting.set_rating,
    "getStarred": acting.starred,
    "getStarred2": acting.starred2,
    "scrobble": acting.scrobble,
    "getNowPlaying": acting.now_playing,
    "getPlaylists": acting.playlists,
    "getPlaylist": acting.playlist,
    "createPlaylist": acting.create_playlist,
    "updatePlaylist": acting.update_playlist,
    "deletePlaylist": acting.delete_playlist,
}


_MOST_VALUES = 20_000


@router.api_route("/rest/{question}", methods=["GET", "POST", "HEAD"])
async def answer(request: Request, question: str) -> Response:
    """Answer one question of a player; values come in the query or, by the extension formPost, in the body."""
    pairs = list(request.query_params.multi_items())
    if request.method == "POST":
        body = (await request.body())[:_LONGEST_FORM]
        try:
            pairs += parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=_MOST_VALUES)
        except ValueError:
            too_many = PlayerError(GENERIC, f"a request may hold {_MOST_VALUES} values at most")
            return failure(dict(pairs), too_many)
    many: dict[str, list[str]] = {}
    for name, value in pairs:
        many.setdefault(name, []).append(value.encode("utf-8", "replace").decode().replace("\0", ""))
    address = request.client.host if request.client else ""
    return await run_in_threadpool(_answer, await desk_of(request), question.removesuffix(".view"), many, address)


def _answer(desk: Desk, question: str, many: Mapping[str, Sequence[str]], address: str) -> Response:
    one = {name: values[0] for name, values in many.items()}
    try:
        # By the protocol, what the server can do is public.
        user = "" if question == "getOpenSubsonicExtensions" else _user(desk, one, address)
        snapshot = desk.state.now()
        call = Caller(desk, user, one, many, snapshot, _collection(snapshot))
        if question in _MEDIA:
            return _MEDIA[question](call)
        if question not in QUESTIONS:
            raise PlayerError(GENERIC, "this server does not know this question")
        return reply(one, QUESTIONS[question](call))
    except PlayerError as error:
        return failure(one, error)
    except GoneError as error:
        return failure(one, PlayerError(NOT_FOUND, str(error)))
    except AudiorecError as error:
        return failure(one, PlayerError(GENERIC, str(error)))


_kept: list[tuple[Snapshot, Collection]] = []


def _collection(snapshot: Snapshot) -> Collection:
    """Artists and albums of a snapshot, made once for it."""
    for known, collection in list(_kept):
        if known is snapshot:
            return collection
    made = collect(snapshot)
    _kept[:] = [(snapshot, made)]
    return made


# --- who calls ---------------------------------------------------------------------------------------------------


def _user(desk: Desk, one: Mapping[str, str], address: str) -> str:
    """The name of the user who proves to be one; raises PlayerError."""
    if desk.accounts.wait(address) > 0:
        raise PlayerError(WRONG_LOGIN, "too many failed logins from this address: wait five minutes")
    if "apiKey" in one:
        if "u" in one or "t" in one or "p" in one:
            raise PlayerError(TWO_LOGINS, "an API key comes alone, without a user or a password")
        found = desk.accounts.user_of_key(one["apiKey"])
        if found is None:
            desk.accounts.failed(address)
            raise PlayerError(WRONG_KEY, "this API key is not known")
        return found
    user = one.get("u", "")
    if not user or len(user) > 200:
        raise PlayerError(MISSING, "required parameter is missing: u")
    if not _is_proved(desk, user, one):
        desk.accounts.failed(address)
        raise PlayerError(WRONG_LOGIN, "wrong user name or password")
    return user


def _is_proved(desk: Desk, user: str, one: Mapping[str, str]) -> bool:
    if "t" in one and "s" in one:
        return desk.accounts.is_salted(user, one["t"], one["s"])
    if "p" not in one:
        raise PlayerError(MISSING, "required parameter is missing: p, or t and s")
    return desk.accounts.is_password(user, _password(one["p"]))


def _password(text: str) -> str:
    """A password as it is, or after `enc:` as hexadecimal digits."""
    if not text.startswith("enc:"):
        return text
    try:
        return bytes.fromhex(text[4:]).decode("utf-8")
    except ValueError:
        return text


# --- sound and pictures ------------------------------------------------------------------------------------------


def _stream(call: Caller) -> Response:
    """The sound for playing; less than the file's own rate, or what players cannot decode, is transcoded."""
    track = call.snapshot.tracks[call.row(call.text("id"))]
    wanted, most = call.one.get("format", ""), call.number("maxBitRate", 0, most=10_000)
    file = sound_file(track)
    if wanted == "raw":
        return send_sound(file, call.desk.cache / "transcoded", as_it_is=True)
    too_large = 0 < most < call.kilobits(track)
    rate = max((rate for rate in _RATES if rate <= (most or 192)), default=64)
    wants_mp3 = wanted == "mp3" and file.suffix != "mp3"
    return send_sound(file, call.desk.cache / "transcoded", rate if too_large or wants_mp3 else 0)


def _download(call: Caller) -> Response:
    track = call.snapshot.tracks[call.row(call.text("id"))]
    return send_sound(sound_file(track), call.desk.cache / "transcoded", as_it_is=True)


def _cover(call: Caller) -> Response:
    thing = call.text("id")
    rows = call.rows(thing) if not thing.startswith("pl-") else []
    if not rows:
        raise PlayerError(NOT_FOUND, "no picture")
    track = call.snapshot.tracks[rows[0]]
    found = picture(track)
    data, kind = found if found is not None else (plain_picture(track), "image/png")
    return Response(data, media_type=kind, headers={"Cache-Control": "private, max-age=86400"})


_MEDIA: Mapping[str, Callable[[Caller], Response]] = {
    "stream": _stream,
    "download": _download,
    "getCoverArt": _cover,
}
