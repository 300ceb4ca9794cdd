"""Sub-word tokens: texts split by the tokenizer that belongs to word vectors."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any

from skmeta._disk._fingerprint import FileState, file_state
from skmeta._documents._check import short_repr
from skmeta._documents._stream import is_reiterable
from skmeta._documents._texts import check_texts, check_unicode
from skmeta._documents._tokenized_texts import TokenizedTexts
from skmeta._io.formats import load_once, load_token_vectors
from skmeta._messages import missing_package
from skmeta._reading._guard import check_regular, reading
from skmeta._vectors._word_vectors import WordVectors

__all__ = ["SubwordTokenizer", "open_model"]

_MOST_BYTES = 256 << 20  # those of large vocabularies take 35 MB


class SubwordTokenizer:
    """Split texts as a tokenizer.json says, without special and unknown tokens.

    It holds the content of the file, so that pickles do not depend on it.

    Parameters
    ----------
    content : str
        Of a tokenizer.json.
    """

    def __init__(self, content: str) -> None:
        self._content = content
        self._open()

    @classmethod
    def from_file(cls, path: Path) -> SubwordTokenizer:
        """Open a file, or raise where it is damaged or too large."""
        size = check_regular(path).stat().st_size
        if size > _MOST_BYTES:
            raise ValueError(
                f"'{path}' has {size:,} bytes, expected at most {_MOST_BYTES:,}. It "
                "may have been made to fill the memory; get it again."
            )
        with reading(path, "a tokenizer of the package tokenizers"):
            return cls(path.read_text("utf-8"))

    def _open(self) -> None:
        reader = _import_reader()
        self._guard = reader.panics_raised
        self._tokenizer = reader.parse_tokenizer(self._content)
        model = json.loads(self._content)["model"]
        self._unknown_id = model.get("unk_id")  # of Unigram models
        if model.get("unk_token") is not None:
            self._unknown_id = self._tokenizer.token_to_id(model["unk_token"])

    def read(self, X: Any) -> TokenizedStream | list[list[str]]:
        """Return the tokens of documents to fit to: texts, or token lists.

        Parameters
        ----------
        X : iterable of str or of token lists, or TokenizedTexts
        """
        if isinstance(X, TokenizedTexts):
            return self.tokenize(X.texts)
        if is_reiterable(X):
            return TokenizedStream(X, self)
        return self.tokenize(check_texts(X))

    def tokenize(self, texts: Iterable[str]) -> list[list[str]]:
        """Return the tokens of texts.

        Texts are taken one by one: the threads of the package tokenizers would not
        survive a fork.
        """
        texts = list(texts)
        check_unicode(texts)
        with self._guard():
            encodings = [
                self._tokenizer.encode(text, add_special_tokens=False) for text in texts
            ]
        unknown = self._unknown_id
        return [
            [token for token, id in zip(e.tokens, e.ids) if id != unknown]
            if unknown is not None and unknown in e.ids
            else e.tokens
            for e in encodings
        ]

    def __getstate__(self) -> dict[str, Any]:
        return {"content": self._content}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self._content = state["content"]
        self._open()


class TokenizedStream:
    """Texts that are split each time they are read.

    Parameters
    ----------
    texts : reiterable of str
    tokenizer : SubwordTokenizer
    """

    def __init__(self, texts: Iterable[Any], tokenizer: SubwordTokenizer) -> None:
        self._texts = texts
        self._tokenizer = tokenizer

    def __iter__(self) -> Iterator[list[str]]:
        for number, text in enumerate(self._texts):
            yield from self._tokenizer.tokenize(check_texts([text], number))


def open_model(source: Any, tokenizer: Any) -> tuple[WordVectors, SubwordTokenizer]:
    """Open word vectors whose words are the tokens of a tokenizer.

    Parameters
    ----------
    source : path, WordVectors, ...
        A folder of model2vec, a file of safetensors without words, whose rows are the
        tokens by their numbers, or anything that load_vectors takes.
    tokenizer : "model" or path
        "model": the file tokenizer.json in the folder, or beside the file.
    """
    is_path = isinstance(source, str | os.PathLike)
    if tokenizer == "model":
        if not is_path:
            raise ValueError(
                f"Found tokenizer='model' with word_vectors={short_repr(source)}, "
                "which has no file tokenizer.json beside it; expected a path. Give the "
                "path of the tokenizer.json: PretrainedVectorizer(..., tokenizer=path)."
            )
        place = Path(source).expanduser().absolute()
        path = (place if place.is_dir() else place.parent) / "tokenizer.json"
    else:
        path = Path(tokenizer).expanduser().absolute()
    if not path.is_file():
        raise FileNotFoundError(
            f"There is no file '{path}' to split texts by. Put the tokenizer.json "
            "there that was published with the model, or give its path as tokenizer."
        )
    opened = _open_unchanged(path, file_state(path))
    matrix = Path(source).expanduser().absolute() if is_path else None
    if matrix is not None and matrix.is_dir():
        matrix = matrix / "model.safetensors"
    if matrix is None or matrix.suffix != ".safetensors" or not matrix.is_file():
        return load_once(source), opened
    return load_token_vectors(matrix, path), opened


@lru_cache(maxsize=4)
def _open_unchanged(path: Path, state: FileState) -> SubwordTokenizer:
    """Open a file, cached by its state; large ones take a second."""
    return SubwordTokenizer.from_file(path)


def _import_reader() -> Any:
    """Import what reads a tokenizer.json, or say what to install."""
    try:
        return import_module("skmeta._io._tokenizer_file")
    except ModuleNotFoundError as error:
        if error.name != "tokenizers":
            raise
        raise ModuleNotFoundError(
            missing_package("A tokenizer.json", error.name, "onnx"), name=error.name
        ) from error
