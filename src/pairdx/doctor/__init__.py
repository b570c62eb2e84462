"""What a params file needs, and whether this machine has it."""
