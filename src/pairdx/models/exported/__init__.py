"""Models that left the project, run without torch."""
