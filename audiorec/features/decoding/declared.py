"""How many bytes of a file its own headers name: where fewer are there, it was cut, whatever a decoder makes of it.

Decoders take the rest of a cut wav or aiff for the whole of it. It knows containers that say how large they are, boxes
of MP4 and pages of Ogg.
"""

import os

from audiorec.features.decoding.named_size import named_size
from audiorec.features.decoding.ogg_pages import last_page_end
from audiorec.features.decoding.sniff import Container
from audiorec.features.decoding.stream_links import last_box_end

_HEAD = 8192
# Pipes write a length that is never reached; sizes from here on are such, where the file is not half as large.
_NEVER = 0x7FFF_0000


def bytes_missing(file: int, container: Container) -> int:
    """How many bytes that the headers name are not there; 0 where they name no size."""
    there = os.fstat(file).st_size
    start, end = container.parts[-1] if container.parts else (0, there)
    if end > there:
        return end - there
    if container.name == "ogg":
        named = last_page_end(file, start, end) - start
    elif container.name == "mp4":
        named = last_box_end(file, start, end) - start
    else:
        named = named_size(container.name, container.head or os.pread(file, _HEAD, start))
    size = end - start + len(container.head)
    return max(0, named - size) if 0 < named < 2**63 and not (named >= _NEVER and size < named / 2) else 0


def names_size(file: int, container: Container) -> bool:
    """Whether the first stream says how large it is: what was sent as it was made does not, and guesses its length."""
    return named_size(container.name, os.pread(file, _HEAD, container.parts[0][0] if container.parts else 0)) > 0
