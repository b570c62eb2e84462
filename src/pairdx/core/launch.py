"""How this process was started: alone, or by `torchrun` as one of several that do the same."""

import os


def first_process() -> bool:
    """Whether this one writes, and speaks, for all.

    Other launchers say a rank, too: theirs means nothing here.
    """
    return "TORCHELASTIC_RUN_ID" not in os.environ or os.environ["RANK"] == "0"
