"""Rules that find what could identify a person in a caption, one module a kind."""
