"""The page of a library of which nobody's listens are known: which songs are alike, and what was read.

Nothing on it is about taste: that takes listens, and none are made up.
"""

import datetime

import numpy as np
from numpy.typing import NDArray

from audiorec.cli.report.facts import Neighbourhood, Recommendation, ReportData, Sound, Step
from audiorec.cli.report.gather import alike_names, found_in, spectrogram, versions
from audiorec.data.workspace import Workspace
from audiorec.features.decoding.excerpt import excerpt
from audiorec.learning.directions import unit
from audiorec.ranking.neighbours import nearest
from audiorec.ranking.similarity import Library, gather

# Songs that are shown, and songs like each; the sounds of more would make the page slow to open.
SONGS, SIMILAR = 6, 4


def report_without_listens(space: Workspace, steps: tuple[Step, ...]) -> ReportData:
    """Gather the page's data; the workspace holds features."""
    library = gather(space)
    audible = np.array([row for row, track in enumerate(library.tracks) if not track.is_silent], dtype=np.int64)
    chosen = [int(audible[place]) for place in far_apart(library.blocks["sound"].vectors[audible], SONGS)]
    first = library.tracks[chosen[0]] if chosen else None
    return ReportData(
        title="What audiorec found",
        made_at=datetime.datetime.now().strftime("%Y-%m-%d %H:%M"),
        found=found_in(space),
        neighbourhoods=tuple(_neighbourhood(library, row) for row in chosen),
        spectrograms=() if first is None else (spectrogram(space, first.id, first.title, first.artist),),
        steps=steps,
        versions=versions(),
    )


def far_apart(vectors: NDArray[np.floating], most: int) -> list[int]:
    """Rows of vectors [N, D] that differ: the first, then always the one least like those chosen."""
    points = unit(np.nan_to_num(vectors))
    chosen = [0] if len(points) else []
    nearest_chosen = np.full(len(points), -np.inf)
    while chosen and len(chosen) < min(most, len(points)):
        nearest_chosen = np.maximum(nearest_chosen, points @ points[chosen[-1]])
        nearest_chosen[chosen[-1]] = np.inf
        chosen.append(int(nearest_chosen.argmin()))
    return chosen


def _neighbourhood(library: Library, row: int) -> Neighbourhood:
    files = alike_names(library.tracks)
    found = nearest(library.blocks, row, SIMILAR)
    return Neighbourhood(_song(library, row, 1.0, files), tuple(_song(library, n.row, n.score, files) for n in found))


def _song(library: Library, row: int, score: float, files: dict[int, str]) -> Recommendation:
    track = library.tracks[row]
    data = excerpt(track.path)
    sound = Sound(str(track.id), data) if data is not None else None
    title = track.title or track.shown_path
    return Recommendation(title, track.artist, score, 0, {}, (), sound, files.get(track.id, ""))
