"""A model folder, opened and applied; tables of predictions, read."""
