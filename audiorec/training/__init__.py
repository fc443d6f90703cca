"""Numbers to models: loops, losses, early stopping."""
