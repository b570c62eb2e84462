"""PairDx: medical image + caption pairs from MultiCaRe, and the models that are compared on them."""
