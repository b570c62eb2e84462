"""Readers of data/raw and of a folder of pairs; the one decoder of images."""
