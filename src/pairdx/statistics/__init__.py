"""Numbers from tables, without files."""
