"""The page on which people say what the class of a pair is."""
