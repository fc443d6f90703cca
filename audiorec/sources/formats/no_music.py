"""What of a library is no music: hidden names, folders of systems, phones and programs, and what asks to be left out.

Names are bytes, as the disk has them, those of a folder's entries in lower case. It opens no file but those that say
what to leave out.
"""

import os
import re
import unicodedata
from collections.abc import Collection, Mapping
from pathlib import Path

from pathspec import GitIgnoreSpec

# Thumbnails, trash, resource forks and snapshots of the systems that shares and sticks come from. In lower case.
_OF_SYSTEMS = re.compile(
    rb"@eadir|@syno.*|#recycle|#snapshot|@recycle|@recently-snapshot|@sharesnapshot|@tmp|@__thumb|~snapshot"
    rb"|\$recycle\.bin|recycler|recycled|trashbox|system volume information|config\.msi|found\.\d{3}|lost\+found"
    rb"|network trash folder|temporary items|thevolumesettingsfolder|__macosx|files_trashbin|files_versions"
    rb"|plex versions|whatsapp voice notes|@transcode|backups\.backupdb|appdata_oc[0-9a-z]{10}|node_modules"
    rb"|@(?:docker|appstore|appdata|appconf|apptemp|database|download|sharebin|cloudsync|cloudstation|img_bkp_cache|s2s)"
    # Of a disk with Windows on it.
    rb"|windows\.old|\$(?:winreagent|sysreset|getcurrent|extend|windows\.~(?:bt|ws))"
    # Folders that macOS shows as one file: photos, films, recordings in the making, backups, programs.
    rb"|.*\.(?:photoslibrary|tvlibrary|musiclibrary|migratedphotolibrary|aplibrary|imovielibrary|fcpbundle|logicx"
    rb"|backupbundle|sparsebundle|app|noindex)",
    re.DOTALL,
)
# The same with an ending that is a word as well ("The.Big.Band"), and the file that tells.
_BUNDLES = {b".band": b"projectdata", b".download": b"info.plist"}
# What a phone keeps beside its folder Android, and in it: sounds, pictures and voices, which its players pass over too.
_ANDROID = b"android"
_BESIDE_ANDROID = frozenset(
    b"alarms notifications ringtones dcim recordings miui callrecordings sound_recorder".split()
) | {b"voice recorder", b"call recordings"}
_IN_ANDROID = frozenset((b"data", b"obb"))
# Portable players begin the name of their log with a dot.
_PLAYERS_LOG = b".scrobbler.log"
# A file of such a name asks that its folder is left out; one of the others may name what of it, as .gitignore does.
_LEAVE_OUT = frozenset(
    (b".nomedia", b".nomusic", b".noindex", b".metadata_never_index", b".lmsignore", b"cachedir.tag")
)
_IGNORE = (b".audiorecignore", b".ndignore", b".plexignore", b".embyignore", b".ignore")
_LONGEST = 65_536  # bytes

# (folder, its patterns) of what is to be left out below the folder, the outermost first.
Ignored = tuple[tuple[bytes, GitIgnoreSpec], ...]


def is_hidden(name: bytes) -> bool:
    """Whether a name is hidden: a dot and a letter. "...Baby One More Time" and ".38 Special" are names.

    >>> is_hidden(b"._song.mp3"), is_hidden(b".hidden.mp3"), is_hidden(b"...And Justice.mp3"), is_hidden(b".38 Special")
    (True, True, False, False)
    """
    return name.startswith(b".") and not (name[1:2] == b"." or name[1:2].isdigit())


def is_no_music(name: bytes, within: bytes = b"", beside: Collection[bytes] = ()) -> bool:
    """Whether a folder is hidden or a system's own; `within`: the folder that it stands in, with the names `beside` it.

    >>> is_no_music(b"@eaDir"), is_no_music(b"DCIM"), is_no_music(b"DCIM", b"", {b"android"}), is_no_music(b"A.app")
    (True, False, True, True)
    """
    lower = name.lower()
    return (
        is_hidden(name)
        or _OF_SYSTEMS.fullmatch(lower) is not None
        or (lower in _BESIDE_ANDROID and _ANDROID in beside)
        or (lower in _IN_ANDROID and os.path.basename(within).lower() == _ANDROID)
    )


def files_below(folder: Path) -> list[Path]:
    """The files below a folder in sorted order, without what is hidden or in folders of systems; links to folders are
    not followed."""
    found: list[Path] = []
    for here, folders, names in os.walk(os.fsencode(folder)):
        beside = {name.lower() for name in folders}
        folders[:] = [name for name in folders if not is_no_music(name, here, beside)]
        kept = (name for name in names if not is_hidden(name) or name.lower() == _PLAYERS_LOG)
        found += (path for name in kept if (path := Path(os.fsdecode(os.path.join(here, name)))).is_file())
    return sorted(found)


def left_out_by(folder: bytes, names: Collection[bytes]) -> bytes:
    """Which of the names in a folder says that it is no music; empty: none."""
    told = _BUNDLES.get(os.path.splitext(folder)[1].lower(), b"")
    return min(_LEAVE_OUT.intersection(names), default=told if told in names else b"")


def ignored_below(folder: bytes, names: Mapping[bytes, bytes], above: Ignored, is_named: bool) -> Ignored:
    """What is to be left out below a folder: as above it, and as its own files say; `names` with their paths.

    A file without patterns leaves out all of its folder, unless that was named by a person (`is_named`).
    """
    for name in _IGNORE:
        if name in names:
            patterns = _patterns(names[name]) or ([] if is_named else ["*"])
            above = (*above, (folder, GitIgnoreSpec.from_lines(patterns)))
    return above


def is_ignored(path: bytes, is_folder: bool, ignored: Ignored) -> bool:
    """Whether the innermost pattern that fits a path leaves it out."""
    for folder, spec in reversed(ignored):
        told = spec.check_file(_text(path[len(folder) + 1 :]) + "/" * is_folder).include
        if told is not None:
            return told
    return False


def _text(name: bytes) -> str:
    """A name in one Unicode form: a Mac writes letters and their accents apart."""
    return unicodedata.normalize("NFC", os.fsdecode(name))


def _patterns(path: bytes) -> list[str]:
    """The patterns of a file; none where it cannot be read."""
    try:
        with open(path, "rb") as file:
            text = file.read(_LONGEST).removeprefix(b"\xef\xbb\xbf")
    except OSError:
        return []
    lines = (_text(line) for line in text.splitlines())
    return [line for line in lines if line.strip() and not line.startswith("#") and _is_pattern(line)]


def _is_pattern(line: str) -> bool:
    try:
        GitIgnoreSpec.from_lines([line])
    except ValueError:
        return False
    return True
