"""What `train --search cf` tries for NeuMF, and what a setting scores."""

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
    """NDCG@10 of one listen a user, held out inside the training data; NaN where none can be."""
    chosen = recipe.model_copy(update={"refit": False})
    trained = neumf.train(space.interactions().counts, chosen, device=choose_device(device))
    return trained.score.get("ndcg@10", float("nan"))
