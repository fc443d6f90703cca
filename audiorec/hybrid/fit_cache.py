"""What took long to fit from all listens, kept beside the hybrid's weights: a list then does not begin with learning.

The taste models and the factors hold for exactly the listens that they were fitted on: a digest says which, and
others are not used. NeuMF that has met cold songs knows its users and songs by name and serves longer.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from audiorec import recipes
from audiorec.cold_start.dropoutnet import ColdDropoutRecipe
from audiorec.cold_start.taste import Pair, Taste
from audiorec.collaborative import neumf
from audiorec.collaborative.als import AlsRecipe, TrainedAls
from audiorec.collaborative.neumf import NamedNeumf, Neumf
from audiorec.data.interactions import Interactions
from audiorec.data.workspace import Workspace
from audiorec.learning import checkpoint
from audiorec.learning.checkpoint import Header
from audiorec.learning.coded_vectors import plain

KIND = "taste"


@dataclass(frozen=True)
class Kept:
    """Taste models and factors (None: to be fitted), and NeuMF trained with songs dropped to cold (None: to be)."""

    taste: Taste | None = None
    factors: TrainedAls | None = None
    cold: Neumf | None = None


NOTHING = Kept()


def save(
    folder: Path,
    listens: Interactions,
    taste: Taste,
    factors: TrainedAls,
    cold: Neumf | None,
    digests: tuple[str, str],
    recipe: ColdDropoutRecipe,
) -> None:
    """Write into `folder`; digests are those of the features and of all settings, recipe is that of `cold`."""
    arrays = {"popularity": taste.popularity.astype(np.float32)}
    for number, pair in enumerate(taste.pairs):
        arrays |= {
            f"{number}.users": pair.users.astype(np.float32),
            f"{number}.songs": plain(pair.songs).astype(np.float32),
        }
    arrays |= {f"factors.{name}": values for name, values in factors.to_arrays().items()}
    config = {
        "listens": digest(listens),
        "pairs": [pair.name for pair in taste.pairs],
        "factors": {"setting": factors.setting, "recipe": factors.recipe.model_dump(mode="json")},
    }
    (folder / "taste").mkdir()
    checkpoint.save(folder / "taste", Header(KIND, config, *digests), arrays)
    if cold is not None:
        (folder / "cold").mkdir()
        neumf.save(folder / "cold", cold, listens.users, listens.items, recipe, {})


def load(folder: Path, listens: Interactions, digests: tuple[str, str]) -> Kept:
    """What of it still holds for these listens; nothing of what was fitted by other settings (digests as in `save`)."""
    if not (folder / "taste").is_dir():
        return NOTHING
    header, arrays = checkpoint.load(folder / "taste", KIND, digests[0])
    if header.recipe_digest != digests[1]:
        return NOTHING
    cold = aligned(neumf.load(folder / "cold"), listens) if (folder / "cold").is_dir() else None
    # A file of an earlier version does not say by which setting its factors were fitted: they are fitted again.
    if header.config["listens"] != digest(listens) or "factors" not in header.config:
        return Kept(cold=cold)
    pairs = [
        Pair(name, *(arrays[f"{number}.{side}"].astype(np.float64) for side in ("users", "songs")))
        for number, name in enumerate(header.config["pairs"])
    ]
    chosen = header.config["factors"]
    penalty, alpha = chosen["setting"]
    factors = TrainedAls(
        arrays["factors.users"],
        arrays["factors.items"],
        recipes.from_plain(chosen["recipe"], AlsRecipe),
        (penalty, alpha),
    )
    return Kept(Taste(tuple(pairs), arrays["popularity"].astype(np.float64)), factors, cold)


def aligned(named: NamedNeumf, listens: Interactions) -> Neumf:
    """A stored NeuMF with its rows in the order of these users and songs; those that it does not know are unseen."""
    arrays = named.model.to_arrays()
    user_row = {name: row for row, name in enumerate(named.users)}
    users = np.array([user_row.get(name, -1) for name in listens.users], dtype=np.int64)
    places = np.searchsorted(named.items, listens.items).clip(max=max(len(named.items) - 1, 0))
    songs = np.where(named.items[places] == listens.items, places, -1)
    for side, rows in (("users", users), ("items", songs)):
        arrays[f"net.{side}.weight"] = arrays[f"net.{side}.weight"][rows]
        arrays[f"{side}_seen"] = arrays[f"{side}_seen"][rows] & (rows >= 0)
    return Neumf.from_arrays(arrays)


def collaborative(space: Workspace, listens: Interactions) -> Neumf | None:
    """The workspace's NeuMF in the order of these users and songs; None when absent."""
    return aligned(neumf.load(space.model("cf")), listens) if space.has_model("cf") else None


def digest(listens: Interactions) -> str:
    """Fingerprint of who listened to what how often: 16 hex digits."""
    found = hashlib.sha256("\n".join(listens.users).encode("utf-8", "surrogateescape"))
    for values in (listens.items, listens.counts.indptr, listens.counts.indices, listens.counts.data):
        found.update(np.ascontiguousarray(values).tobytes())
    return found.hexdigest()[:16]
