"""What may be seen before PairDx: nothing of its articles' held-out part, none of its pictures."""

import pyarrow as pa

from pairdx.training.clip.unused_pairs import outside


def curated(**rows):
    """`id=(article, picture)`; a picture's number is its hash's one byte, in unary."""
    return pa.table(
        {
            "id": list(rows),
            "article_id": [article for article, _ in rows.values()],
            "pixel_sha256": [f"{name} {picture}" for name, (_, picture) in rows.items()],
            "perceptual_hash": [bytes([picture, 0]) for _, picture in rows.values()],
        }
    )


def chosen(**rows):
    return pa.table(
        {
            "id": list(rows),
            "article_id": [article for article, _ in rows.values()],
            "split": [split for _, split in rows.values()],
        }
    )


def test_by_hand():
    pairs = curated(
        train=("A", 0b00000001),
        test=("B", 0b00011110),
        of_train_article=("A", 0b11100000),
        of_test_article=("B", 0b11100001),
        like_test=("C", 0b00011111),  # one of sixteen bits differs
        free=("C", 0b11111111),
    )
    left = outside(pairs, chosen(train=("A", "train"), test=("B", "test")))
    assert left["id"].to_pylist() == ["of_train_article", "free"]
