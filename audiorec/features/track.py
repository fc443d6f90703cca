"""One file from bytes to features: the work that a worker does. Whatever the file holds, it returns a record of it.

It does not write anything and knows no catalogue.
"""

import hashlib
import io
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import BinaryIO

import numpy as np

from audiorec.data.catalogue import NO_STAMP, FileRecord
from audiorec.data.tables import TrackFeatures
from audiorec.data.tracks import SILENT
from audiorec.errors import AudiorecError, DecodeError
from audiorec.features.decoding.decode import Decoding, decoders, open_decoding
from audiorec.features.decoding.sniff import Container, sniff
from audiorec.features.describe import Describer
from audiorec.features.encoder_patches import SoundEncoder, StretchCollector, patches_of
from audiorec.features.lyrics import describe_lyrics, find_lyrics
from audiorec.features.music_urls import copied, is_url
from audiorec.features.recipe import FeatureRecipe
from audiorec.features.scan import FoundFile
from audiorec.features.tags.song_tags import Tags, read_tags

# The version of what is made of a file's first bytes, tags and lyrics: raised when an older one read files otherwise.
# Then tags are read again, and what failed or was cut is described again.
READER = 4
# Writers that count their headers wrongly miss the size by less.
_FEW_BYTES = 64
# How the reasons of texts begin that may be meant as other letters.
GUESSED = "do not tell their code page"
_READ_AT_ONCE = 2**18
# Louder than the noise that the last of 16 bits makes is sound: one step of them.
_SILENCE = 2.0**-15


@dataclass(frozen=True)
class Task:
    """A file to look at: its track id, where it is, how its features are made; `least`: the seconds it must last.

    encoder: the encoder for it; only_encodes, only_tags: it was described before.
    """

    track_id: int
    file: FoundFile
    recipe: FeatureRecipe
    least: float = 0.0
    encoder: SoundEncoder | None = None
    only_encodes: bool = False
    only_tags: bool = False


def describe_file(task: Task) -> tuple[FileRecord, TrackFeatures | None]:
    """Tags, sound and lyrics of a file; features are None when there is no sound to be had, and the record says why.

    A file counts as broken only when all of it can be read a second time and is the same: decoders take a disk that
    fails for the end of the sound.
    """
    if not is_url(task.file.path):
        return _describe_here(task)
    try:
        with copied(task.file) as path:
            return _describe_here(replace(task, file=replace(task.file, path=path)))
    except (OSError, AudiorecError) as error:
        return _unreadable(task, error)


def _describe_here(task: Task) -> tuple[FileRecord, TrackFeatures | None]:
    if task.only_encodes:
        return _encode_file(task)
    if task.only_tags:
        return _read_words(task)
    try:
        with open(task.file.path, "rb") as file:
            record, features, tags = _describe_open(file, task, _blank(task))
            if record.status != "ok" and record.content_hash and _digest(file) != record.content_hash:
                raise OSError("it changed while it was read")
        return (record, None) if features is None else _with_lyrics(record, features, task.file.path, tags)
    except OSError as error:
        return _unreadable(task, error)


def _blank(task: Task) -> FileRecord:
    return FileRecord(
        task.track_id, task.file.size, task.file.mtime_ns, "failed", sidecar=task.file.sidecar, reader=READER,
        title=os.fsdecode(os.path.basename(task.file.path)).encode("utf-8", "replace").decode(),
    )  # fmt: skip


def _unreadable(task: Task, error: Exception) -> tuple[FileRecord, None]:
    why = getattr(error, "strerror", None) or error
    reason = f"cannot be read now ({why}); tried again at the next run"
    return replace(_blank(task), reason=reason, mtime_ns=NO_STAMP), None


def _describe_open(
    file: io.BufferedReader, task: Task, blank: FileRecord
) -> tuple[FileRecord, TrackFeatures | None, Tags]:
    tags = Tags(blank.title)
    if not task.file.size:
        return replace(blank, reason="is empty (0 bytes)"), None, tags
    record = replace(blank, content_hash=_digest(file))
    container = sniff(file)
    if container is None:
        return replace(record, reason="is not sound in a format that is known by its first bytes"), None, tags
    tags = read_tags(file, task.file.path, container)
    record = _with_tags(record, tags)
    try:
        decoding, features = _best_decoding(file, container, lambda decoding: _describe_sound(decoding, task))
    except DecodeError as error:
        return replace(record, reason=str(error)), None, tags
    if decoding.seconds < task.least:
        return replace(record, reason=too_short(task.least), seconds=decoding.seconds), None, tags
    return _with_decoding(record, decoding), features, tags


def too_short(least: float) -> str:
    """The reason of a file that lasts less than asked for; with its seconds it says when that is no reason any more."""
    return f"lasts less than the {least:g} s of --min-length"


def _encode_file(task: Task) -> tuple[FileRecord, TrackFeatures | None]:
    """The output of the task's encoder alone; the record is none of the file: what is known of that stays."""
    record = FileRecord(task.track_id, task.file.size, task.file.mtime_ns, "ok")
    try:
        with open(task.file.path, "rb") as file:
            container = sniff(file)
            if container is None:
                return replace(record, status="failed", reason="is not sound any more"), None
            return record, _best_decoding(file, container, lambda decoding: _hear_sound(decoding, task))[1]
    except (OSError, AudiorecError) as error:
        return replace(record, status="failed", reason=str(error)), None


