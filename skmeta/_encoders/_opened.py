"""Open encoders and caches, once per process."""

from __future__ import annotations

import hashlib
import os
from collections import deque
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple
from weakref import WeakValueDictionary

from skmeta._documents._check import short_repr
from skmeta._encoders._cache import EncodingCache, MemoryCache
from skmeta._encoders._cache_folder import FolderCache
from skmeta._encoders._folder import EncoderFolder, hash_files, read_folder
from skmeta._encoders._object_encoder import (
    ObjectEncoder,
    fingerprint_object,
    is_encoder_object,
)
from skmeta._encoders._pool_tokens import check_poolings
from skmeta._fork_lock import ForkLock
from skmeta._messages import missing_package

__all__ = ["OpenedEncoder", "open_cache", "open_encoder", "reopen_encoder"]

_VERSION = 1  # of how rows are computed
_opening = ForkLock()
_ENCODERS: WeakValueDictionary[Any, Any] = WeakValueDictionary()
_LATEST: deque[Any] = deque(maxlen=2)  # stay open from fold to fold
_CACHES: dict[tuple[str, str], FolderCache] = {}
if hasattr(os, "register_at_fork"):  # their locks may be held by a thread of the parent
    os.register_at_fork(after_in_child=_CACHES.clear)


class OpenedEncoder(NamedTuple):
    """An encoder, and its fingerprint."""

    encoder: Any
    place: str | None  # absolute; None of an object
    options: tuple | None
    fingerprint: str | None  # of files or weights, and of all options
    normalizes: bool  # whether rows have unit length


def open_encoder(
    model: Any,
    *,
    pooling: Any,
    normalize: Any,
    prompt: str | None,
    max_length: Any,
    device: str,
) -> OpenedEncoder:
    """Open a folder, or take an object that encodes texts.

    Parameters are those of :class:`skmeta.SentenceEncoderVectorizer`.
    """
    if not isinstance(model, str | os.PathLike):
        given = {"pooling": pooling, "max_length": max_length, "device": device}
        return _take_object(model, normalize, prompt, given)
    folder = read_folder(model)
    options = (
        None if pooling == "auto" else check_poolings(pooling),
        folder.normalize if normalize == "auto" else bool(normalize),
        folder.max_length if max_length == "auto" else int(max_length),
        _choose_prompt(prompt, folder),
    )
    return _open(folder, os.fspath(model), options, device)


def reopen_encoder(
    model: Any, place: str, options: tuple, fingerprint: str, device: str
) -> OpenedEncoder:
    """Open a folder that was opened before, perhaps elsewhere or in another process.

    Raises
    ------
    FileNotFoundError
        If there is none, neither where it was nor at the path.
    ValueError
        If its files are not the same.
    """
    tried = [path for path in (place, model) if Path(path).expanduser().exists()]
    if not tried:
        raise FileNotFoundError(
            f"Found nothing at '{place}', expected the sentence encoder that a "
            "vectorizer was fitted with. Put it back, or fit again."
        )
    for path in tried:
        opened = _open(read_folder(path), os.fspath(path), options, device)
        if opened.fingerprint == fingerprint:
            return opened
    raise ValueError(
        f"Found another model at '{tried[0]}' than when the vectorizer was fitted, "
        "expected the same files. Put the old ones back, or fit again."
    )


def open_cache(cache: str | os.PathLike[str], fingerprint: str) -> EncodingCache:
    """Return the cache of a model's encodings: "memory", or in a folder."""
    if isinstance(cache, str) and cache == "memory":
        return MemoryCache(fingerprint)
    key = os.fspath(cache), fingerprint
    with _opening.hold():
        if key not in _CACHES:
            _CACHES[key] = FolderCache(*key)
        return _CACHES[key]


def _open(
    folder: EncoderFolder, path: str, options: tuple, device: str
) -> OpenedEncoder:
    """Open a folder, or return the encoder that this process opened before."""
    try:
        module = import_module("skmeta._encoders._onnx_encoder")
    except ModuleNotFoundError as error:
        if error.name not in ("onnxruntime", "tokenizers"):
            raise
        raise ModuleNotFoundError(
            missing_package("A sentence encoder in ONNX", error.name, "onnx"),
            name=error.name,
        ) from error
    place = os.path.abspath(os.path.expanduser(path))
    key = place, hash_files(folder), options, device
    with _opening.hold():
        encoder = _ENCODERS.get(key)
        if encoder is None:
            encoder = module.OnnxEncoder(folder, module.OnnxOptions(*options), device)
            _ENCODERS[key] = encoder
        if encoder not in _LATEST:
            _LATEST.append(encoder)
    normalizes = encoder.options.normalize
    return OpenedEncoder(encoder, place, options, _hash(*key[1:]), normalizes)


def _take_object(
    model: Any, normalize: Any, prompt: str | None, given: dict[str, Any]
) -> OpenedEncoder:
    """Wrap an object, which decides itself how to pool and where to compute."""
    if not is_encoder_object(model):
        raise TypeError(
            f"Found model={short_repr(model)} of type {type(model).__name__}, expected "
            "the path of a folder with model.onnx and tokenizer.json, an object with a "
            "method encode, or a function from a list of texts to a matrix."
        )
    defaults = {"pooling": "auto", "max_length": "auto", "device": "cpu"}
    for name, value in given.items():
        if value != defaults[name]:
            raise ValueError(
                f"Found {name}={value!r} with an object of type "
                f"{type(model).__name__}, which decides that itself, expected "
                f"{name}={defaults[name]!r}. Set it in the object."
            )
    prompt = "" if prompt in (None, "auto") else prompt
    normalizes = normalize is not False and normalize != "auto"
    found = fingerprint_object(model)
    fingerprint = None if found is None else _hash(found, normalizes, prompt)
    encoder = ObjectEncoder(model, normalizes, prompt or "")
    return OpenedEncoder(encoder, None, None, fingerprint, normalizes)


def _choose_prompt(prompt: str | None, folder: EncoderFolder) -> str:
    """Return the prompt that precedes each text."""
    if prompt is None:
        return ""
    if prompt == "auto":
        default = folder.default_prompt
        return "" if default is None else folder.prompts[default]
    return folder.prompts.get(prompt, prompt)


def _hash(*what: Any) -> str:
    """Hash everything that a model's rows depend on."""
    return hashlib.sha256(repr((_VERSION, *what)).encode()).hexdigest()
