"""From PairDx tables to tensors."""
