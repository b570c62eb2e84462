"""ClinVLA: alignment of views, then the classes."""