def _read_words(task: Task) -> tuple[FileRecord, TrackFeatures | None]:
    """Tags and lyrics without the sound; features hold the lyrics alone, None where the file cannot be read now.

    The record is `partial` where the file holds several streams: versions before may have read the first alone.
    """
    record = FileRecord(task.track_id, task.file.size, task.file.mtime_ns, "ok", reader=READER)
    blank, none = np.zeros((0, 0, 0), np.uint8), np.zeros(0, np.float32)
    try:
        with open(task.file.path, "rb") as file:
            container = sniff(file)
            tags = read_tags(file, task.file.path, container)
        if container is not None and container.parts:
            record = replace(record, status="partial")
        return _with_lyrics(_with_tags(record, tags), TrackFeatures(blank, blank, none), task.file.path, tags)
    except OSError as error:
        return replace(record, status="failed", reason=str(error)), None


def _best_decoding(
    file: BinaryIO, container: Container, take: Callable[[Decoding], TrackFeatures]
) -> tuple[Decoding, TrackFeatures]:
    """What `take` makes of the first decoding that gets the whole file, else of the one that gets the most of it."""
    best: tuple[Decoding, TrackFeatures] | None = None
    refusals, stopped_at = [], ""
    for decoder in decoders(container):
        decoding = None
        try:
            decoding = open_decoding(decoder, file, container)
            features = take(decoding)
        except DecodeError as refusal:
            refusals.append(refusal)
        else:
            if best is None or decoding.seconds > best[0].seconds:
                # A decoder that stopped found a fault; one that goes on does not say what it put in its place.
                decoding.damage = stopped_at
                best = decoding, features
            if not (decoding.is_short or decoding.is_cut or decoding.problem):
                break
        # Without a length libsndfile stops at what stands behind the sound.
        stopped_at = decoding.problem if decoding and decoding.declared else ""
    if best is None:
        raise refusals[0]
    return best


def _describe_sound(decoding: Decoding, task: Task) -> TrackFeatures:
    describer = Describer(task.recipe, decoding.rate, decoding.channels)
    for block in decoding.blocks:
        describer.push(block)
    _refuse_nothing(decoding)
    features, encoder = describer.finish(), task.encoder
    if encoder is None:
        return features
    try:
        return replace(features, encoded=encoder.encode(patches_of(describer.stretches(), decoding.rate, encoder)))
    except AudiorecError:
        # An encoder that fails costs no features; the next run tries to encode the song and says why it cannot.
        return features


def _hear_sound(decoding: Decoding, task: Task) -> TrackFeatures:
    collector, encoder = StretchCollector(task.recipe, decoding.rate), task.encoder
    assert encoder is not None
    for block in decoding.blocks:
        collector.push(block)
    _refuse_nothing(decoding)
    blank, none = np.zeros((0, 0, 0), np.uint8), np.zeros(0, np.float32)
    return TrackFeatures(
        blank, blank, none, encoded=encoder.encode(patches_of(collector.finish(), decoding.rate, encoder))
    )


def _refuse_nothing(decoding: Decoding) -> None:
    if not decoding.frames:
        raise DecodeError(f"holds no sound (0 samples{': ' + decoding.problem if decoding.problem else ''})")


def _digest(file: io.BufferedReader) -> str:
    """Content hash; the file comes from the disk once, the decoder then finds it in memory."""
    found, place = hashlib.blake2b(digest_size=16), 0
    # By place: decoders move the file behind the back of its buffer.
    while data := os.pread(file.fileno(), _READ_AT_ONCE, place):
        found.update(data)
        place += len(data)
    return found.hexdigest()


def _with_tags(record: FileRecord, tags: Tags) -> FileRecord:
    return replace(
        record,
        title=tags.title,
        artists=tags.artists,
        album=tags.album,
        album_artist=tags.album_artist,
        year=tags.year,
        genre=tags.genre,
        mbid=tags.mbid,
        isrc=tags.isrc,
        reason=_guess("tags", tags.guessed),
    )


def _guess(what: str, page: str) -> str:
    """A word of texts that may be meant as other letters; the sound is whole all the same."""
    return f"its {what} {GUESSED}: read as {page}, which may be wrong" if page else ""


def joined(*reasons: str) -> str:
    """Several reasons as one."""
    return "; ".join(filter(None, reasons))


def _with_decoding(record: FileRecord, decoding: Decoding) -> FileRecord:
    reasons = []
    if decoding.is_short:
        reasons.append(f"only {decoding.seconds:.1f} of {decoding.declared:.1f} s could be decoded")
    elif decoding.bytes_missing > _FEW_BYTES:
        reasons.append(f"was cut after {decoding.seconds:.1f} s: {decoding.bytes_missing} bytes of it are missing")
    elif decoding.damage:
        reasons.append(f"is damaged ({decoding.damage})")
    if decoding.faults:
        reasons.append(f"pages that are missing or damaged: {decoding.faults}")
    if decoding.bad_packets:
        reasons.append(f"{decoding.bad_packets} packets could not be decoded")
    if decoding.bad_samples:
        reasons.append(f"{decoding.bad_samples} samples were not numbers of any sound and count as silence")
    if decoding.problem and not reasons:
        reasons.append(f"decoding stopped after {decoding.seconds:.1f} s ({decoding.problem})")
    silent = SILENT if decoding.peak < _SILENCE else ""
    return replace(
        record,
        status="partial" if reasons else "ok",
        reason=joined(*reasons, silent, record.reason),
        decoder=decoding.decoder,
        seconds=decoding.seconds,
        bad_packets=decoding.bad_packets,
    )


def _with_lyrics(
    record: FileRecord, features: TrackFeatures, path: bytes, tags: Tags
) -> tuple[FileRecord, TrackFeatures]:
    found = find_lyrics(path, tags.lyrics)
    lyrics = describe_lyrics(found.text) if found else None
    if found is None or lyrics is None:
        return record, features
    features = replace(features, lyrics=lyrics.vector, lyrics_text=lyrics.text, language=lyrics.language)
    return replace(record, reason=joined(record.reason, _guess("lyrics", found.guessed))), features
