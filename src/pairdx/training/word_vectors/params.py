"""Section `word_vectors`: the table that caption tokens are looked up in."""

from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from pairdx.core.params import Section
from pairdx.pairs.text import MAX_TOKENS


class WordVectorsParams(Section):
    """`train` fits word2vec on the training captions; `file` and `gensim` bring vectors along."""

    section: ClassVar[str] = "word_vectors"
    source: Literal["train", "file", "gensim"]
    path: str | None  # file: GloVe .txt or .zip, or word2vec text, .gz or not
    name: str  # gensim: a name of `pairdx weights list`, or of gensim-data
    max_words: int = Field(ge=1)  # file, gensim: the most frequent words that are kept
    max_tokens: int = Field(ge=1, le=MAX_TOKENS)  # tokens of a caption that are read
    dimension: int = Field(ge=2, le=2048)
    window: int = Field(ge=1)  # train
    min_count: int = Field(ge=1)  # train
    epochs: int = Field(ge=1)  # train

    @model_validator(mode="after")
    def _file_has_a_path(self) -> Self:
        if self.source == "file" and not self.path:
            raise ValueError("source 'file' needs word_vectors.path")
        return self
