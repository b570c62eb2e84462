"""Images that show the same picture: the same pixels, or perceptual hashes that hardly differ."""

from dataclasses import dataclass

import faiss
import numpy as np
import numpy.typing as npt
import pyarrow as pa
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

NEAR = 0.1  # share of the hash's bits in which near-duplicates differ at most
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
    _, same_pixels = np.unique(np.array(pixel_sha256.to_pylist(), str), return_inverse=True)
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
    index = faiss.IndexBinaryFlat(bits.shape[1] * 8)
    index.add(bits)
    left, right = [], []
    for start in range(0, len(bits), BLOCK):
        block = bits[start : start + BLOCK]
        limits, _, found = index.range_search(block, radius + 1)  # finds what is below it
        left.append(start + np.repeat(np.arange(len(block)), np.diff(limits).astype(np.int64)))
        right.append(found)
    return np.concatenate(left), np.concatenate(right)


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
    repeated = ~_is_first(np.array(pairs["pixel_sha256"].to_pylist(), str))
    removed = ~first & ~conflicting
    return Duplicates(
        keep=first & ~conflicting,
        exact=int((removed & repeated).sum()),
        near=int((removed & ~repeated).sum()),
        conflicting=int(conflicting.sum()),
    )


def _is_first(values: npt.NDArray[np.generic]) -> npt.NDArray[np.bool_]:
    first = np.zeros(len(values), bool)
    first[np.unique(values, return_index=True)[1]] = True
    return first
