"""Word vectors: trained on the captions, read from a file, or from gensim-data."""

import gzip
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import chain, islice, takewhile
from pathlib import Path
from zipfile import BadZipFile, ZipFile

import gensim.downloader as downloader
import numpy as np
import torch
from gensim.models import KeyedVectors, Word2Vec
from numpy.typing import NDArray

from pairdx.core.errors import PairdxError
from pairdx.pairs.text import Vocabulary, WordVectors, tokenize
from pairdx.training.word_vectors.params import WordVectorsParams


def build_word_vectors(
    captions: Sequence[str], params: WordVectorsParams, seed: int, fetched: Path | None = None
) -> WordVectors:
    """Make the table that ``params`` asks for.

    Args:
        captions: those of the training split.
        params: where the vectors come from, and how many.
        seed: of training.
        fetched: the file that `gensim` and the name stand for, if it is there already.

    Raises:
        PairdxError: the file or the download is missing, damaged, or of another width.
    """
    if params.source == "train":
        keyed = train_word2vec(captions, params, seed)
    elif params.source == "file":
        keyed = read_vectors(Path(params.path or ""), params.dimension, params.max_words)
    elif fetched is not None:
        keyed = read_vectors(fetched, params.dimension, params.max_words)
    else:
        keyed = _from_gensim_data(params.name)
    if keyed.vector_size != params.dimension:
        raise PairdxError(
            f"word_vectors.dimension = {params.dimension}; the vectors of "
            f"{params.path or params.name} have {keyed.vector_size} numbers: set it to that"
        )
    words = keyed.index_to_key[: params.max_words]
    vectors = torch.from_numpy(np.array(keyed.vectors[: len(words)], dtype=np.float32))
    return WordVectors(Vocabulary(tuple(words), params.max_tokens), vectors)


def train_word2vec(captions: Sequence[str], params: WordVectorsParams, seed: int) -> KeyedVectors:
    """Fit skip-gram word2vec on one thread: several would give other vectors on each run.

    Raises:
        PairdxError: the captions hold no word often enough.
    """
    sentences = [tokenize(caption) for caption in captions]
    model = Word2Vec(
        vector_size=params.dimension,
        window=params.window,
        min_count=params.min_count,
        sg=1,
        workers=1,
        seed=seed,
    )
    model.build_vocab(sentences)
    if not model.wv.index_to_key:
        raise PairdxError(
            f"word_vectors: no word occurs {params.min_count} times in the {len(captions)} "
            "training captions; lower word_vectors.min_count or use source 'file'"
        )
    model.train(sentences, total_examples=len(sentences), epochs=params.epochs)
    return model.wv


def read_vectors(path: Path, dimension: int, max_words: int) -> KeyedVectors:
    """Read GloVe text (``.txt``, or a ``.zip`` of such) or word2vec text (``.gz`` or not).

    Both list a word, which may hold spaces, and its numbers a line; word2vec has a line with the
    counts before them.

    Raises:
        PairdxError: there is no such file, or it is damaged.
    """
    if not path.is_file():
        raise PairdxError(f"word_vectors.path = {str(path)!r}: no such file")
    try:
        with _opened(path, dimension) as lines:
            return _parse(lines, max_words)
    except (ValueError, OSError, EOFError, BadZipFile, zlib.error) as error:
        raise PairdxError(f"{path}: not a table of word vectors ({error})") from error


@contextmanager
def _opened(path: Path, dimension: int) -> Iterator[Iterator[bytes]]:
    """Open a table where it lies, packed or not."""
    if path.suffix == ".zip":
        with ZipFile(path) as archive, archive.open(_member(archive, dimension)) as file:
            yield file
    else:
        with path.open("rb") as file:
            yield gzip.GzipFile(fileobj=file) if path.suffix == ".gz" else file


def _parse(lines: Iterator[bytes], max_words: int) -> KeyedVectors:
    """Read the first ``max_words`` lines; gensim's own reader leaves headless files open."""
    first = next(lines, b"")
    match first.split():
        case []:
            raise ValueError("its first line is empty")
        case [words, _]:  # word2vec's header: how many words, how many numbers
            wanted = min(int(words), max_words)
        case _:
            wanted, lines = -1, chain([first], lines)
    table: dict[str, NDArray[np.float32]] = {}
    number = width = 0
    for number, line in enumerate(islice(lines, max_words), start=1):
        text = line.decode().rstrip()
        width = width or _count_numbers(text)
        if not width:
            raise ValueError("no number follows its first word")
        word, *numbers = text.rsplit(" ", width)  # from the right: GloVe 840B has ". . ."
        if len(numbers) < width or (" " in word and _is_number(word.rpartition(" ")[2])):
            there = _count_numbers(text)
            raise ValueError(f"word {number} has {there} numbers, those before it {width}")
        table.setdefault(word, np.array(numbers, dtype=np.float32))  # the first of equal words
    if not table:
        raise ValueError("it holds no word")
    if number < wanted:
        raise ValueError(f"its first line promises {wanted} words, it holds {number}")
    keyed = KeyedVectors(width)
    keyed.add_vectors(list(table), np.stack(list(table.values())))
    return keyed


def _count_numbers(text: str) -> int:
    """How many numbers follow the word of a line."""
    after = text.split(" ")[1:]
    return len(list(takewhile(_is_number, reversed(after))))


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _member(archive: ZipFile, dimension: int) -> str:
    """Name the table of ``dimension`` numbers; glove.6B.zip holds four."""
    texts = [name for name in archive.namelist() if name.endswith(".txt")]
    wanted = [name for name in texts if name.endswith(f".{dimension}d.txt")] or texts
    if len(wanted) != 1:
        raise ValueError(f"one .txt of {dimension} numbers is needed, it holds {texts}")
    return wanted[0]


def _from_gensim_data(name: str) -> KeyedVectors:
    """Download (once, to gensim's own cache) and read vectors of gensim-data."""
    try:
        return downloader.load(name)
    except (OSError, ValueError, RuntimeError) as error:
        raise PairdxError(
            f"word_vectors.name = {name!r}: gensim-data cannot be read ({error}); fetch the file "
            "elsewhere and use source 'file' with word_vectors.path"
        ) from error
