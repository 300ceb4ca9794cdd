"""`skmeta compare`: cross-validate embeddings on labeled documents."""

from __future__ import annotations

from inspect import signature
from itertools import chain
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
from joblib import effective_n_jobs
from rich import box
from rich.table import Table
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.model_selection import train_test_split

from skmeta._documents._tokenized_texts import TokenizedTexts
from skmeta._encoders._vectorizer import SentenceEncoderVectorizer
from skmeta._io._atomic import atomic_write
from skmeta._io.formats import VectorFormatError, detect_format, load_vectors
from skmeta._messages import count_of
from skmeta._meta._embeddings import name_sources
from skmeta._meta._text_pipeline import text_pipeline
from skmeta._meta._token_tfidf import make_pairs_vectorizer
from skmeta._meta._vectorizer import MetaEmbeddingVectorizer
from skmeta._show_versions import version_of
from skmeta._vectorizers._ppmi import PPMIVectorizer
from skmeta._vectorizers._pretrained import PretrainedVectorizer
from skmeta._vectorizers._word2vec import Word2VecVectorizer
from skmeta._vectors._fallback import FORMS
from skmeta._vectors._word_vectors import WordVectors
from skmeta._warnings import warn_user
from skmeta.cli._advice import in_options
from skmeta.cli._compare_input import LabeledTexts
from skmeta.cli._console import cell, make_console, say
from skmeta.cli._encoder_rows import encodings_kept, make_encoder_rows
from skmeta.cli._folds import find_copies, split_documents
from skmeta.combine._by_name import CombinerName
from skmeta.datasets import load_docstrings
from skmeta.evaluate import corrected_t_test
from skmeta.evaluate._comparison import compare_rows
from skmeta.tokenize import Tokenizer

__all__ = ["run_comparison"]

_QUICK_DOCUMENTS = 2_000
_TRAINING_TOKENS = 8_000_000  # over all epochs, of which small collections get more
_QUICK_TRAINING_TOKENS = 2_000_000
_TF_IDF, _PAIRS = "TF-IDF", "TF-IDF of words and pairs"
_CBOW, _SKIP_GRAM = "word2vec CBOW", "word2vec skip-gram"
_COUNTS = "PPMI"
_METAS: dict[str, tuple[Literal["word", "document"], CombinerName]] = {
    "meta word concatenate": ("word", "concatenate"),
    "meta document concatenate": ("document", "concatenate"),
    "meta document SVD": ("document", "svd"),
}
_PIPELINE = "meta text_pipeline"
_TAKEN = {  # names that the row of a file of word vectors cannot have
    *(_TF_IDF, _PAIRS, _CBOW, _SKIP_GRAM, _COUNTS, *_METAS, _PIPELINE),
    *signature(MetaEmbeddingVectorizer).parameters,
}
_COLUMNS = (
    *("accuracy", "against\nTF-IDF", "macro\nF1", "cover-\nage", "fit\ns"),
    *("trans-\nform s", "size"),
)
_CAPTION = (
    "* best accuracy; mean ± standard deviation over the folds. Classifier: logistic "
    "regression, C=10, on rows of unit length. Against TF-IDF: difference from the "
    "better of its two rows (p-value of the corrected resampled t-test). "
    "Meta-embeddings combine all embeddings above them; text_pipeline also combines "
    "the TF-IDF of words, pairs of words and character n-grams, weighted by labels. "
    "The time of their fit includes training. Coverage: the share of known tokens in "
    "the test folds. Size: dimensions."
)
_WIDTHS = {
    "accuracy": 13,
    "against\nTF-IDF": 13,
    "macro\nF1": 5,
    "cover-\nage": 6,
    "size": 7,
}
_NARROWEST, _PIPED = 80, 100  # characters a line


