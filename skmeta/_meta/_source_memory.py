"""A cache of fitted sources, which are fitted once to the same documents.

In a search over combiners every candidate fits the same sources to the same folds.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import joblib
import sklearn
from sklearn.frozen import FrozenEstimator
from sklearn.utils._param_validation import HasMethods

from skmeta._disk._lock import locked_file
from skmeta._documents._check import short_repr
from skmeta._documents._digest import digest_documents
from skmeta._meta._code_digest import digest_code
from skmeta._meta._source_documents import SourceDocuments
from skmeta._show_versions import version_of
from skmeta._vectorizers._pretrained import PretrainedVectorizer
from skmeta._vectorizers._trained import TrainedVectorizer
from skmeta._warnings import warn_user
from skmeta.weighting._by_name import uses_labels

__all__ = ["MEMORY", "SourceMemory"]

MEMORY = [str, os.PathLike, HasMethods(["cache"]), None]  # what a parameter may be
_MOST_BYTES = 10 * 2**30  # of a folder; the least recently used go first
_FOLDER = "skmeta"  # in a folder where others, such as a Pipeline, may store theirs
_PACKAGES = ("skmeta", "scikit-learn", "gensim", "numpy", "scipy", "torch")
_LEARN_NOTHING = (PretrainedVectorizer, FrozenEstimator)


class SourceMemory:
    """Fit sources to documents, or load the result of an equal fit.

    An entry is known by the tokens of the documents, the labels, the source's class,
    its code, parameters and files, the settings of scikit-learn, and versions.

    Parameters
    ----------
    memory : path, joblib.Memory or None
        None: every source is fitted.
    documents : SourceDocuments
    y : array-like or None
    """

    def __init__(self, memory: Any, documents: SourceDocuments, y: Any) -> None:
        self._documents, self._y = documents, y
        self._is_ours = isinstance(memory, str | os.PathLike)
        if self._is_ours:
            folder = Path(memory).expanduser() / _FOLDER
            folder.mkdir(parents=True, exist_ok=True)
            memory = joblib.Memory(str(folder), verbose=0)
        self._memory = memory
        if memory is not None:
            versions = [version_of(package) for package in _PACKAGES]
            config = sklearn.get_config()
            checked = documents.checked
            texts = getattr(checked, "texts", None)  # tokens do not determine the texts
            digest = digest_documents(checked), joblib.hash(texts)
            self._situation = digest, y, versions, config

    def fit(self, source: Any) -> Any:
        """Return the fitted source."""
        return self._find(_fit, source)

    def fit_transform(self, source: Any) -> tuple[Any, Any]:
        """Return the fitted source, and the rows of the documents."""
        if self._memory is not None and _is_trained_for_both(source):
            source = self.fit(source)
            return source, source.transform(self._documents.for_source(source))
        return self._find(_fit_transform, source)

    def _find(self, fit: Callable, source: Any) -> Any:
        """Return the cached result of a function for an equal source, or call it."""
        documents = self._documents.for_source(source)
        key = None
        if self._memory is not None and not isinstance(source, _LEARN_NOTHING):
            key = self._make_key(source)
        if key is None:
            return fit("", source, documents, self._y)
        found = self._memory.cache(fit, ignore=["source", "documents", "y"])
        with self._lock(f"{fit.__name__}-{key}"):
            result = found(key, source, documents, self._y)
        if self._is_ours:
            self._memory.reduce_size(bytes_limit=_MOST_BYTES)
        return result

    def _make_key(self, source: Any) -> str | None:
        """Compute the key of a source, or None if it cannot be pickled."""
        try:
            state = joblib.hash(source)
        except Exception as error:  # whatever its parameters raise
            warn_user(
                f"Found the source {short_repr(source)}, which cannot be pickled "
                f"({error}); expected one that can, to remember it. It is fitted each "
                "time: define functions in a module, in place of lambdas."
            )
            return None
        return joblib.hash((state, digest_code(source), self._situation))

    def _lock(self, name: str) -> AbstractContextManager:
        """Make others that need the same entry wait, if files can be locked."""
        location = getattr(self._memory, "location", None)
        if not isinstance(location, str) or not os.path.isdir(location):
            return nullcontext()
        return locked_file(Path(location, f".{name}.lock"))


def _is_trained_for_both(source: Any) -> bool:
    """Return whether ``fit`` and ``transform`` are equivalent to ``fit_transform``."""
    return isinstance(source, TrainedVectorizer) and not uses_labels(source.weighting)


def _fit(key: str, source: Any, documents: Any, y: Any) -> Any:
    """Fit a source."""
    source.fit(documents, y)
    return source


def _fit_transform(key: str, source: Any, documents: Any, y: Any) -> tuple[Any, Any]:
    """Fit a source and transform the documents."""
    if hasattr(source, "fit_transform"):
        return source, source.fit_transform(documents, y)
    return source, source.fit(documents, y).transform(documents)
