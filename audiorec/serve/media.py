"""Sound and pictures of songs by id: the file as it is with ranges, or transcoded where browsers cannot play it.

A path comes from the catalogue only, never from a request. Tags give pictures and are hostile: a picture is what its
first bytes say, and nothing that can hold a script.
"""

import base64
import hashlib
import os
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path

import mutagen
from mutagen.flac import FLAC, Picture

from audiorec.data.tracks import Track
from audiorec.features.decoding.sniff import Container, sniff
from audiorec.features.music_urls import is_url
from audiorec.serve.problem_details import GoneError
from audiorec.sources.matching.path_endings import LISTED

# What browsers play as it is.
_TYPES = {
    "mp3": "audio/mpeg",
    "flac": "audio/flac",
    "ogg": "audio/ogg",
    "wav": "audio/wav",
    "aac": "audio/aac",
    "mp4": "audio/mp4",
}
_PICTURES = ((b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png"), (b"GIF8", "image/gif"))
_FOLDER_PICTURES = ("cover", "folder", "front", "album")
_LARGEST_PICTURE = 20 * 2**20


@dataclass(frozen=True)
class SoundFile:
    """A file that can be sent: where it is, what browsers call it, and whether they can play it as it is."""

    path: bytes
    media_type: str
    suffix: str
    is_playable: bool


def sound_file(track: Track) -> SoundFile:
    """Look at a song's file; raises GoneError with the reason when there is none that can be read."""
    name = os.path.basename(track.shown_path)
    if track.path.startswith(LISTED.encode()):
        raise GoneError("this one is known by its name alone: there is no sound of it here")
    if is_url(track.path):
        raise GoneError(f"this song lies at a URL ({name}): it can be recommended here, and played where it lies")
    try:
        with open(track.path, "rb") as file:
            container = sniff(file)
    except FileNotFoundError:
        raise GoneError(f"the file of this song is gone ({name}): put it back, or run audiorec extract again") from None
    except OSError as error:
        raise GoneError(f"the file of this song cannot be read ({name}: {error.strerror})") from None
    if container is None:
        raise GoneError(f"the file of this song is no sound any more ({name}): run audiorec extract again")
    playable = container.name in _TYPES and not (container.name == "mp4" and _is_lossless_mp4(track.path))
    return SoundFile(track.path, _TYPES.get(container.name, "application/octet-stream"), _suffix(container), playable)


def _suffix(container: Container) -> str:
    return {"mp4": "m4a", "wavpack": "wv", "matroska": "mka"}.get(container.name, container.name)


def _is_lossless_mp4(path: bytes) -> bool:
    """Apple Lossless in MP4 plays in one browser only; its codec stands in the header."""
    with open(path, "rb") as file:
        size = os.fstat(file.fileno()).st_size
        head = file.read(2**20)
        file.seek(max(size - 2**20, 0))
        return b"alac" in head or b"alac" in file.read(2**20)


def stamp(path: bytes) -> str:
    """A short name of a file as it is now, for things made from it."""
    status = os.stat(path)
    return hashlib.sha256(path + struct.pack("<qq", status.st_mtime_ns, status.st_size)).hexdigest()[:24]


# --- pictures ----------------------------------------------------------------------------------------------------


def picture(track: Track) -> tuple[bytes, str] | None:
    """The cover of a song and its media type: from its tags, or the picture that lies beside it; None without one."""
    for data in (*_tag_pictures(track.path), *_beside(track.path)):
        kind = picture_type(data)
        if kind is not None:
            return data, kind
    return None


def picture_type(data: bytes) -> str | None:
    """The media type by the first bytes; None for what is no picture that is sent."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for start, kind in _PICTURES if data.startswith(start)), None)


def _tag_pictures(path: bytes) -> list[bytes]:
    try:
        with open(path, "rb") as file:
            found = mutagen.File(file)
            return [] if found is None else _pictures_of(found)
    except (mutagen.MutagenError, ValueError, KeyError, TypeError, OSError, EOFError, IndexError, AttributeError):
        return []  # broken tags hold no picture


def _pictures_of(found: mutagen.FileType) -> list[bytes]:
    if isinstance(found, FLAC) and found.pictures:
        return [bytes(one.data) for one in found.pictures]
    tags = found.tags
    if tags is None:
        return []
    pictures = [bytes(frame.data) for key, frame in tags.items() if str(key).startswith("APIC")]
    if "covr" in tags:
        pictures += [bytes(one) for one in tags["covr"]]
    if "metadata_block_picture" in tags:
        pictures += [bytes(Picture(base64.b64decode(text)).data) for text in tags["metadata_block_picture"]]
    return [data for data in pictures if len(data) <= _LARGEST_PICTURE]


def _beside(path: bytes) -> list[bytes]:
    """A picture in the song's folder that bears one of the usual names."""
    folder = Path(os.fsdecode(os.path.dirname(path)))
    try:
        names = sorted(name for name in os.listdir(folder) if name.rpartition(".")[0].lower() in _FOLDER_PICTURES)
        for name in names:
            file = folder / name
            if name.lower().endswith((".jpg", ".jpeg", ".png", ".webp")) and file.stat().st_size <= _LARGEST_PICTURE:
                return [file.read_bytes()]
    except OSError:
        pass  # a folder that is gone has no picture
    return []


def placeholder(track: Track) -> bytes:
    """A picture for a song without one, as SVG: a colour of its album; it holds no text of the tags."""
    digest = hashlib.sha256(f"{track.artist}\0{track.album}".encode("utf-8", "replace")).digest()
    hue, turn = digest[0] * 360 // 256, digest[1] % 90
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100" width="300" height="300">'
        f'<rect width="100" height="100" fill="hsl({hue} 45% 38%)"/>'
        f'<g transform="rotate({turn} 50 50)" fill="none" stroke="hsl({(hue + 40) % 360} 60% 72%)" stroke-width="3">'
        f'<circle cx="50" cy="50" r="{14 + digest[2] % 12}"/><circle cx="50" cy="50" r="{30 + digest[3] % 12}"/>'
        f'<path d="M0 {20 + digest[4] % 60} H100"/></g></svg>'
    ).encode()


def plain_picture(track: Track) -> bytes:
    """The same for players, which do not all draw SVG: rings in the album's colours, as PNG."""
    digest = hashlib.sha256(f"{track.artist}\0{track.album}".encode("utf-8", "replace")).digest()
    back, ring = ([80 + byte % 90 for byte in digest[:3]], [150 + byte % 100 for byte in digest[3:6]])
    side, middle = 96, 47.5
    lines = bytearray()
    for y in range(side):
        lines.append(0)
        for x in range(side):
            far = ((x - middle) ** 2 + (y - middle) ** 2) ** 0.5
            lines += bytes(ring if far % (14 + digest[6] % 8) < 3 else back)
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    parts = (_chunk(b"IHDR", head), _chunk(b"IDAT", zlib.compress(bytes(lines))), _chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
