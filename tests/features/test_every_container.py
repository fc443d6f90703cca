"""Sound in every container that can be read: all of it is decoded, and what was cut off is said."""

import os
import struct
import tempfile
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path

import numpy as np
import pytest

from audiorec.data.catalogue import FileRecord
from audiorec.features.decoding.decode import open_any
from audiorec.features.decoding.sniff import sniff
from audiorec.features.recipe import FeatureRecipe
from audiorec.features.scan import scan
from audiorec.features.track import Task, describe_file
from tests import signals
from tests.made_audio import coded, dff, dsf, streams, with_video

Make = Callable[[], bytes]
RECIPE = FeatureRecipe()
PCM = signals.wav(2.0)


def look(path: Path) -> FileRecord:
    (file,) = scan([os.fsencode(path.parent)]).files
    return describe_file(Task(1, file, RECIPE))[0]


def by_libsndfile(kind: str, subtype: str, seconds: float = 3.0, rate: int = 44_100, channels: int = 1) -> bytes:
    sound = np.repeat(signals.music(seconds, rate)[:, None], channels, 1)
    return signals.encoded(sound, rate, kind, subtype)


vorbis = partial(by_libsndfile, "OGG", "VORBIS")
opus = partial(by_libsndfile, "OGG", "OPUS", rate=48_000)
flac = partial(by_libsndfile, "FLAC", "PCM_16")
mp3 = partial(by_libsndfile, "MP3", "MPEG_LAYER_III")

# Every container and codec that FFmpeg or libsndfile can write here; three seconds each, one of DSD.
WHOLE: dict[str, Make] = {
    "a.mp3": partial(coded, "mp3", "mp3"), "a.mp2": partial(coded, "mp2", "mp2"),
    "a.flac": partial(coded, "flac", "flac"), "flac.oga": partial(coded, "ogg", "flac"),
    "a.ogg": vorbis, "ffmpeg.ogg": partial(coded, "ogg", "vorbis"),
    "a.opus": opus, "ffmpeg.opus": partial(coded, "opus", "libopus", rate=48_000),
    "a.wav": partial(coded, "wav", "pcm_s16le"), "24.wav": partial(coded, "wav", "pcm_s24le"),
    "ms.wav": partial(coded, "wav", "adpcm_ms"), "ima.wav": partial(coded, "wav", "adpcm_ima_wav"),
    "mulaw.wav": partial(coded, "wav", "pcm_mulaw"), "mp3.wav": partial(coded, "wav", "mp3"),
    "ac3.wav": partial(coded, "wav", "ac3"), "double.wav": partial(by_libsndfile, "WAV", "DOUBLE"),
    "gsm.wav": partial(by_libsndfile, "WAV", "GSM610"), "wavex.wav": partial(by_libsndfile, "WAVEX", "PCM_24"),
    "a.rf64": partial(by_libsndfile, "RF64", "PCM_16"), "bw64.wav": lambda: b"BW64" + WHOLE["a.rf64"]()[4:],
    "a.w64": partial(coded, "w64", "pcm_s16le"), "libsndfile.w64": partial(by_libsndfile, "W64", "PCM_16"),
    "a.aiff": partial(coded, "aiff", "pcm_s16be"), "mulaw.aifc": partial(coded, "aiff", "pcm_mulaw"),
    "a.au": partial(coded, "au", "pcm_s16be"), "a.voc": partial(coded, "voc", "pcm_s16le"),
    "a.caf": partial(coded, "caf", "pcm_s16le"), "alac.caf": partial(coded, "caf", "alac"),
    "a.m4a": partial(coded, "ipod", "aac"), "alac.m4a": partial(coded, "ipod", "alac"),
    "mp3.mp4": partial(coded, "mp4", "mp3"), "flac.mp4": partial(coded, "mp4", "flac"),
    "opus.mp4": partial(coded, "mp4", "libopus", rate=48_000), "a.mov": partial(coded, "mov", "pcm_s16le"),
    "a.aac": partial(coded, "adts", "aac"), "latm.aac": partial(coded, "latm", "aac"),
    "a.ac3": partial(coded, "ac3", "ac3"), "a.eac3": partial(coded, "eac3", "eac3"),
    "a.wma": partial(coded, "asf", "wmav2"), "mp3.wma": partial(coded, "asf", "mp3"),
    "a.wv": partial(coded, "wv", "wavpack"), "a.tta": partial(coded, "tta", "tta"),
    "a.mka": partial(coded, "matroska", "vorbis"), "flac.mka": partial(coded, "matroska", "flac"),
    "a.webm": partial(coded, "webm", "libopus", rate=48_000), "a.avi": partial(coded, "avi", "mp3"),
    "a.flv": partial(coded, "flv", "aac"), "a.m2ts": partial(coded, "mpegts", "mp2"),
    "a.mpg": partial(coded, "mpeg", "mp2"), "a.vob": partial(coded, "vob", "ac3"),
    "a.3gp": partial(coded, "3gp", "aac"),
    "a.amr": partial(coded, "amr", "libopencore_amrnb", rate=8_000, layout="mono"),
    "a.rm": partial(coded, "rm", "real_144", rate=8_000, layout="mono"),
    "film.mp4": partial(with_video, "mp4", "aac"), "book.m4b": partial(with_video, "ipod", "aac"),
    "film.mkv": partial(with_video, "matroska", "vorbis"),
    "film.webm": partial(with_video, "webm", "libopus", "libvpx"),
    "film.mov": partial(with_video, "mov", "aac"), "film.avi": partial(with_video, "avi", "mp3"),
    "film.wmv": partial(with_video, "asf", "wmav2"), "film.flv": partial(with_video, "flv", "aac", "flv"),
    "film.mpg": partial(with_video, "mpeg", "mp2", "mpeg1video"),
    "film.m2ts": partial(with_video, "mpegts", "mp2", "mpeg2video"),
    "two streams.ogg": partial(streams, "ogg", ("libopus", "libopus")),
    "two streams.mka": partial(streams, "matroska", ("libopus", "aac")),
    "two streams.m4a": partial(streams, "mp4", ("aac", "aac")),
    **{f"{times}.dsf": partial(dsf, 1.0, times) for times in (64, 128, 256, 512)},
    **{f"{times}.dff": partial(dff, 1.0, times) for times in (64, 128, 256, 512)},
}  # fmt: skip
# These say nowhere how long or large they are: what was cut off cannot be known.
SAYS_NO_LENGTH = ("a.mp2", "a.aac", "latm.aac", "a.ac3", "a.eac3", "a.m2ts", "a.mpg", "a.vob", "film.flv", "film.mpg",
                  "film.m2ts", "a.amr", "a.rm", "a.voc", "a.caf")  # fmt: skip


