"""`audiorec train-moods FILE`: learn moods, genres or any labels from some songs, and give every song one."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from audiorec.cli.console import console, notes, print_table, progress
from audiorec.cli.session import Session, pass_session

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from audiorec.data.tracks import Track
    from audiorec.data.workspace import Workspace
    from audiorec.labels.predictions import LabelTable


@click.command("train-moods")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--column", help="The column of FILE that holds the labels, if it is not called label.")
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), help="Write every song's label to this CSV too."
)
@pass_session
def command(session: Session, file: Path, column: str | None, out: Path | None) -> None:
    """Learn labels of songs (CSV: song,label) from sound, words, listeners and genre tags, and label the whole library.

    A song that has a label is told by models that never heard its artist, so that the figure is honest and a doubtful
    label shows. New songs are labelled when the command is run again.
    """
    import numpy as np

    from audiorec.data.genres import genre_names
    from audiorec.data.workspace import Workspace
    from audiorec.labels import predictions
    from audiorec.labels.from_everything import FOLDS, label_library
    from audiorec.labels.predictions import LabelTable
    from audiorec.labels.song_facts import song_facts
    from audiorec.labels.tag_tfidf import tag_directions
    from audiorec.sources.labels_tables import read_labels

    with Workspace.open(session.workspace, write=True) as space:
        table, of = space.features(), {track.id: track for track in space.tracks()}
        tracks = [of[int(track)] for track in table.track_ids]
        read = read_labels(file, tracks, column)
        for problem in read.problems[:10]:
            notes(session.quiet).print(f"{file}, line {problem.row}: {problem.reason}", markup=False)
        labels = [read.labels.get(track.id, "") for track in tracks]
        notes(session.quiet).print(f"moods: listening to {len(table)} songs, reading their words")
        tags = tag_directions([dict.fromkeys(genre_names(track.genre), 1.0) for track in tracks])
        facts = song_facts(table, table.texts(), _listeners(space, tracks), tags)
        with progress("moods", FOLDS + 1, session.quiet) as advance:
            found = label_library(facts, labels, [track.artist for track in tracks], advance)
        told = LabelTable(table.track_ids, found.names, found.probabilities.astype(np.float32), found.scores)

        def write(folder: Path) -> None:
            predictions.save(folder, told, table.layout.digest)
            _write_csv(folder / "predicted.csv", tracks, labels, told)

        folder = space.publish_model("moods", write)
        if out is not None:
            _write_csv(out, tracks, labels, told)
    print_table(
        f"Labels of {len(tracks)} songs",
        ["label", "songs with it", "of these found", "songs found in all"],
        [
            (name, str(given), f"{share:.0%}", str(every))
            for name, given, every, share in predictions.counts(told, labels)
        ],
    )
    _say(told, sum(label in told.names for label in labels), out or folder / "predicted.csv")


def _say(told: "LabelTable", learned: int, where: Path) -> None:
    score = told.score
    console().print(
        f"Learned from {learned} songs. Of artists left out: macro F1 {score['macro_f1']:.3f}, accuracy "
        f"{score['accuracy']:.3f}; the commonest label alone {score['common_macro_f1']:.3f} and "
        f"{score['common_accuracy']:.3f}. Every song's label is in {where}.",
        markup=False,
    )


def _listeners(space: "Workspace", tracks: "Sequence[Track]") -> "NDArray[np.float64]":
    """Where the songs' artists stand among all listeners of the workspace [N, axes]; no columns without listens."""
    import numpy as np
    from scipy import sparse

    from audiorec.network.artist_places import listener_places

    if not space.has_listens():
        return np.zeros((len(tracks), 0))
    heard, artist_of = space.interactions(every_song=True), {track.id: track.artist for track in space.tracks()}
    names = sorted({artist_of[int(item)] for item in heard.items} - {""})
    place_of = {name: place for place, name in enumerate(names)}
    rows = [(row, place_of[name]) for row, item in enumerate(heard.items) if (name := artist_of[int(item)])]
    if len(names) < 2 or len(heard.users) < 2:
        return np.zeros((len(tracks), 0))
    items, columns = np.array(rows).T
    belongs = sparse.csr_array((np.ones(len(rows)), (items, columns)), (len(heard.items), len(names)))
    places = listener_places(sparse.csr_array(heard.counts @ belongs))
    nowhere = np.full(places.shape[1], np.nan)
    return np.array([places[place_of[track.artist]] if track.artist in place_of else nowhere for track in tracks])


def _write_csv(path: Path, tracks: "Sequence[Track]", labels: Sequence[str], told: "LabelTable") -> None:
    import csv

    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["track_id", "path", "artist", "title", "given", "label", "probability", *told.names])
        for track, given, (label, likely), every in zip(tracks, labels, told.best(), told.probabilities, strict=True):
            about = [track.id, track.shown_path, track.artist, track.title, given, label, f"{likely:.4f}"]
            rows.writerow([*about, *(f"{value:.4f}" for value in every)])
