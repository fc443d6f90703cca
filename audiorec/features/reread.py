"""Tags and lyrics that an older version read, read again: without the sound, which is still what it was."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from audiorec.data.catalogue import FileRecord
from audiorec.data.workspace import Workspace
from audiorec.features.track import GUESSED, Task, joined
from audiorec.features.workers import Crew, describe_all

_AT_ONCE = 64


def is_older(record: FileRecord, reader: int) -> bool:
    """Whether an older reader gave a verdict that this one might not give."""
    return record.reader < reader and record.status in ("failed", "partial")


def read_again(
    space: Workspace,
    tasks: Sequence[Task],
    known: Mapping[int, FileRecord],
    crew: Crew,
    report: Callable[[int], None],
) -> Iterator[Task]:
    """Store the tags of described files as they are read now; gives those to be described: whose lyrics are others,
    or of which an older version may have read a part alone.

    `report` is called with the size of each file that is done with.
    """
    if not tasks:
        return
    table = space.features()
    texts = dict(zip(table.track_ids.tolist(), table.texts(), strict=True))
    records: list[FileRecord] = []
    words = [replace(task, only_tags=True) for task in tasks]
    for task, (record, features) in zip(tasks, describe_all(words, crew), strict=True):
        is_more = record.status == "partial" or (features and features.lyrics_text != texts.get(task.track_id))
        if features is not None and is_more:
            yield task
            continue
        report(task.file.size)
        if features is None:
            continue  # it cannot be read now: at the next run
        records.append(_with_words(known[task.track_id], record))
        if len(records) >= _AT_ONCE:
            space.update_records(records)
            records = []
    space.update_records(records)


def _with_words(old: FileRecord, new: FileRecord) -> FileRecord:
    """What was known of a file with the tags that it has now."""
    reasons = [reason for reason in old.reason.split("; ") if GUESSED not in reason]
    return replace(
        old, title=new.title, artists=new.artists, album=new.album, album_artist=new.album_artist, year=new.year,
        genre=new.genre, mbid=new.mbid, isrc=new.isrc, reader=new.reader, reason=joined(*reasons, new.reason),
    )  # fmt: skip
