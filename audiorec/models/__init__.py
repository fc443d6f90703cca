"""Parameters: networks and linear models as pure objects, and the checkpoints that keep them."""
