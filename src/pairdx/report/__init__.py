"""The comparison, as tables and pages."""
