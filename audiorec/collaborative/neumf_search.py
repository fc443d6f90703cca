"""What `train --search cf` tries for NeuMF, and what a setting scores."""

import numpy as np

from audiorec.collaborative import neumf
from audiorec.collaborative.neumf import NeumfRecipe
from audiorec.data.workspace import Workspace
from audiorec.learning.loop import choose_device
from audiorec.learning.random_search import Between, OneOf, Space

METRIC = "NDCG@10 of held-out songs"
SPACE: Space = {
    "factors": OneOf((16, 32, 64, 128)),
    "tower_factors": OneOf((8, 16, 32)),
    "dropout": Between(0.0, 0.5),
    "negatives": OneOf((2, 4, 8)),
    "batch": OneOf((1024, 2048, 4096)),
    "learning_rate": Between(0.0005, 0.01, by_factor=True),
    "weight_decay": Between(0.001, 0.3, by_factor=True),
}


def score(space: Workspace, recipe: NeumfRecipe, device: str) -> float:
    """NDCG@10 of one listen a user, held out of the listens to fit and validation artists; NaN where none can be."""
    listens, parts = space.interactions(), space.artist_parts()
    part_of = {track.id: parts.get(track.artist_key, "fit") for track in space.tracks()}
    known = listens.masked(np.array([part_of[int(item)] != "test" for item in listens.items]))
    chosen = recipe.model_copy(update={"refit": False})
    trained = neumf.train(known.counts, chosen, device=choose_device(device))
    return trained.score.get("ndcg@10", float("nan"))
