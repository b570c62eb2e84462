"""The pipeline as a user runs it: clones, `dvc repro`, changed params (`pytest -m slow`)."""

import csv
import io
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from closure import ROOT
from releases import rows_of, write_release
from zenodo_server import Zenodo

pytestmark = pytest.mark.slow

SMALL = [
    "download.sample_images=600",
    "balance.cap_per_class=24",
    "leakage.repeats=1",
    "leakage.resamples=100",
    "word_vectors.epochs=2",
    "fusion.epochs=1",
    "baselines.epochs=1",
    "pairdx_clip.epochs=1",
    "pretrain_clip.epochs=1",
    "clinvla.epochs=1",
    "clinvla.classify_epochs=1",
    "evaluate.resamples=100",
    "significance.resamples=100",
    "calibrate.resamples=100",
    "disagreements.resamples=100",
    "retrieve.resamples=100",
    "shortcut.resamples=100",
    "corrupt.pairs=6",
    "robustness.resamples=100",
    "external.resamples=100",
    "benchmark_cpu.pairs=2",
    "benchmark_cpu.warmup=1",
    "subgroups.resamples=100",
    "audit_labels.folds=3",
    "audit_labels.trees=20",
    "label_sheet.doubtful=5",
    "label_sheet.drawn=5",
    "check_labels.resamples=100",
    "explain.pairs=4",
    "explain.cases=1",
    "explain.resamples=100",
]
REALDATA = ROOT.parent / "shared" / "realdata"


def run(folder: Path, *command: str, fails: bool = False) -> str:
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "TQDM_DISABLE": "1",
        "DVC_NO_ANALYTICS": "1",
    }
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    output = done.stdout + done.stderr
    assert (done.returncode != 0) == fails, output
    return output


def set_params(folder: Path, *settings: str) -> None:
    path = folder / "params.yaml"
    params = yaml.safe_load(path.read_text())
    for setting in settings:
        keys, value = setting.split("=")
        *parents, last = keys.split(".")
        section = params
        for key in parents:
            section = section[key]
        section[last] = yaml.safe_load(value)
    path.write_text(yaml.safe_dump(params))


