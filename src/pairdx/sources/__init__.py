"""Readers of data/raw and of a folder of pairs."""
