"""Paths out of the addresses that players keep: `file://` with percent codes, of any machine.

It does not know whether a file is there.
"""

import re
from urllib.parse import unquote_to_bytes

from audiorec.sources.rows.fields import checked

_FILE = re.compile(r"file:(?://(?:localhost)?(?=/)|//(?=[A-Za-z]:)|(?=/))", re.IGNORECASE)
_DRIVE = re.compile(r"/(?=[A-Za-z]:[\\/])")


def path_of(url: str, name: str = "location") -> str:
    """The path of a file's address; an address of the network as it is. Raises FieldError for a text that is no path.

    >>> path_of("file:///home/ann/a%20b%C3%A9.mp3"), path_of("file://localhost/C:/Music/x.mp3")
    ('/home/ann/a bé.mp3', 'C:/Music/x.mp3')
    >>> path_of("/home/ann/100%.mp3"), path_of("file://nas/music/x.mp3")
    ('/home/ann/100%.mp3', '//nas/music/x.mp3')
    """
    found = _FILE.match(url)
    if not found and not url.lower().startswith("file://"):
        return checked(url, name)
    path = _decoded(url[found.end() if found else len("file:") :])
    return checked(_DRIVE.sub("", path, count=1) if _DRIVE.match(path) else path, name)


def _decoded(text: str) -> str:
    data = unquote_to_bytes(text)
    try:
        return data.decode()
    except UnicodeDecodeError:
        # Old players encoded the bytes of a Western file name.
        return data.decode("cp1252", "replace")
