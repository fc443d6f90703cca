"""Decoding as a stream of blocks, in bounded memory whatever the file's length: soundfile first, then PyAV.

Both get the number of an open file, never a name, and a format from its first bytes. libsndfile can stop early and
report success, so what came out is compared with what the header declared (`is_short`). It does not resample.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

import numpy as np
import soundfile
from numpy.typing import NDArray

from audiorec.errors import DecodeError
from audiorec.features.decoding.declared import bytes_missing, names_size
from audiorec.features.decoding.frame_chains import holds_flac_frames, holds_frames
from audiorec.features.decoding.packets import open_packets, words
from audiorec.features.decoding.sniff import NO_LENGTH, Container, mp3_seconds
from audiorec.features.decoding.wav_chunks import wav_goes_on

Float = NDArray[np.float32]
# Sound that is handed on at once: 12 s of stereo at 44.1 kHz. Four times less costs 5 % more time, since what describes
# a block finds its code and tables pushed out of the cache by the decoder each time.
BLOCK_BYTES = 4 * 2**20
MAX_CHANNELS = 64
_STRETCH = 2**20
# Float files may be louder than 1; 40 dB above it is no sound but a fault.
LOUDEST = 100.0


@dataclass
class Decoding:
    """What a decoder says of a file while it streams; `frames` and `bad_packets` grow with the blocks.

    `declared` is the length in seconds that the header gives, None when it gives none; `is_guess` says that there is no
    such header and the decoder worked it out from the file's size; `is_cut` says that the decoder stopped where it
    thought that the end was, with much of the file unread; `bytes_missing` counts what the headers name beyond the
    end of the file; `faults` counts pieces of the container that are missing or damaged, `damage` says what another
    decoder stopped at; `peak` is the largest sample.
    """

    decoder: str
    rate: int
    channels: int
    declared: float | None
    is_guess: bool = False
    frames: int = 0
    bad_packets: int = 0
    bad_samples: int = 0
    problem: str = ""
    is_cut: bool = False
    bytes_missing: int = 0
    faults: int = 0
    damage: str = ""
    peak: float = 0.0
    blocks: Iterator[Float] = field(default_factory=lambda: iter(()))

    @property
    def block(self) -> int:
        """Samples of each channel that are handed on at once."""
        return BLOCK_BYTES // (4 * self.channels)

    @property
    def seconds(self) -> float:
        """Length decoded so far."""
        return self.frames / self.rate

    @property
    def is_short(self) -> bool:
        """Whether less came out than the header declared (by 2 % and a fifth of a second, for lax headers)."""
        return self.declared is not None and not self.is_guess and self.seconds < 0.98 * self.declared - 0.2


def decoders(container: Container) -> tuple[str, ...]:
    """The decoders to try, best first."""
    return ("soundfile", "pyav") if container.soundfile and not container.parts else ("pyav",)


def open_any(file: BinaryIO, container: Container) -> Decoding:
    """Start decoding by the first decoder that takes the file; raises the first one's DecodeError when none does."""
    refusal: DecodeError | None = None
    for decoder in decoders(container):
        try:
            return open_decoding(decoder, file, container)
        except DecodeError as error:
            refusal = refusal or error
    assert refusal is not None
    raise refusal


def open_decoding(decoder: str, file: BinaryIO, container: Container) -> Decoding:
    """Start decoding an open file; raises DecodeError when there is no sound to be had.

    The blocks are float32 [n, channels] in [-1, 1] (louder is possible for float files); what is not a number
    or absurdly loud is 0.
    """
    by_table = mp3_seconds(file) if container.name == "mp3" else None
    if decoder == "soundfile":
        decoding = _open_soundfile(file.fileno())
    else:
        decoding = _open_pyav(file.fileno(), container, by_table)
    decoding.is_guess = container.name in NO_LENGTH or (container.name == "mp3" and by_table is None)
    if container.name == "wma":
        decoding.is_guess = not names_size(file.fileno(), container)
    decoding.faults = container.faults
    decoding.bytes_missing = bytes_missing(file.fileno(), container)
    return decoding


