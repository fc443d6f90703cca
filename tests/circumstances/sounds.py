"""Rows of the table: sound that ends early without a word, and good files that were refused."""

from collections.abc import Callable
from functools import partial

import pytest

from tests import made_audio, signals
from tests.circumstances.place import Place


def a_sound(name: str, make: Callable[[], bytes], seconds: float, reason: str = "") -> Callable[[Place], None]:
    def check(place: Place) -> None:
        place.raw(name, make())
        assert "; ".join(place.extract()).startswith(reason)
        assert place.tracks()[name]["seconds"] == pytest.approx(seconds, abs=0.1)

    return check


def flac_of(samples: int) -> bytes:
    data = signals.encoded(signals.tone(440.0, 1.0, 44_100), 44_100, "FLAC")
    return data[:22] + samples.to_bytes(4, "big") + data[26:]


def growing_aac() -> bytes:
    """ADTS, which tells no length: 20 s of small frames and 10 s of large ones, all of them silent."""

    def frame(filled: int) -> bytes:
        bits = "000" + "0000" + "0" * 8 + "0" + "00" + "0" + "000000" + "0" + "000"  # one channel, nothing in it
        bits += f"110{15:04b}{filled - 14:08b}" + "0" * 8 * filled if filled else ""
        bits += "111"
        bits += "0" * (-len(bits) % 8)
        body = int(bits, 2).to_bytes(len(bits) // 8, "big")
        # Sync, MPEG-4, no check sum; low complexity, 44,100 Hz, one channel; length with the head of 7 bytes.
        head = (0xFFF << 44 | 0b0001 << 40 | 1 << 38 | 4 << 34 | 1 << 30 | (len(body) + 7) << 13 | 0x7FF << 2).to_bytes(
            7, "big"
        )
        return head + body

    return frame(0) * 862 + frame(259) * 431


def with_two_sounds(between: bytes = b"") -> bytes:
    """A wav whose sound stands in two chunks of 1 and 2 s."""
    chunks = (
        b"data" + len(sound).to_bytes(4, "little") + sound for sound in (signals.wav(1.0)[44:], signals.wav(2.0)[44:])
    )
    body = signals.wav(1.0)[8:36] + between.join(chunks)
    return b"RIFF" + len(body).to_bytes(4, "little") + body


def in_pieces() -> bytes:
    return made_audio.coded("mp4", "aac", 3.0, options={"movflags": "empty_moov", "frag_duration": "500000"})


SOUNDS = {
    "chained Ogg": a_sound(
        "x.ogg",
        lambda: made_audio.coded("ogg", "vorbis", 1.0) + made_audio.coded("ogg", "flac", 2.0, 22_050, "mono"),
        3.0,
    ),
    "joined FLAC": a_sound("x.flac", lambda: 2 * made_audio.coded("flac", "flac", 1.0), 2.0),
    "junk in front": a_sound("x.mp3", lambda: bytes(100_000) + signals.mp3(1.0), 1.0),
    "high-rate DSD": a_sound("x.dsf", partial(made_audio.dsf, 0.5, 256), 0.5),
    "a film": a_sound("x.mkv", partial(made_audio.with_video, "matroska", "vorbis", seconds=1.0), 1.0),
    "a book with a picture": a_sound("x.m4b", partial(made_audio.with_video, "ipod", "aac", seconds=1.0), 1.0),
    "silence in frames that grow": a_sound("x.aac", growing_aac, 30.0, "is silent"),
    "AC-3": a_sound("x.ac3", partial(made_audio.coded, "ac3", "ac3", 1.0), 1.0),
    "ADTS without a length": a_sound("x.aac", partial(made_audio.coded, "adts", "aac", 1.0), 1.0),
    "a wav that was cut": a_sound("x.wav", lambda: signals.wav(2.0)[:50_000], 1.13, "was cut after"),
    "a wav of a pipe": a_sound("x.wav", lambda: signals.wav(2.0)[:40] + b"\xff" * 4 + signals.wav(2.0)[44:], 2.0),
    "joined wav": a_sound("x.wav", lambda: 2 * signals.wav(1.0), 2.0),
    "a wav with two sounds": a_sound("x.wav", with_two_sounds, 3.0),
    "a wav with words between two sounds": a_sound("x.wav", lambda: with_two_sounds(b"LIST\4\0\0\0INFO"), 3.0),
    "a wav whose second sound was cut": a_sound("x.wav", lambda: with_two_sounds()[:-44_100], 2.0, "only 2.0 of 3.0 s"),
    "joined m4a": a_sound("x.m4a", lambda: 2 * made_audio.coded("ipod", "aac", 1.0), 2.0),
    "a chunk without padding": a_sound(
        "x.wav", lambda: signals.wav(1.0)[:12] + b"junk\5\0\0\0xxxxx" + signals.wav(1.0)[12:], 1.0
    ),
    "joined WavPack": a_sound("x.wv", lambda: 2 * made_audio.coded("wv", "wavpack", 1.0), 2.0),
    "WavPack with a tag at its end": a_sound(
        "x.wv", lambda: made_audio.coded("wv", "wavpack", 1.0) + b"TAG" + bytes(125), 1.0
    ),
    "a FLAC that names half its samples": a_sound("x.flac", lambda: flac_of(22_050), 1.0),
    "a FLAC that names no length": a_sound("x.flac", lambda: flac_of(0), 1.0),
    "joined mp3 of two rates": a_sound(
        "x.mp3", lambda: signals.mp3(1.0) + made_audio.coded("mp3", "mp3", 1.0, 48_000), 2.0
    ),
    "an m4a that was cut between its pieces": a_sound("x.m4a", lambda: in_pieces()[:-20_000], 1.8, "was cut after"),
    "junk before AC-3": a_sound("x.ac3", lambda: bytes(1_000) + made_audio.coded("ac3", "ac3", 1.0), 1.0),
    "silence": a_sound(
        "x.wav", lambda: signals.encoded(0 * signals.tone(1.0, 1.0), signals.RATE, "WAV"), 1.0, "is silent"
    ),
}
