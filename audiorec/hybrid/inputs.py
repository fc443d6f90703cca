"""What the hybrid works on: songs, listens, content, friends and like-probabilities, read from a workspace once.

It holds no fitted parts: those depend on which listens may be seen.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from audiorec.cold_start.block_weights import ContentRecipe
from audiorec.cold_start.guess_from_names import ArtistNames
from audiorec.cold_start.name_vectors import name_vectors
from audiorec.cold_start.taste import Content
from audiorec.content.embedded_songs import embedded_songs
from audiorec.content.likes_by_sides import network_likes, svm_likes
from audiorec.content.scoring import fused_songs
from audiorec.data import encoder_outputs
from audiorec.data.comments import comment_feelings
from audiorec.data.encoder_outputs import EncodedSongs
from audiorec.data.interactions import Interactions
from audiorec.data.names import is_nobody
from audiorec.data.tables import FeatureTable
from audiorec.data.tracks import Track
from audiorec.data.workspace import Workspace
from audiorec.hybrid.signals import Likes
from audiorec.hybrid.sketch_cache import kept_spectra
from audiorec.network.embedding import NetworkEmbedding
from audiorec.network.graph import build_network
from audiorec.network.spectral import SpectralSettings
from audiorec.network.spectral_training import embed_network


@dataclass(frozen=True)
class Elsewhere:
    """Listens CSR [U, J] to songs without features, and the keys of these songs' artists, J."""

    listens: sparse.csr_array
    artists: tuple[str, ...]

    def without(self, artists: Collection[str]) -> "Elsewhere | None":
        """Those to songs by these artists left out; None where nothing remains."""
        kept = [place for place, key in enumerate(self.artists) if key not in artists]
        if not kept:
            return None
        return Elsewhere(sparse.csr_array(self.listens[:, kept]), tuple(self.artists[place] for place in kept))


@dataclass(frozen=True)
class Material:
    """Everything about the songs, in the order of `listens.items`, and the users.

    Shape:
        tracks: I; listens over songs with features; elsewhere: listens of the same users to songs without features, or
        None; content: blocks [I, .]; artist: int64 [I], -1 = unknown; likes: what answers with like-probabilities, by
        signal; feature_digest: of the features; fingerprints: uint8 [I, 64].
    """

    tracks: list[Track]
    listens: Interactions
    elsewhere: Elsewhere | None
    content: Content
    artist: NDArray[np.int64]
    friends: list[tuple[str, str]]
    likes: dict[str, Likes]
    feature_digest: str
    fingerprints: NDArray[np.uint8]

    @property
    def usable(self) -> NDArray[np.bool_]:
        """Songs that have content, bool [I]."""
        return self.content.usable

    @property
    def spectra(self) -> NDArray[np.float32]:
        """The block of spectrogram sketches, float32 [I, .]."""
        return np.asarray(self.content.blocks[self.content.names.index("spectrum")], dtype=np.float32)

    @property
    def artist_groups(self) -> NDArray[np.int64]:
        """The artist of each song, int64 [I]; every song of an unknown artist is a group of its own."""
        return np.where(self.artist >= 0, self.artist, self.artist.max(initial=0) + 1 + np.arange(len(self.artist)))

    @property
    def elsewhere_listens(self) -> sparse.csr_array | None:
        """Listens CSR [U, J] to songs without features, None where there are none."""
        return None if self.elsewhere is None else self.elsewhere.listens

    @property
    def artist_names(self) -> ArtistNames | None:
        """The artists of the songs, and of those without features; None where there are none of these."""
        if self.elsewhere is None:
            return None
        others = ["" if is_nobody(key) else key for key in self.elsewhere.artists]
        return ArtistNames([track.artist for track in self.tracks], others)

    def embed(self, listens: Interactions, settings: SpectralSettings) -> NetworkEmbedding:
        """The network of these listens, embedded as `train-network` does with these settings."""
        return embed_network(build_network(listens, self.tracks, self.friends), settings)

    def songs_of(self, artists: Collection[str]) -> NDArray[np.bool_]:
        """Which songs are by these artists (keys), bool [I]."""
        return np.array([self.artist_key(row) in artists for row in range(len(self.tracks))], dtype=bool)

    def without_artists(self, artists: Collection[str]) -> "Material":
        """The same songs as if nobody had ever played these artists, whether their songs have features or not."""
        listens = self.listens.masked(~self.songs_of(artists))
        return replace(self, listens=listens, elsewhere=self.elsewhere and self.elsewhere.without(artists))

    def artist_key(self, row: int) -> str:
        """The name under which the workspace keeps the part of a song's artist."""
        return self.tracks[row].artist_key


