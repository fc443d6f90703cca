"""Facts of a library's songs for classifiers of labels: statistics of the sound, words, feelings and style of a text.

Sound words are learned here from the library's own patches; labels are not known.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audiorec.data.encoder_outputs import EncodedSongs
from audiorec.data.tables import FeatureTable, Patches
from audiorec.errors import InputError
from audiorec.features.lyrics import LYRICS_NAMES, describe_lyrics
from audiorec.features.lyrics.wording import song_words
from audiorec.labels import sound_words
from audiorec.labels.band_correlations import relations
from audiorec.labels.sound_words import Dictionary
from audiorec.labels.text_style import manner

Floats = NDArray[np.float64]
Lines = Sequence[Sequence[str]]  # words by line


@dataclass(frozen=True, eq=False)
class SongFacts:
    """Facts of N songs; whoever asks skips what is NaN or None.

    Shape:
        statistics: blocks [N, D_b] of the sound: descriptors, correlations of bands, changes; sound_words: blocks
        [N, D_b], how often words of three lengths are used; encoded: [N, d], the output of an encoder, d = 0 for none;
        lines: a text of each song, or None; feelings: [N, F], NaN without a text; listeners: [N, L], where the song's
        artist stands among listeners, of unit length, NaN where nobody is known; tags: [N, T], the same by what the
        song or its artist is tagged with; hints: [N, H], scores for another kind of label, H = 0 for none.
    """

    statistics: tuple[Floats, ...]
    sound_words: tuple[Floats, ...]
    encoded: Floats
    lines: tuple[Lines | None, ...]
    feelings: Floats
    listeners: Floats
    tags: Floats
    hints: Floats

    @property
    def has_text(self) -> NDArray[np.bool_]:
        """Songs with a text."""
        return np.array([text is not None for text in self.lines], dtype=bool)

    @property
    def is_encoded(self) -> bool:
        """Whether any of the songs was encoded."""
        return bool(self.encoded.shape[1])


def song_facts(
    table: FeatureTable, texts: Sequence[str | None], encoded: EncodedSongs | None, listeners: Floats, tags: Floats
) -> SongFacts:
    """Facts of the table's songs with their texts [N], an encoder's output for them, places among listeners [N, L] and
    directions of tags [N, T]."""
    patches = table.logmel()
    check_patches(patches)
    statistics, block = sound_statistics(table, patches), embedding_block(encoded, len(table))
    words = used_words(patches, sound_words.learn_dictionaries(patches.values, seed=0))
    lines = tuple(song_words(text) if text else None for text in texts)
    return SongFacts(statistics, words, block, lines, text_feelings(texts), listeners, tags, np.zeros((len(texts), 0)))


def sound_statistics(table: FeatureTable, patches: Patches) -> tuple[Floats, ...]:
    """Descriptors, correlations of bands, and changes: blocks [N, D]."""
    layout = table.layout
    related = relations(patches.values, patches.owner, layout.logmel_scale, layout.logmel_offset)
    return (table.descriptors().astype(np.float64), *related)


def embedding_block(encoded: EncodedSongs | None, songs: int) -> Floats:
    """The encoder's means [N, d]; a song without stands at the median; no columns where no song has any."""
    if encoded is None or not encoded.known.any():
        return np.zeros((songs, 0))
    usual = np.median(encoded.mean[encoded.known], axis=0)
    return np.where(encoded.known[:, None], encoded.mean, usual).astype(np.float64)


def used_words(patches: Patches, dictionaries: Sequence[Dictionary]) -> tuple[Floats, ...]:
    """The use of sound words of each length: blocks [N, D]."""
    used = sound_words.describe_all(dictionaries, patches.values, patches.owner)
    edges = np.cumsum([2 * words for _, _, words in sound_words.SIZES])[:-1]
    return tuple(np.split(used.astype(np.float64), edges, axis=1))


def check_patches(patches: Patches) -> None:
    """Raise InputError where sound words cannot be learned from the patches."""
    bands = patches.values.shape[1]
    if bands % sound_words.BANDS:
        raise InputError(
            f"labels are predicted from log-mel of {sound_words.BANDS} bands or a multiple, the features have {bands}: "
            "extract with bands = 128"
        )


def text_feelings(texts: Sequence[str | None]) -> Floats:
    """Sentiment and manner of texts [N, F], NaN without one; zeros where nothing was felt."""
    nothing = np.full(len(LYRICS_NAMES) + len(manner("")), np.nan)
    return np.array([_felt(text) if text else nothing for text in texts]).reshape(len(texts), len(nothing))


def _felt(text: str) -> Floats:
    described = describe_lyrics(text)
    felt = described.vector if described else np.zeros(len(LYRICS_NAMES))
    return np.concatenate([felt, manner(text)])
