"""PairDxFusion and its baselines."""
