"""Images that show the same picture: the same pixels, or perceptual hashes that hardly differ."""

from dataclasses import dataclass

import faiss
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

NEAR = 0.1  # share of the hash's bits in which near-duplicates differ at most
NOTHING = -1  # the number of a missing name: it is nothing to recognise
MANY = 50_000  # hashes, from which every two are no longer compared
KEY_BITS = (16, 32)  # of a key of the index: of fewer, most hashes share it; more are no use
BLOCK = 4096  # hashes searched at a time, which bounds the memory for their neighbours

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Duplicates:
    """Which pairs stay, and how many went for which reason."""

    keep: npt.NDArray[np.bool_]  # (N,)
    exact: int  # same pixels as an earlier pair
    near: int  # nearly the same picture as an earlier pair
    conflicting: int  # the same picture under two labels: none of them can be trusted


def group_images(pixel_sha256: pa.ChunkedArray, hashes: pa.ChunkedArray, distance: float) -> Ints:
    """Give images the same number if they are linked by equal pixels or by near hashes.

    Args:
        pixel_sha256: of ``N`` images.
        hashes: perceptual hashes of one length; null for an image that has none.
        distance: share of the hash's bits that may differ.

    Returns:
        ``(N,)`` numbers of the groups.
    """
    count = len(pixel_sha256)
    hash_list = hashes.to_pylist()
    hashed = np.array([i for i, bits in enumerate(hash_list) if bits is not None], dtype=np.int64)
    same_pixels = number_names(pixel_sha256)
    # Nodes: the images, then one for each distinct picture, then one for each distinct hash.
    nodes = count + (int(same_pixels.max()) + 1 if count else 0)
    edges = [(np.arange(count), count + same_pixels)]
    if len(hashed):
        bits = np.stack([np.frombuffer(hash_list[i], np.uint8) for i in hashed])
        distinct, same_hash = np.unique(bits, axis=0, return_inverse=True)
        left, right = _near(distinct, int(distance * distinct.shape[1] * 8))
        edges += [(hashed, nodes + same_hash.ravel()), (nodes + left, nodes + right)]
        nodes += len(distinct)
    rows, columns = (np.concatenate(ends) for ends in zip(*edges, strict=True))
    graph = coo_array((np.ones(len(rows), np.int8), (rows, columns)), shape=(nodes, nodes))
    return connected_components(graph, directed=False)[1][:count].astype(np.int64)


def _near(bits: npt.NDArray[np.uint8], radius: int) -> tuple[Ints, Ints]:
    """Return the pairs of rows that differ in at most ``radius`` bits."""
    index = _index(bits.shape[1] * 8, radius, len(bits))
    index.add(bits)
    left, right = [], []
    for start in range(0, len(bits), BLOCK):
        block = bits[start : start + BLOCK]
        limits, _, found = index.range_search(block, radius + 1)  # finds what is below it
        left.append(start + np.repeat(np.arange(len(block)), np.diff(limits).astype(np.int64)))
        right.append(found)
    return np.concatenate(left), np.concatenate(right)


def _index(width: int, radius: int, count: int) -> faiss.IndexBinary:
    """An index that finds all hashes of ``width`` bits within ``radius``.

    Of many, only those are compared that share a key: a hash is cut into so many parts that two
    within the radius differ by one bit or none in one of them (multi-index hashing: Norouzi,
    Punjani and Fleet 2012), and each part is looked up with any one of its bits changed.
    """
    parts = radius // 2 + 1
    key = min(width // parts, KEY_BITS[1])
    if count <= MANY or key < KEY_BITS[0]:
        return faiss.IndexBinaryFlat(width)
    index = faiss.IndexBinaryMultiHash(width, parts, key)
    index.nflip = 1
    return index


def find_duplicates(pairs: pa.Table, distance: float) -> Duplicates:
    """Keep the first pair of each group; of a group with two labels keep none.

    Args:
        pairs: ``label``, ``pixel_sha256`` and ``perceptual_hash``, sorted by id.
        distance: share of the hash's bits that may differ.
    """
    groups = group_images(pairs["pixel_sha256"], pairs["perceptual_hash"], distance)
    labels = np.array(pairs["label"].to_pylist(), str)
    _, label_numbers = np.unique(labels, return_inverse=True)
    seen = np.unique(np.stack([groups, label_numbers]), axis=1)[0]
    conflicting = np.bincount(seen, minlength=groups.max(initial=-1) + 1)[groups] > 1
    first = _is_first(groups)
    repeated = ~_is_first(number_names(pairs["pixel_sha256"]))
    removed = ~first & ~conflicting
    return Duplicates(
        keep=first & ~conflicting,
        exact=int((removed & repeated).sum()),
        near=int((removed & ~repeated).sum()),
        conflicting=int(conflicting.sum()),
    )


def number_names(names: pa.ChunkedArray) -> Ints:
    """Number names in their order, (N,); `NOTHING` for an empty one, and for null."""
    values = pc.unique(names).drop_null().sort()
    at = pc.index_in(names, value_set=values.filter(pc.not_equal(values, "")))
    return pc.fill_null(at, NOTHING).to_numpy().astype(np.int64)


def _is_first(values: npt.NDArray[np.generic]) -> npt.NDArray[np.bool_]:
    first = np.zeros(len(values), bool)
    first[np.unique(values, return_index=True)[1]] = True
    return first
