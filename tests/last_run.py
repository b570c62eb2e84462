"""What a finished run leaves behind for the doctor: dvc.lock, and how long training took."""

import json

import yaml
from pipeline import STAGES

from pairdx.core.params import read

TOOK = {
    "fusion": 48.0,
    "image_only": 31.0,
    "caption_only": 4.0,
    "pairdx_clip": 70.0,
    "clinvla": 200.0,
}
ROWS = 672  # that were trained on


def write_last_run(folder, params):
    """Write them as of a run with the params file ``params``."""
    content = read(params)

    def value(key):
        found = content
        for name in key.split("."):
            found = found[name]
        return found

    stages = {
        name: {
            "cmd": stage["cmd"],
            "params": {"params.yaml": {key: value(key) for key in stage["params"]}},
        }
        for name, stage in STAGES.items()
        if "params" in stage
    }
    lock = yaml.safe_dump({"schema": "2.0", "stages": stages}, sort_keys=False)
    (folder / "dvc.lock").write_text(lock, encoding="utf-8")
    timing = folder / "metrics" / "timing" / "train"
    timing.mkdir(parents=True)
    for name, seconds in TOOK.items():
        (timing / f"{name}.json").write_text(json.dumps({"seconds": seconds}))
    split = {"counts": {"train": {"total": ROWS}}}
    (folder / "metrics" / "split.json").write_text(json.dumps(split))
