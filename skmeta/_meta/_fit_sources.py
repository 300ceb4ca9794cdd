"""The sources of a meta-embedding: made into vectorizers, and fitted side by side."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Literal

from sklearn.base import clone

from skmeta._documents._check import short_repr
from skmeta._io.formats import load_once
from skmeta._meta._level import MetaParameters
from skmeta._progress import progress
from skmeta._training._side_by_side import run_side_by_side
from skmeta._vectorizers._pretrained import PretrainedVectorizer
from skmeta._warnings import naming_sources, sources_at_work

__all__ = ["check_sources", "fit_sources", "leave_out_dropped", "make_vectorizers"]


def check_sources(sources: Any) -> None:
    """Raise unless sources are (name, source) tuples."""
    if not all(
        isinstance(entry, tuple) and len(entry) == 2 and isinstance(entry[0], str)
        for entry in sources
    ):
        raise ValueError(
            f"Found sources={short_repr(sources)}, expected a list of (name, source) "
            "tuples, e.g. [('w2v', Word2VecVectorizer()), ('glove', 'glove.txt')]."
        )


def leave_out_dropped(sources: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """Return the sources that are not "drop", by name; raise if there is none."""
    kept = {
        name: source
        for name, source in sources
        if not (isinstance(source, str) and source == "drop")
    }
    if not kept:
        raise ValueError(
            f"Found no source to combine in sources={short_repr(sources)}, expected "
            "at least one that is not 'drop'."
        )
    return kept


def make_vectorizers(
    sources: Mapping[str, Any],
    *,
    unknown: Literal["ignore", "subword"] = "ignore",
    **pooling: Any,
) -> dict[str, Any]:
    """Clone what can be fitted, and make vectorizers of word vectors.

    Parameters
    ----------
    sources : dict of str to source
    unknown : str, default="ignore"
        Of vectorizers that are made; those without n-grams ignore unknown tokens where
        this is "subword".
    **pooling : other parameters of vectorizers that are made

    Returns
    -------
    vectorizers : dict of str to unfitted vectorizer
    """

    def make(source: Any) -> Any:
        if hasattr(source, "fit"):
            return clone(source)
        policy = unknown
        if policy == "subword" and load_once(source).subwords is None:
            policy = "ignore"
        return PretrainedVectorizer(source, unknown=policy, **pooling)

    return {name: make(source) for name, source in sources.items()}


def fit_sources(
    fit_source: Callable[[Any], Any],
    sources: Mapping[str, Any],
    parameters: MetaParameters,
) -> list[Any]:
    """Fit sources, several at a time in threads, with a progress bar.

    Parameters
    ----------
    fit_source : callable
        Fits one.
    sources : dict of str to unfitted vectorizer
    parameters : MetaParameters

    Returns
    -------
    results : list
        What ``fit_source`` returned for each.
    """
    n_sources, verbose = len(sources), parameters.verbose
    with progress("Fitting sources", n_sources, verbose, "sources") as advance:
        outer = sources_at_work()

        def fit_and_advance(name: str, source: Any) -> Any:
            with naming_sources(*outer, name):
                result = fit_source(source)
            advance()
            return result

        tasks = [partial(fit_and_advance, *named) for named in sources.items()]
        return run_side_by_side(tasks, parameters.n_jobs)
