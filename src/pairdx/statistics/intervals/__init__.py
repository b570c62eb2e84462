"""How sure a measure is: the bootstrap by article."""
