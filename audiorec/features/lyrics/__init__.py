"""Lyrics: from the bytes beside a song to named numbers about what its words feel.

Importing this loads no dictionary; each language's is loaded when its first line comes by and kept for the process.
"""

from audiorec.features.lyrics.course import line_feelings
from audiorec.features.lyrics.embedded import tag_lyrics
from audiorec.features.lyrics.feeling import Feeling, FeltWord
from audiorec.features.lyrics.lexicon import EMOTIONS
from audiorec.features.lyrics.parts import sung_lines
from audiorec.features.lyrics.read import find_lyrics, read_lyrics, read_lyrics_file
from audiorec.features.lyrics.vector import LYRICS_NAMES, LyricsFeatures, describe_lyrics

__all__ = [
    "EMOTIONS",
    "LYRICS_NAMES",
    "Feeling",
    "FeltWord",
    "LyricsFeatures",
    "describe_lyrics",
    "find_lyrics",
    "line_feelings",
    "read_lyrics",
    "read_lyrics_file",
    "sung_lines",
    "tag_lyrics",
]
