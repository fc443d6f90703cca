"""What a workspace knows of its songs and artists, lying ready so that they can be compared.

The arrays are memory-mapped from `derived/content` and `derived/places-MODEL`, made again when songs, features or the
network have changed (`make_similarity.py`). Songs by name only stand beside songs with sound; a modality that nobody
trained or extracted is simply absent. It does not rank: `neighbours.py` does.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audiorec.data import derived
from audiorec.data.workspace import Workspace
from audiorec.errors import InputError
from audiorec.network.embedding import published_name
from audiorec.ranking.neighbours import Block
from audiorec.ranking.song_columns import SongColumns

_VERSION = 1
Arrays = Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class Library:
    """Usable songs in rising order of id, their artists in the order of the alphabet, and what both are compared by.

    Shape:
        ids: int64 [N]; blocks: one a modality (`sound`, `words`, `network`), a row a song; artists: A names;
        artist_blocks: the same modalities, a row an artist, the mean direction of their songs; songs_of: the rows of
        each artist's songs one after the other, and where each artist's begin, [A + 1]; first: int32 [N], row of each
        song's first artist, -1 without; made_of: the state of each modality; kept: where groups of songs are kept.
    """

    tracks: SongColumns
    ids: NDArray[np.int64]
    blocks: dict[str, Block]
    artists: list[str]
    artist_blocks: dict[str, Block]
    songs_of: tuple[NDArray[np.int64], NDArray[np.int64]]
    first: NDArray[np.int32]
    made_of: dict[str, str]
    kept: Path

    @cached_property
    def row(self) -> dict[int, int]:
        """Row of each track id."""
        return {track: row for row, track in enumerate(self.ids.tolist())}


def gather(space: Workspace, network: str = "spectral") -> Library:
    """Everything that songs can be compared by; raises WorkspaceError when there are no songs at all.

    network: which of the network's models, by its name in `embedding.MODELS`. Raises InputError where one other than
    the spectral one is asked for before it was trained.
    """
    inputs = space.inputs()
    state = f"{_VERSION} {space.tags_state()} {inputs['features']} {inputs.get('model lyrics', '')}"
    content = _lying_ready(space.derived("content"), state, lambda: _made(space))
    library = _content(content, state, space)
    model = network_model(space, network)
    if model is None:
        return library
    name = published_name(network)
    state = f"{state} {inputs['listens']} {inputs[f'model {name}']}"
    arrays = _lying_ready(space.derived(f"places-{name}"), state, lambda: _placed(space, model, content))
    return replace(
        library,
        blocks=library.blocks | {"network": _block(arrays, "songs")},
        artist_blocks=library.artist_blocks | {"network": _block(arrays, "artists")},
        made_of=library.made_of | {"network": state},
    )


def network_model(space: Workspace, network: str) -> Path | None:
    """Folder of a model of the network; the spectral one may be absent (None), raises InputError for another one."""
    name = published_name(network)
    if space.has_model(name):
        return space.model(name)
    if network == "spectral":
        return None
    raise InputError(f"no {network} model of the network yet: run audiorec train-network --model {network} first")


def _lying_ready(folder: Path, state: str, make: Callable[[], Arrays]) -> Arrays:
    found = derived.load(folder)
    if found is not None and found[0].get("state") == state:
        return found[1]
    arrays = make()
    derived.save(folder, {"state": state}, arrays)
    return arrays


def _made(space: Workspace) -> Arrays:
    from audiorec.ranking.make_similarity import content_arrays

    return content_arrays(space)


def _placed(space: Workspace, model: Path, content: Arrays) -> Arrays:
    from audiorec.ranking.make_similarity import network_arrays

    return network_arrays(space, model, content)


def _content(arrays: Arrays, state: str, space: Workspace) -> Library:
    names = [name for name in ("sound", "words") if f"{name}.songs.vectors" in arrays]
    return Library(
        SongColumns({name.removeprefix("tags."): of for name, of in arrays.items() if name.startswith("tags.")}),
        arrays["ids"],
        {name: _block(arrays, f"{name}.songs") for name in names},
        json.loads(arrays["artists"].tobytes()),
        {name: _block(arrays, f"{name}.artists") for name in names},
        (arrays["songs_of.rows"], arrays["songs_of.starts"]),
        arrays["first"],
        dict.fromkeys(names, state),
        space.derived("groups"),
    )


def _block(arrays: Arrays, name: str) -> Block:
    return Block(arrays[f"{name}.vectors"], arrays[f"{name}.known"], arrays.get(f"{name}.listeners"))
