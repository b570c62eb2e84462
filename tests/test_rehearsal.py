"""What benchmarks/rehearsal.py and benchmarks/cost_curves.py make and measure."""

from collections import Counter

import pytest
import yaml
from closure import ROOT
from cost_curves import EVIDENCE, power, prepare
from random_weights import write_weights
from rehearsal import CUTS, SEED, TINY, clone, note, told
from stage_costs import Cost, Costs, run_once
from synthetic_release import IMAGES, write_release

from pairdx.core.decode import decode, perceptual_hash
from pairdx.models.weights.fetch import states
from pairdx.sources.archives import Archives
from pairdx.sources.multicare import read_rows


def images_of(raw):
    """Every image of a release that is not lost, decoded, with its label."""
    rows = read_rows(raw).to_pylist()
    with Archives(raw) as archives:
        members = {name: archives.members(name) for name in {row["archive"] for row in rows}}
        return [
            (row["label"], decode(archives.read(row["archive"], row["member"])))
            for row in rows
            if row["member"] in members[row["archive"]]
        ]


@pytest.mark.parametrize("images", ["tiny", "true"])
def test_a_share_of_the_release_has_its_mix_and_distinct_images(tmp_path, images):
    write_release(tmp_path / "raw", 200 / IMAGES, SEED, images)
    found = images_of(tmp_path / "raw")
    assert len(found) == 200  # 25 of 130,791 are lost, of so few none
    assert Counter(label for label, _ in found).most_common(1)[0][0] == "radiology"
    hashes = [perceptual_hash(image, 16) for _, image in found]
    assert None not in hashes
    assert len(set(hashes)) == len(hashes)
    widths = [image.width for _, image in found]
    if images == "tiny":
        assert set(widths) == {32}
    else:  # 398 pixels times exp(0.43^2 / 2)
        assert 350 < sum(widths) / len(widths) < 550


def test_params_are_the_papers_but_for_what_is_said(tmp_path):
    changes = CUTS | TINY | {"threads": 1}
    project = clone(tmp_path / "project", changes)
    ours, theirs = (
        yaml.safe_load(path.read_text(encoding="utf-8"))
        for path in (project / "params.yaml", ROOT / "profiles" / "paper.yaml")
    )
    assert ours["pairdx_clip"]["epochs"] == 1
    for key in changes:
        *outer, last = key.split(".")
        for content in (ours, theirs):
            (content[outer[0]] if outer else content).pop(last)
    assert ours == theirs
    assert clone(project, {"threads": 2}) == project  # what is there is left as it is
    assert "threads: 1" in (project / "params.yaml").read_text(encoding="utf-8")


def test_the_last_cost_of_a_stage_is_told(tmp_path):
    for cpu in (1.0, 2.0):
        note(tmp_path / "costs.csv", Cost("scan", 4, cpu, 0, 1_500_000_000))
    assert told(tmp_path / "costs.csv").splitlines()[2:] == ["| `scan` | 4 | 2 | 1.50 GB |"]


def test_a_stage_has_the_cpu_seconds_until_the_next():
    found = []
    costs = Costs(found.append)
    for stage, cpu in (("a", 1.0), ("b", 3.5), (None, 4.0)):
        costs.enter(stage, cpu)
    assert [(one.stage, one.cpu) for one in found] == [("a", 2.5), ("b", 0.5)]


def test_cpu_seconds_and_memory_of_a_script(tmp_path):
    done = run_once(
        ["-c", "x = bytearray(300_000_000)\nprint(len(x), sum(range(10**7)))"], tmp_path
    )
    assert done.said.startswith("300000000")
    assert done.peak > 300e6  # and what this process holds, which a child's peak begins with
    assert 0.02 < done.cpu <= done.seconds + 0.5
    assert power((1, 10, 100), [5.0, 2.0, 200.0]) == pytest.approx(2)


@pytest.mark.slow
@pytest.mark.parametrize("stage", EVIDENCE)
def test_the_tables_are_what_the_stages_read(tmp_path, stage):
    prepare(stage, tmp_path / "x", 300)
    script = str(ROOT / "stages" / f"{stage}.py")
    assert run_once([script, *EVIDENCE[stage].split()], tmp_path / "x").said.startswith(stage)


@pytest.mark.slow
def test_random_weights_are_taken_for_the_published_ones(tmp_path):
    images, vectors = write_weights(tmp_path, SEED)
    for name in ("clip-vit-b32", "biomedclip"):
        assert {state for _, state in states(name, tmp_path)} == {"unpinned"}
    assert images.is_file()
    with vectors.open(encoding="utf-8") as lines:
        assert sum(1 for _ in lines) == 400_000
