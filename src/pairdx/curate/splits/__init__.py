"""Duplicates, balance, splits, and what these share."""
