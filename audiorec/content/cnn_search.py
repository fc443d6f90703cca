"""What `train --search cnn` tries for the content model, and what a setting scores."""

import math

from audiorec import recipes
from audiorec.content.dataset import like_data
from audiorec.content.encoder_distillation import lesson_in
from audiorec.content.encoder_training import CnnRecipe
from audiorec.content.likes_training import Beside, train_likes
from audiorec.content.song_encoder import VIEWS
from audiorec.data.workspace import Workspace
from audiorec.learning.loop import choose_device, quiet
from audiorec.learning.random_search import Between, OneOf, Space

METRIC = "AUC on artists kept aside"
SPACE: Space = {
    "dim": OneOf((32, 64, 128)),
    "dropout": Between(0.0, 0.5),
    "batch": OneOf((8, 16, 32)),
    "learning_rate": Between(0.0005, 0.008, by_factor=True),
    "weight_decay": Between(0.001, 0.1, by_factor=True),
    "mixup": Between(0.0, 0.4),
    "network_hidden": Between(0.3, 0.9),
}


def score(space: Workspace, recipe: CnnRecipe, device: str) -> float:
    """AUC of the whole model on the songs of validation artists; NaN where nobody has played one.

    Of a training cut short, what is learned beforehand is cut by the same share.
    """
    listens, tracks, parts = space.interactions(), space.tracks(), space.artist_parts()
    data = like_data(listens, tracks, parts, dims=recipe.user_dims, seed=recipe.seed)
    share = recipe.epochs / recipes.load("training/cnn", CnnRecipe).epochs
    short = {name: math.ceil(share * getattr(recipe, name)) for name in ("pretrain_epochs", "encoder_epochs")}
    trained = train_likes(
        space.features(),
        data,
        recipe.model_copy(update=short),
        VIEWS,
        device=choose_device(device),
        report=lambda name: quiet,
        beside=Beside(lesson=lesson_in(space, data.track_ids, recipe)),
    )
    return trained.scores.get("multimodal", float("nan"))
