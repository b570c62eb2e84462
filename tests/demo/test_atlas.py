"""The demo's map of embedded images."""

import numpy as np
import pyarrow as pa
import pytest
from sklearn.decomposition import PCA

from pairdx.core.schema import EMBEDDINGS, LABELS, write_table
from pairdx.demo.atlas import COLOURS, MARGIN, MOST, SHAPES, SIDE, draw_atlas, two_components


def write_embeddings(path, count, width=8):
    images = np.random.default_rng(1).normal(size=(count, width)).astype(np.float32)
    rows = [
        {"id": f"pair_{row:05}", "label": LABELS[row % 6], "image": image, "text": image}
        for row, image in enumerate(images.tolist())
    ]
    write_table(pa.Table.from_pylist(rows, EMBEDDINGS), path, EMBEDDINGS)
    return path


def test_the_axes_are_the_principal_components():
    rows = np.random.default_rng(0).normal(size=(50, 7)) * np.arange(1, 8)
    places, shares = two_components(rows)
    known = PCA(2).fit(rows)
    np.testing.assert_allclose(np.abs(places), np.abs(known.transform(rows)), atol=1e-9)
    assert shares == pytest.approx(known.explained_variance_ratio_)


@pytest.mark.parametrize("count", [1, 2, 30])
def test_every_pair_lies_on_the_drawing(tmp_path, count):
    drawing = draw_atlas(write_embeddings(tmp_path / "a.parquet", count))
    assert [(one.row, one.id) for one in drawing.points] == [
        (row, f"pair_{row:05}") for row in range(count)
    ]
    assert all(MARGIN <= at <= SIDE - MARGIN for one in drawing.points for at in (one.x, one.y))
    assert [one.label for one in drawing.points] == [row % 6 for row in range(count)]


def test_many_pairs_are_thinned_out_evenly(tmp_path):
    drawing = draw_atlas(write_embeddings(tmp_path / "a.parquet", 2 * MOST, width=2))
    assert (len(drawing.points), drawing.of) == (MOST, 2 * MOST)
    steps = np.diff([one.row for one in drawing.points])
    assert set(steps.tolist()) <= {2, 3, 1}
    assert drawing.points[-1].row == 2 * MOST - 1


def test_each_class_has_a_colour_and_a_shape_of_its_own():
    assert len(set(COLOURS)) == len(set(SHAPES)) == len(LABELS)
