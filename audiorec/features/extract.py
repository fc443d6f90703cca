"""Extraction: a library goes in, feature tables come out; only what is new or changed is looked at.

The coordinator alone writes. Ids are given before anything is decoded, results are stored in shards as they come, so a
run that was killed loses a few files' work and ends, when it is started again, in the same tables as a quiet one.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from audiorec.data import encoder_outputs
from audiorec.data.catalogue import FileRecord
from audiorec.data.tables import Layout, TrackFeatures
from audiorec.data.workspace import Workspace
from audiorec.features.describe import descriptor_names
from audiorec.features.encoder_patches import SoundEncoder
from audiorec.features.gone import folders_that_left, gone_from
from audiorec.features.lyrics import LYRICS_NAMES
from audiorec.features.music_urls import find
from audiorec.features.recipe import FeatureRecipe, feature_digest, layout
from audiorec.features.reread import is_older, read_again
from audiorec.features.scan import FoundFile, Scan
from audiorec.features.track import READER, Task
from audiorec.features.workers import Crew, Outcome, describe_all

SHARD_ROWS = 64
# Seconds: hardly a song.
SHORT = 10.0
# How files are described: here by `workers`, on a cluster by `ray_engine`; outcomes in the order of the tasks.
Engine = Callable[[Sequence[Task], Crew], Iterator[Outcome]]


@dataclass
class Outcomes:
    """What a run did: counts, and (path, status, reason) of every file that is not whole.

    short: songs of less than ten seconds, most likely effects; left_out, not_entered: as of `scan.Scan`;
    found_late: listens of earlier imports that found their song; why_not_encoded: why there was no encoder.
    """

    done: int = 0
    reused: int = 0
    partial: int = 0
    failed: int = 0
    gone: int = 0
    short: int = 0
    encoded: int = 0
    found_late: int = 0
    why_not_encoded: str = ""
    seconds: float = 0.0
    left_out: Mapping[str, int] = field(default_factory=dict)
    not_entered: Mapping[str, int] = field(default_factory=dict)
    reasons: list[tuple[bytes, str, str]] = field(default_factory=list)

    def count(self, path: bytes, record: FileRecord, reused: bool) -> None:
        """Add one file."""
        if record.reason:
            self.reasons.append((path, record.status, record.reason))
        if record.status == "failed":
            self.failed += 1
        elif reused:
            self.reused += 1
        else:
            self.done += 1
        self.partial += record.status == "partial"
        self.short += record.status != "failed" and 0.0 < record.seconds < SHORT
        self.seconds += 0.0 if reused else record.seconds


@dataclass(frozen=True)
class Plan:
    """What a run will do: the tasks, the records of the files that are as they were, and what it must say.

    left_folders: folders without a song that held some, with words; unencoded: files that are as they were, which
    `encoder` has not encoded yet; reread: those whose tags an older version read; otherwise_described: how many of the
    tasks have features, but of another recipe or version.
    """

    tasks: list[Task]
    unchanged: list[tuple[bytes, FileRecord]]
    gone: list[int]
    problems: list[tuple[bytes, str]]
    left_folders: list[tuple[bytes, str]]
    found: Scan = field(default_factory=lambda: Scan([], []))
    unencoded: list[Task] = field(default_factory=list)
    reread: list[Task] = field(default_factory=list)
    encoder: SoundEncoder | None = None
    otherwise_described: int = 0


def make_plan(
    space: Workspace,
    paths: Sequence[bytes],
    recipe: FeatureRecipe,
    limit: int | None = None,
    since: float = 0.0,
    retry: bool = False,
    least: float = 0.0,
    encoder: SoundEncoder | None = None,
) -> Plan:
    """Scan, give ids, and compare with what is known; the workspace must be open for writing.

    `limit` is the most files to describe in this run; files that were last changed before `since` (seconds of the
    epoch) are left for another run; `retry` looks again at files that failed; `least` is the length in seconds below
    which a file is left out; `encoder` encodes every song.
    """
    found = find(paths)
    known = space.records()
    gone, away = gone_from(known, found, paths)
    _follow_moves(space, known, found, gone)
    space.add_paths([file.path for file in found.files])
    space.set_absent([known[path].track_id for path in gone])
    records, have = space.records(), space.has_features(feature_digest(recipe))
    changed = [file for file in found.files if not _is_unchanged(file, records[file.path], have, retry, least)]
    left = {file.path for file in changed}
    unchanged = [(file.path, records[file.path]) for file in found.files if file.path not in left]
    due = [file for file in changed if file.mtime_ns >= since * 1e9]
    tasks = [Task(records[file.path].track_id, file, recipe, least, encoder) for file in due[:limit]]
    unencoded_ids = set() if encoder is None else have - encoder_outputs.encoded_ids(space, encoder.by.digest)
    unencoded = [
        Task(track, file, recipe, encoder=encoder, only_encodes=True)
        for file in found.files
        if file.path not in left and (track := records[file.path].track_id) in unencoded_ids
    ]
    reread = [
        Task(record.track_id, file, recipe, least, encoder)
        for file in found.files
        if file.path not in left and (record := records[file.path]).track_id in have and record.reader < READER
    ]
    lost = [known[path].track_id for path in gone]
    otherwise = space.has_other_features(feature_digest(recipe)) & {task.track_id for task in tasks}
    problems, left_folders = [*found.problems, *away], folders_that_left(gone, found)
    return Plan(
        tasks, unchanged, lost, problems, left_folders, found, unencoded[:limit], reread, encoder, len(otherwise)
    )


def run_plan(
    space: Workspace,
    plan: Plan,
    recipe: FeatureRecipe,
    crew: Crew,
    report: Callable[[int], None],
    engine: Engine | None = None,
    at: str = "",
) -> Outcomes:
    """Do the work of a plan; `report` is called with the size in bytes of every file that was described or encoded.

    engine: who describes; None: processes of this machine. at: a URL for the shards, "" for the workspace's folder.
    """
    outcomes = Outcomes(gone=len(plan.gone), left_out=plan.found.left_out, not_entered=plan.found.not_entered)
    shards = layout(recipe, feature_digest(recipe), descriptor_names(recipe), LYRICS_NAMES)
    space.use_features(shards.digest)
    if plan.encoder is not None or not recipe.encoder:
        encoder_outputs.use(space, plan.encoder.by.digest if plan.encoder else "")
    known = {record.track_id: record for _, record in plan.unchanged}
    tasks = [*plan.tasks, *read_again(space, plan.reread, known, crew, report)]
    path_of = {task.track_id: task.file.path for task in (*tasks, *plan.unencoded)}
    described = {task.track_id for task in tasks}
    for path, record in plan.unchanged:
        if record.track_id not in described:
            outcomes.count(path, record, reused=True)
    for path, reason in plan.problems:
        outcomes.reasons.append((path, "failed", reason))
        outcomes.failed += 1
    outcomes.reasons += [(path, "gone", words) for path, words in plan.left_folders]
    for batch in _batches(_reported((engine or describe_all)(tasks, crew), report)):
        _store(space, batch, shards, at)
        outcomes.encoded += _store_encoded(space, batch, plan.encoder)
        for record, _ in batch:
            outcomes.count(path_of[record.track_id], record, reused=False)
    for batch in _batches(_reported(describe_all(plan.unencoded, crew), report)) if plan.unencoded else ():
        outcomes.encoded += _store_encoded(space, batch, plan.encoder)
        silent = [record for record, features in batch if features is None]
        outcomes.reasons += [(path_of[record.track_id], "not encoded", record.reason) for record in silent]
    if plan.otherwise_described:
        space.let_go_of_earlier_versions(shards.digest)
    space.let_go_of_shards()
    return outcomes


def _store_encoded(space: Workspace, batch: list[Outcome], encoder: SoundEncoder | None) -> int:
    """Store the encoder's output, and say for how many songs."""
    rows = [(record.track_id, features.encoded) for record, features in batch if features and features.encoded]
    if encoder is not None:
        encoder_outputs.commit(space, rows, encoder.by)
    return len(rows)


