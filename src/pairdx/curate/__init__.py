"""From a raw archive to PairDx: filter, scan, scrub, balance, split, review."""