def run_comparison(
    data: Path | None,
    table: LabeledTexts | None,
    text: str,
    label: str,
    vectors: list[Path],
    encoder: Path | None,
    cv: int,
    seed: int,
    n_jobs: int,
    quick: bool,
    output: Path | None,
    plot: Path | None,
    report: Path | None,
) -> None:
    """Run the command `skmeta compare`, whose arguments have been checked."""
    with encodings_kept(encoder) as opened:
        with make_console(stderr=True).status("Reading documents"):
            documents, labels = _read_documents(data, table, n_jobs)
            if quick and len(documents) > _QUICK_DOCUMENTS:
                documents, labels = _sample(documents, labels, seed)
        copies = find_copies(documents, labels)
        folds = split_documents(copies, labels, cv, seed)
        given = _read_vectors(vectors, documents)
        n_tokens = _QUICK_TRAINING_TOKENS if quick else _TRAINING_TOKENS
        vectorizers = _make_vectorizers(documents, given, opened, n_tokens, seed)
        n_jobs = min(effective_n_jobs(n_jobs), len(vectorizers) * cv)
        comparison, predictions, failures = compare_rows(
            vectorizers,
            documents,
            labels,
            cv=folds,
            n_jobs=n_jobs,
            verbose=1,
            leave_out_failed=True,
        )
    _check_failures(failures, comparison)
    comparison = _compare_with_tf_idf(comparison)
    title = (
        f"{data or 'Docstrings of installed packages'}: "
        f"{count_of(len(documents), 'document')}, "
        f"{count_of(sum(map(len, documents)), 'token')}, "
        f"{count_of(len(np.unique(labels)), 'class', 'classes')}; "
        f"{count_of(cv, 'fold')}, seed {seed}"
    )
    repeated = copies.describe()
    _print(comparison, f"{title}\n{repeated}" if repeated else title)
    if output is not None:
        with atomic_write(output) as tmp_path:
            comparison.to_csv(tmp_path)
        say(f"Wrote {output}", stderr=True)
    if plot is not None:
        from skmeta.plot import ComparisonDisplay

        figure = ComparisonDisplay.from_comparison(comparison).figure_
        with atomic_write(plot) as tmp_path:
            figure.savefig(tmp_path, dpi=150, format=plot.suffix[1:])
        say(f"Drew {plot}", stderr=True)
    if report is not None:
        from skmeta.cli._report import list_shown, make_report
        from skmeta.cli._why import Why, fit_pipelines

        shown = list_shown(documents, labels, predictions, comparison)
        with make_console(stderr=True).status("Explaining documents"):
            kept = {name: vectorizers[name] for name in comparison.index}
            pipelines = fit_pipelines(
                kept, documents, labels, np.array(list(shown), int), n_jobs
            )

        settings = {
            "data": data or "docstrings of installed packages",
            **({} if data is None else {"text": text, "label": label}),
            "vectors": ", ".join(map(str, vectors or ())) or "none given",
            **({} if encoder is None else {"encoder": encoder}),
            "documents": f"{len(documents):,}{' (--quick)' if quick else ''}",
            "tokens": f"{sum(map(len, documents)):,}",
            "classes": len(np.unique(labels)),
            "folds": f"{cv}, stratified and shuffled",
            **({"copies": repeated} if repeated else {}),
            "seed": seed,
            "processes": n_jobs,
            "epochs of word2vec": vectorizers[_CBOW].epochs,
            "versions": ", ".join(
                f"{name} {version_of(name)}"
                for name in ("skmeta", "scikit-learn", "gensim", "numpy")
            ),
        }
        page = make_report(
            f"skmeta compare: {data.name if data else 'docstrings'}",
            settings,
            comparison,
            _CAPTION.replace("* best accuracy; m", "M"),
            documents,
            labels,
            predictions,
            given,
            Why(pipelines, shown),
        )
        with atomic_write(report) as tmp_path:
            tmp_path.write_text(page, "utf-8", errors="replace")
        say(f"Wrote {report}", stderr=True)


def _read_documents(
    data: Path | None, table: LabeledTexts | None, n_jobs: int
) -> tuple[list[list[str]], np.ndarray]:
    """Split labeled texts into tokens, or read docstrings."""
    if table is None:
        documents, labels = load_docstrings(n_jobs=n_jobs)
        return documents, labels
    documents = TokenizedTexts(Tokenizer().transform(table.texts), table.texts)
    if not any(documents):
        raise ValueError(
            f"None of the {count_of(len(documents), 'text')} of '{data}' has a word, "
            "expected texts in words. Name another column with --text."
        )
    return documents, table.labels


def _sample(
    documents: list[list[str]], labels: np.ndarray, seed: int
) -> tuple[list[list[str]], np.ndarray]:
    """Draw a sample of documents, stratified by class if possible."""
    classes, counts = np.unique(labels, return_counts=True)
    n_left = len(documents) - _QUICK_DOCUMENTS
    has_room = len(classes) <= min(_QUICK_DOCUMENTS, n_left)
    shares = labels if has_room and counts.min() > 1 else None
    chosen, _ = train_test_split(
        np.arange(len(documents)),
        train_size=_QUICK_DOCUMENTS,
        random_state=seed,
        stratify=shares,
    )
    if isinstance(documents, TokenizedTexts):
        return documents.take(chosen), labels[chosen]
    return [documents[i] for i in chosen], labels[chosen]


