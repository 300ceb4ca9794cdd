"""Fitted estimators in files of skops, which run no code, or of joblib."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import Any

import joblib

from skmeta._disk._fingerprint import FileState, file_state
from skmeta._io._atomic import atomic_write
from skmeta._io.formats._streams import check_archive
from skmeta._reading._budget import Budget
from skmeta._reading._guard import reading

__all__ = ["check_model_path", "load_model", "save_model", "trusted_types"]

_TRUSTED = (
    "skmeta._meta._document_level.DocumentLevel",
    "skmeta._meta._letter_counts.LetterCounts",
    "skmeta._meta._token_tfidf.TokenTfidfVectorizer",
    "skmeta._meta._tuned_ridge.TunedRidge",
    "skmeta._meta._vectorizer.MetaEmbeddingVectorizer",
    "skmeta._meta._word_level.WordLevel",
    "skmeta._pooling._common_components.CommonComponents",
    "skmeta._pooling._document_pooler.DocumentPooler",
    "skmeta._pooling._partition.Partition",
    "skmeta._pooling._partition.Parts",
    "skmeta._pooling._row_map.RowMap",
    "skmeta._pooling._row_scale.RowScale",
    "skmeta._pooling._unknown_words.UnknownPolicy",
    "skmeta._retrieval._bm25.BM25Vectorizer",
    "skmeta._retrieval._expansion.NeighborWords",
    "skmeta._retrieval._expansion.QueryExpansion",
    "skmeta._vectorizers._fasttext.FastTextVectorizer",
    "skmeta._vectorizers._ppmi.PPMIVectorizer",
    "skmeta._vectorizers._pretrained.PretrainedVectorizer",
    "skmeta._vectorizers._subword_tokens.SubwordTokenizer",
    "skmeta._vectorizers._word2vec.Word2VecVectorizer",
    "skmeta._vectors._fallback.FallbackIndex",
    "skmeta._vectors._subwords.Subwords",
    "skmeta._vectors._word_index.WordIndex",
    "skmeta._vectors._word_vectors.WordVectors",
    "skmeta.combine._autoencoder.Autoencoder",
    "skmeta.combine._average.Average",
    "skmeta.combine._center.Center",
    "skmeta.combine._classifier_rows.ClassifierRows",
    "skmeta.combine._concatenate.Concatenate",
    "skmeta.combine._gcca.GCCA",
    "skmeta.combine._pipeline.CombinerPipeline",
    "skmeta.combine._procrustes.Procrustes",
    "skmeta.combine._svd.SVD",
    "skmeta.tokenize._tokenizer.Tokenizer",
    "skmeta.weighting._correlation.Correlation",
    "skmeta.weighting._feature_weighter.FeatureWeighter",
    "skmeta.weighting._idf.IDF",
    "skmeta.weighting._log_odds.LogOdds",
    "skmeta.weighting._sif.SIF",
    "skmeta.weighting._usif.USIF",
)
_ENDINGS = (".skops", ".joblib")


def trusted_types() -> list[str]:
    """List the classes of skmeta that skops can load safely: none of them runs code.

    Returns
    -------
    names : list of str
        For the parameter ``trusted`` of ``skops.io.load`` and ``loads``. Pipelines of
        these classes and of scikit-learn's need no others. Save those with a
        ``Doc2VecVectorizer``, which needs a gensim model, with OneToN, GeometryAware,
        LocallyLinear or PhraseJoiner, or with functions by joblib.
        ``Word2VecVectorizer`` and ``FastTextVectorizer`` are loaded without the
        attribute ``model_``.

    Examples
    --------
    >>> from skmeta import trusted_types
    >>> "skmeta._vectors._word_vectors.WordVectors" in trusted_types()
    True
    """
    return list(_TRUSTED)


def save_model(path: str | Path, model: Any) -> None:
    """Save fitted estimators with skops.

    Parameters
    ----------
    path : path
        Ends in .skops.
    model : estimator, or dict of those

    Raises
    ------
    ImportError
        If skops is missing.
    ValueError
        If it holds a type that :func:`load_model` would not load.
    """
    try:
        from skops.io import dumps, get_untrusted_types
    except ModuleNotFoundError as error:
        raise ImportError(
            f"'{path}' needs skops. Install it with: pip install skops"
        ) from error
    content = dumps(model)
    untrusted = set(get_untrusted_types(data=content)) - set(_TRUSTED)
    if untrusted:
        raise ValueError(
            f"Found {', '.join(sorted(untrusted))} in what is to be saved to '{path}', "
            "expected types of skmeta and scikit-learn that load without running code: "
            "skmeta.trusted_types() lists them. Pickle it with joblib instead."
        )
    with atomic_write(path) as tmp_path:
        tmp_path.write_bytes(content)


def load_model(path: str | Path) -> Any:
    """Load a fitted estimator, once per process unless its file changes.

    Parameters
    ----------
    path : path
        A file .skops, or .joblib, which can run code: load only files you trust.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ImportError
        If skops is needed and missing.
    ValueError
        If it is not a file, has another ending, or holds other types.
    """
    path = check_model_path(path)
    return _load_unchanged(path, file_state(path))


def check_model_path(path: str | os.PathLike[str]) -> Path:
    """Return the absolute path of a fitted model, checked without reading it.

    Parameters and errors as of ``load_model``.
    """
    path = Path(path).absolute()
    expected = f"expected a fitted model in {' or '.join(_ENDINGS)}"
    if not path.exists():
        raise FileNotFoundError(f"There is no file '{path}'. Check the path.")
    if not path.is_file():
        raise ValueError(f"'{path}' is not a file, {expected}. Check the path.")
    if path.suffix not in _ENDINGS:
        ending = f"ends in {path.suffix!r}" if path.suffix else "has no ending"
        raise ValueError(
            f"'{path}' {ending}, {expected}. Save it with skops.io.dump or joblib.dump."
        )
    return path


@lru_cache(maxsize=2)
def _load_unchanged(path: Path, state: FileState) -> Any:
    """Load a model's file, cached by its state."""
    if path.suffix == ".joblib":
        with reading(path, "a fitted model that joblib wrote"):
            return joblib.load(path)
    try:
        from skops.io import load
        from skops.io.exceptions import UntrustedTypesFoundException
    except ModuleNotFoundError as error:
        raise ImportError(
            f"'{path}' needs skops. Install it with: pip install skops"
        ) from error
    with reading(path, "a fitted model that skops wrote"):
        check_archive(path, Budget(path))
        try:
            return load(path, trusted=trusted_types())
        except UntrustedTypesFoundException as error:
            raise ValueError(
                f"'{path}' holds other types than those of skmeta and scikit-learn: "
                f"{error} If you trust its author, load it with skops.io and save it "
                "with joblib."
            ) from error
