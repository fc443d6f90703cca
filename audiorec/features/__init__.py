"""Signal to numbers: decoding, spectra, rhythm, tags, lyrics, and their fusion."""
