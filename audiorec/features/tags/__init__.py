"""Who plays what: the tags of a file, whatever container and code page they are in."""