def _open_soundfile(file: int) -> Decoding:
    os.lseek(file, 0, os.SEEK_SET)
    try:
        sound = soundfile.SoundFile(file, closefd=False)
    except (soundfile.SoundFileError, RuntimeError) as error:
        raise DecodeError(f"cannot be read as sound ({words(error)})") from error
    known = 0 < sound.frames < 2**40
    decoding = Decoding(
        "soundfile", sound.samplerate, sound.channels, sound.frames / sound.samplerate if known else None
    )
    _check(decoding)
    decoding.blocks = _counted(decoding, _soundfile_blocks(decoding, sound, file))
    return decoding


def _soundfile_blocks(decoding: Decoding, sound: soundfile.SoundFile, file: int) -> Iterator[Float]:
    with sound:
        while True:
            try:
                block = sound.read(decoding.block, dtype="float32", always_2d=True)
            except (soundfile.SoundFileError, RuntimeError) as error:
                decoding.problem = words(error)
                return
            if not len(block):
                decoding.is_cut = _goes_on(file, sound.format)
                return
            yield block


def _goes_on(file: int, kind: str) -> bool:
    """Whether sound is left behind the place where reading stopped: libsndfile believes lengths of headers, and guesses
    one for an mp3 without a table. The place is kept."""
    if kind in ("WAV", "WAVEX"):
        return wav_goes_on(file)
    holds = {"MP3": holds_frames, "FLAC": holds_flac_frames}.get(kind)
    here, end = os.lseek(file, 0, os.SEEK_CUR), os.fstat(file).st_size
    return holds is not None and any(holds(os.pread(file, _STRETCH, place)) for place in range(here, end, _STRETCH))


def _open_pyav(file: int, container: Container, by_table: float | None) -> Decoding:
    """`by_table`: the length by an mp3's table, where FFmpeg guesses when tags or files lie behind the first."""
    packets = open_packets(file, container, container.name == "wav" and wav_goes_on(file))
    decoding = Decoding("pyav", packets.rate, packets.channels, by_table or packets.declared)
    _check(decoding)

    def follow() -> None:
        decoding.declared, decoding.bad_packets = by_table or packets.declared, packets.bad
        decoding.problem = packets.problem

    def frames() -> Iterator[Float]:
        for block in packets.blocks:
            follow()
            yield block
        follow()

    decoding.blocks = _counted(decoding, _gathered(frames(), decoding.block))
    return decoding


def _gathered(frames: Iterator[Float], block: int) -> Iterator[Float]:
    """Frames of a thousand samples put together to blocks."""
    held: list[Float] = []
    count = 0
    for frame in frames:
        held.append(frame)
        count += len(frame)
        if count >= block:
            yield np.concatenate(held)
            held, count = [], 0
    if held:
        yield np.concatenate(held)


def _counted(decoding: Decoding, blocks: Iterator[Float]) -> Iterator[Float]:
    for block in blocks:
        decoding.frames += len(block)
        peak = max(float(block.max()), -float(block.min()))
        # The comparison fails for what is not a number too: one look for the usual case.
        if not peak <= LOUDEST:
            broken = ~(np.abs(block) <= LOUDEST)
            decoding.bad_samples += int(broken.sum())
            block = np.where(broken, np.float32(0.0), block)
            peak = float(np.abs(block).max())
        decoding.peak = max(decoding.peak, peak)
        yield block


def _check(decoding: Decoding) -> None:
    if not 1_000 <= decoding.rate <= 768_000:
        raise DecodeError(f"has an impossible sample rate of {decoding.rate} Hz")
    if not 1 <= decoding.channels <= MAX_CHANNELS:
        raise DecodeError(f"has {decoding.channels} channels, between 1 and {MAX_CHANNELS} can be read")
