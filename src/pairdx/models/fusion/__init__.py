"""PairDxFusion and its encoders, each alone."""
