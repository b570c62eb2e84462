import numpy as np
import pyarrow as pa

from pairdx.curate.splits.leakage import measure, summary


def test_what_train_and_test_share():
    near = [np.uint8([0, 0]), np.uint8([1, 0]), np.uint8([255, 0]), np.uint8([0, 255])]
    rows = [
        ("train", "A", "A_01", "A_1", "Two  views.", "p", near[0]),
        ("train", "B", "B_01", "B_1", "", "q", near[2]),
        ("test", "A", "A_01", "A_1", "two views. ", "r", near[1]),  # 1 of 16 bits from the first
        ("test", "A", "A_02", "A_2", "Other.", "s", near[3]),
        ("test", "C", "C_01", "C_1", "", "q", near[2]),  # the same pixels as the second
        ("validation", "D", "D_01", "D_1", "", "t", np.uint8([240, 15])),
    ]
    names = ("split", "article_id", "case_id", "figure_id", "caption", "pixel_sha256")
    names += ("perceptual_hash",)
    columns = dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))
    columns["perceptual_hash"] = [one.tobytes() for one in columns["perceptual_hash"]]
    leakage = measure(pa.table(columns))
    assert leakage["train_test"] == {
        "articles": {"shared": 1, "pairs": 2, "share": 0.6667},
        "cases": {"shared": 1, "pairs": 1, "share": 0.3333},
        "figures": {"shared": 1, "pairs": 1, "share": 0.3333},
        "captions": {"shared": 1, "pairs": 1, "share": 0.3333},
        "images": {"shared": 2, "pairs": 2, "share": 0.6667},
    }
    nothing = {"shared": 0, "pairs": 0, "share": 0.0}
    assert leakage["train_validation"] == dict.fromkeys(leakage["train_test"], nothing)
    assert leakage["validation_test"] == dict.fromkeys(leakage["train_test"], nothing)
    assert summary(leakage) == (
        "train and test share 1 articles (66.7%), 1 cases (33.3%), 1 figures (33.3%), "
        "1 captions (33.3%), 2 images (66.7%)"
    )