def _read_vectors(
    paths: list[Path], documents: list[list[str]]
) -> dict[str, WordVectors]:
    """Read files of word vectors, and keep the words of the documents.

    The others do not affect document vectors, and the kept ones are sent to every
    process. Tokens are lower-cased; the words of many files are not.
    """
    tokens = set(chain.from_iterable(documents))
    try:
        for path in paths:
            detect_format(path)  # raises before any of them is read
        return {
            name: load_vectors(
                path, vocabulary=tokens, fallback=tuple(FORMS), verbose=1
            )
            for name, path in zip(name_sources(paths, _TAKEN), paths)
        }
    except VectorFormatError as error:  # here, --encoding is that of the texts
        raise VectorFormatError(in_options(str(error), ())) from error


def _make_vectorizers(
    documents: list[list[str]],
    given: dict[str, WordVectors],
    encoder: SentenceEncoderVectorizer | None,
    training_tokens: int,
    seed: int,
) -> dict[str, Any]:
    """Create the vectorizers; meta-embeddings combine all the rows above them."""
    n_tokens = sum(map(len, documents))
    epochs = int(np.clip(training_tokens / max(n_tokens, 1), 5, 50))
    shared: dict[str, Any] = {"min_count": 2, "epochs": epochs, "random_state": seed}
    embeddings = {
        _CBOW: Word2VecVectorizer(sg=0, **shared),
        _SKIP_GRAM: Word2VecVectorizer(sg=1, **shared),
        _COUNTS: PPMIVectorizer(random_state=seed),
        **{name: PretrainedVectorizer(words) for name, words in given.items()},
    }
    metas = {
        name: MetaEmbeddingVectorizer(
            list(embeddings.items()), combiner=combiner, level=level
        )
        for name, (level, combiner) in _METAS.items()
    }
    features = text_pipeline(vectors=[], random_state=seed)["features"]
    features.set_params(vectors__sources=list(embeddings.items()))
    tf_idf = {
        _TF_IDF: TfidfVectorizer(analyzer=list, dtype=np.float32),
        _PAIRS: make_pairs_vectorizer(),
    }
    rows = {**tf_idf, **embeddings, **metas, _PIPELINE: features}
    if encoder is None:
        return rows
    taken = {*_TAKEN, *rows}
    return rows | make_encoder_rows(encoder, embeddings, taken, seed)


def _check_failures(failures: dict[str, str], comparison: pd.DataFrame) -> None:
    """Warn of rows that are left out, or raise if the others are no comparison."""
    baselines = {_TF_IDF, _PAIRS}
    for name, failure in failures.items():
        if name in baselines or set(comparison.index) <= baselines:
            raise ValueError(f"{name}: {failure}")
        warn_user(f"{name} is left out: {failure}")


def _compare_with_tf_idf(comparison: pd.DataFrame) -> pd.DataFrame:
    """Add each row's difference to the better row of TF-IDF, and its p-value."""
    folds = comparison.filter(regex=r"^split\d+_accuracy$")
    best = max((_TF_IDF, _PAIRS), key=comparison["accuracy"].to_dict().__getitem__)
    differences = folds - folds.loc[best]
    return comparison.assign(
        difference=differences.mean(axis=1),
        p_value=[corrected_t_test(row) for row in differences.to_numpy()],
    )


def _print(comparison: pd.DataFrame, title: str) -> None:
    """Print the table, with the best row marked."""
    console = make_console()
    at_least = _NARROWEST if console.is_terminal else _PIPED
    console.width = max(console.width, at_least)
    table = Table(
        caption=f"\n{_CAPTION}",
        caption_justify="left",
        box=box.SIMPLE_HEAD,
        show_edge=False,
        padding=(0, 0 if console.width < _PIPED else 1),
        pad_edge=False,
        collapse_padding=True,
    )
    table.add_column("  embedding", overflow="fold")
    for name in _COLUMNS:
        table.add_column(name, justify="right", min_width=_WIDTHS.get(name))
    best = comparison["accuracy"].max()
    for name, (_, row) in zip(comparison.index, comparison.iterrows()):
        is_best = row["accuracy"] == best
        table.add_row(
            cell(f"{'*' if is_best else ' '} {name}"),
            f"{row['accuracy']:.3f} ± {row['accuracy_std']:.3f}",
            f"{row['difference']:+.3f} ({row['p_value']:.2f})",
            f"{row['macro_f1']:.3f}",
            f"{row['coverage']:.1%}",
            f"{row['fit_seconds']:.1f}",
            f"{row['transform_seconds']:.2f}",
            f"{row['dimensions']:,.0f}",
            style="bold green" if is_best else None,
        )
    say(f"{title}\n")
    console.print(table)
