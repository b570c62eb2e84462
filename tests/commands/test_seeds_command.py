"""`pairdx seeds` in a small DVC project whose stages bear the names of ours."""

import json
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from closure import ROOT
from pipeline import STAGES, paths

from pairdx.commands.seeds import TRAINING
from pairdx.core.params import read

# Each stage writes its seed; `compare` makes a score of the two.
STAGE = 'python -c \'import yaml; print(yaml.safe_load(open("params.yaml"))["seed"])\' > {}'
COMPARE = (
    'python -c \'import json; data, training = (float(open(f).read()) for f in ("split", '
    '"word_vectors")); json.dump({"fusion": {"acc": training / 100, "f1": '
    'data / 100}}, open("metrics/headline/models.json", "w"))\''
)


def run(folder, *words):
    return subprocess.run(
        [sys.executable, "-m", *words], cwd=folder, capture_output=True, text=True, check=False
    )


@pytest.fixture
def project(tmp_path):
    stages = {
        "split": {"cmd": STAGE.format("split"), "params": ["seed"], "outs": ["split"]},
        **{
            name: {
                "cmd": STAGE.format(name),
                "deps": ["split"],
                "params": ["seed"],
                "outs": [name],
            }
            for name in TRAINING
        },
        "compare": {
            "cmd": COMPARE,
            "deps": ["split", "word_vectors"],
            "metrics": [{"metrics/headline/models.json": {"cache": False}}],
        },
    }
    (tmp_path / "dvc.yaml").write_text(yaml.safe_dump({"stages": stages}))
    (tmp_path / "params.yaml").write_text("seed: 17\nseeds: [18, 20]\n")
    (tmp_path / "metrics" / "headline").mkdir(parents=True)
    (tmp_path / "metrics" / "headline" / ".gitkeep").write_text("")
    for words in ("init -q", "config user.name t", "config user.email t@example.org"):
        subprocess.run(["git", *words.split()], cwd=tmp_path, check=True)
    assert run(tmp_path, "dvc", "init", "-q").returncode == 0
    assert run(tmp_path, "dvc", "repro", "-q").returncode == 0
    subprocess.run(["git", "add", "-A"], cwd=tmp_path, check=True)
    subprocess.run(["git", "commit", "-qm", "x"], cwd=tmp_path, check=True)
    return tmp_path


@pytest.mark.slow
def test_mean_and_spread_over_real_experiments(project, monkeypatch):
    pairdx = "import sys; sys.argv[0] = 'pairdx'; from pairdx.cli import main; main()"

    def seeds(*words):
        return subprocess.run(
            [sys.executable, "-c", pairdx, "seeds", *words],
            cwd=project,
            capture_output=True,
            text=True,
            check=False,
        )

    done = seeds()
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads((project / "metrics/seeds.json").read_text())
    assert found["varied"] == "data and training"
    assert found["models"]["fusion"]["accuracy"]["by_seed"] == {"18": 0.18, "20": 0.2}
    assert found["models"]["fusion"]["macro_f1"]["by_seed"] == {"18": 0.18, "20": 0.2}
    assert (project / "split").read_text() == "17\n"  # the workspace is left as it was

    first = (project / "metrics/seeds.json").read_bytes()
    again = seeds()  # nothing is run a second time
    assert again.returncode == 0
    assert "Running" not in again.stdout + again.stderr
    assert (project / "metrics/seeds.json").read_bytes() == first

    assert seeds("--training-only").returncode == 0
    found = json.loads((project / "metrics/seeds.json").read_text())
    assert found["varied"] == "training"
    assert found["models"]["fusion"]["accuracy"]["by_seed"] == {"18": 0.18, "20": 0.2}
    assert found["models"]["fusion"]["macro_f1"]["by_seed"] == {"18": 0.17, "20": 0.17}

    (project / "params.yaml").write_text("seed: 17\nseeds: []\n")
    nothing = seeds()
    assert nothing.returncode == 1
    assert "seeds = []; name those to run" in nothing.stderr


def resolved(path: str) -> str:
    """Fill in what dvc.yaml takes from params.yaml: `${section.key}`, `${section.key[0]}`."""
    for name in re.findall(r"\$\{(.*?)\}", path):
        value: Any = read(ROOT / "params.yaml")
        for key in re.findall(r"\w+", name):
            value = value[int(key) if key.isdigit() else key]
        path = path.replace(f"${{{name}}}", value)
    return path


def test_training_starts_where_the_pipeline_trains() -> None:
    """Every stage that draws on the seed lies before the split's end, or behind TRAINING."""
    made = {
        Path(path): name
        for name, stage in STAGES.items()
        for kind in ("outs", "metrics", "plots")
        for path in paths(stage.get(kind, []))
    }

    def makers(dep: Path) -> set[str]:
        """Those of what is read, of a folder that it lies in, or of files in it."""
        return {
            name for out, name in made.items() if dep.is_relative_to(out) or out.is_relative_to(dep)
        }

    @cache
    def before(name: str) -> frozenset[str]:
        found = set().union(*(makers(Path(resolved(dep))) for dep in STAGES[name]["deps"]))
        return frozenset(found).union(*map(before, found))

    seeded = {name for name, stage in STAGES.items() if "seed" in stage.get("params", [])}
    starts = {name for name in STAGES if name.split("@")[0] in TRAINING}
    behind = {name for name in STAGES if (before(name) | {name}) & starts}
    # leakage is about the data, and its probes are its own.
    assert seeded - behind == {"download", "review", "split", "leakage"}
    assert not {"download", "split"} & behind
