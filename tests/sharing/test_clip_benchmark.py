"""LAION's clip_benchmark on our shards and our model folder: the classes that we predict (slow)."""

import json
from importlib.util import find_spec

import pytest
from model_folders import save_clip, untrained_clip
from strangers import run_python

from pairdx.core.schema import LABELS
from pairdx.prediction.predict import load_model
from pairdx.sharing.dataset import export_dataset

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        find_spec("clip_benchmark") is None, reason="clip-benchmark is not installed"
    ),
]
BENCHMARK = """
import json, sys
import torch
from clip_benchmark.datasets.builder import build_dataset
from clip_benchmark.metrics import zeroshot_classification as zero_shot
from clip_benchmark.models import load_clip
folder, model = sys.argv[1:]
model, transform, tokenizer = load_clip("open_clip", f"local-dir:{model}", None, None, "cpu")
data = build_dataset("wds/pairdx", root=folder, transform=transform, split="test", download=False)
loader = torch.utils.data.DataLoader(data.batched(64), batch_size=None, num_workers=0)
vectors = zero_shot.zero_shot_classifier(
    model.eval(), tokenizer, data.classes, data.templates, "cpu", amp=False
)
logits, target = zero_shot.run_classification(model, vectors, loader, "cpu", amp=False)
# The package's own `accuracy` fails under NumPy 2.4: it makes a float of an array.
print(json.dumps([logits.argmax(1).tolist(), target.tolist()]))
"""


def test_its_accuracy_is_ours(project, architecture, tmp_path, monkeypatch):
    monkeypatch.chdir(project.top)
    out = tmp_path / "shards"
    export_dataset(out, "webdataset", project.data, project.raw, project.metrics)
    folder = save_clip(tmp_path / "pairdx_clip", untrained_clip(architecture), trained=True)
    found, targets = json.loads(run_python(BENCHMARK, str(out), str(folder), home=tmp_path))
    rows = project.rows["test"]
    images = [row["image"]["bytes"] for row in rows]
    ours = load_model(folder).predict(images, [""] * len(images)).argmax(1).tolist()
    assert len(set(ours)) > 1  # what says the same of every image would prove nothing
    assert found == ours
    assert targets == [LABELS.index(row["label"]) for row in rows]
