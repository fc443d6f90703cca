"""Tables: listens, friends, songs, labels, vectors, and published splits."""
