"""Signal to numbers: decoding, spectra, rhythm, lyrics, the network of listeners, and their fusion."""
