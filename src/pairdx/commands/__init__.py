"""Commands of `pairdx` that have a module of their own."""
