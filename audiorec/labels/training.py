"""Training on labels over a workspace: moods from everything, labels from sound alone, labels of song texts."""

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from audiorec import recipes
from audiorec.content.encoder_distillation import lesson_in
from audiorec.content.likes_training import Reporter, view_patches
from audiorec.content.song_encoder import View
from audiorec.data import encoder_outputs
from audiorec.data.genres import genre_names
from audiorec.data.tracks import Track
from audiorec.data.workspace import Workspace
from audiorec.errors import InputError, WorkspaceError
from audiorec.features.lyrics.reading import same_blocks, text_blocks
from audiorec.features.lyrics.wording import song_words
from audiorec.labels import label_network, predictions, text_checkpoint
from audiorec.labels.from_everything import label_library
from audiorec.labels.from_sound import Taught, label_songs
from audiorec.labels.network_training import LabelRecipe
from audiorec.labels.predictions import LabelTable
from audiorec.labels.song_facts import song_facts
from audiorec.labels.tag_tfidf import tag_directions
from audiorec.labels.text_checkpoint import SongLabels
from audiorec.labels.text_classifier import TextClassifier
from audiorec.learning.curve_file import write_curves
from audiorec.learning.loop import choose_device, quiet
from audiorec.network.artist_places import listener_places
from audiorec.sources.tables.labelled_texts import read_labelled
from audiorec.sources.tables.labels_tables import read_labels

_FEWEST = 10  # texts
_AT_ONCE = 500  # songs
Note = Callable[[str], None]


@dataclass(frozen=True)
class TrainedMoods:
    """Every song's label, the labels that were given ("" for none), and where the table of all songs lies."""

    table: LabelTable
    given: list[str]
    csv: Path


@dataclass(frozen=True)
class TrainedFromSound:
    """Names of the labels, songs learned from and tested on, figures on the latter, and the table of all songs."""

    names: tuple[str, ...]
    learned: int
    tested: int
    scores: dict[str, float]
    csv: Path


@dataclass(frozen=True)
class TrainedLyrics:
    """The classifier, its figures, how many texts it learned from, how often the commonest label is right, songs."""

    labels: tuple[str, ...]
    score: dict[str, float]
    texts: int
    common: float
    songs: int


def train_moods(
    space: Workspace,
    file: Path,
    column: str | None = None,
    *,
    advance: Callable[[str], None] = lambda word: None,
    note: Note = lambda words: None,
) -> TrainedMoods:
    """Learn labels of songs (CSV: song,label) from sound, words, listeners and tags, and label the whole library.

    A song that has a label is labelled by models that did not learn from its artist, so that the figures are honest.
    """
    table, of = space.features(), {track.id: track for track in space.tracks()}
    tracks = [of[int(track)] for track in table.track_ids]
    read = read_labels(file, tracks, column)
    for problem in read.problems[:10]:
        note(f"{file}, line {problem.row}: {problem.reason}")
    labels = [read.labels.get(track.id, "") for track in tracks]
    note(f"moods: reading {len(table)} songs and their words")
    tags = tag_directions([dict.fromkeys(genre_names(track.genre), 1.0) for track in tracks])
    facts = song_facts(
        table, table.texts(), encoder_outputs.read(space, table.track_ids), _listeners(space, tracks), tags
    )
    found = label_library(facts, labels, [track.artist for track in tracks], advance)
    every = LabelTable(table.track_ids, found.names, found.probabilities.astype(np.float32), found.scores)

    def write(folder: Path) -> None:
        predictions.save(folder, every, table.layout.digest)
        write_predictions(folder / "predicted.csv", tracks, labels, every)

    return TrainedMoods(every, labels, space.publish_model("moods", write) / "predicted.csv")


def train_from_sound(
    space: Workspace,
    file: Path,
    column: str | None = None,
    *,
    view: View = "spectrogram",
    recipe: LabelRecipe | None = None,
    device: str = "auto",
    report: Reporter = lambda name: quiet,
    note: Note = lambda words: None,
) -> TrainedFromSound:
    """Learn labels of songs from one view of the sound alone, and label the whole library."""
    chosen = recipe or recipes.load("training/cnn1d" if view == "waveform" else "training/cnn2d", LabelRecipe)
    table, tracks = space.features(), space.tracks()
    read = read_labels(file, tracks, column)
    for problem in read.problems[:10]:
        note(f"{file}, line {problem.row}: {problem.reason}")
    of, parts = {track.id: track for track in tracks}, space.artist_parts()
    part = np.array([parts.get(of[int(track)].artist_key, "fit") for track in table.track_ids])
    labels = [read.labels.get(int(track), "") for track in table.track_ids]
    patches = view_patches(table, view, table.track_ids)
    songs = Taught(labels, part, lesson_in(space, table.track_ids, chosen))
    found = label_songs(view, patches, songs, chosen, device=choose_device(device), report=report)

    def write(folder: Path) -> None:
        label_network.save(folder, found.model, (table.layout.digest, recipes.digest(chosen)), found.scores)
        write_curves(folder, found.curve)
        with (folder / "predicted.csv").open("w", encoding="utf-8", newline="") as out:
            rows = csv.writer(out)
            rows.writerow(["track_id", "path", *found.model.names])
            for track, row in zip(table.track_ids, found.probabilities, strict=True):
                rows.writerow([int(track), of[int(track)].shown_path, *(f"{value:.4f}" for value in row)])

    folder = space.publish_model("labels", write)
    return TrainedFromSound(
        tuple(found.model.names), found.learned, found.tested, dict(found.scores), folder / "predicted.csv"
    )


