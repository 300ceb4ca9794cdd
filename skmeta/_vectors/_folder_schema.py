"""The parts of a folder of word vectors, checked before they are used."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from skmeta._messages import count_of
from skmeta._vectors._fallback import check_fallback

__all__ = ["check_parts"]


class _Part(NamedTuple):
    """The dtype of a part, and the names of its dimensions."""

    dtype: type
    shape: tuple[str, ...]


_PARTS = {
    "vectors": _Part(np.float32, ("words", "dimensions")),
    "counts": _Part(np.int64, ("words",)),
    "ngrams": _Part(np.float32, ("buckets of n-grams", "dimensions")),
    "known": _Part(np.uint8, ("sources", "words")),
    "generated": _Part(np.uint8, ("sources", "words")),
}
_SETTINGS_OF_META = {
    **dict.fromkeys(["combiner", "missing", "vocabulary"], str),
    **dict.fromkeys(["normalize", "center"], int),  # True and False are instances
}


def check_parts(
    folder: str, arrays: Mapping[str, np.ndarray], settings: Mapping[str, Any]
) -> None:
    """Raise if parts are not as expected, or do not fit together.

    Only the headers of files are checked, not the numbers.

    Parameters
    ----------
    folder : str
        For messages.
    arrays : dict of str to ndarray
        The memory-mapped parts, including "vectors".
    settings : dict
        The saved settings.

    Raises
    ------
    ValueError
    """
    sizes: dict[str, int] = {}
    for name, array in sorted(arrays.items(), key=lambda item: item[0] != "vectors"):
        if name not in _PARTS:
            raise _unsound(folder, f"the part {name[:60]!r}", ", ".join(_PARTS))
        part = _PARTS[name]
        found = f"{name} of dtype {array.dtype} and shape {array.shape}"
        expected = f"{np.dtype(part.dtype)} of shape ({', '.join(part.shape)})"
        is_array = array.dtype == part.dtype and array.ndim == len(part.shape)
        is_in_rows = array.flags.c_contiguous or part.dtype != np.float32
        if not (is_array and is_in_rows and array.flags.aligned and array.size):
            raise _unsound(folder, found, f"{expected}, row after row, not empty")
        for dimension, size in zip(part.shape, array.shape, strict=True):
            if sizes.setdefault(dimension, size) != size:
                raise _unsound(folder, found, f"{sizes[dimension]:,} {dimension}")
    _check_subwords(folder, "ngrams" in arrays, settings.get("subwords"))
    _check_fallback(folder, settings.get("fallback", ()))
    if "meta_embeddings" in settings:
        n_sources = sizes["sources"] if "known" in arrays else None
        _check_meta(folder, settings["meta_embeddings"], n_sources)


def _check_subwords(folder: str, has_ngrams: bool, lengths: Any) -> None:
    """Raise if the lengths of n-grams are not two plausible numbers."""
    if not has_ngrams:
        return
    are_two = isinstance(lengths, list) and len(lengths) == 2
    if not (
        are_two
        and all(type(length) is int for length in lengths)
        and 0 <= lengths[0] <= lengths[1] < 1 << 31
    ):
        expected = "the shortest and the longest n-grams, in letters"
        raise _unsound(folder, f"subwords={str(lengths)[:60]}", expected)


def _check_fallback(folder: str, fallback: Any) -> None:
    """Raise if the forms of unknown words are not known ones."""
    try:
        check_fallback(fallback)
    except (TypeError, ValueError):
        found = f"fallback={str(fallback)[:60]}"
        raise _unsound(folder, found, "names of forms, as 'lower'") from None


def _check_meta(folder: str, settings: Any, n_sources: int | None) -> None:
    """Raise if the settings of meta-embeddings are incomplete."""
    names = settings.get("names") if isinstance(settings, dict) else None
    names = names if isinstance(names, list) else []
    if len(names) != n_sources or not all(isinstance(name, str) for name in names):
        found = f"meta-embeddings of {str(names)[:60]}"
        expected = (
            f"the names of {count_of(n_sources or 0, 'source')}, as 'known' has them"
        )
        raise _unsound(folder, found, expected)
    for name, kind in _SETTINGS_OF_META.items():
        if not isinstance(settings.get(name), kind):
            found = f"{name}={str(settings.get(name))[:60]}"
            raise _unsound(folder, found, f"a {kind.__name__}")


def _unsound(folder: str, found: str, expected: str) -> ValueError:
    """Return the error for an invalid folder."""
    return ValueError(
        f"Found {found} in '{folder}', expected {expected}. The folder is damaged, or "
        "was changed: save the vectors again."
    )
