"""Which class reads each shipped recipe; importing it brings every family."""

from audiorec.cold_start.block_weights import ContentRecipe
from audiorec.cold_start.content_to_factors import TasteRecipe
from audiorec.cold_start.dropoutnet import ColdDropoutRecipe
from audiorec.collaborative.als import AlsRecipe
from audiorec.collaborative.history_training import HistoryRecipe
from audiorec.collaborative.multi_dae import DenoisingRecipe
from audiorec.collaborative.neumf import NeumfRecipe
from audiorec.collaborative.registry import BlendRecipe
from audiorec.collaborative.tuning import LinearRecipe
from audiorec.content.dcgan import DcganRecipe
from audiorec.content.encoder_training import CnnRecipe
from audiorec.content.svm import SvmRecipe
from audiorec.errors import RecipeError
from audiorec.features.recipe import FeatureRecipe
from audiorec.hybrid.recipe import HybridRecipe
from audiorec.labels.network_training import LabelRecipe
from audiorec.network.autoencoder_training import AutoencoderRecipe, GraphRecipe
from audiorec.network.spectral_training import NetworkRecipe
from audiorec.recipes import Recipe

KINDS: dict[str, type[Recipe]] = {
    "features/default": FeatureRecipe,
    "features/fast": FeatureRecipe,
    "features/lean": FeatureRecipe,
    "features/rich": FeatureRecipe,
    "training/cnn": CnnRecipe,
    "training/cnn1d": LabelRecipe,
    "training/cnn2d": LabelRecipe,
    "training/dcgan": DcganRecipe,
    "training/svm": SvmRecipe,
    "training/als": AlsRecipe,
    "training/amnn": HistoryRecipe,
    "training/history": HistoryRecipe,
    "training/blend": BlendRecipe,
    "training/dae": DenoisingRecipe,
    "training/ease": LinearRecipe,
    "training/neumf": NeumfRecipe,
    "training/network": NetworkRecipe,
    "training/network_ae": AutoencoderRecipe,
    "training/network_vae": AutoencoderRecipe,
    "training/network_gae": GraphRecipe,
    "training/hybrid": HybridRecipe,
    "training/hybrid_factors": AlsRecipe,
    "training/taste": TasteRecipe,
    "training/cold_dropout": ColdDropoutRecipe,
    "training/content": ContentRecipe,
}


def kind_of(name: str) -> type[Recipe]:
    """The class of a shipped recipe; raises RecipeError with the known names."""
    if name not in KINDS:
        raise RecipeError(f"no recipe {name}: choose one of {', '.join(KINDS)}")
    return KINDS[name]
