"""The clients of services against a server of our own: access, pages, faults, waiting, resuming, and no secret told."""

import hashlib
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from audiorec.errors import InputError
from audiorec.sources.rows.contract import Row, Unread
from audiorec.sources.services import jellyfin_api, lastfm_api, listenbrainz_api, plex_api, subsonic
from audiorec.sources.services.http_client import HttpClient, ServiceError
from tests.sources.made_exports import MBID, PLEX_XML, listen, scrobble
from tests.sources.made_services import Answer, Asked, service

SECRET = "p4ss-w0rd-äß"


def client(root: str, **changes: Any) -> HttpClient:
    return HttpClient(root, rate=10_000.0, sleep=lambda seconds: None, **changes)


# --- the client ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "waits"),
    [
        (Answer(status=429, headers={"Retry-After": "7"}), [7.0]),
        (Answer(status=429, headers={"X-RateLimit-Reset-In": "3"}), [3.0]),
        (Answer(status=503), [1.0]),
        (Answer({"a": [1, 2, 3]}, cut=5), [1.0]),
        (Answer({"a": [1, 2, 3]}, cut=5, breaks=True), [1.0]),
        (Answer(status=503, headers={"Retry-After": "Mon, 01 Jan 2001 00:00:00 GMT"}), []),
        (Answer(status=429, headers={"Retry-After": "99999"}), [120.0]),
    ],
    ids=["retry-after", "reset-in", "503", "torn", "broken off", "a date that is over", "absurd"],
)
def test_a_fault_of_the_moment_is_waited_out(fault: Answer, waits: list[float]) -> None:
    answers = [fault, Answer({"a": 1})]
    waited: list[float] = []
    with service(lambda asked: answers.pop(0)) as root:
        found = HttpClient(root, rate=10_000.0, sleep=waited.append).json("/x")
    assert found == {"a": 1}
    assert [wait for wait in waited if wait > 0.5] == waits


def test_what_is_refused_is_not_asked_again_and_no_secret_is_told(caplog: pytest.LogCaptureFixture) -> None:
    asked: list[Asked] = []

    def answer(one: Asked) -> Answer:
        asked.append(one)
        return Answer(SECRET.encode(), status=403)

    caplog.set_level(logging.DEBUG)
    with service(answer) as root:
        address = root.replace("http://", f"http://ann:{SECRET}@")
        own = HttpClient(root, {"Authorization": SECRET})
        with pytest.raises(ServiceError) as error:
            own.read("/x", {"token": SECRET}, form={"password": SECRET})
    assert len(asked) == 1
    assert asked[0].headers["Authorization"].encode("latin-1").decode("latin-1")
    assert error.value.status == 403
    for told in (str(error.value), repr(error.value), repr(own), caplog.text):
        assert SECRET not in told
    with pytest.raises(InputError) as refused:
        HttpClient(address.replace("http", "ftp"))
    assert SECRET not in str(refused.value)


def test_nobody_there_is_told_in_one_line() -> None:
    waited: list[float] = []
    with pytest.raises(ServiceError, match="does not answer"):
        HttpClient("http://127.0.0.1:9", sleep=waited.append).json("/x")
    assert waited == []


def test_a_server_that_goes_away_is_waited_for() -> None:
    waited: list[float] = []
    with service(lambda asked: Answer({})) as root:
        own = HttpClient(root, rate=10_000.0, tries=3, sleep=waited.append)
        own.json("/x")
    with pytest.raises(ServiceError, match="does not answer"):
        own.json("/x")
    assert [wait for wait in waited if wait > 0.5] == [1.0, 2.0, 4.0]


def test_keys_are_not_carried_to_another_host() -> None:
    with (
        service(lambda asked: Answer(status=302, headers={"Location": "http://localhost:9/"})) as root,
        pytest.raises(ServiceError, match="another host"),
    ):
        client(root).read("/x", {"key": "k"})


def test_requests_keep_to_the_rate() -> None:
    waited: list[float] = []
    with service(lambda asked: Answer({})) as root:
        own = HttpClient(root, rate=2.0, sleep=waited.append, clock=lambda: 100.0)
        for _ in range(4):
            own.json("/x")
    assert waited == [0.5, 1.0, 1.5]


# --- ListenBrainz ----------------------------------------------------------------------------------------------------


