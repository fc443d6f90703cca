"""From sound to taste: what listens of a new song would look like, predicted from its content."""
