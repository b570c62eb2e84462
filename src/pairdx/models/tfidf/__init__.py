"""The linear baseline on captions."""
