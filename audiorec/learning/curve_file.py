"""Learning curves beside a model: `curve.json`, one list of epochs, or one for each of several trainings."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from audiorec.learning.loop import Epoch


def write_curves(folder: Path, curves: Sequence[Epoch] | Mapping[str, Sequence[Epoch]]) -> None:
    """Write into a model's folder."""
    plain: object
    if isinstance(curves, Mapping):
        plain = {name: [asdict(epoch) for epoch in curve] for name, curve in curves.items()}
    else:
        plain = [asdict(epoch) for epoch in curves]
    (folder / "curve.json").write_text(json.dumps(plain), encoding="utf-8")
