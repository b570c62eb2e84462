"""What every model folder has: a card, a state, and a way to be asked."""