def id3(size: int = 500) -> bytes:
    return b"ID3\x03\x00\x00" + bytes((size >> shift) & 0x7F for shift in (21, 14, 7, 0)) + bytes(size)


def ape(size: int = 500, footer: bool = True) -> bytes:
    body = struct.pack("<II", size, 0) + b"Cover Art (Front)\0" + bytes(size)
    head, foot = (b"APETAGEX" + struct.pack("<IIII", 2000, len(body) + 32 * footer, 1, flags) + bytes(8)
                  for flags in (0xA0000000 if footer else 0xE0000000, 0x80000000))  # fmt: skip
    return head + body + (foot if footer else b"")


def replaced(data: bytes, place: int, new: bytes) -> bytes:
    return data[:place] + new + data[place + len(new) :]


def riff(form: bytes, sound: bytes, extra: bytes = b"") -> bytes:
    """A wav of a format, with chunks in front of its sound as they come."""
    body = b"WAVEfmt " + struct.pack("<I", len(form)) + form + extra + b"data" + struct.pack("<I", len(sound)) + sound
    return b"RIFF" + struct.pack("<I", len(body)) + body


def form(tag: int, channels: int = 2, rate: int = 44_100, bits: int = 0) -> bytes:
    return struct.pack("<HHIIHH", tag, channels, rate, 4 * rate, 4, bits)


def with_id3v1(data: bytes) -> bytes:
    return data + b"TAG" + bytes(125)


