"""The loss under the worst small change of the vectors, which training adds so that its scores do not hang on a hair.

He et al. 2018, "Adversarial personalized ranking for recommendation" (APR), equations 7 to 9, with the loss of pairs in
the place of BPR. It does not know which network scores.
"""

from collections.abc import Callable

import torch

from audiorec.collaborative.pairwise import pair_loss

Scores = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]


def adversarial_loss(
    scores: Scores, vectors: tuple[torch.Tensor, torch.Tensor], usable: torch.Tensor, size: float
) -> torch.Tensor:
    """The loss when each vector moves by `size` in the direction in which the loss grows fastest.

    Shape:
        vectors: of users [B, d] and of their songs [B, 1 + n, d]; usable: bool [B, n]; output: a number.
    """
    loss = pair_loss(scores(*vectors), usable)
    uphill = torch.autograd.grad(loss, vectors)
    moved = [
        vector + size * torch.nn.functional.normalize(slope, dim=-1)
        for vector, slope in zip(vectors, uphill, strict=True)
    ]
    return pair_loss(scores(*moved), usable)
