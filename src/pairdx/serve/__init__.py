"""A trained model applied to a pair."""
