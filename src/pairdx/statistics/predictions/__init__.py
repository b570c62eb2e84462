"""Predictions of models on the same pairs: read, checked, summed up."""
