"""The fixtures of the report's tests."""

from finished_run import committed_results, finished, project

__all__ = ["committed_results", "finished", "project"]
