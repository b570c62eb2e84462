"""The promises of benchmarks/full_scale_release.py (`pytest -m slow`)."""

import re
import subprocess
import sys

import pytest
from closure import ROOT

pytestmark = pytest.mark.slow


def test_the_filter_of_a_whole_release_is_quick_and_small(tmp_path):
    script = str(ROOT / "benchmarks" / "full_scale_release.py")
    command = [sys.executable, script, "--scratch", str(tmp_path), "--times", "1"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr  # it checks the counts of the steps itself
    [cpu, memory] = re.search(r"filter: .*\((.*) s of CPU\), (.*) GB", done.stdout).groups()
    assert float(cpu) < 20
    assert float(memory) < 2
    total = re.search(r"cap for 22,665 pairs: [\d,]+  (.*)", done.stdout)[1]
    sizes = [int(size.replace(",", "")) for size in re.findall(r"[\d,]*\d", total)]
    assert sum(sizes) == 22_665
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(
    not (ROOT / "data" / "pairdx").is_dir(), reason="needs a finished run: `dvc repro`"
)
@pytest.mark.parametrize("to", ["any", "neighbour"])
def test_planted_label_errors_are_found(to):
    """Of 5 % flipped labels at least 80 % are among the 8 % that the audit doubts most."""
    script = str(ROOT / "benchmarks" / "planted_labels.py")
    command = [sys.executable, script, "--seeds", "3", "--to", to]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    least = re.search(r"the audit's \| [\d.]+ \(([\d.]+)\)", done.stdout)[1]
    assert float(least) >= 0.8, done.stdout
