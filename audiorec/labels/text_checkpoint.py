"""A trained classifier of song texts as a checkpoint: vocabularies, similarities and duals as arrays, settings beside.

The words of the training texts lie in it as counts of n-grams, not as readable lines. How a text is cut into lines of
words is code, so `load` is given it again. What the classifier makes of a library's songs may stand beside it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer

from audiorec.errors import CheckpointError
from audiorec.labels.text_classifier import Setting, TextClassifier
from audiorec.labels.text_kernels import Lines, Similarity, Themes, character_vectorizer, word_vectorizer
from audiorec.learning import checkpoint
from audiorec.learning.checkpoint import Header

KIND = "lyrics"


@dataclass(frozen=True)
class SongLabels:
    """labels: C names; track_ids: int64 [N], rising; probabilities: float32 [N, C], rows sum to 1."""

    labels: tuple[str, ...]
    track_ids: NDArray[np.int64]
    probabilities: NDArray[np.float32]

    def of(self, track_ids: NDArray[np.int64]) -> NDArray[np.float32]:
        """Rows [M, C] of these tracks, NaN where the classifier has not seen one."""
        place = {int(track): row for row, track in enumerate(self.track_ids)}
        rows = np.array([place.get(int(track), -1) for track in track_ids], dtype=np.int64)
        unknown = np.full((1, len(self.labels)), np.nan, dtype=np.float32)
        return np.vstack([self.probabilities, unknown])[rows]


def load_songs(folder: Path) -> SongLabels:
    """What a classifier made of the library's songs; raises CheckpointError when it is absent or broken."""
    header, arrays = checkpoint.load(folder, KIND)
    try:
        return SongLabels(tuple(header.labels), arrays["song_ids"], arrays["songs"])
    except KeyError as error:
        raise CheckpointError(f"{folder} lacks {error}: run audiorec train-lyrics again") from error


def save(folder: Path, model: TextClassifier, blocks: Sequence[str], songs: SongLabels) -> None:
    """Write a classifier; `blocks` names its kinds of numbers, in order; songs: what it makes of the library."""
    kept = model.similarity
    config = {
        "blocks": list(blocks),
        "han": kept.characters.analyzer == "char",
        "settings": [[*one.weights, one.decay, one.lean] for one in model.settings],
        "temperature": model.temperature,
        "mixtures": [list(weights) for weights in model.duals],
    }
    arrays: dict[str, NDArray[Any]] = {"places": kept.places, "base": model.base}
    arrays |= _vectors("words", kept.words, kept.by_words) | _vectors("characters", kept.characters, kept.by_characters)
    for place, (numbers, (centre, spread)) in enumerate(zip(kept.numbers, kept.scales, strict=True)):
        arrays |= {f"numbers.{place}": numbers, f"centre.{place}": centre, f"spread.{place}": spread}
    arrays |= {f"themes.{place}": one.directions for place, one in enumerate(kept.themes)}
    arrays |= {"song_ids": songs.track_ids, "songs": songs.probabilities}
    arrays |= {f"dual.{place}": dual for place, dual in enumerate(model.duals.values())}
    checkpoint.save(folder, Header(KIND, config, labels=list(model.labels), score=model.score), arrays)


def load(folder: Path, read: Callable[[str], Lines]) -> tuple[TextClassifier, list[str]]:
    """Read a classifier and the names of its blocks; raises CheckpointError when it is absent or broken."""
    header, arrays = checkpoint.load(folder, KIND)
    config = header.config
    try:
        words, by_words = _vectorizer(word_vectorizer, "words", arrays)
        characters, by_characters = _vectorizer(
            lambda **more: character_vectorizer(bool(config["han"]), **more), "characters", arrays
        )
        places = range(len(config["blocks"]))
        similarity = Similarity(
            read,
            words,
            characters,
            by_words,
            by_characters,
            tuple(arrays[f"numbers.{place}"] for place in places),
            tuple((arrays[f"centre.{place}"], arrays[f"spread.{place}"]) for place in places),
            (Themes(arrays["themes.0"]), Themes(arrays["themes.1"])),
            arrays["places"],
        )
        settings = tuple(Setting((a, b, c, d), decay, lean) for a, b, c, d, decay, lean in config["settings"])
        duals = {(a, b, c, d): arrays[f"dual.{place}"] for place, (a, b, c, d) in enumerate(config["mixtures"])}
        labels, heat = tuple(header.labels), float(config["temperature"])
        return TextClassifier(labels, settings, heat, similarity, duals, arrays["base"], header.score), config["blocks"]
    except (KeyError, ValueError, TypeError) as error:
        raise CheckpointError(f"{folder} lacks {error}: run audiorec train-lyrics again") from error


def _vectors(name: str, vectorizer: TfidfVectorizer, matrix: Any) -> dict[str, NDArray[Any]]:
    vocabulary = "\0".join(sorted(vectorizer.vocabulary_, key=vectorizer.vocabulary_.__getitem__))
    return {
        f"{name}.vocabulary": np.frombuffer(vocabulary.encode(), dtype=np.uint8),
        f"{name}.idf": vectorizer.idf_,
        f"{name}.data": matrix.data,
        f"{name}.indices": matrix.indices,
        f"{name}.indptr": matrix.indptr,
    }


def _vectorizer(
    make: Callable[..., TfidfVectorizer], name: str, arrays: dict[str, NDArray[Any]]
) -> tuple[TfidfVectorizer, Any]:
    vectorizer = make(vocabulary=arrays[f"{name}.vocabulary"].tobytes().decode().split("\0"))
    vectorizer.idf_ = arrays[f"{name}.idf"]
    parts = [arrays[f"{name}.{part}"] for part in ("data", "indices", "indptr")]
    return vectorizer, sparse.csr_matrix(tuple(parts), shape=(len(parts[2]) - 1, len(vectorizer.idf_)))