def _reported(outcomes: Iterable[Outcome], report: Callable[[int], None]) -> Iterable[Outcome]:
    for outcome in outcomes:
        report(outcome[0].size)
        yield outcome


def _batches(outcomes: Iterable[Outcome]) -> Iterable[list[Outcome]]:
    """Shards' worth of outcomes; an interruption still gives what was finished before it."""
    batch: list[Outcome] = []
    try:
        for outcome in outcomes:
            batch.append(outcome)
            if len(batch) == SHARD_ROWS:
                yield batch
                batch = []
    except KeyboardInterrupt:
        if batch:
            yield batch
        raise
    if batch:
        yield batch


def _store(space: Workspace, batch: list[Outcome], shards: Layout, at: str) -> None:
    rows: list[tuple[int, TrackFeatures]] = [
        (record.track_id, features) for record, features in batch if features is not None
    ]
    passing = [record for record, _ in batch if record.may_pass]
    have = space.has_features(shards.digest) if passing else set()
    # A failure that may pass is no verdict: what is known of the song stays.
    records = [record for record, _ in batch if not (record.may_pass and record.track_id in have)]
    space.commit_shard(rows, records, shards, at)


def _is_unchanged(file: FoundFile, record: FileRecord, have: set[int], retry: bool, least: float) -> bool:
    same = (file.size, file.mtime_ns, file.sidecar) == (record.size, record.mtime_ns, record.sidecar)
    if is_older(record, READER):
        return False
    if record.seconds and (record.seconds < least) != (record.status == "failed"):
        return False  # it was taken, or left out, by another least length
    return same and (record.track_id in have or (record.status == "failed" and not retry))


def _follow_moves(space: Workspace, known: dict[bytes, FileRecord], found: Scan, gone: set[bytes]) -> None:
    """A new file with the content of one that is gone is the same track in another place: it keeps id and features."""
    by_size: dict[int, list[bytes]] = {}
    for path in sorted(gone):
        if known[path].content_hash:
            by_size.setdefault(known[path].size, []).append(path)
    for file in found.files:
        if file.path in known or file.size not in by_size:
            continue
        digest = _content_hash(file.path)
        match = next((path for path in by_size[file.size] if path in gone and known[path].content_hash == digest), None)
        if match is not None:
            space.move_track(known[match].track_id, file.path, file.mtime_ns, file.sidecar)
            gone.discard(match)


def _content_hash(path: bytes) -> str:
    try:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()
    except OSError:
        return ""
