"""What comes in: listens, playlists, friends and labels from files and services, and which song each row means."""
