"""CLIP with the sentences of the six classes, as open_clip knows it."""
