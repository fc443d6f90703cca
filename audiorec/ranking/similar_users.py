"""Users like one, and what the network leads them to, as plain records; what `similar --user` prints."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from audiorec.data.interactions import Interactions
from audiorec.data.workspace import Workspace
from audiorec.errors import InputError
from audiorec.learning.directions import unit
from audiorec.network import embedding
from audiorec.network.embedding import NetworkEmbedding, new_users
from audiorec.network.graph import build_network
from audiorec.network.lists import artists_by_network, songs_by_network
from audiorec.network.walks import common_songs, pattern, user_similarity
from audiorec.ranking.neighbours import Near
from audiorec.ranking.similarity import gather, network_model
from audiorec.ranking.song_groups import song_groups

Record = dict[str, Any]


def users_like(space: Workspace, user: str, top: int, network: str = "spectral") -> list[Record]:
    """Users most like one, with the number of songs in common; raises UnknownNameError for an unknown user."""
    interactions = space.interactions(every_song=True)
    row = interactions.user_row(user)
    common = common_songs(pattern(interactions.counts), row)
    return [
        {
            "user": interactions.users[near.row],
            "songs_in_common": int(common[near.row]),
            "score": near.score,
            "by": near.by,
        }
        for near in user_likeness(space, interactions, row, network)[:top]
    ]


def new_for(space: Workspace, user: str, show: str, top: int, network: str = "spectral") -> list[Record]:
    """`songs` or `artists` that the network leads a user to and that they do not have (`network/lists.py`)."""
    interactions = space.interactions(every_song=True)
    row = interactions.user_row(user)
    tracks = {track.id: track for track in space.tracks()}
    whole = build_network(interactions, list(tracks.values()), space.friends())
    if show == "songs":
        found = songs_by_network(whole, row, top)
        songs = [tracks[int(whole.songs[one.row])] for one in found]
        return [
            {"track_id": song.id, "title": song.title, "artist": song.artist, "score": one.score, "by": one.by}
            for song, one in zip(songs, found, strict=True)
        ]
    labels = _groups_of_songs(space, network, whole.songs)
    artists = artists_by_network(whole, labels, row, top)
    return [{"artist": whole.artists[one.row], "score": one.score, "by": one.by} for one in artists]


def user_likeness(space: Workspace, interactions: Interactions, row: int, network: str = "spectral") -> list[Near]:
    """The users most like one, best first: by songs in common, and by the network when there is one.

    Without a network model those without a common song are left out; with one, all users are compared, those who came
    after its training by the vectors that their songs give them.
    """
    rule = user_similarity(pattern(interactions.counts), row)
    by = {"songs": rule}
    stored = network_model(space, network)
    if stored is not None:
        model = embedding.load(stored)
        directions = unit(user_vectors(model, interactions))
        if directions[row].any():
            by["network"] = np.asarray(directions @ directions[row], dtype=np.float64)
    score = np.nan_to_num(by.get("network", rule), nan=-1.0)
    order = np.lexsort((np.arange(len(score)), -rule, -score))
    likely = [int(n) for n in order if n != row and (score[n] > 0 or rule[n] > 0)]
    return [Near(n, float(score[n]), {key: float(value[n]) for key, value in by.items()}) for n in likely]


def user_vectors(model: NetworkEmbedding, interactions: Interactions) -> NDArray[np.float32]:
    """Vectors [U, d] of all users, of new ones from those of their songs that the model knows."""
    vectors = np.zeros((len(interactions.users), model.dims), dtype=np.float32)
    rows = np.array([model.user_row.get(name, -1) for name in interactions.users])
    vectors[rows >= 0] = model.users[rows[rows >= 0]]
    late = np.flatnonzero(rows < 0)
    if len(late) and len(model.song_ids):
        vectors[late] = new_users(model, _columns(interactions, model.song_ids)[late])
    return vectors


def _columns(interactions: Interactions, songs: NDArray[np.int64]) -> sparse.csr_array:
    """Listens [U, S] to these songs, which may be in another order or not be known to the listens at all."""
    column = {int(song): place for place, song in enumerate(songs)}
    whole = sparse.coo_array(interactions.counts)
    places = np.array([column.get(int(song), -1) for song in interactions.items], dtype=np.int64)[whole.coords[1]]
    kept = places >= 0
    entries = (whole.data[kept], (whole.coords[0][kept], places[kept]))
    return sparse.csr_array(sparse.coo_array(entries, shape=(len(interactions.users), len(songs))).tocsr())


def _groups_of_songs(space: Workspace, network: str, songs: NDArray[np.int64]) -> NDArray[np.int64] | None:
    """The group of each song by the network's model; None without one, or when there are too few songs to group."""
    library = gather(space, network)
    try:
        labels = song_groups(library, "network")[1].labels
    except InputError:
        return None
    return np.array([labels[library.row[song]] if song in library.row else -1 for song in songs.tolist()])
