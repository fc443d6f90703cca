"""Who plays what: models of listens alone, one file a family."""
