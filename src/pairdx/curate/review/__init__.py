"""What people look at: pairs that the rules were unsure of, took something from, or let pass."""
