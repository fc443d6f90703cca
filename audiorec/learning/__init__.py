"""How anything learns: the training loop, checkpoints, averaging, nearest neighbours."""
