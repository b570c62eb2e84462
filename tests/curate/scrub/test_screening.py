import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pairdx.core.schema import COHORT, SCAN, SCREENED
from pairdx.curate.scrub.screening import agreement, score_captions, score_images
from pairdx.curate.scrub.screening import score as screening_score
from pairdx.readers.decisions import Decision


def span(start, end, kind):
    return {"start": start, "end": end, "kind": kind}


def caption_pair(caption, planted, found):
    truth = {"identifiers": [span(*one) for one in planted]}
    return {"caption": caption, "truth": truth, "identifiers": [span(*one) for one in found]}


def test_captions_are_scored_by_identifier():
    record = "Hospital No. H-1234."
    pairs = [
        # The number is what matters, and whatever kind hides it.
        caption_pair(record, [(0, 19, "record_number")], [(13, 19, "date")]),
        caption_pair(record, [(0, 19, "record_number")], [(13, 18, "record_number")]),
        caption_pair("Dr. Ada Byron", [(0, 13, "name")], [(4, 13, "name")]),  # 9 of 13
        caption_pair("Dr. Ada Byron", [(0, 13, "name")], [(8, 13, "name"), (1, 3, "email")]),
        caption_pair("On T12-L1", [], [(3, 9, "date")]),
        caption_pair("Nothing", [], []),
    ]
    scores = score_captions(pairs)
    assert (scores["planted"], scores["found"]) == (4, 6)
    assert (scores["recall"], scores["precision"]) == (0.75, 0.8333)
    assert scores["by_kind"] == {
        "date": {"planted": 0, "found": 2, "recall": None, "precision": 0.5},
        "email": {"planted": 0, "found": 1, "recall": None, "precision": 1.0},
        "name": {"planted": 2, "found": 2, "recall": 1.0, "precision": 1.0},
        "record_number": {"planted": 2, "found": 1, "recall": 0.5, "precision": 1.0},
    }


def image_pair(kind, boxes, proposed="masked", reasons=("image: name",)):
    truth = {
        "burned_in": kind is not None,
        "burned_in_kind": kind,
        "burned_in_box": [10, 10, 50, 20] if kind else None,
    }
    masked = [
        {"left": left, "top": top, "right": right, "bottom": bottom, "kind": what}
        for left, top, right, bottom, what in boxes
    ]
    return {"truth": truth, "masked": masked, "proposed": proposed, "reasons": list(reasons)}


def test_images_are_scored_by_image():
    pairs = [
        image_pair("name", [(8, 8, 52, 22, "name"), (60, 60, 70, 70, "date")]),
        image_pair("name", [(60, 60, 70, 70, "name")]),  # a box, but elsewhere
        image_pair("date", [], "dropped", ["image: date"]),
        image_pair("date", [], "dropped", ["caption: date"]),
        image_pair("date", [], "kept", []),
        image_pair(None, [(0, 0, 5, 5, "face")]),
        image_pair(None, [], "masked", ["caption: name"]),
    ]
    scores = score_images(pairs)
    assert (scores["planted"], scores["found"]) == (5, 4)
    assert (scores["recall"], scores["precision"]) == (0.4, 0.75)
    assert scores["by_kind"]["name"] == {
        "planted": 2,
        "found": 2,
        "recall": 0.5,
        "precision": 1.0,
    }
    assert scores["by_kind"]["date"]["recall"] == 0.3333
    assert scores["by_kind"]["face"] == {
        "planted": 0,
        "found": 1,
        "recall": None,
        "precision": 0.0,
    }


def test_nothing_to_divide_by():
    nothing = {"planted": 0, "found": 0, "recall": None, "precision": None, "by_kind": {}}
    assert score_captions([]) == score_images([]) == nothing


def test_two_readers():
    ann = dict(zip("abcdefghij", ["keep"] * 5 + ["drop"] * 5, strict=True))
    ben = ann | {"a": "drop", "f": "keep", "g": "mask", "k": "keep"}
    decisions = [Decision(id_, "Ann", word) for id_, word in ann.items()]
    decisions += [Decision(id_, "Ben", word) for id_, word in ben.items()]
    decisions += [Decision(id_, "Cy", "keep") for id_ in "abc"]
    found = agreement(decisions)
    assert found == agreement(decisions[::-1])
    # Ann: 5 keep, 5 drop; Ben: 5 keep, 1 mask, 4 drop; by chance .5 * .5 + .5 * .4 = .45.
    assert found["Ann, Ben"] == {
        "pairs": 10,
        "agree": 7,
        "kappa": pytest.approx(0.25 / 0.55, abs=1e-4),
    }
    assert found["Ann, Cy"] == {"pairs": 3, "agree": 3, "kappa": None}
    assert agreement(decisions[:10]) == {}


def test_only_a_sample_has_a_truth(tmp_path):
    tables = [pa.Table.from_pylist([], schema=schema) for schema in (COHORT, SCAN, SCREENED)]
    assert screening_score(tmp_path, *tables, []) == {"planted": None, "readers": {}}


def test_pairs_are_matched_to_the_truth_by_their_file(tmp_path):
    names = ["f_1.webp", "f_2.webp", "f_3.webp"]
    planted = [[span(0, 4, "date")], [], [span(0, 4, "date")]]
    truth = [
        {"file": name, "identifiers": spans, "burned_in": False}
        for name, spans in zip(names, planted, strict=True)
    ]
    pq.write_table(pa.Table.from_pylist(truth[::-1]), tmp_path / "synthetic_truth.parquet")
    ids = [f"case_{name[:3]}" for name in names]
    cohort = [
        {"id": id_, "member": f"PMC1/{name}", "caption": "2019 it was"}
        for id_, name in zip(ids, names, strict=True)
    ]
    facts = [{"id": id_, "identifiers": [span(0, 4, "date")]} for id_ in ids]
    # The third has no image: it is no pair.
    screened = [
        {"id": id_, "proposed": proposed, "reasons": [], "masked": []}
        for id_, proposed in zip(ids, ["masked", "masked", None], strict=True)
    ]
    tables = [
        pa.Table.from_pylist(rows, schema=schema)
        for rows, schema in ((cohort[::-1], COHORT), (facts, SCAN), (screened, SCREENED))
    ]
    captions = screening_score(tmp_path, *tables, [])["planted"]["captions"]
    assert captions["by_kind"] == {
        "date": {"planted": 1, "found": 2, "recall": 1.0, "precision": 0.5}
    }
