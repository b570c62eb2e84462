"""Training: the loop, its objectives, its checkpoints."""
