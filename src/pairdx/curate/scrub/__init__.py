"""What is done about what the scan found, and how well that works."""
