"""Composes and renders the demo library: scales to chords to melodies to notes to sound to mp3.

Run `python -m assets.compose` from the root of the repository. Everything is seeded: the same code gives the same
samples. Nothing here is imported by the package `audiorec`.
"""
