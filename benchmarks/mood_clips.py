"""The clips of `moodclips` with all that is known of them, for the benchmarks of moods."""

import csv
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from encoder_clips import encoded
from scipy import sparse

from audiorec.data.tables import FeatureTable
from audiorec.data.workspace import Workspace
from audiorec.features.lyrics.wording import song_words
from audiorec.labels import sound_words
from audiorec.labels.classifiers import Question, statistics_likeness
from audiorec.labels.ls_svm import fit_label_ridge
from audiorec.labels.song_facts import SongFacts, embedding_block, sound_statistics, text_feelings, used_words
from audiorec.labels.tag_tfidf import tag_directions
from audiorec.network.artist_places import listener_places
from audiorec.sources.formats.text_decoding import plain_text


@dataclass(frozen=True, eq=False)
class Songs:
    """All clips [N]: label (-1: none for this target), label for the other target, artist, and what is known of each.

    `tables` hold the sound of --data and, after it, of --test-data; `root` and `library` are the workspace and the
    clips of --data.
    """

    target: np.ndarray
    other: np.ndarray
    artists: np.ndarray
    is_test: np.ndarray
    facts: SongFacts
    tables: tuple[FeatureTable, ...]
    root: Path
    library: Path


def load(places: Sequence[tuple[Path, Path]], target: str, with_sound: bool = True, encoder: str = "none") -> Songs:
    """Everything known of the clips of (data folder, workspace) and, where there is a second, after them of its.

    Without `with_sound` there are no statistics of the sound, which take a minute: networks need none.
    """
    rows, tables, statistics, words, blocks, dictionaries = [], [], [], [], [], ()
    for folder, root in places:
        described, table = extracted(folder / "moodclips", root)
        if with_sound:
            patches = table.logmel()
            dictionaries = dictionaries or sound_words.learn_dictionaries(patches.values, seed=0)
            found = None if encoder == "none" else encoded(root, folder / "moodclips" / "library", encoder, 3)
            statistics.append(sound_statistics(table, patches))
            blocks.append(embedding_block(found, len(table)))
            words.append(used_words(patches, dictionaries))
        rows.append(described)
        tables.append(table)
    every = [row for part in rows for row in part]
    texts = [read_lyrics(row) for row in every]
    facts = SongFacts(
        *(tuple(np.concatenate(block) for block in zip(*part, strict=True)) for part in (statistics, words)),
        np.concatenate(blocks) if blocks else np.zeros((len(every), 0)),
        tuple(song_words(text) if text else None for text in texts), text_feelings(texts),
        listeners(places[0][0] / "hetrec-lastfm-2k", [row["hetrec_artist_id"] for row in every]),
        tags(places[0][0] / "hetrec-lastfm-2k", [row["hetrec_artist_id"] for row in every]),
        np.zeros((len(every), 0)),
    )  # fmt: skip
    columns = ("mood_cluster", "quadrant") if target == "cluster" else ("quadrant", "mood_cluster")
    index, other = (labels_of([row[column] for row in every]) for column in columns)
    artists = np.unique([row["artist"] or f"unknown of {row['id']}" for row in every], return_inverse=True)[1]
    folder, root = places[0]
    is_test = np.arange(len(every)) >= len(rows[0])
    songs = Songs(index, other, artists, is_test, facts, tuple(tables), root, folder / "moodclips" / "library")
    # Clusters teach quadrants, being many; quadrants, being few, teach clusters nothing (docs/log.md).
    is_taught = with_sound and target == "quadrant"
    return replace(songs, facts=replace(facts, hints=hints(songs))) if is_taught else songs


def extracted(folder: Path, root: Path) -> tuple[list[dict[str, str]], FeatureTable]:
    """Rows of labels.csv in the order of the feature table of the clips, which is made when it is not there."""
    if not (root / "catalogue.sqlite").is_file():
        command = [sys.executable, "-m", "audiorec", "--workspace", str(root), "extract", str(folder / "library")]
        subprocess.run(command, check=True, stdout=sys.stderr)
    with (folder / "labels.csv").open(encoding="utf-8") as file:
        row_of = {Path(row["path"]).name: {**row, "path": str(folder / row["path"])} for row in csv.DictReader(file)}
    with Workspace.open(root) as space:
        table, tracks = space.features(), {track.id: track for track in space.tracks()}
    return [row_of[Path(os.fsdecode(tracks[int(track)].path)).name] for track in table.track_ids], table


def labels_of(texts: Sequence[str]) -> np.ndarray:
    """Labels as numbers, -1 where there is none."""
    names = sorted(set(texts) - {""})
    return np.array([names.index(text) if text else -1 for text in texts])


def read_lyrics(row: dict[str, str]) -> str | None:
    """The text beside a clip."""
    path = Path(row["path"]).with_suffix(".txt")
    return plain_text(path.read_bytes()) if row["has_lyrics"] == "1" and path.is_file() else None


def listeners(folder: Path, ids: Sequence[str]) -> np.ndarray:
    """Where the clips' artists stand among the listeners of Last.fm [N, axes], of unit length; NaN: unknown."""
    if not (folder / "user_artists.dat").is_file():
        print(f"no {folder}: nothing is known of listeners", file=sys.stderr)
        return np.zeros((len(ids), 0))
    plays = np.loadtxt(folder / "user_artists.dat", skiprows=1, dtype=np.int64)
    users, people = np.unique(plays[:, 0], return_inverse=True)
    known, items = np.unique(plays[:, 1], return_inverse=True)
    places = listener_places(sparse.csr_array((np.ones(len(plays)), (people, items)), (len(users), len(known))))
    row_of = {str(artist): row for row, artist in enumerate(known)}
    nowhere = np.full(places.shape[1], np.nan)
    return np.array([places[row_of[artist]] if artist in row_of else nowhere for artist in ids])


def tags(folder: Path, ids: Sequence[str]) -> np.ndarray:
    """Where the clips' artists stand by the tags that Last.fm's listeners gave them [N, tags]; NaN: none."""
    if not (folder / "user_taggedartists.dat").is_file():
        return np.zeros((len(ids), 0))
    given = np.loadtxt(folder / "user_taggedartists.dat", skiprows=1, dtype=np.int64)[:, 1:3]
    tagged: dict[str, Counter[str]] = {}
    for artist, tag in given:
        tagged.setdefault(str(artist), Counter())[str(tag)] += 1
    return tag_directions([tagged.get(artist, Counter()) for artist in ids])


def hints(songs: Songs) -> np.ndarray:
    """Scores [N, C] for the other kind of label, learned from clips of artists that have no label of this kind."""
    strangers = ~np.isin(songs.artists, songs.artists[songs.target >= 0])
    teachers = np.flatnonzero((songs.other >= 0) & strangers & ~songs.is_test)
    question = Question(songs.facts, songs.other, songs.artists, teachers, np.arange(len(songs.target)))
    own, cross = statistics_likeness(question)
    return fit_label_ridge(own, songs.other[teachers], songs.artists[teachers]).scores(cross)
