"""The artists of a library: one spelling for each, credits divided into single artists, and nobody left out.

What stands in the files stays as it is; this is how it is read. It does not know that two different names can mean one
artist.
"""

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from audiorec.data.credits import credited, split_artists
from audiorec.data.names import artist_key
from audiorec.data.tracks import Track


def one_spelling(tracks: Sequence[Track]) -> list[Track]:
    """The same tracks with their single artists, each in the spelling that most files use.

    "Ann feat. Bob" gives Ann and Bob, "Björk" and "BJÖRK" are one; "Various Artists" and "Unknown Artist" are nobody.
    """
    names = spelled(Counter(artist for track in tracks for artist in track.artists))
    return [_with_artists(track, names) for track in tracks]


def spelled(credits: Mapping[str, int]) -> dict[str, tuple[str, ...]]:
    """The single artists of every credit in their one spelling; credits: how many files have each."""
    known = frozenset(artist_key(part) for part in _single(credits))
    parts = {credit: credited(credit, known) for credit in credits}
    spelling = _spellings((part, count) for credit, count in credits.items() for part in parts[credit])
    return {
        credit: tuple(spelling[key] for part in found if (key := artist_key(part))) for credit, found in parts.items()
    }


def _single(credits: Iterable[str]) -> Iterable[str]:
    """Names that stand alone somewhere, or beside others in a way that leaves no doubt."""
    return (part for credit in credits for part in credited(credit) if split_artists(part) == (part,))


def _spellings(counted: Iterable[tuple[str, int]]) -> dict[str, str]:
    """The spelling of each key that is counted most often; of several the first in the alphabet."""
    counts: dict[str, Counter[str]] = {}
    for name, count in counted:
        counts.setdefault(artist_key(name), Counter())[name] += count
    return {key: min(names, key=lambda name: _rank(names[name], name)) for key, names in counts.items()}


def _rank(count: int, name: str) -> tuple[int, bool, str]:
    """The most used first, then one in small and large letters, then the first in the alphabet."""
    return -count, name.isupper() or name.islower(), name


def _with_artists(track: Track, names: dict[str, tuple[str, ...]]) -> Track:
    artists = tuple(dict.fromkeys(name for credit in track.artists for name in names[credit]))
    return track if artists == track.artists else replace(track, artists=artists)


def assign_parts(names: Collection[str], stored: dict[str, str]) -> dict[str, str]:
    """Deal new artists, in the order of their hashes, to the part that lacks most of its share."""
    shares = {"fit": 0.7, "validation": 0.15, "test": 0.15}
    parts = {name: stored[name] for name in names if name in stored}
    held = {part: sum(value == part for value in parts.values()) for part in shares}
    for name in sorted(
        set(names) - set(parts), key=lambda name: hashlib.sha256(name.encode("utf-8", "replace")).digest()
    ):
        total = len(parts) + 1
        part = max(shares, key=lambda part: shares[part] * total - held[part])
        parts[name] = part
        held[part] += 1
    return parts