def test_listenbrainz_pages_go_back_in_time() -> None:
    times = list(range(1_600_000_000, 1_600_002_500))

    def answer(asked: Asked) -> Answer:
        if asked.path.endswith("get-feedback"):
            entries = [{"recording_mbid": MBID.format(1), "score": 1, "created": 1_600_000_000}]
            return Answer({"feedback": entries if asked.query["offset"] == "0" else []})
        assert asked.path == "/1/user/ann%20b/listens"
        before = float(asked.query.get("max_ts", "inf"))
        page = [time for time in reversed(times) if time < before][: int(asked.query["count"])]
        headers = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset-In": "2"}
        return Answer({"payload": {"count": len(page), "listens": [listen(time) for time in page]}}, headers=headers)

    waited: list[float] = []
    with service(answer) as root:
        own = HttpClient(root, rate=10_000.0, sleep=waited.append)
        found = list(listenbrainz_api.of_user(own, "ann b"))
    plays = [row.time for row in found if isinstance(row, Row) and row.kind == "play"]
    assert sorted(plays) == times  # type: ignore[type-var]
    assert [row.kind for row in found if isinstance(row, Row)][-1] == "like"
    # Two seconds from each answer on, less what a busy machine takes until it asks again.
    assert 0.5 < max(waited) <= 2.0
    assert listenbrainz_api.answers("https://listenbrainz.org/user/ann/")
    assert not listenbrainz_api.answers("https://example.org/user/ann")


# --- Last.fm ---------------------------------------------------------------------------------------------------------


