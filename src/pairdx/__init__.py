"""PairDx: medical image + caption pairs from MultiCaRe, and the models compared on them."""
