"""The length that an mp3 writes into its first frame: a table by Xing or LAME (`Info`) or by Fraunhofer (`VBRI`).

It says how many frames follow, which is the length whatever the bit rate does.
"""

import re

from audiorec.features.decoding.frame_chains import is_mpeg_frame

_TABLE = re.compile(rb"Xing|Info|VBRI")
# Where the table stands behind the beginning of its frame, by version and channels.
_PLACES = (36, 21, 13)
_RATES = (44_100, 48_000, 32_000)


def table_seconds(head: bytes) -> float | None:
    """Seconds by the table in an mp3's first bytes (of sound); None where there is none, or it does not say."""
    for found in _TABLE.finditer(head):
        place = found.start()
        frames_before = (head[place - back : place] for back in _PLACES if back <= place)
        frame = next(filter(is_mpeg_frame, frames_before), None)
        if frame is None:
            continue
        if found[0] == b"VBRI":
            frames = int.from_bytes(head[place + 14 : place + 18], "big")
        else:
            frames = int.from_bytes(head[place + 8 : place + 12], "big") if head[place + 7] & 1 else 0
        version = frame[1] >> 3 & 3
        rate = _RATES[frame[2] >> 2 & 3] // {3: 1, 2: 2}.get(version, 4)
        return frames * (1152 if version == 3 else 576) / rate if 0 < frames < 2**32 - 1 else None
    return None
