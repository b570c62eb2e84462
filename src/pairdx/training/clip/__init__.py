"""CLIP: objectives, ways to tune, pre-training."""
