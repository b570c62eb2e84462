"""The pipeline as a user runs it: clones, `dvc repro`, changed params (`pytest -m slow`)."""

import shutil
from pathlib import Path

import pytest
import yaml
from clones import (
    REALDATA,
    ROOT,
    SMALL,
    clone,
    copied,
    locked,
    ran,
    run,
    set_params,
    small_clone,
    would_run,
)
from releases import rows_of, write_release
from zenodo_server import Zenodo

pytestmark = pytest.mark.slow
TIMES = "metrics/timing"
REPORT = "report/index.html"  # shows times


@pytest.fixture(scope="module")
def done(finished: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small pipeline, run from end to end."""
    return copied(finished, tmp_path_factory.mktemp("first"))


def test_two_clean_clones_give_the_same_bytes(done: Path, tmp_path: Path) -> None:
    second = small_clone(tmp_path)
    run(second, "dvc", "repro")
    assert locked(second) == locked(done)
    shutil.copytree(done / TIMES, second / TIMES, dirs_exist_ok=True)
    run(second, "dvc", "repro", "--single-item", "report")
    assert (second / REPORT).read_bytes() == (done / REPORT).read_bytes()


def test_a_second_repro_runs_nothing(done: Path) -> None:
    assert ran(run(done, "dvc", "repro")) == set()
    assert "up to date" in run(done, "dvc", "status")


def test_the_committed_lock_is_up_to_date(tmp_path: Path) -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("not in a checkout with a commit")
    run(tmp_path, "git", "clone", "-q", str(ROOT), "committed")
    output = run(tmp_path / "committed", "dvc", "repro", "--dry", "--allow-missing")
    assert ran(output) == set(), output
    assert "up to date" in output


def test_a_change_of_fusion_runs_fusion_and_what_reads_it(done: Path) -> None:
    assert would_run(done, "fusion.joint=gated") == {
        "train_fusion",
        "predict@fusion",
        "evaluate@fusion",
        "embed",
        "retrieve",
        "shortcut",
        "corrupt",
        "robustness",
        "calibrate",
        "disagreements",
        "benchmark_cpu",
        "subgroups",
        "check_labels",
        "compare",
        "explain",
        "report",
    }


def test_a_change_of_the_rate_trains_fusion_and_its_baselines(done: Path) -> None:
    """So that they stay a controlled comparison."""
    changed = would_run(done, "classifier.lr=5e-4")
    assert {name for name in changed if name.startswith("train_")} == {
        "train_fusion",
        "train_baselines@image_only",
        "train_baselines@caption_only",
    }


def test_a_change_of_the_cap_runs_no_filter_scan_or_scrub(done: Path) -> None:
    changed = would_run(done, "balance.cap_per_class=20")
    assert "split" in changed
    assert not changed & {"download", "filter", "scan", "scrub", "review"}


def test_a_decision_runs_scrub_and_no_scan(done: Path) -> None:
    path = done / "review" / "decisions.csv"
    before = path.read_text()
    try:
        path.write_text(f"{before}anything,Ann,drop,,\n")
        changed = ran(run(done, "dvc", "repro", "--dry", "--force-downstream"))
    finally:
        path.write_text(before)
    assert {"scrub", "review", "split"} <= changed
    assert not changed & {"download", "filter", "scan"}


def test_a_change_of_metrics_trains_nothing(done: Path) -> None:
    changed = would_run(done, "calibration_bins=7")
    assert {name.split("@")[0] for name in changed} == {
        "evaluate",
        "compare",
        "calibrate",
        "report",
    }


def test_a_change_of_leakage_runs_its_stage_alone(done: Path) -> None:
    assert would_run(done, "leakage.folds=4") == {"leakage", "report"}


def test_a_change_of_a_threshold_runs_its_stage_alone(done: Path) -> None:
    assert would_run(done, "calibrate.coverages=[0.5]") == {"calibrate", "report"}
    assert would_run(done, "disagreements.cards=3") == {"disagreements", "report"}


@pytest.mark.parametrize(
    ("setting", "stages"),
    [
        ("subgroups.min_pairs=20", {"subgroups"}),
        ("label_sheet.drawn=4", {"label_sheet"}),
        ("audit_labels.trees=30", {"audit_labels", "label_sheet", "check_labels"}),
    ],
)
def test_a_change_of_evidence_runs_its_stages_alone(
    done: Path, setting: str, stages: set[str]
) -> None:
    assert would_run(done, setting) == {*stages, "report"}


def test_a_reader_runs_the_comparison_with_readers_alone(done: Path) -> None:
    path = done / "review" / "labels.csv"
    before = path.read_text()
    try:
        path.write_text(f"{before}anything,Ann,chart,\n")
        changed = ran(run(done, "dvc", "repro", "--dry", "--force-downstream"))
    finally:
        path.write_text(before)
    assert changed == {"check_labels", "report"}


def test_a_change_of_clinvla_leaves_its_base_alone(done: Path) -> None:
    changed = would_run(done, "clinvla.local_weight=0.0")
    assert {"train_clinvla", "predict@clinvla", "embed", "retrieve"} <= changed
    assert not changed & {"pretrain_clip", "zero_shot@clip", "predict@pairdx_clip"}


def test_a_folder_of_others_is_scored_and_watched(done: Path) -> None:
    before = (done / "params.yaml").read_text()
    folder = done / "others"
    shutil.copytree(ROOT / "examples" / "pairs", folder)
    try:
        set_params(done, "external.folders={others: others}")
        assert ran(run(done, "dvc", "repro")) == {"external@others", "report"}
        scores = yaml.safe_load((done / "metrics/external/others/fusion.json").read_text())
        assert scores["n"] == 12
        assert "accuracy_drop_high" in scores
        assert "others" not in run(done, "dvc", "metrics", "show")  # not of the headline
        table = folder / "pairs.csv"
        table.write_text("\n".join(table.read_text().splitlines()[:-1]) + "\n")
        assert ran(run(done, "dvc", "repro", "--dry")) == {"external@others"}
    finally:
        (done / "params.yaml").write_text(before)
        shutil.rmtree(folder)
    assert ran(run(done, "dvc", "repro")) == {"report"}


def test_a_change_of_intervals_asks_no_model_again(done: Path) -> None:
    changed = would_run(done, "intervals.confidence=0.9")
    assert not {name for name in changed if name.startswith(("train", "predict", "embed"))}
    assert "corrupt" not in changed
    assert would_run(done, "robustness.reference=fusion") == {"robustness", "report"}


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
    run(folder, "dvc", "repro", "compare")
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
        *SMALL[3:],
        "download.source=folder",
        f"download.folder={REALDATA}",
        "filter.unknown_age=keep",
        "balance.cap_per_class=47",
        "classifier.epochs=8",
    )
    run(folder, "dvc", "repro", "compare")
    scores = yaml.safe_load((folder / "metrics" / "comparison.json").read_text())
    assert scores["image_only"]["macro_f1"] > 0.6
    assert "synthetic" not in run(folder, "pairdx", "results")
