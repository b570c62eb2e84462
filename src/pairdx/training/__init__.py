"""Training: a folder a family of models."""
