"""Self-supervised pre-training: two patches of one song agree, patches of two songs differ. No label is needed.

The loss is that of SimCLR (Chen et al. 2020, NT-Xent); the two views of a song are two places in it, as in COLA (Saeed
et al. 2021), each altered on its own. The projection that the loss looks at is thrown away afterwards. It does not know
what the embeddings will be used for.
"""

from collections.abc import Callable

import torch
from torch import nn

from audiorec.content.augmentation import altered
from audiorec.content.encoder_training import CnnRecipe
from audiorec.content.patches import PatchStore
from audiorec.content.song_encoder import SongEncoder
from audiorec.learning.loop import Epoch, fit


def pretrain(
    encoder: SongEncoder, store: PatchStore, recipe: CnnRecipe, report: Callable[[Epoch], None]
) -> list[Epoch]:
    """Teach a fresh encoder on all songs of the store, for `recipe.pretrain_epochs`; nothing is validated.

    Songs with a single patch are compared with another stretch of that patch.
    """
    rng = torch.Generator().manual_seed(recipe.seed)
    project = nn.Sequential(nn.Linear(recipe.dim, recipe.dim), nn.ReLU(), nn.Linear(recipe.dim, recipe.dim))
    project = project.to(store.device)
    encoder.set_scale(store.values[torch.randperm(len(store.values), generator=rng)[:512].to(store.device)])
    parameters = [*encoder.net.parameters(), *project.parameters()]
    optimizer = torch.optim.AdamW(parameters, recipe.learning_rate, weight_decay=recipe.weight_decay)

    def epoch() -> float:
        total, steps = torch.zeros((), device=store.device), 0
        for batch in torch.randperm(store.songs, generator=rng).split(recipe.pretrain_batch):
            if len(batch) < 2:
                continue
            values = store.draw_apart(batch, rng)
            with torch.autocast(store.device.type, torch.bfloat16, enabled=store.device.type == "cuda"):
                # Each view is altered by itself, or equal stretches and masks would give the pair away.
                views = [altered(encoder.net, part, recipe.crop_frames, recipe.crop_samples, rng) for part in values]
                embedded = encoder.net.encode(torch.cat(views))
            loss = agreement_loss(project(embedded.float()), recipe.temperature)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            total, steps = total + loss.detach(), steps + 1
        return float(total) / max(steps, 1)

    module = nn.ModuleList([encoder, project])
    return fit(
        module,
        epoch,
        lambda: float("nan"),
        epochs=recipe.pretrain_epochs,
        patience=recipe.pretrain_epochs,
        report=report,
    )


def agreement_loss(points: torch.Tensor, temperature: float) -> torch.Tensor:
    """NT-Xent of points [2 B, dim]: row i and row B + i are one song; every other row is another."""
    unit = nn.functional.normalize(points, dim=1)
    likeness = unit @ unit.T / temperature
    likeness.fill_diagonal_(float("-inf"))
    half = len(points) // 2
    partner = torch.cat([torch.arange(half, 2 * half), torch.arange(half)]).to(points.device)
    return nn.functional.cross_entropy(likeness, partner)
