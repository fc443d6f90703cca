"""Which song of the library a written song means: by path, by an id, by artist and title."""
