"""Libraries of players, as the player keeps them on the disk."""
