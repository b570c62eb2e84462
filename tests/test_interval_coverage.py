"""benchmarks/interval_coverage.py on fewer splits (`pytest -m slow`)."""

import re
import subprocess
import sys

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from closure import ROOT

from pairdx.core.schema import LABELS


@pytest.mark.slow
def test_intervals_cover_the_truth(tmp_path):
    generator = np.random.default_rng(0)
    sizes = generator.choice([1, 1, 2, 2, 3, 4, 9], size=70)
    articles = np.repeat(np.arange(70), sizes)
    labels = generator.choice(LABELS, size=len(articles))
    pq.write_table(
        pa.table({"article_id": [f"a{article}" for article in articles], "label": labels}),
        tmp_path / "p.parquet",
    )
    script = str(ROOT / "benchmarks" / "interval_coverage.py")
    words = f"--predictions {tmp_path / 'p.parquet'} --articles 120 --sets 400 --resamples 400"
    done = subprocess.run([sys.executable, script, *words.split()], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    share = r"([\d.]+) %"
    line = rf"\| 120 \| [\d.]+ \| ([a-zF1 -]+) \| [\d.]+ \| {share} \| {share} \| {share}"
    rows = [(score, used) for score, _, _, used in re.findall(line, done.stdout)]
    assert len(rows) == 3 * 4
    for score, covered in rows:  # 95 % of 400 have a standard error of 1.1 points
        assert 91.5 < float(covered) < 98.5, score
