"""What users said of songs as a source of listens, for models to learn from."""

from audiorec.data.ledger import LEDGER, Ledger
from audiorec.data.workspace import Workspace

SOURCE = "audiorec serve"


def learn_from_feedback(space: Workspace) -> None:
    """Bring the listens of this source up to what the ledger holds; listens are not touched when nothing is new."""
    if not (space.root / LEDGER).is_file():
        return
    ledger = Ledger(space.root / LEDGER)
    try:
        said = ledger.as_listens()
    finally:
        ledger.close()
    known = {track for (track,) in space.db.execute("SELECT id FROM track")}
    rows = sorted(row for row in said if row[1] in known)
    kept = space.db.execute("SELECT user, track_id, count, time FROM listen WHERE source = ?", (SOURCE,))
    if rows != sorted(kept):
        space.add_listens(SOURCE, rows)
