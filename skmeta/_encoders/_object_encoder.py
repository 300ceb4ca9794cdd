"""Encode texts with an object of another package, or with any function."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from skmeta._documents._check import short_repr
from skmeta._messages import count_of
from skmeta.combine._center import normalize_rows

__all__ = ["ObjectEncoder", "fingerprint_object", "is_encoder_object"]

_OPTIONS: dict[str, dict[str, Any]] = {  # of the method encode, by package
    "sentence_transformers": {"show_progress_bar": False, "convert_to_numpy": True},
    "model2vec": {"show_progress_bar": False, "use_multiprocessing": False},
}


def is_encoder_object(model: Any) -> bool:
    """Return whether texts can be encoded with an object."""
    return callable(getattr(model, "encode", None)) or callable(model)


class ObjectEncoder:
    """Encode texts with an object that has an ``encode`` method, or is callable.

    Parameters
    ----------
    model : object
        Of ``sentence_transformers.SentenceTransformer``, ``model2vec.StaticModel``, or
        anything that takes a list of texts and returns a row for each.
    normalize : bool
    prompt : str
        Goes before each text.
    """

    def __init__(self, model: Any, normalize: bool, prompt: str = "") -> None:
        self.model, self.normalize, self.prompt = model, normalize, prompt

    def encode(
        self,
        texts: Sequence[str],
        batch_size: int,
        n_jobs: int | None,
        advance: Callable[[int], Any],
    ) -> np.ndarray:
        """Return the rows of texts, (n_texts, vector_size)."""
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        rows: np.ndarray | None = None
        for start in range(0, len(texts), batch_size):
            numbers = order[start : start + batch_size]
            some = [self.prompt + texts[number] for number in numbers]
            part = self._check(self._call(some, batch_size), len(some))
            if rows is None:
                rows = np.empty((len(texts), part.shape[1]), np.float32)
            if part.shape[1] != rows.shape[1]:
                raise ValueError(
                    f"The model returned rows of {count_of(part.shape[1], 'number')} "
                    f"after others of {rows.shape[1]}, expected the same length for "
                    "all texts. Correct what it returns."
                )
            rows[numbers] = part
            advance(len(some))
        assert rows is not None
        if self.normalize:
            normalize_rows(rows)
        return rows

    def _call(self, texts: list[str], batch_size: int) -> Any:
        """Encode some texts with the object."""
        if not callable(getattr(self.model, "encode", None)):
            return self.model(texts)
        options = _OPTIONS.get(_package_of(self.model), {})
        if options:
            options = {**options, "batch_size": batch_size}
        return self.model.encode(texts, **options)

    def _check(self, found: Any, n_texts: int) -> np.ndarray:
        """Return rows, or raise if they are not one row of numbers for each text."""
        if hasattr(found, "detach"):  # of torch
            found = found.detach().cpu()
        problem: Exception | None = None
        try:
            rows = np.asarray(found, dtype=np.float32)
        except (TypeError, ValueError) as error:
            problem, rows = error, np.zeros(0, np.float32)
        if problem or rows.ndim != 2 or len(rows) != n_texts or not rows.shape[1]:
            shape = getattr(found, "shape", None)
            what = f"an array of shape {shape}" if shape is not None else "something"
            raise TypeError(
                f"The model {short_repr(self.model)} returned {what} of type "
                f"{type(found).__name__} for {count_of(n_texts, 'text')}, expected a "
                f"matrix of numbers of shape ({n_texts}, vector_size). Pass a model "
                "that takes a list of texts."
            ) from problem
        return rows


def fingerprint_object(model: Any) -> str | None:
    """Return an identifier of a model, or None if there is none.

    That is its attribute ``fingerprint``, if there is one; of model2vec and
    sentence-transformers a hash of weights, tokenizer and settings.
    """
    given = getattr(model, "fingerprint", None)
    if isinstance(given, str):
        return hashlib.sha256(given.encode()).hexdigest()
    package = _package_of(model)
    if package == "model2vec":
        arrays = {"embedding": model.embedding}
        for name in ("weights", "token_mapping"):
            if getattr(model, name, None) is not None:
                arrays[name] = getattr(model, name)
        settings = [model.tokenizer.to_str(), bool(model.normalize)]
        return _hash(settings, arrays)
    if package == "sentence_transformers":
        arrays = {
            name: tensor.detach().cpu().float().numpy()
            for name, tensor in model.state_dict().items()
        }
        backend = getattr(model.tokenizer, "backend_tokenizer", None)
        settings = [
            repr(model),
            backend.to_str() if backend is not None else repr(model.tokenizer),
            model.max_seq_length,
            getattr(model, "prompts", None),
            getattr(model, "default_prompt_name", None),
        ]
        return _hash(settings, arrays)
    return None


def _hash(settings: list[Any], arrays: dict[str, Any]) -> str:
    """Hash settings and arrays."""
    digest = hashlib.sha256(json.dumps(settings, default=repr).encode())
    for name, values in sorted(arrays.items()):
        array = np.ascontiguousarray(values)
        digest.update(f"{name} {array.dtype} {array.shape}".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()


def _package_of(model: Any) -> str:
    """Return the package that a model's class is derived from."""
    for kind in type(model).__mro__:
        package = kind.__module__.partition(".")[0]
        if package in _OPTIONS:
            return package
    return ""
