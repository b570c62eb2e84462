"""Every parameter, typed: one module a section of params.yaml."""
