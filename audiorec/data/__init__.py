"""What is kept: the workspace, its catalogue, feature tables, listens, tracks and splits."""
