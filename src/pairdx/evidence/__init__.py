"""From predictions and models to what may be said: a folder a question."""
