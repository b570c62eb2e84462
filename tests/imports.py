"""What a Python that a test starts imports from."""

import os


def importing(*folders):
    """Return a PYTHONPATH of these folders, and of what keeps tests off the network."""
    return os.pathsep.join([*map(str, folders), os.environ["PYTHONPATH"]])
