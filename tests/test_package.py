"""What importing the package settles before the libraries that it uses are loaded."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

CPUS = Path("/proc/cpuinfo")
TOLD = (
    "import pairdx, numpy, scipy.linalg, threadpoolctl\n"
    "found = threadpoolctl.threadpool_info()\n"
    "print({one['architecture'] for one in found if one['internal_api'] == 'openblas'})"
)


def kernels(**said):
    plain = {key: value for key, value in os.environ.items() if key != "OPENBLAS_CORETYPE"}
    done = subprocess.run(
        [sys.executable, "-c", TOLD], env=plain | said, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


@pytest.mark.skipif(
    not CPUS.is_file() or " avx2 " not in CPUS.read_text(encoding="utf-8"), reason="needs AVX2"
)
def test_openblas_takes_the_same_kernels_on_every_cpu_unless_others_are_asked_for():
    assert kernels() == "{'Haswell'}"
    assert kernels(OPENBLAS_CORETYPE="Sandybridge") == "{'Sandybridge'}"
