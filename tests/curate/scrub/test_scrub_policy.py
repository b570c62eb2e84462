import pytest
from small import section

from pairdx.curate.identifiers.kinds import KINDS, Identifier
from pairdx.curate.scrub.params import ScrubParams
from pairdx.curate.scrub.policy import decide

FACE = {"left": 100, "top": 100, "right": 140, "bottom": 160, "score": 0.9}
DATE = {
    "left": 300,
    "top": 4,
    "right": 380,
    "bottom": 16,
    "text": "13/02/2018",
    "confidence": 0.9,
}


def pair(**facts):
    return {
        "problem": None,
        "width": 400,
        "height": 300,
        "colour": 0.0,
        "light": 0.1,
        "age": None,
        "words": [],
        "faces": [],
        "identifiers": [],
    } | facts


def params(**changes):
    return section(ScrubParams, **changes)


def burned_in(**actions):
    kinds = ("date", "name", "record_number", "contact", "overlay")
    return params(burned_in=dict.fromkeys(kinds, "mask") | actions)


def boxes(decision):
    return [(r.left, r.top, r.right, r.bottom, r.kind) for r in decision.regions]


def test_nothing_seen_nothing_done():
    decision = decide(pair(), params())
    assert (decision.action, decision.reasons, decision.borderline) == ("kept", (), False)


def test_a_date_is_filled_and_a_face_with_its_margin():
    decision = decide(pair(words=[DATE], faces=[FACE]), params())
    assert (decision.action, decision.reasons) == ("masked", ("image: date", "image: face"))
    # wider by its height at both ends; a face by 15 % of its sides; cut at the image's edge
    assert boxes(decision) == [(288, 4, 392, 16, "date"), (94, 91, 146, 169, "face")]
    assert not decision.borderline


@pytest.mark.parametrize(
    ("changes", "action", "left"),
    [
        ({"faces": "keep"}, "masked", ["date"]),
        ({"faces": "drop"}, "dropped", ["date", "face"]),
        ({"faces": "mask"}, "masked", ["date", "face"]),
    ],
)
def test_each_kind_has_its_own_action(changes, action, left):
    decision = decide(pair(words=[DATE], faces=[FACE]), params(**changes))
    assert decision.action == action
    assert [region.kind for region in decision.regions] == left


def test_a_kind_that_is_kept():
    decision = decide(pair(words=[DATE]), burned_in(date="keep"))
    assert (decision.action, decision.regions) == ("kept", ())


def test_cropping_cuts_off_what_costs_least():
    decision = decide(pair(words=[DATE]), burned_in(date="crop"))
    assert (decision.action, decision.crop) == ("cropped", (0, 16, 400, 300))


def test_where_cropping_would_cost_half_the_image_the_box_is_filled():
    middle = DATE | {"left": 100, "right": 300, "top": 140, "bottom": 160}
    decision = decide(pair(words=[middle]), burned_in(date="crop"))
    assert (decision.action, decision.crop) == ("masked", None)
    assert len(decision.regions) == 1


def test_an_image_that_is_nothing_but_a_face_is_dropped():
    close = FACE | {"left": 20, "top": 10, "right": 380, "bottom": 290}
    decision = decide(pair(faces=[close]), params(faces="mask"))
    assert decision.action == "dropped"
    assert decision.reasons == ("image: face", "image: nothing left")


def test_two_boxes_at_opposite_edges_are_both_cut_off():
    below = DATE | {"top": 280, "bottom": 294}
    decision = decide(pair(words=[DATE, below]), burned_in(date="crop"))
    assert decision.crop == (0, 16, 400, 280)


def test_what_is_not_sure_is_left_for_a_person():
    unsure = decide(pair(words=[DATE | {"confidence": 0.3}]), params())
    face = decide(pair(faces=[FACE | {"score": 0.4}]), params())
    row = [DATE | {"left": left, "right": left + 80} for left in (0, 100, 200)]
    table = decide(pair(words=row, light=0.9), params())
    for decision in (unsure, face, table):
        assert (decision.action, decision.borderline, decision.regions) == ("kept", True, ())


def test_thresholds_are_params():
    facts = pair(words=[DATE | {"confidence": 0.3}], faces=[FACE | {"score": 0.4}])
    decision = decide(facts, params(min_confidence=0.2, min_face_score=0.4))
    assert decision.reasons == ("image: date", "image: face")


def test_captions_and_images_are_decided_together():
    caption = [Identifier(0, 5, "name"), Identifier(9, 19, "date")]
    actions = dict.fromkeys(KINDS, "mask")
    facts = pair(words=[DATE], identifiers=caption)
    decision = decide(facts, params(identifiers=actions | {"date": "keep"}))
    assert decision.spans == (caption[0],)
    assert decision.caption_kinds == {"name"}
    assert decision.reasons == ("image: date", "caption: name")
    dropped = decide(facts, params(identifiers=actions | {"name": "drop"}))
    assert dropped.action == "dropped"


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"problem": "damaged: at byte 7"}, "image: undecodable"),
        ({"width": 1}, "image: too small"),
        ({"height": 31}, "image: too small"),
    ],
)
def test_what_is_no_picture_is_dropped(facts, reason):
    decision = decide(pair(**facts), params())
    assert (decision.action, decision.reasons) == ("dropped", (reason,))


@pytest.mark.parametrize(("right", "action"), [(174, "masked"), (175, "dropped")])
def test_an_image_may_be_filled_to_one_half(right, action):
    """With its margin of 15 % the face covers 200 or 201 of 400 columns."""
    half = FACE | {"left": 0, "right": right, "top": 0, "bottom": 300}
    assert decide(pair(faces=[half]), params(faces="mask")).action == action
