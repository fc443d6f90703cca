"""From sound to taste: what listens of a new song would look like, told from its content."""
