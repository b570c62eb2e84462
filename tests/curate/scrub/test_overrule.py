from pairdx.curate.identifiers.kinds import Identifier
from pairdx.curate.scrub.overrule import overrule
from pairdx.curate.scrub.policy import Decision
from pairdx.curate.scrub.screen_words import Region

NAME, DATE = Identifier(0, 3, "name"), Identifier(5, 9, "date")
SURE, DOUBTFUL = Region(0, 0, 9, 9, "name"), Region(20, 20, 29, 29, "face", sure=False)
PAIR = {"identifiers": [NAME, DATE]}
BARE: dict[str, list[Identifier]] = {"identifiers": []}
PROPOSED = Decision(
    "cropped", ("image: name",), True, (SURE,), (DOUBTFUL,), (9, 0, 50, 50), (NAME,)
)


def done(word, proposed=PROPOSED, pair=PAIR):
    left = overrule(proposed, pair, word)
    return left.action, left.regions, left.crop, left.spans


def test_without_a_word_the_rules_decide():
    assert overrule(PROPOSED, PAIR, None) is PROPOSED


def test_keep_leaves_the_pair_as_it_is():
    assert done("keep") == ("kept", (), None, ())
    assert done("keep", Decision("dropped", spans=(NAME,))) == ("kept", (), None, ())


def test_mask_masks_all_that_was_found_and_crops_nothing():
    assert done("mask") == ("masked", (SURE, DOUBTFUL), None, (NAME, DATE))
    assert done("mask", Decision("kept"))[0] == "masked"  # a kind that the params keep
    assert done("mask", Decision("kept", doubtful=(DOUBTFUL,)), BARE)[:2] == (
        "masked",
        (DOUBTFUL,),
    )


def test_to_mask_where_nothing_was_found_drops():
    assert done("mask", Decision("kept"), BARE)[0] == "dropped"


def test_drop():
    assert done("drop", Decision("kept"), BARE)[0] == "dropped"
    assert done("drop")[0] == "dropped"


def test_no_word_brings_back_what_is_no_image():
    damaged = Decision("dropped", ("image: undecodable",), no_image=True)
    for word in ("keep", "mask", "drop"):
        assert overrule(damaged, PAIR, word) is damaged
