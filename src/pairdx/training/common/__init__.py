"""The loop, its checkpoints, and what it leaves on record."""