def clone(folder: Path) -> Path:
    """Copy what Git tracks, as a clone without any cache; keeps uncommitted changes of code."""
    tracked = run(ROOT, "git", "ls-files", "-z").split("\0")
    for name in filter(None, tracked):
        if (ROOT / name).exists():
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target)
    run(folder, "git", "init", "-q")
    run(folder, "git", "add", "-A")
    run(folder, "git", "-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "-qm", "x")
    return folder


def locked(folder: Path) -> dict[str, dict[str, str]]:
    """Return the digest of every output of every stage, times aside."""
    lock = yaml.safe_load((folder / "dvc.lock").read_text())
    return {
        name: {
            out["path"]: out["md5"]
            for out in stage["outs"]
            if not out["path"].startswith("metrics/timing/")
        }
        for name, stage in lock["stages"].items()
    }


def ran(output: str) -> set[str]:
    """Return the names of the stages that `dvc repro` ran, or would run."""
    marks = [line for line in output.splitlines() if line.startswith("Running stage")]
    return {line.split("'")[1] for line in marks}


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = clone(tmp_path_factory.mktemp("first"))
    set_params(folder, *SMALL)
    run(folder, "dvc", "repro")
    return folder


def test_two_clean_clones_give_the_same_bytes(done: Path, tmp_path: Path) -> None:
    second = clone(tmp_path)
    set_params(second, *SMALL)
    run(second, "dvc", "repro")
    assert locked(second) == locked(done)


def test_a_second_repro_runs_nothing(done: Path) -> None:
    assert ran(run(done, "dvc", "repro")) == set()
    assert "up to date" in run(done, "dvc", "status")


def test_the_committed_lock_is_up_to_date(tmp_path: Path) -> None:
    output = run(clone(tmp_path), "dvc", "repro", "--dry", "--allow-missing")
    assert ran(output) == set(), output
    assert "up to date" in output


def would_run(folder: Path, *settings: str) -> set[str]:
    """Say what a change of params would re-run, itself and by what follows, and take it back."""
    before = (folder / "params.yaml").read_text()
    try:
        set_params(folder, *settings)
        return ran(run(folder, "dvc", "repro", "--dry", "--force-downstream"))
    finally:
        (folder / "params.yaml").write_text(before)


def test_a_change_of_fusion_runs_fusion_and_what_reads_it(done: Path) -> None:
    assert would_run(done, "fusion.epochs=2") == {
        "train_fusion",
        "predict@fusion",
        "evaluate@fusion",
        "shortcut",
        "corrupt",
        "robustness",
        "significance",
        "calibrate",
        "disagreements",
        "benchmark_cpu",
        "subgroups",
        "check_labels",
        "compare",
        "explain",
    }


def test_a_change_of_the_cap_runs_no_filter_scan_or_scrub(done: Path) -> None:
    changed = would_run(done, "balance.cap_per_class=20")
    assert "balance" in changed
    assert not changed & {"download", "filter", "scan", "scrub", "zero_shot@clip_zero_shot"}


def test_a_decision_runs_scrub_and_no_scan(done: Path) -> None:
    path = done / "review" / "decisions.csv"
    before = path.read_text()
    try:
        path.write_text(f"{before}anything,Ann,drop,,\n")
        changed = ran(run(done, "dvc", "repro", "--dry", "--force-downstream"))
    finally:
        path.write_text(before)
    assert {"scrub", "review", "balance"} <= changed
    assert not changed & {"download", "filter", "scan"}


def test_a_change_of_metrics_trains_nothing(done: Path) -> None:
    changed = would_run(done, "evaluate.calibration_bins=7")
    assert {name.split("@")[0] for name in changed} == {"evaluate", "compare"}


def test_a_change_of_leakage_runs_its_stage_alone(done: Path) -> None:
    assert would_run(done, "leakage.folds=4") == {"leakage"}


def test_a_change_of_a_threshold_runs_its_stage_alone(done: Path) -> None:
    assert would_run(done, "calibrate.coverages=[0.5]") == {"calibrate"}
    assert would_run(done, "significance.confidence=0.9") == {"significance"}
    assert would_run(done, "disagreements.cards=3") == {"disagreements"}


@pytest.mark.parametrize(
    ("setting", "stages"),
    [
        ("subgroups.min_pairs=20", {"subgroups"}),
        ("check_labels.confidence=0.9", {"check_labels"}),
        ("label_sheet.drawn=4", {"label_sheet"}),
        ("audit_labels.trees=30", {"audit_labels", "label_sheet", "check_labels"}),
    ],
)
def test_a_change_of_evidence_runs_its_stages_alone(
    done: Path, setting: str, stages: set[str]
) -> None:
    assert would_run(done, setting) == stages


def test_a_reader_runs_the_comparison_with_readers_alone(done: Path) -> None:
    path = done / "review" / "labels.csv"
    before = path.read_text()
    try:
        path.write_text(f"{before}anything,Ann,chart,\n")
        changed = ran(run(done, "dvc", "repro", "--dry", "--force-downstream"))
    finally:
        path.write_text(before)
    assert changed == {"check_labels"}


def test_a_change_of_clinvla_leaves_its_base_alone(done: Path) -> None:
    changed = would_run(done, "clinvla.local_weight=0.0")
    assert {"train_clinvla", "predict@clinvla", "retrieve@clinvla"} <= changed
    assert not changed & {"pretrain_clip", "retrieve@clip_base", "predict@pairdx_clip"}


def test_a_folder_of_others_is_scored_and_watched(done: Path) -> None:
    before = (done / "params.yaml").read_text()
    folder = done / "others"
    shutil.copytree(ROOT / "examples" / "pairs", folder)
    try:
        set_params(done, "external.folders={others: others}")
        assert ran(run(done, "dvc", "repro")) == {"external@others"}
        scores = yaml.safe_load((done / "metrics/external/others/fusion.json").read_text())
        assert scores["n"] == 12
        assert "accuracy_drop_high" in scores
        assert "others/fusion.json" in run(done, "dvc", "metrics", "show")
        table = folder / "pairs.csv"
        table.write_text("\n".join(table.read_text().splitlines()[:-1]) + "\n")
        assert ran(run(done, "dvc", "repro", "--dry")) == {"external@others"}
    finally:
        (done / "params.yaml").write_text(before)
        shutil.rmtree(folder)
    assert ran(run(done, "dvc", "repro", "--dry")) == set()


def test_a_change_of_intervals_asks_no_model_again(done: Path) -> None:
    assert would_run(done, "robustness.confidence=0.9") == {"robustness"}
    assert would_run(done, "shortcut.confidence=0.9") == {"shortcut"}


def test_an_experiment_can_be_run_and_shown(done: Path) -> None:
    run(done, "git", "add", "-A")
    run(done, "git", "-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "-qm", "y")
    run(done, "dvc", "exp", "run", "-n", "slower", "-S", "fusion.lr=3e-5", "-S", "fusion.epochs=2")
    table = run(done, "dvc", "exp", "show", "--csv")
    assert "slower" in table
    assert "3e-05" in table
    assert "fusion" in run(done, "dvc", "metrics", "diff")


def test_the_queue_of_fusions_runs_and_is_shown(done: Path) -> None:
    """As docs/ablations.md has it, with one line of its queue."""
    document = (ROOT / "docs" / "ablations.md").read_text(encoding="utf-8")
    lines = [line for line in document.splitlines() if line.startswith("dvc exp run")]
    queued = [shlex.split(line) for line in lines if "--queue" in line]
    assert len(queued) == 4
    run(done, "git", "add", "-A")
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.org")
    run(done, "git", *identity, "commit", "-q", "--allow-empty", "-m", "q")
    run(done, *queued[2])
    [start] = [shlex.split(line) for line in lines if "--run-all" in line]
    run(done, *start)
    table = list(csv.DictReader(io.StringIO(run(done, "dvc", "exp", "show", "--csv"))))
    [row] = [row for row in table if row["Experiment"] == "cross_attention"]
    assert row["State"] == "Success"
    [accuracy] = [value for name, value in row.items() if name == "metrics/fusion.json:accuracy"]
    assert 0 < float(accuracy) <= 1


def test_plots_are_shown_without_a_network(done: Path) -> None:
    run(done, "pairdx", "offline-plots")
    run(done, "dvc", "plots", "show")
    page = (done / "dvc_plots" / "index.html").read_text(encoding="utf-8")
    assert "<script src" not in page
    assert "fusion: share of each actual class" in page


def test_published_pairs_run_to_the_comparison_with_their_own_split(
    done: Path, tmp_path: Path
) -> None:
    folder = clone(tmp_path)
    set_params(
        folder,
        *SMALL,
        "download.source=pairdx_release",
        f"download.path={done / 'data' / 'export'}",
        "filter.unknown_age=keep",
        "balance.duplicates=keep",
        "balance.cap_per_class=null",
        "split.group_by=published",
    )
    run(folder, "dvc", "repro")
    first, second = (
        yaml.safe_load((project / "metrics" / "split.json").read_text())
        for project in (done, folder)
    )
    assert second["counts"] == first["counts"]
    assert second["leakage"]["train_test"]["articles"]["shared"] == 0  # as it was split there
    scores = yaml.safe_load((folder / "metrics" / "comparison.json").read_text())
    assert len(scores) == 8


def test_dvc_goes_on_with_a_download_and_notices_the_folder(zenodo: Zenodo, tmp_path: Path) -> None:
    folder = clone(tmp_path / "project")
    release = write_release(tmp_path / "release", rows_of(articles=20))
    zenodo.records[20416562] = release
    set_params(
        folder,
        "download.source=multicare",
        "download.record=20416562",
        f"download.api={zenodo.api}",
        "download.workers=1",
    )
    zenodo.faults["PMC5.zip"] = [("cut", 1000), ("status", 404)]
    assert "PMC5.zip?download=1: answer 404" in run(folder, "dvc", "repro", "filter", fails=True)
    assert not (folder / "data" / "raw").exists()
    before = len(zenodo.log)
    run(folder, "dvc", "repro", "filter")
    again = [name for name, _ in zenodo.log[before:]]
    assert again[:2] == ["record", "PMC5.zip"]
    assert zenodo.asked("PMC5.zip")[-1] == "bytes=1000-"
    assert not set(again) & {f"PMC{digit}.zip" for digit in range(1, 5)}
    metrics = yaml.safe_load((folder / "metrics" / "filter.json").read_text())
    assert metrics["source"]["record"] == 20416562
    assert ".cache" not in run(folder, "git", "status", "--porcelain")
    assert ran(run(folder, "dvc", "repro", "filter")) == set()

    shutil.copytree(release, folder / "data" / "release", dirs_exist_ok=True)
    before = len(zenodo.log)
    assert "download" in ran(run(folder, "dvc", "repro", "filter"))
    assert len(zenodo.log) == before
    (folder / "data" / "release" / "PMC1.zip").write_bytes(b"")
    assert "PMC1.zip: missing or empty" in run(folder, "dvc", "repro", "filter", fails=True)


@pytest.mark.skipif(not REALDATA.is_dir(), reason="needs ../shared/realdata")
def test_real_pairs_run_to_the_comparison(tmp_path: Path) -> None:
    folder = clone(tmp_path)
    set_params(
        folder,
        *SMALL[2:],
        "download.source=folder",
        f"download.folder={REALDATA}",
        "filter.unknown_age=keep",
        "balance.cap_per_class=47",
        "baselines.epochs=8",
    )
    run(folder, "dvc", "repro")
    scores = yaml.safe_load((folder / "metrics" / "comparison.json").read_text())
    assert scores["image_only"]["macro_f1"] > 0.6
    assert "synthetic" not in (folder / "metrics" / "timing" / "comparison.md").read_text()
