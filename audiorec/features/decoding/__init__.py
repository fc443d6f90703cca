"""From bytes to samples: which container a file is, whether it is whole, and its sound as a stream of blocks."""
