"""Programs that know nothing of the project, and read what it wrote."""

import os
import subprocess
import sys


def run_python(program, *arguments, home):
    """Run a program in a Python of its own; return what it printed.

    Args:
        program: its text.
        arguments: of it.
        home: where libraries put their caches.
    """
    environment = os.environ | {"HF_HOME": str(home), "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}
    blocked = "import sys; sys.modules['pairdx'] = None; del sys\n"
    done = subprocess.run(
        [sys.executable, "-c", blocked + program, *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
