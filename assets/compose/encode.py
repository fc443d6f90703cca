"""Writes one song: mp3 at a small bit rate, ID3 tags, the lyrics beside it or inside.

It does not know how the samples were made.
"""

from pathlib import Path

import numpy as np
import soundfile
from mutagen.id3 import ID3, TALB, TCON, TDRC, TIT2, TPE1, TRCK, USLT

from assets.compose.form import plan
from assets.compose.lyrics import Lyric, lyrics, to_lrc, to_text
from assets.compose.mix import OUT_RATE
from assets.compose.score import Song

SMALLNESS = 0.85
"""libsndfile's compression level at a constant bit rate: 0.85 is 32 kbit/s for MPEG-2 layer III."""


def write_audio(path: Path, samples: np.ndarray) -> None:
    """samples: int16 [n, 2] at OUT_RATE, encoded as joint stereo.

    They are handed over as floats: libsndfile 1.2.2 turns 16-bit stereo into noise when it writes mp3.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with soundfile.SoundFile(
        path,
        "w",
        OUT_RATE,
        samples.shape[1],
        format="MP3",
        subtype="MPEG_LAYER_III",
        compression_level=SMALLNESS,
        bitrate_mode="CONSTANT",
    ) as file:
        file.write(samples.astype(np.float32) / 32_768.0)


def write_tags(path: Path, song: Song, lyric: Lyric | None) -> None:
    """ID3 2.4 tags; the lyrics too where their form is `tag`."""
    tags = ID3()
    for frame, text in ((TIT2, song.title), (TPE1, song.artist), (TALB, song.album), (TCON, song.genre)):
        tags.add(frame(encoding=3, text=text))
    tags.add(TDRC(encoding=3, text=str(song.year)))
    tags.add(TRCK(encoding=3, text=str(song.number)))
    if lyric is not None and lyric.form == "tag":
        tags.add(USLT(encoding=3, lang="eng", desc="", text=to_text(lyric)))
    tags.save(path, padding=lambda info: 0)


def write_song(folder: Path, song: Song, samples: np.ndarray) -> None:
    """Everything of one song under the library folder."""
    path = folder / song.path
    lyric = lyrics().get(song.title)
    write_audio(path, samples)
    write_tags(path, song, lyric)
    if lyric is not None and lyric.form == "lrc":
        path.with_suffix(".lrc").write_text(to_lrc(song, plan(song), lyric), encoding="utf-8")
    if lyric is not None and lyric.form == "txt":
        path.with_suffix(".txt").write_text(to_text(lyric), encoding="utf-8")
