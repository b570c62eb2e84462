"""From a raw archive to PairDx: cohort, scan, scrub, balance, split."""