class LastFm:
    """Answers like the service; `broken` counts down requests until it fails for good."""

    def __init__(self, times: list[int]) -> None:
        self.times, self.asked, self.broken = times, 0, 10**9

    def __call__(self, asked: Asked) -> Answer:
        self.asked += 1
        self.broken -= 1
        if self.broken < 0:
            return Answer({"error": 6, "message": "no"})
        if asked.query["method"] == "user.getlovedtracks":
            return Answer({"lovedtracks": {"track": [scrobble("1600000000")], "@attr": {"totalPages": "1"}}})
        since, till = int(asked.query["from"]), int(asked.query["to"])
        times = [time for time in reversed(self.times) if since <= time <= till]
        size, page = int(asked.query["limit"]), int(asked.query["page"])
        playing = {**scrobble(None), "@attr": {"nowplaying": "true"}}
        tracks = [playing, *(scrobble(str(time)) for time in times[(page - 1) * size : page * size])]
        return Answer({"recenttracks": {"track": tracks, "@attr": {"totalPages": str(-(-len(times) // size))}}})


def times_of(found: list[Row | Unread]) -> list[float]:
    return sorted(row.time for row in found if isinstance(row, Row) and row.kind == "play" and row.time is not None)


def test_lastfm_goes_on_where_it_was_cut(tmp_path: Path) -> None:
    fake = LastFm(list(range(1_600_000_000, 1_600_001_050)))
    with service(fake) as root:
        own = client(root, wall=lambda: 1_600_001_050.0)
        fake.broken = 3
        with pytest.raises(ServiceError):
            list(lastfm_api.of_user(own, "ann", SECRET, tmp_path))
        fake.broken, fake.asked = 10**9, 0
        # Scrobbles that come in meanwhile do not move the pages that are still to be fetched.
        fake.times += range(1_600_001_060, 1_600_001_100)
        found = list(lastfm_api.of_user(own, "ann", SECRET, tmp_path))
        assert times_of(found) == fake.times[:1050]
        assert fake.asked == 5  # of 6 pages 2 were there; the first is asked for again, and the loved tracks
        again = client(root, wall=lambda: 1_600_001_200.0)
        found = list(lastfm_api.of_user(again, "ann", SECRET, tmp_path))
    assert times_of(found) == fake.times
    assert [row.kind for row in found if isinstance(row, Row)][-1] == "like"
    assert not any(SECRET.encode() in file.read_bytes() for file in tmp_path.iterdir())


# --- OpenSubsonic ----------------------------------------------------------------------------------------------------

SONGS = [
    {"id": "tr-1", "title": "Tin Boats", "artist": "The Harbours", "artists": [{"id": "a", "name": "The Harbours"}],
     "album": "Low Water", "path": "h/tin boats.flac", "duration": 201, "playCount": 3,
     "played": "2020-09-13T12:26:40Z",
     "starred": "2020-01-01T00:00:00Z", "userRating": 4, "musicBrainzId": MBID.format(1), "isrc": ["XX0000000001"]},
    {"id": "2", "title": "Gulls", "artist": "Mo Ley", "path": "l/gulls.ogg", "duration": 99},
    {"id": "3", "title": "A talk", "type": "podcast", "playCount": 1},
]  # fmt: skip


def ok(**more: Any) -> Answer:
    return Answer({"subsonic-response": {"status": "ok", "version": "1.16.1", "openSubsonic": True, **more}})


def failed(code: int) -> Answer:
    return Answer({"subsonic-response": {"status": "failed", "error": {"code": code, "message": "no"}}})


def subsonic_server(asked: Asked) -> Answer:
    method = asked.path.removeprefix("/rest/").removesuffix(".view")
    if method == "search3":
        return ok(searchResult3={"song": SONGS} if asked.query["songOffset"] == "0" else {})
    if method == "getPlaylists":
        return ok(playlists={"playlist": [{"id": "pl-1", "name": "Rain", "owner": "bob"}]})
    if method == "getPlaylist":
        return ok(playlist={"id": "pl-1", "entry": SONGS[1:2]})
    return ok(type="made up") if method == "ping" else failed(70)


def has_token(asked: Asked) -> bool:
    text = SECRET + asked.query.get("s", "")
    return asked.query.get("t") == hashlib.md5(text.encode()).hexdigest()


def told(rows: list[Row | Unread]) -> list[tuple[str, str, str, float]]:
    return [(row.user, row.kind, row.song.title, row.weight) for row in rows if isinstance(row, Row)]


EXPECTED = [
    ("ann", "play", "Tin Boats", 3.0),
    ("ann", "rating", "Tin Boats", 4.0),
    ("ann", "star", "Tin Boats", 1.0),
    ("bob", "playlist", "Gulls", 1.0),
]


def test_subsonic_by_token() -> None:
    def answer(asked: Asked) -> Answer:
        return subsonic_server(asked) if has_token(asked) and SECRET not in str(asked.query) else failed(40)

    with service(answer) as root:
        found = list(subsonic.of_server(subsonic.SubsonicServer(client(root), "ann", SECRET)))
        assert subsonic.answers(root)
        address = root.replace("http://", f"http://ann:{quote(SECRET)}@")
        assert told(list(subsonic.fetch(f"{address}/?x={SECRET}"))) == EXPECTED
        with pytest.raises(ServiceError) as error:
            list(subsonic.of_server(subsonic.SubsonicServer(client(root), "ann", "wrong")))
    assert "wrong" not in str(error.value)
    assert told(found) == EXPECTED
    assert isinstance(found[0], Row)
    assert (found[0].time, found[0].song.seconds, found[0].song.path) == (1_600_000_000.0, 201.0, "h/tin boats.flac")
    ids = {"subsonic": "tr-1", "subsonic artist": "a", "mbid": MBID.format(1), "isrc": "XX0000000001"}
    assert found[0].song.ids == ids


@pytest.mark.parametrize("code", [10, 41, 42])
@pytest.mark.parametrize("agrees", [True, False])
def test_subsonic_sends_a_readable_password_only_after_asking(agrees: bool, code: int) -> None:
    seen: list[str] = []

    def answer(asked: Asked) -> Answer:
        seen.append(asked.query.get("p", ""))
        return subsonic_server(asked) if asked.query.get("p") == "enc:" + SECRET.encode().hex() else failed(code)

    with service(answer) as root:
        server = subsonic.SubsonicServer(client(root), "ann", SECRET, readable=lambda: agrees)
        if agrees:
            assert told(list(subsonic.of_server(server))) == EXPECTED
        else:
            with pytest.raises(ServiceError, match="SUBSONIC_READABLE"):
                list(subsonic.of_server(server))
            assert set(seen) == {""}


@pytest.mark.parametrize("code", [0, 10, 30, 70, 404, 501])
def test_subsonic_what_is_not_offered_is_left_out(code: int) -> None:
    refusal = failed(code) if code < 100 else Answer(status=code)

    def answer(asked: Asked) -> Answer:
        if "search3" in asked.path or "getPlaylists" in asked.path or "getStarred2" in asked.path:
            return refusal
        if "getAlbumList2" in asked.path:
            return ok(albumList2={"album": [{"id": "al-1", "name": "Low Water"}]})
        return ok(album={"id": "al-1", "song": SONGS}) if "getAlbum" in asked.path else ok(type="made up")

    with service(answer) as root:
        found = list(subsonic.of_server(subsonic.SubsonicServer(client(root), "ann", SECRET)))
    assert told(found) == EXPECTED[:3]


@pytest.mark.parametrize("has_history", [True, False])
def test_navidrome_history_counts_no_play_twice(has_history: bool) -> None:
    def answer(asked: Asked) -> Answer:
        if asked.path == "/auth/login":
            return Answer({"token": "t0ken", "id": "u"})
        if asked.path == "/api/scrobble":
            assert asked.headers["X-Nd-Authorization"] == "Bearer t0ken"
            plays = [
                {"id": "s", "mediaFileId": "tr-1", "submissionTime": time} for time in ("2020-09-13T12:26:40Z", 1.6e9)
            ]
            return Answer(plays) if has_history else Answer(status=404)
        return ok(type="navidrome") if "ping" in asked.path else subsonic_server(asked)

    with service(answer) as root:
        found = list(subsonic.of_server(subsonic.SubsonicServer(client(root), "ann", SECRET)))
    plays = [(row.weight, row.time) for row in found if isinstance(row, Row) and row.kind == "play"]
    assert plays == ([(1.0, 1.6e9), (1.0, 1.6e9), (1.0, None)] if has_history else [(3.0, 1.6e9)])


# --- Jellyfin and Plex -----------------------------------------------------------------------------------------------


def test_jellyfin() -> None:
    item = {"Name": "Tin Boats", "Id": "j1", "Type": "Audio", "Artists": ["The Harbours"], "UserData": {"PlayCount": 2}}

    def answer(asked: Asked) -> Answer:
        # Jellyfin since 12, and Emby.
        assert (asked.headers["Authorization"], asked.headers["X-Emby-Token"]) == ('MediaBrowser Token="k3y"', "k3y")
        if asked.path == "/Users":
            return Answer([{"Name": "ann", "Id": "u1"}, {"Name": "bob", "Id": "u2"}])
        start = int(asked.query["StartIndex"])
        return Answer({"Items": [item] * min(500, 700 - start) if start < 700 else [], "TotalRecordCount": 700})

    with service(answer) as root:
        own = client(root, headers=jellyfin_api.access_by("k3y"))
        assert told(list(jellyfin_api.of_server(own, "ann"))) == [("ann", "play", "Tin Boats", 2.0)] * 700
        with pytest.raises(ServiceError, match="ann, bob"):
            list(jellyfin_api.of_server(own, "cyd"))


def test_plex() -> None:
    sections = b'<MediaContainer><Directory key="3" type="artist"/><Directory key="1" type="movie"/></MediaContainer>'

    def answer(asked: Asked) -> Answer:
        if asked.path == "/library/sections":
            return Answer(sections)
        assert asked.path == "/library/sections/3/all"
        return Answer(PLEX_XML.encode())

    with service(answer) as root:
        found = list(plex_api.of_server(client(root)))
    assert told(found) == [
        ("", "play", "Tin Boats", 3.0),
        ("", "skip", "Tin Boats", 1.0),
        ("", "rating", "Tin Boats", 4.0),
    ]


@pytest.mark.parametrize(
    "body", [b"", b"<a", b"no", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', b"[]", b"\0", b"{" * 9999]
)
def test_what_a_stranger_answers_is_told(body: bytes, tmp_path: Path) -> None:
    def fetches(own: HttpClient) -> list[Callable[[], Any]]:
        return [
            lambda: list(plex_api.of_server(own)),
            lambda: list(jellyfin_api.of_server(own, "ann")),
            lambda: list(subsonic.of_server(subsonic.SubsonicServer(own, "ann", SECRET))),
        ]

    with service(lambda asked: Answer(body)) as root:
        for fetch in fetches(client(root, tries=2)):
            with pytest.raises(ServiceError):
                fetch()
        assert not any(module.answers(root) for module in (subsonic, jellyfin_api, plex_api))
