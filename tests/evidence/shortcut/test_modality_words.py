"""Words that name a modality are masked whole, in every form, and nothing else is."""

import pytest

from pairdx.evidence.shortcut.modality_words import MASK, mask_words, modality_words, word_pattern
from pairdx.pairs.text import tokenize

PATTERN = word_pattern(["CT", "X-ray", "MRI", "scan", "T2", "biopsy", "slit lamp", "lamp", "curve"])


@pytest.mark.parametrize(
    ("caption", "masked"),
    [
        ("Axial CT of the chest.", "Axial ___ of the chest."),
        ("ct-guided, CTs, (CT)", "___-guided, ___, (___)"),
        ("OCT, actual, ECTs, CT2", "OCT, actual, ECTs, CT2"),
        ("X-ray, x ray, Xrays, X-rays", "___, ___, ___, ___"),
        ("Two biopsies and a Biopsy.", "Two ___ and a ___."),
        ("Slit-lamp view; a lamp", "___ view; a ___"),
        ("scans scanned scanner", "___ scanned scanner"),
        ("T2-weighted curves", "___-weighted ___"),
        ("", ""),
    ],
)
def test_whole_words_in_any_form(caption, masked):
    assert mask_words([caption], PATTERN) == [masked]


def test_a_sign_in_a_word_is_no_pattern():
    assert mask_words(["H&E a.b axb"], word_pattern(["H&E", "a.b"])) == ["___ ___ axb"]


def test_models_see_nothing_in_its_place():
    assert tokenize(f"Axial {MASK}, {MASK}-guided") == ["axial", "guided"]


def test_the_default_list_covers_what_names_a_modality(tmp_path):

    pattern = word_pattern(modality_words())
    told = "CT MRI X-ray ECG EEG endoscopy fundus OCT photographs graph chart curve slit-lamp"
    assert set(mask_words([told], pattern)[0].split()) == {MASK}
    kept = "A lesion of the left arm, after treatment, with the opposite side for comparison."
    assert mask_words([kept], pattern) == [kept]
