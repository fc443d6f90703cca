"""What things are: tracks, listens, feature tables, the workspace that holds them, and how they come in."""
