"""The single artists of a credit such as "Ann feat. Bob", with the names that only look like two left whole.

A credit alone does not always tell ("Simon & Garfunkel"); what else stands in the library does, so the names that stand
there alone can be given. It knows a few dozen names that would be divided wrongly, and no others.
"""

import re
from collections.abc import Container

from audiorec.data.names import artist_key

# Chinese, Japanese and Korean signs have no case: looking for the other one of each takes 6 ms of every start.
_EAST = r"(?-i:[\u3040-\u9fff\uac00-\ud7af])"
# Words and signs that only ever stand between two artists.
_ALWAYS = re.compile(
    rf"\s*[|;、；]\s*|\s+/\s+|(?<={_EAST})\s*[/／&＆,，]\s*(?={_EAST})"
    r"|\s*[(\[]\s*(?:feat|ft|featuring|with)\b\.?\s*|\s+(?:feat|ft|featuring|vs|versus|presents|pres|starring)\b\.?\s+"
    r"|\s+w/\s*|\s+[x×]\s+",
    re.IGNORECASE,
)
# What stands between two artists, or inside one name.
_PERHAPS = re.compile(
    r"\s*,(?!\s*(?:the|a|an|die|der|das|les|le|la|los|las|el)\s*$)\s*|\s*[，/／&＆+]\s*|\s+(?:and|und|et|y|e|with|con|mit)\s+",
    re.IGNORECASE,
)
_MAY_DIVIDE = re.compile(
    r"[^\w\s.'’-]|\s(?:and|und|et|y|e|with|con|mit|feat|ft|featuring|vs|versus|x|pres\w*|starring)\b", re.I
)
_LISTS = re.compile(r"[,，/／]")
_TIGHT = re.compile(r"(?<=\w)[/+&](?=\w)")
_BAND = re.compile(
    r"(?:[,&＆+]|\b(?:and|und|et|y))\s*(?:the|his|her|their|die|les|los|las|la|el|der|das|orchestra|band|friends)\b",
    re.IGNORECASE,
)
_WHOLE = (
    "AC/DC", "Earth, Wind & Fire", "Tyler, The Creator", "Simon & Garfunkel", "Hall & Oates",
    "Daryl Hall & John Oates", "Crosby, Stills & Nash", "Crosby, Stills, Nash & Young", "Emerson, Lake & Palmer",
    "Blood, Sweat & Tears", "Peter, Paul and Mary", "Mumford & Sons", "Iron & Wine", "Belle and Sebastian",
    "Angus & Julia Stone", "She & Him", "Above & Beyond", "Chase & Status", "Florence + the Machine", "Matt and Kim",
    "Tegan and Sara", "Sam & Dave", "Ike & Tina Turner", "Brooks & Dunn", "Dan + Shay", "Kool & The Gang",
    "Salt-N-Pepa", "Big & Rich", "Macklemore & Ryan Lewis", "Of Monsters and Men", "Medeski Martin & Wood",
    "Dave Dee, Dozy, Beaky, Mick & Tich", "Zager and Evans", "Huey Lewis and the News", "Marina and the Diamonds",
    "Me First and the Gimme Gimmes", "Up, Bustle and Out", "10,000 Maniacs", "Chip & Dale",
    "Edward Sharpe & The Magnetic Zeros", "Godspeed You! Black Emperor", "Rodrigo y Gabriela", "Amadou & Mariam",
    "Love/Hate", "Au/Ra", "Sixpence None the Richer", "Nick & Simon", "Aly & AJ", "Jan & Dean", "Chad & Jeremy",
    "Peter and Gordon", "Loggins & Messina", "Seals & Crofts", "Captain & Tennille", "Sonny & Cher",
    "Siouxsie and the Banshees", "Echo & the Bunnymen",
)  # fmt: skip
_KEPT = frozenset(artist_key(name) for name in _WHOLE)


def credited(credit: str, known: Container[str] = frozenset()) -> tuple[str, ...]:
    """The single artists of a credit, in order; in doubt it stays whole.

    known: keys (`names.artist_key`) of names that stand alone elsewhere: a credit is divided at a comma or slash where
    one of its parts is such a name, at "&" where all are, and where it lists three or more.

    >>> credited("Ann feat. Bob"), credited("AC/DC"), credited("甲/乙、丙"), credited("Ann & Bob", {"ann", "bob"})
    (('Ann', 'Bob'), ('AC/DC',), ('甲', '乙', '丙'), ('Ann', 'Bob'))
    >>> credited("Ann w/ Bob"), credited("AC/DC w/ Ann")
    (('Ann', 'Bob'), ('AC/DC', 'Ann'))
    >>> credited("Ann & Bob"), credited("Tyler, The Creator"), credited("Ann, Bob & Cyd")
    (('Ann & Bob',), ('Tyler, The Creator',), ('Ann', 'Bob', 'Cyd'))
    """
    if not _MAY_DIVIDE.search(credit):
        return (credit.strip(),) if credit.strip() else ()
    if artist_key(credit) in _KEPT or artist_key(credit) in known:
        return (credit.strip(),)
    parts: list[str] = []
    for piece in _ALWAYS.split(credit):
        piece = _trimmed(piece)
        inner = [part for part in map(_trimmed, _PERHAPS.split(piece)) if part]
        parts += inner if _divides(piece, inner, known) else [piece]
    return tuple(dict.fromkeys(part for part in parts if part)) or ((credit.strip(),) if credit.strip() else ())


def split_artists(text: str) -> tuple[str, ...]:
    """Every name that a credit may hold, divided wherever it can be: for finding, where one too many does no harm.

    >>> split_artists("Nelly|Kelly Rowland"), split_artists("Earth, Wind & Fire")
    (('Nelly', 'Kelly Rowland'), ('Earth, Wind & Fire',))
    """
    if not _MAY_DIVIDE.search(text) or artist_key(text) in _KEPT:
        return (text.strip(),) if text.strip() else ()
    pieces = (_trimmed(part) for piece in _ALWAYS.split(text) for part in _PERHAPS.split(piece))
    return tuple(dict.fromkeys(part for part in pieces if part))


def _divides(piece: str, parts: list[str], known: Container[str]) -> bool:
    if len(parts) < 2 or artist_key(piece) in _KEPT or artist_key(piece) in known:
        return False
    alone = [artist_key(part) in known for part in parts]
    # "Love and Rockets" is no Love, though somebody of that name is there too.
    if all(alone) or (any(alone) and _LISTS.search(piece) and not _BAND.search(piece)):
        return True
    if _BAND.search(piece):
        return False
    # "A/B" of two short halves is a name in itself; a list of three or more is a list.
    return len(parts) > 2 and not _TIGHT.search(piece)


def _trimmed(part: str) -> str:
    part = part.strip()
    return part[:-1].rstrip() if part.endswith((")", "]")) and "(" not in part and "[" not in part else part
