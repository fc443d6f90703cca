"""The doors of the server: what may be asked over HTTP, one file a group of questions."""
