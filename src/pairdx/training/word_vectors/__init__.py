"""A vector for each word of the captions."""
