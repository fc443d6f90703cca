"""Tags behind the sound, which decoders of bare frames take for broken ones.

Sources: ID3v1 (1996) and its extension; ID3v2.4, 3.4 (footer); APEv2; Lyrics3 v1 and v2.
"""

import os

_MOST_TAGS = 8
_LONGEST_WORDS = 5_100  # of Lyrics3 v1


def before_tags(file: int, start: int, end: int) -> int:
    """Where what stands in [start, end) ends when the tags at its end are left off."""
    for _ in range(_MOST_TAGS):
        size = _last_tag(file, start, end)
        if not 0 < size < end - start:
            break
        end -= size
    return end


def _last_tag(file: int, start: int, end: int) -> int:
    """Bytes of the tag that ends at `end`, 0 where none does."""
    tail = os.pread(file, min(355, end - start), max(start, end - 355))
    if tail[-128:-125] == b"TAG":
        return 355 if tail[:4] == b"TAG+" else 128
    if tail[-32:-24] == b"APETAGEX":
        return int.from_bytes(tail[-20:-16], "little") + (32 if tail[-9] & 0x80 else 0)
    if tail[-10:-7] == b"3DI":
        return 20 + (tail[-4] << 21 | tail[-3] << 14 | tail[-2] << 7 | tail[-1])
    if tail.endswith(b"LYRICS200") and tail[-15:-9].isdigit():
        return int(tail[-15:-9]) + 15
    if tail.endswith(b"LYRICSEND"):
        place = max(start, end - _LONGEST_WORDS)
        words = os.pread(file, end - place, place)
        return len(words) - words.rfind(b"LYRICSBEGIN") if b"LYRICSBEGIN" in words else 0
    return 0
