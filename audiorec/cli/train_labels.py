"""What `audiorec train-cnn --labels FILE` does: learn labels of songs from the sound, and label the whole library."""

from pathlib import Path
from typing import TYPE_CHECKING

from audiorec.cli.console import console, epoch_reporter, notes

if TYPE_CHECKING:
    import torch

    from audiorec.content.song_encoder import View
    from audiorec.data.workspace import Workspace
    from audiorec.labels.network_training import LabelRecipe


def learn_labels(
    space: "Workspace",
    file: Path,
    column: str | None,
    view: "View",
    recipe: "LabelRecipe",
    device: "torch.device",
    quiet: bool,
) -> None:
    """Train, publish the model `labels` with `predicted.csv` for every song, and say how good it is."""
    import csv
    import json
    from dataclasses import asdict

    import numpy as np

    from audiorec import recipes
    from audiorec.content.training import view_patches
    from audiorec.labels import label_network
    from audiorec.labels.from_sound import label_songs
    from audiorec.sources.labels_tables import read_labels

    table, tracks = space.features(), space.tracks()
    read = read_labels(file, tracks, column)
    for problem in read.problems[:10]:
        notes(quiet).print(f"{file}, line {problem.row}: {problem.reason}", markup=False)
    patches = view_patches(table, view, table.track_ids)
    of = {track.id: track for track in tracks}
    parts = space.artist_parts()
    part = np.array([parts.get(of[int(track)].artist or f"track {track}", "fit") for track in table.track_ids])
    labels = [read.labels.get(int(track), "") for track in table.track_ids]
    found = label_songs(
        view, patches, labels, part, recipe, device=device, report=lambda name: epoch_reporter(name, "F1", quiet)
    )

    def write(folder: Path) -> None:
        label_network.save(folder, found.model, (table.layout.digest, recipes.digest(recipe)), found.scores)
        (folder / "curve.json").write_text(json.dumps([asdict(epoch) for epoch in found.curve]), encoding="utf-8")
        with (folder / "predicted.csv").open("w", encoding="utf-8", newline="") as out:
            rows = csv.writer(out)
            rows.writerow(["track_id", "path", *found.model.names])
            for track, row in zip(table.track_ids, found.probabilities, strict=True):
                rows.writerow([int(track), of[int(track)].shown_path, *(f"{value:.4f}" for value in row)])

    folder = space.publish_model("labels", write)
    named = {"macro_f1": "macro F1", "accuracy": "accuracy"}
    measured = ", ".join(f"{named[name]} {value:.3f}" for name, value in found.scores.items())
    on = f"{measured} on {found.tested} songs of artists kept aside" if measured else "no songs to measure it on"
    console().print(
        f"{len(found.model.names)} labels learned from {found.learned} songs: {on}. Every song's are in "
        f"{folder / 'predicted.csv'}.",
        markup=False,
    )
