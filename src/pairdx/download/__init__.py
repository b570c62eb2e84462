"""Fetching and laying out the raw pairs: Zenodo, MultiCaRe, PairDx, a folder, the sample."""