def gather(space: Workspace, recipe: ContentRecipe) -> Material:
    """Read a workspace; the recipe is of the blocks of content.

    Raises WorkspaceError without features or listens.
    """
    table, listens = space.features(), space.interactions()
    of = {track.id: track for track in space.tracks()}
    tracks = [of[int(item)] for item in listens.items]
    names = sorted({track.artist for track in tracks} - {""})
    place = {name: number for number, name in enumerate(names)}
    artist = np.array([place.get(track.artist, -1) for track in tracks], dtype=np.int64)
    return Material(
        tracks,
        listens,
        _elsewhere(space, listens, of),
        _content(space, table, tracks, artist, recipe),
        artist,
        space.friends(),
        _likes(space, table, tracks, listens),
        table.layout.digest,
        table.fingerprints(),
    )


def _content(
    space: Workspace, table: FeatureTable, tracks: list[Track], artist: NDArray[np.int64], recipe: ContentRecipe
) -> Content:
    """Blocks of content: sound, when and how much was released, names, words, an encoder's embedding, and comments
    where any song has some.

    That a year, an album or lyrics are missing is not among them: it tells the collection and not the music.
    """
    words = table.lyrics().astype(np.float64)
    year = np.array([track.year or np.nan for track in tracks], dtype=np.float64)
    songs = np.bincount(artist + 1)[artist + 1].astype(np.float64)
    release = np.column_stack([year, np.log(np.where(artist < 0, 1.0, songs))])
    size = (recipe.name_columns, recipe.seed)
    blocks = {
        "sound": table.descriptors().astype(np.float64),
        "spectrum": kept_spectra(space, table).astype(np.float64),
        "release": release,
        "album": name_vectors([track.album for track in tracks], recipe.album_signs, *size),
        "artist": name_vectors([track.artist for track in tracks], recipe.artist_signs, *size),
        "words": words,
        **encoder_blocks(encoder_outputs.read(space, table.track_ids), len(tracks)),
    }
    feelings = comment_feelings(space.root, [track.id for track in tracks])
    if feelings is not None:
        blocks["comments"] = feelings
    weights = [recipe.weight(name) for name in blocks]
    return Content(list(blocks.values()), weights, np.ones(len(tracks), dtype=bool), tuple(blocks))


def encoder_blocks(encoded: EncodedSongs | None, songs: int) -> dict[str, NDArray[np.float64]]:
    """An encoder's output: the mean of its patches, and how much they differ; no columns where there is none."""
    if encoded is None:
        return dict.fromkeys(("encoder", "encoder_spread"), np.zeros((songs, 0)))
    return {"encoder": encoded.mean.astype(np.float64), "encoder_spread": encoded.spread.astype(np.float64)}


def _elsewhere(space: Workspace, listens: Interactions, tracks: Mapping[int, Track]) -> Elsewhere | None:
    every = space.interactions(every_song=True)
    row = {name: number for number, name in enumerate(every.users)}
    others = np.flatnonzero(~np.isin(every.items, listens.items))
    if not len(others):
        return None
    rows = [row[name] for name in listens.users]
    keys = tuple(tracks[int(item)].artist_key for item in every.items[others])
    return Elsewhere(sparse.csr_array(sparse.csr_array(every.counts[rows])[:, others]), keys)


def _likes(space: Workspace, table: FeatureTable, tracks: list[Track], listens: Interactions) -> dict[str, Likes]:
    """Like-probabilities by the content models that are there; see `likes_by_sides.py`."""
    ids = np.array([track.id for track in tracks], dtype=np.int64)
    parts = space.artist_parts()
    is_fit = np.array([parts.get(track.artist_key, "fit") == "fit" for track in tracks], dtype=bool)
    silent, digest = is_fit & (listens.plays() > 0), table.layout.digest
    found: dict[str, Likes] = {}
    if space.has_model("cnn"):
        songs = embedded_songs(space, table, ids, [track.artists for track in tracks])
        found["cnn"] = network_likes(space.model("cnn"), digest, songs, silent)
    if space.has_model("svm"):
        found["svm"] = svm_likes(space.model("svm"), digest, fused_songs(table, ids), silent)
    return found
