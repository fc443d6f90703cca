"""What songs are compared by: a song that the network cannot know stands where songs that sound like it stand."""

from pathlib import Path

import numpy as np
from scipy import sparse

from audiorec.data.workspace import Workspace
from audiorec.network import embedding
from audiorec.network.embedding import unit
from audiorec.network.graph import build_network
from audiorec.network.spectral import SpectralSettings
from audiorec.network.spectral_training import embed_network
from audiorec.ranking.similarity import gather
from tests.ranking.small_library import build, style_of


def test_songs_of_an_unheard_artist_are_placed_by_their_sound(tmp_path: Path) -> None:
    build(tmp_path)
    with Workspace.open(tmp_path, write=True) as space:
        network = build_network(space.interactions(every_song=True), space.tracks())
        heard = network.listens.toarray()
        heard[:, 28:] = 0  # all four songs of the last artist
        model = embed_network(network.with_listens(sparse.csr_array(heard)), SpectralSettings(dims=4))
        assert not model.songs[28:].any()
        space.publish_model("network", lambda folder: embedding.save(folder, model, {}, "r", {}))
        block = gather(space).blocks["network"]
    assert block.known.all()
    likeness = unit(block.vectors[28:]) @ unit(block.vectors[:28]).T
    same = np.array([style_of(track) == style_of(29) for track in range(1, 29)])
    assert likeness[:, same].mean() > likeness[:, ~same].mean() + 0.3
