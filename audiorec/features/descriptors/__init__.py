"""From samples to numbers: spectra, rhythm, loudness, timbre, chroma, and their summary over a song."""
