"""The screen of real images, where they are at hand: what it finds, and what it leaves alone.

Which overlays can be read was decided by looking at each endoscopy image's left margin, enlarged:
CLEAN lists those without a date, a clock or a field in it. Nothing of the images is kept here.
"""

import csv
from collections import Counter

import pytest
from small import TOP
from twins import scrub_twins

from pairdx.curate.scan.params import ScanParams
from pairdx.curate.scan.scan import scan_pair
from pairdx.curate.scrub.params import ScrubParams
from pairdx.curate.scrub.policy import decide

REALDATA = TOP.parent / "shared" / "realdata"
PROFILE = TOP / "profiles" / "small.yaml"
_CLEAN = """
kvasir_test_21 kvasir_test_75 kvasir_train_156 kvasir_train_203 kvasir_train_269
kvasir_train_291 kvasir_train_303 kvasir_train_305 kvasir_train_362 kvasir_train_38
kvasir_train_41 kvasir_train_424 kvasir_train_46 kvasir_train_468 kvasir_train_521
kvasir_train_554 kvasir_train_600 kvasir_train_666 kvasir_train_70 kvasir_train_701
kvasir_train_707 kvasir_train_788 kvasir_train_8 kvasir_validation_40 kvasir_validation_44
openstax_mb_0643
"""
CLEAN = frozenset(_CLEAN.split())

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not REALDATA.is_dir(), reason="needs ../shared/realdata"),
]


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    """Where facts are kept."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def decisions(cache):
    """What would be done about each image of which class, by id."""
    params = ScanParams.load(PROFILE)
    policy = ScrubParams.load(PROFILE)
    decided = {}
    with (REALDATA / "pairs.csv").open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            facts = scan_pair((REALDATA / row["image"]).read_bytes(), "", params, cache)
            pair = facts | {"problem": None, "age": None}
            decided[row["id"]] = (row["label"], decide(pair, policy))
    return decided


def test_overlays_of_endoscopy_are_found(decisions):
    readable = {
        key: decision
        for key, (label, decision) in decisions.items()
        if label == "endoscopy" and key not in CLEAN
    }
    found = [key for key, decision in readable.items() if decision.regions]
    assert len(found) >= 0.9 * len(readable)


def test_other_classes_are_left_alone(decisions):
    labels = Counter(label for label, _ in decisions.values())
    worded, faces = Counter(), Counter()
    for label, decision in decisions.values():
        kinds = {region.kind for region in decision.regions}
        worded[label] += bool(kinds - {"face"})
        faces[label] += "face" in kinds
    others = set(labels) - {"endoscopy"}
    assert sum(worded[label] for label in others) < 0.02 * sum(labels[label] for label in others)
    assert all(worded[label] < 0.02 * labels[label] + 1 for label in others), worded
    # Some of the photographs are of faces; nothing else is.
    assert {label for label, count in faces.items() if count} <= {"medical_photograph"}
    assert sum(labels[label] for label in labels if label != "medical_photograph") > 500


def test_every_image_comes_out_the_same_under_two_classes(cache, decisions, tmp_path):
    with (REALDATA / "pairs.csv").open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    images = {row["id"]: (REALDATA / row["image"]).read_bytes() for row in rows}
    captions = {row["id"]: row["caption"] for row in rows}
    scans, policy = ScanParams.load(PROFILE), ScrubParams.load(PROFILE)
    # The two whose rules were furthest apart when there were rules for classes.
    two = ("endoscopy", "chart")
    written = scrub_twins(images, captions, scans, policy, tmp_path, two, cache)
    dropped = {name for name, (_, one) in decisions.items() if one.action == "dropped"}
    assert set(written) == set(images) - dropped
    assert all(len(set(by_class.values())) == 1 for by_class in written.values())
    changed = [name for name, one in written.items() if one["chart"][0][0] != images[name]]
    assert len(changed) >= 170
