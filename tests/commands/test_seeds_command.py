"""`pairdx seeds` in a small DVC project whose stages bear the names of ours."""

import json
import re
import shlex
import subprocess
import sys

import numpy as np
import pytest
import yaml
from closure import ROOT
from pipeline import STAGES
from predictions import predictions
from small import section

from pairdx.commands.seeds import intervals, training_stages
from pairdx.core.errors import PairdxError
from pairdx.statistics.intervals.params import IntervalParams

# Run by the tests' own Python, which need not be the first on the PATH.
PYTHON = shlex.quote(sys.executable)
# Each stage writes its seed; `predict` is wrong on some of twelve pairs, the more the later the
# seed, and `compare` makes a score of the seeds of data and training.
STAGE = PYTHON + ' -c \'import yaml; print(yaml.safe_load(open("params.yaml"))["seed"])\' > {}'
PREDICT = f"{PYTHON} predict.py"
PREDICT_PY = """\
import sys
sys.path.insert(0, {tests!r})
import numpy as np
from pathlib import Path
from predictions import predictions, write_predictions
wrong = int(open("word_vectors").read()) - 16
actual = np.arange(12) % 2
said = np.where(np.arange(12) < wrong, 1 - actual, actual)
write_predictions(Path("predictions/fusion.parquet"), predictions(actual, said))
"""
PARAMS = "seed: 17\nseeds: [18, 20]\nintervals: {resamples: 200, confidence: 0.95}\n"
COMPARE = (
    PYTHON + ' -c \'import json; data, training = (float(open(f).read()) for f in ("split", '
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
        "word_vectors": {
            "cmd": STAGE.format("word_vectors"),
            "deps": ["split"],
            "params": ["seed"],
            "outs": ["word_vectors"],
        },
        "predict": {
            "cmd": PREDICT,
            "deps": ["word_vectors"],
            "outs": ["predictions/fusion.parquet"],
        },
        "evidence": {"cmd": "exit 1", "deps": ["predictions/fusion.parquet"], "frozen": True},
        "compare": {
            "cmd": COMPARE,
            "deps": ["split", "word_vectors", "predictions/fusion.parquet"],
            "metrics": [{"metrics/headline/models.json": {"cache": False}}],
        },
    }
    (tmp_path / "dvc.yaml").write_text(yaml.safe_dump({"stages": stages}))
    (tmp_path / "predict.py").write_text(PREDICT_PY.format(tests=str(ROOT / "tests")))
    (tmp_path / "params.yaml").write_text(PARAMS)
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
    accuracy = found["models"]["fusion"]["accuracy"]  # 2 and 4 of twelve are wrong: 0.75
    assert 0.2 < accuracy["mean_low"] < 0.75 < accuracy["mean_high"] < 1

    assert seeds("18", "19", "--training-only").returncode == 0  # those named, and not 18 again
    found = json.loads((project / "metrics/seeds.json").read_text())
    assert found["models"]["fusion"]["accuracy"]["by_seed"] == {"18": 0.18, "19": 0.19}

    twice = seeds("18", "18")
    assert twice.returncode == 1
    assert "pairdx seeds = [18, 18]; a list of different whole numbers" in twice.stderr

    (project / "params.yaml").write_text(PARAMS.replace("seed: 17", "seed: 16"))
    stale = seeds("--training-only")
    assert stale.returncode == 1
    assert "the pairs are not those of params.yaml; run `dvc repro split` first" in stale.stderr

    (project / "params.yaml").write_text("seed: 17\nseeds: []\n")
    nothing = seeds()
    assert nothing.returncode == 1
    assert "seeds = []; name those to run" in nothing.stderr


@pytest.mark.filterwarnings("ignore:_NoneStep.value:DeprecationWarning")  # pygtrie, by DVC
def test_training_is_what_lies_between_the_pairs_and_the_comparison() -> None:
    found = training_stages(ROOT)
    groups, known = ({name.partition("@")[0] for name in names} for names in (found, STAGES))
    data = {"download", "filter", "scan", "scrub", "split"}
    assert not groups & data
    assert {name for name in known if re.match("train_|finetune_|pretrain_", name)} <= groups
    assert groups <= known - data
    assert found[-1] == "compare"
    assert found.index("word_vectors") < found.index("train_fusion")
    assert found.index("pretrain_clip") < found.index("zero_shot@clip")
    assert found.index("zero_shot@clip") < found.index("train_clinvla")
    assert found.index("train_clinvla") < found.index("predict@clinvla")
    for evidence in ("explain", "robustness", "subgroups", "evaluate", "leakage"):
        assert evidence not in groups  # a seed costs its trainings


PARAMS_OF_INTERVALS = section(IntervalParams, resamples=400)


def run_of(share, generator, pairs=80):
    """Two classes, two pairs an article, some of which are right."""
    actual = np.arange(pairs) % 2
    said = np.where(generator.random(pairs) < share, actual, 1 - actual)
    return {"fusion": predictions(actual, said, np.arange(pairs) // 2)}


def test_seeds_that_differ_widen_the_interval():
    generator = np.random.default_rng(1)
    same = run_of(0.8, generator)
    (alone,) = intervals([same] * 3, PARAMS_OF_INTERVALS, 1).values()
    differing = [run_of(share, generator) for share in (0.65, 0.8, 0.95)]
    (apart,) = intervals(differing, PARAMS_OF_INTERVALS, 1).values()
    for metric in ("accuracy", "macro_f1"):
        narrow, wide = (
            one[metric]["mean_high"] - one[metric]["mean_low"] for one in (alone, apart)
        )
        assert wide > 1.5 * narrow
    mean = np.mean([one["fusion"].correct.mean() for one in differing])
    assert apart["accuracy"]["mean_low"] < mean < apart["accuracy"]["mean_high"]


def test_seeds_of_other_pairs_are_refused():
    first, other = (run_of(0.8, np.random.default_rng(1), pairs) for pairs in (80, 60))
    with pytest.raises(PairdxError, match="fusion was tested on other pairs; one split is needed"):
        intervals([first, other], PARAMS_OF_INTERVALS, 1)
