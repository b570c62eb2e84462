"""ClinVLA: adapters in both towers of a frozen CLIP."""
