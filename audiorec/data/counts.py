"""How much a workspace holds, counted by the catalogue and from arrays that lie ready; no track is read for it."""

from collections import Counter

from audiorec.data import catalogue, derived
from audiorec.data.artists import spelled
from audiorec.data.listen_marks import MATRIX, matrix_state
from audiorec.data.open_folder import OpenFolder


def count_artists(space: OpenFolder) -> int:
    """First artists of the present tracks, each in all of its spellings once."""
    lists = catalogue.read_credits(space.db)
    files: Counter[str] = Counter()
    for credits, count in lists.items():
        for credit in credits:
            files[credit] += count
    names = spelled(files)
    singles = ([name for credit in credits for name in names[credit]] for credits in lists)
    return len({single[0] for single in singles if single} - {""})


def count_listens(space: OpenFolder) -> dict[str, int | float]:
    """Users, listens, and tracks that anybody plays; zeros without listens."""
    if space.db.execute("SELECT 1 FROM listen LIMIT 1").fetchone() is None:
        return {"users": 0, "listens": 0, "played_tracks": 0}
    found = derived.made_from(space.derived(MATRIX))
    if found is not None and found.get("state") == matrix_state(space.db):
        return {"users": len(found["users"]), "listens": found["listens"], "played_tracks": found["played_tracks"]}
    from audiorec.data.listen_matrix import amounts, every_listen  # brings scipy

    listens = every_listen(space)
    assert listens is not None
    return {"users": len(listens.users), **amounts(listens)}