def train_lyrics(space: Workspace, file: Path, *, seed: int = 0, note: Note = lambda words: None) -> TrainedLyrics:
    """Learn labels of song texts (CSV of text and label, or a JSON list), and label the library's songs with words.

    Raises InputError when there are fewer than two labels or ten texts.
    """
    found = read_labelled(file)
    if len(set(found.labels)) < 2 or len(found.texts) < _FEWEST:
        raise InputError(
            f"{file} has {len(found.texts)} texts of {len(set(found.labels))} labels: too few to learn from"
        )
    for problem in found.problems:
        note(f"row {problem.row} not used: {problem.reason}")
    note(f"lyrics: learning {len(set(found.labels))} labels from {len(found.texts)} texts")
    blocks = text_blocks(found.texts)
    numbers = list(blocks.values())
    rng = np.random.default_rng(seed)
    model = TextClassifier.fit(found.texts, found.labels, rng, read=song_words, numbers=numbers)
    songs = _labelled_songs(space, model, list(blocks))
    space.publish_model("lyrics", lambda folder: text_checkpoint.save(folder, model, list(blocks), songs))
    common = max(map(found.labels.count, model.labels)) / len(found.labels)
    return TrainedLyrics(tuple(model.labels), dict(model.score), len(found.texts), common, len(songs.track_ids))


def write_predictions(path: Path, tracks: Sequence[Track], labels: Sequence[str], every: LabelTable) -> None:
    """A CSV of every song with the label it was given, the one it got, and the probabilities of all."""
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["track_id", "path", "artist", "title", "given", "label", "probability", *every.names])
        for track, given, (label, likely), each in zip(tracks, labels, every.best(), every.probabilities, strict=True):
            about = [track.id, track.shown_path, track.artist, track.title, given, label, f"{likely:.4f}"]
            rows.writerow([*about, *(f"{value:.4f}" for value in each)])


def _labelled_songs(space: Workspace, model: TextClassifier, blocks: list[str]) -> SongLabels:
    """What the model makes of every song of the library that has words."""
    try:
        table = space.features()
    except WorkspaceError:
        return SongLabels(model.labels, np.zeros(0, np.int64), np.zeros((0, len(model.labels)), np.float32))
    sung = [(int(track), text) for track, text in zip(table.track_ids, table.texts(), strict=True) if text]
    texts = [text for _, text in sung]
    parts = [texts[first : first + _AT_ONCE] for first in range(0, len(texts), _AT_ONCE)]
    likely = [model.probabilities(part, same_blocks(part, blocks)) for part in parts]
    rows = np.vstack([np.zeros((0, len(model.labels))), *likely]).astype(np.float32)
    return SongLabels(model.labels, np.array([track for track, _ in sung], dtype=np.int64), rows)


def _listeners(space: Workspace, tracks: Sequence[Track]) -> NDArray[np.float64]:
    """Where the songs' artists stand among all listeners of the workspace [N, axes]; no columns without listens."""
    if not space.has_listens():
        return np.zeros((len(tracks), 0))
    listens, artist_of = space.interactions(every_song=True), {track.id: track.artist for track in space.tracks()}
    names = sorted({artist_of[int(item)] for item in listens.items} - {""})
    place_of = {name: place for place, name in enumerate(names)}
    rows = [(row, place_of[name]) for row, item in enumerate(listens.items) if (name := artist_of[int(item)])]
    if len(names) < 2 or len(listens.users) < 2:
        return np.zeros((len(tracks), 0))
    items, columns = np.array(rows).T
    belongs = sparse.csr_array((np.ones(len(rows)), (items, columns)), (len(listens.items), len(names)))
    places = listener_places(sparse.csr_array(listens.counts @ belongs))
    nowhere = np.full(places.shape[1], np.nan)
    return np.array([places[place_of[track.artist]] if track.artist in place_of else nowhere for track in tracks])
