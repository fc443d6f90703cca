"""Content models on a made library whose answer is known: loud-low songs are liked by one half of the users, the
others by the other half; artists are never on both sides."""

import numpy as np
import pytest
import torch

from audiorec.content.dataset import LikeData, like_data
from audiorec.content.encoder_training import CnnRecipe, LikeSteps, train_view
from audiorec.content.likes_training import with_generated
from audiorec.content.multimodal_training import train_parts
from audiorec.content.patches import PatchStore
from audiorec.data.interactions import from_triples
from audiorec.data.tables import Patches
from audiorec.data.tracks import Track
from audiorec.errors import InputError
from audiorec.learning.loop import quiet

SONGS, ARTISTS, USERS = 40, 20, 12
CPU = torch.device("cpu")
# A user leaves out a fifth of the songs of their kind by chance, so knowing the kind alone gives about this AUC.
BY_KIND = 0.92
RECIPE = CnnRecipe(dim=16, batch=8, epochs=6, patience=6, crop_frames=64, head_steps=240)


def kind(song: int) -> int:
    """Artists alternate between the two kinds of music; each has two songs."""
    return (song // 2) % 2


def library() -> LikeData:
    tracks = [
        Track(song + 1, b"", f"song {song}", (f"artist {song // 2}",), "", None, "", 1.0, "ok", "")
        for song in range(SONGS)
    ]
    parts = {f"artist {n}": "validation" if n >= 14 else "fit" for n in range(ARTISTS)}
    rng = np.random.default_rng(0)
    rows = [
        (f"user {user:02d}", song + 1, 1.0, None)
        for user in range(USERS)
        for song in range(SONGS)
        if kind(song) == user % 2 and rng.random() < 0.8
    ]
    users, ids, counts, times = (list(column) for column in zip(*rows, strict=True))
    items = np.arange(1, SONGS + 1, dtype=np.int64)
    return like_data(from_triples(users, ids, counts, times, items), tracks, parts, dims=4)


def logmel() -> Patches:
    """Two patches a song: kind 0 has its energy in the low bands, kind 1 in the high ones."""
    rng = np.random.default_rng(1)
    values = rng.integers(0, 60, (2 * SONGS, 32, 64)).astype(np.uint8)
    for patch in range(2 * SONGS):
        low = 0 if kind(patch // 2) == 0 else 16
        values[patch, low : low + 16] += 100
    return Patches(values, np.repeat(np.arange(SONGS), 2).astype(np.int64))


def waveform() -> Patches:
    """Kind 0 is a low tone, kind 1 a high one; 8-bit around 128."""
    steps = np.arange(8192)
    rng = np.random.default_rng(2)
    values = np.empty((SONGS, 2, 8192), np.uint8)
    for song in range(SONGS):
        hz = 110.0 if kind(song) == 0 else 1760.0
        tone = 128 + 60 * np.sin(2 * np.pi * hz * steps / 11025 + rng.random()) + rng.normal(0, 4, 8192)
        values[song] = np.clip(tone, 0, 255).astype(np.uint8)
    return Patches(values, np.arange(SONGS, dtype=np.int64))


def test_nothing_of_validation_artists_reaches_the_users() -> None:
    data = library()
    held = data.rows("validation")
    assert len(held) == 12
    assert np.isnan(data.network_block()[held]).all()
    assert np.isfinite(data.network_block()[data.rows("fit")]).all()


@pytest.mark.parametrize(("view", "patches"), [("spectrogram", logmel()), ("waveform", waveform())])
def test_a_view_learns_what_the_sound_tells(view: str, patches: Patches) -> None:
    trained = train_view(view, patches, library(), RECIPE, device=CPU, report=quiet)  # type: ignore[arg-type]
    assert max(epoch.metric for epoch in trained.curve) > BY_KIND - 0.08
    assert trained.curve[-1].loss < trained.curve[0].loss


def test_the_same_seed_gives_the_same_curve() -> None:
    short = RECIPE.model_copy(update={"epochs": 2})
    one, other = (train_view("spectrogram", logmel(), library(), short, device=CPU, report=quiet) for _ in range(2))
    assert [(e.loss, e.metric) for e in one.curve] == [(e.loss, e.metric) for e in other.curve]
    weights = zip(one.encoder.state_dict().values(), other.encoder.state_dict().values(), strict=True)
    assert all(torch.equal(first, second) for first, second in weights)


def test_one_user_alone_sees_as_many_likes_as_others() -> None:
    """Task T1: their two songs among many weigh as much as all the rest."""
    data = library()
    likes = np.zeros((SONGS, 1), dtype=bool)
    likes[[0, 4]] = True
    alone = LikeData(
        data.track_ids, data.part, data.played, likes, np.ones((1, 1), np.float32), ("me",), data.artists, data.network
    )
    store = PatchStore(logmel(), SONGS, CPU)
    torch.manual_seed(0)
    from audiorec.content.multimodal import LikeHead
    from audiorec.content.song_encoder import SongEncoder

    encoder = SongEncoder("spectrogram", 32, 16)
    head = LikeHead(16, torch.ones(1, 1), torch.full((1,), 0.1))
    rows = np.flatnonzero(data.part == "fit").astype(np.int64)
    order = LikeSteps(store, alone, rows, RECIPE, encoder, head)._order()
    assert likes[order.numpy(), 0].mean() == pytest.approx(0.5)


def test_the_head_learns_from_any_part_and_survives_missing_ones() -> None:
    data = library()
    rng = np.random.default_rng(3)
    told = np.array([[kind(song)] for song in range(SONGS)], dtype=np.float32)
    blocks = {
        "descriptors": np.hstack([told, rng.normal(size=(SONGS, 3)).astype(np.float32)]),
        "lyrics": np.full((SONGS, 2), np.nan, dtype=np.float32),
        "network": data.network_block(),
    }
    trained = train_parts(blocks, data, RECIPE, device=CPU, report=quiet)
    assert max(epoch.metric for epoch in trained.curve) > BY_KIND - 0.08


def test_one_user_alone_is_held_against_songs_that_others_play() -> None:
    tracks = [Track(n, b"", "", (f"artist {n}",), "", None, "", 1.0, "ok", "") for n in (1, 2, 3)]
    items = np.array([1, 2, 3], dtype=np.int64)
    listens = from_triples(["me", "you"], [1, 2], [1.0, 1.0], [None, None], items)
    data = like_data(listens, tracks, {}, user="me")
    assert data.likes[:, 0].tolist() == [True, False, False]
    assert data.rows("fit").tolist() == [0, 1]  # nobody has played the third: nothing is known of it


def test_generated_patches_count_as_liked_fit_songs() -> None:
    data = library()
    alone = LikeData(
        data.track_ids,
        data.part,
        data.played,
        data.likes[:, :1],
        np.ones((1, 1), np.float32),
        ("me",),
        data.artists,
        data.network,
    )
    patches, grown = with_generated(logmel(), alone, np.full((3, 32, 50), 7, np.uint8))
    assert patches.values.shape == (2 * SONGS + 3, 32, 64)
    assert patches.owner[-3:].tolist() == [SONGS, SONGS + 1, SONGS + 2]
    assert grown.likes[-3:].all()
    assert (grown.part[-3:] == "fit").all()


def test_no_listens_in_the_fit_part_is_named() -> None:
    data = library()
    none = LikeData(
        data.track_ids,
        data.part,
        np.zeros_like(data.played),
        np.zeros_like(data.likes),
        data.users,
        data.names,
        data.artists,
        data.network,
    )
    with pytest.raises(InputError, match="import more listens"):
        train_view("spectrogram", logmel(), none, RECIPE, device=CPU, report=quiet)