def lyrics3(size: int) -> bytes:
    body = b"LYRICSBEGIN" + b"IND00003110" + f"LYR{size:05}".encode() + b"la " * (size // 3)
    return body + f"{len(body):06}LYRICS200".encode()


def table_says(share: float) -> bytes:
    """An mp3 whose table names a part of its frames."""
    data = coded("mp3", "mp3")
    place = max(data.find(b"Xing"), data.find(b"Info")) + 8
    frames = struct.unpack(">I", data[place : place + 4])[0]
    return replaced(data, place, struct.pack(">I", int(share * frames)))


def flac_says(samples: int) -> bytes:
    """A FLAC whose head names so many samples (fewer than 2^32)."""
    return replaced(flac(3.0), 22, struct.pack(">I", samples))


def pages(data: bytes) -> list[bytes]:
    found = []
    while data:
        size = 27 + data[26] + sum(data[27 : 27 + data[26]])
        found.append(data[:size])
        data = data[size:]
    return found


def summed(page: bytes) -> bytes:
    """A page with its check sum. Source: RFC 3533, 6."""
    page, check = replaced(page, 22, bytes(4)), 0
    for byte in page:
        check ^= byte << 24
        for _ in range(8):
            check = (check << 1 ^ (0x04C11DB7 if check & 0x80000000 else 0)) & 0xFFFFFFFF
    return replaced(page, 22, struct.pack("<I", check))


def timed(page: bytes, time: int) -> bytes:
    return summed(replaced(page, 6, struct.pack("<q", time)))


def late(data: bytes) -> bytes:
    """An Ogg stream as it is recorded an hour after it began."""
    times = [struct.unpack("<q", page[6:14])[0] for page in pages(data)]
    return b"".join(
        timed(page, time + 3600 * 48_000) if time > 0 else page for page, time in zip(pages(data), times, strict=True)
    )


def paged(data: bytes, last_time: int) -> bytes:
    return b"".join([*pages(data)[:-1], timed(pages(data)[-1], last_time)])


def without_pages(data: bytes) -> bytes:
    middle = len(pages(data)) // 2
    return b"".join(pages(data)[:middle] + pages(data)[middle + 2 :])


def in_the_middle(data: bytes) -> bytes:
    return replaced(data, len(data) // 2, np.random.default_rng(0).bytes(3_000 if data[:1] == b"f" else 50))


def broadcast(data: bytes) -> bytes:
    """A WMA without its length. Source: Advanced Systems Format Specification, 3.2."""
    place = data.index(bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365"))
    return replaced(replaced(data, place + 40, bytes(8)), place + 88, struct.pack("<I", 1))


def edited(data: bytes, milliseconds: int, start: int) -> bytes:
    """An m4a whose only edit plays so long from that sample on."""
    return replaced(data, data.index(b"elst") + 12, struct.pack(">II", milliseconds, start))


def in_pieces(seconds: float) -> bytes:
    """An m4a of fragments of a second."""
    options = {"movflags": "empty_moov+default_base_moof", "frag_duration": "1000000"}
    return coded("mp4", "aac", seconds, options=options)


# name -> (bytes, seconds that the file holds)
ODD: dict[str, tuple[Make, float]] = {
    "chained.ogg": (lambda: vorbis(2.0) + vorbis(3.0), 5.0),
    "chained, another rate.ogg": (lambda: vorbis(2.0) + vorbis(3.0, 22_050), 5.0),
    "chained, other channels.ogg": (lambda: vorbis(2.0) + vorbis(3.0, 44_100, 2), 5.0),
    "chained, both other.ogg": (lambda: vorbis(2.0, 44_100, 2) + vorbis(3.0, 32_000, 1), 5.0),
    "chained three times.opus": (lambda: opus(1.0) + opus(2.0) + opus(2.0), 5.0),
    "chained, other channels.opus": (lambda: opus(2.0) + opus(3.0, channels=2), 5.0),
    "chained flac.oga": (lambda: coded("ogg", "flac", 2.0) + coded("ogg", "flac", 3.0, 22_050, "mono"), 5.0),
    "vorbis, then opus.ogg": (lambda: vorbis(2.0) + opus(3.0), 5.0),
    "junk between links.ogg": (lambda: vorbis(2.0) + bytes(500) + vorbis(3.0), 5.0),
    "joined.flac": (lambda: flac(2.0) + flac(3.0), 5.0),
    "joined, another rate.flac": (lambda: flac(2.0) + flac(3.0, 22_050), 5.0),
    "joined.mp3": (lambda: mp3(2.0) + mp3(3.0), 5.0),
    **{f"id3 in front.{suffix}": (lambda suffix=suffix: id3() + WHOLE[f"a.{suffix}"](), 3.0)  # type: ignore[misc]
       for suffix in ("flac", "ogg", "opus", "wav", "aiff", "aac", "ac3", "m4a", "wv", "tta", "wma", "mka", "mp3")},
    "id3 in front.dsf": (lambda: id3() + dsf(1.0), 1.0),
    "ape in front.mp3": (lambda: ape() + mp3(3.0), 3.0),
    "ape without its footer in front.mp3": (lambda: ape(footer=False) + mp3(3.0), 3.0),
    "large ape in front.mp3": (lambda: ape(200_000) + mp3(3.0), 3.0),
    "ape in front.flac": (lambda: ape() + flac(3.0), 3.0),
    "id3 and ape in front.mp3": (lambda: id3() + ape() + mp3(3.0), 3.0),
    "ape at the end.mp3": (lambda: mp3(3.0) + ape(), 3.0),
    "ape at the end.flac": (lambda: flac(3.0) + ape(), 3.0),
    "junk in front.mp3": (lambda: bytes(100_000) + mp3(3.0), 3.0),
    "much junk in front.mp3": (lambda: bytes(1_000_000) + mp3(3.0), 3.0),
    "junk in front.aac": (lambda: bytes(1_000) + coded("adts", "aac"), 3.0),
    "junk in front.flac": (lambda: bytes(1_000) + flac(3.0), 3.0),
    "junk in front.ogg": (lambda: bytes(1_000) + vorbis(3.0), 3.0),
    "byte-order mark in front.mp3": (lambda: b"\xef\xbb\xbf" + mp3(3.0), 3.0),
    "line end in front.wav": (lambda: b"\r\n" + PCM, 2.0),
    "a server's answer in front.mp3": (lambda: b"HTTP/1.0 200 OK\r\nContent-Type: audio/mpeg\r\n\r\n" + mp3(3.0), 3.0),
    "no sizes.wav": (lambda: replaced(replaced(PCM, 4, bytes(4)), 40, bytes(4)), 2.0),
    "no data size.wav": (lambda: replaced(PCM, 40, bytes(4)), 2.0),
    "open sizes.wav": (lambda: replaced(replaced(PCM, 4, b"\xff" * 4), 40, b"\xff" * 4), 2.0),
    "most that fits.wav": (lambda: replaced(replaced(PCM, 4, b"\xff\xff\xff\x7f"), 40, b"\xff\xff\xff\x7f"), 2.0),
    "less than there is.wav": (lambda: replaced(PCM, 40, struct.pack("<I", 22_050 // 2)), 2.0),
    "list first.wav": (lambda: PCM[:12] + b"LIST" + struct.pack("<I", 10) + b"INFOxxxxxx" + PCM[12:], 2.0),
    "odd chunk without padding.wav": (lambda: PCM[:12] + b"junk" + struct.pack("<I", 5) + b"xxxxx" + PCM[12:], 2.0),
    "odd list without padding.wav": (
        lambda: PCM[:36] + b"LIST" + struct.pack("<I", 11) + b"INFOxxxxxxx" + PCM[36:], 2.0),
    "adts.wav": (lambda: riff(form(0xFF), coded("adts", "aac")), 3.0),
    "bare aac.wav": (partial(coded, "wav", "aac"), 3.0),
    "ac3 for a cable.wav": (lambda: riff(form(1, 2, 48_000, 16), coded("spdif", "ac3", 3.0, 48_000)), 3.0),
    "joined.wav": (lambda: PCM + PCM, 4.0),
    "joined.m4a": (lambda: coded("ipod", "aac", 2.0) + coded("ipod", "aac", 3.0), 5.0),
    "joined.aac": (lambda: coded("adts", "aac", 2.0) + coded("adts", "aac", 3.0, 22_050), 5.0),
    "joined.mka": (lambda: coded("matroska", "flac", 2.0) + coded("matroska", "flac", 3.0), 5.0),
    "joined, id3 between.mp3": (lambda: mp3(2.0) + id3() + mp3(3.0), 5.0),
    "joined, with tables.mp3": (lambda: coded("mp3", "mp3", 2.0) + coded("mp3", "mp3", 3.0), 5.0),
    "joined, id3v1 between.mp3": (lambda: with_id3v1(mp3(2.0)) + with_id3v1(mp3(3.0)), 5.0),
    "junk in front.ac3": (lambda: bytes(1_000) + coded("ac3", "ac3"), 3.0),
    "words in front.eac3": (lambda: b"garbage!" * 300 + coded("eac3", "eac3"), 3.0),
    "junk in front of latm.aac": (lambda: bytes(1_000) + coded("latm", "aac"), 3.0),
    "junk in front.mp2": (lambda: bytes(1_000) + coded("mp2", "mp2"), 3.0),
    "junk in front.m4a": (lambda: bytes(1_000) + coded("ipod", "aac"), 3.0),
    "junk in front.m2ts": (lambda: bytes(1_000) + coded("mpegts", "mp2"), 3.0),
    "bytes swapped.ac3": (lambda: np.frombuffer(coded("ac3", "ac3"), "<u2").byteswap().tobytes(), 3.0),
    "id3 longer than the file.mp3": (lambda: b"ID3\x03\0\0" + b"\x7f" * 4 + bytes(500) + mp3(3.0), 3.0),
    "id3 shorter than it is.mp3": (lambda: b"ID3\x03\0\0" + b"\0\0\0\x0a" + bytes(2_000) + mp3(3.0), 3.0),
    "zeros at the end.mp3": (lambda: mp3(3.0) + bytes(300_000), 3.0),
    "odd chunk.wav": (lambda: PCM[:12] + b"junk" + struct.pack("<I", 5) + b"xxxxx\0" + PCM[12:], 2.0),
    "zeros at the end.wav": (lambda: PCM + bytes(70_000), 2.0),
    "64 bits, stopped.wav": (lambda: replaced(WHOLE["a.rf64"](), 20, bytes(24)), 3.0),
    "64 bits, open.wav": (lambda: replaced(WHOLE["a.rf64"](), 20, b"\xff" * 24), 3.0),
    **{f"joined.{suffix}": (lambda suffix=suffix: 2 * WHOLE[f"a.{suffix}"](), 6.0)  # type: ignore[misc]
       for suffix in ("wv", "tta", "aiff", "au", "caf", "rf64", "wma", "flv", "amr")},
    "joined.dsf": (lambda: 2 * dsf(1.0), 2.0), "joined.dff": (lambda: 2 * dff(1.0), 2.0),
    "joined, another rate.wv": (lambda: coded("wv", "wavpack", 2.0) + coded("wv", "wavpack", 3.0, 22_050), 5.0),
    "joined, tags between.wv": (lambda: 2 * with_id3v1(WHOLE["a.wv"]() + ape()), 6.0),
    "joined, other channels.mp3": (lambda: mp3(2.0) + mp3(3.0, channels=2), 5.0),
    **{f"tags at the end.{suffix}": (lambda suffix=suffix: with_id3v1(WHOLE[f"a.{suffix}"]() + ape()), 3.0)  # type: ignore[misc]
       for suffix in ("wv", "ac3", "eac3", "amr", "tta", "wma", "aac")},
    "tags at the end of latm.aac": (lambda: with_id3v1(coded("latm", "aac") + ape()), 3.0),
    "large ape at the end.mp3": (lambda: with_id3v1(mp3(3.0) + ape(200_000)), 3.0),
    "large lyrics at the end.mp3": (lambda: with_id3v1(mp3(3.0) + lyrics3(90_000)), 3.0),
    "large id3 at the end.mp3": (lambda: mp3(3.0) + id3(100_000), 3.0),
    "zeros between.mp3": (lambda: coded("mp3", "mp3", 2.0) + bytes(200_000) + coded("mp3", "mp3", 3.0), 5.0),
    "table of half the frames.mp3": (lambda: table_says(0.5), 3.0),
    "table of no frames.mp3": (lambda: table_says(0.0), 3.0),
    "length unknown.flac": (lambda: flac_says(0), 3.0),
    "length unknown, tag at the end.flac": (lambda: with_id3v1(flac_says(0)), 3.0),
    "half the length.flac": (lambda: flac_says(3 * 22_050), 3.0),
    "recorded from a stream.ogg": (lambda: late(vorbis(3.0)), 3.0),
    "recorded from a stream.opus": (lambda: late(opus(3.0)), 3.0),
    "recorded from a stream of flac.oga": (lambda: late(coded("ogg", "flac", 3.0)), 3.0),
    "time that runs backwards.ogg": (lambda: paged(vorbis(3.0), last_time=40_000), 3.0),
    "sent as it was made.wma": (lambda: broadcast(WHOLE["a.wma"]()), 3.0),
    "begins with an edit.m4a": (lambda: edited(WHOLE["a.m4a"](), 2_000, 44_100), 2.0),
}  # fmt: skip
CUT_LATE: dict[str, tuple[Make, str]] = {
    "pieces of a film.m4a": (lambda: in_pieces(10.0)[: int(0.6 * len(in_pieces(10.0)))], "bytes of it are missing"),
    "a page is gone.ogg": (lambda: without_pages(vorbis(20.0)), "pages that are missing or damaged"),
    "a page is gone.opus": (lambda: without_pages(opus(20.0)), "pages that are missing or damaged"),
    "a page is damaged.ogg": (lambda: in_the_middle(vorbis(20.0)), "pages that are missing or damaged: 1"),
    "frames are damaged.flac": (lambda: in_the_middle(flac(5.0)), "is damaged"),
    "the second is cut.wv": (lambda: (2 * WHOLE["a.wv"]())[:-100_000], "could be decoded"),
    "the second is cut.aiff": (
        lambda: (2 * WHOLE["a.aiff"]())[: int(1.6 * len(WHOLE["a.aiff"]()))],
        "could be decoded",
    ),
}


@cache
def whole(name: str) -> bytes:
    return WHOLE[name]()


@pytest.mark.parametrize("name", WHOLE)
def test_a_whole_file_is_whole(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(whole(name))
    record = look(tmp_path / name)
    assert (record.status, record.reason) == ("ok", "")
    assert record.seconds == pytest.approx(1.0 if name.endswith(("dsf", "dff")) else 3.0, abs=0.06)


@pytest.mark.parametrize("name", sorted(set(WHOLE) - set(SAYS_NO_LENGTH)))
def test_a_file_that_was_cut_is_not_whole(tmp_path: Path, name: str) -> None:
    data = whole(name)
    (tmp_path / name).write_bytes(data[: int(0.6 * len(data))])
    record = look(tmp_path / name)
    assert record.status != "ok"
    assert record.reason
    assert record.seconds < 2.2


@pytest.mark.parametrize("name", ODD)
def test_all_of_an_odd_file_is_decoded(tmp_path: Path, name: str) -> None:
    make, seconds = ODD[name]
    (tmp_path / name).write_bytes(make())
    record = look(tmp_path / name)
    assert (record.status, record.reason) == ("ok", "")
    assert record.seconds == pytest.approx(seconds, abs=0.06 * (1 + name.startswith(("chained", "joined"))))


@pytest.mark.parametrize("name", CUT_LATE)
def test_what_is_lost_is_said(tmp_path: Path, name: str) -> None:
    make, reason = CUT_LATE[name]
    (tmp_path / name).write_bytes(make())
    record = look(tmp_path / name)
    assert record.status == "partial"
    assert reason in record.reason


def test_of_several_streams_the_usual_one_is_read(tmp_path: Path) -> None:
    """A comment stands first, and is no second long."""
    (tmp_path / "x.mkv").write_bytes(streams("matroska", ("libopus", "libopus"), 3.0, comment=0.5))
    assert look(tmp_path / "x.mkv").seconds == pytest.approx(3.0, abs=0.06)


def test_dts_that_claims_to_be_samples_is_not_taken_for_them() -> None:
    """FFmpeg has no encoder of DTS in 16 bits: what is asked is who decodes it."""
    with tempfile.TemporaryFile() as file:
        file.write(riff(form(1, bits=16), bytes(400) + b"\xfe\x7f\x01\x80" + bytes(4_000)))
        container = sniff(file)
    assert container is not None
    assert not container.soundfile


def test_fast_dsd_sounds_as_slow_dsd_does(tmp_path: Path) -> None:
    """The tone of 440 Hz stands above all else at every rate."""
    for make in (partial(dsf, 1.0, 64), partial(dsf, 1.0, 512), partial(dff, 1.0, 256)):
        path = tmp_path / "x.dsf"
        path.write_bytes(make())
        with path.open("rb") as file:
            container = sniff(file)
            assert container is not None
            decoding = open_any(file, container)
            sound = np.concatenate(list(decoding.blocks))[:, 0]
        half = decoding.rate // 2
        spectrum = np.abs(np.fft.rfft(sound[:half] * np.hanning(half)))  # steps of 2 Hz
        assert 2 * int(np.argmax(spectrum[:10_000])) == 440
        assert np.abs(sound).max() < 1.5
