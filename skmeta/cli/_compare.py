"""`skmeta compare`: cross-validate embeddings on labelled documents."""

from __future__ import annotations

import os
from collections.abc import Callable
from importlib.util import find_spec
from itertools import chain
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pandas as pd
import typer
from rich import box
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeElapsedColumn
from rich.table import Table
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.model_selection import StratifiedKFold, train_test_split

from skmeta._formats import load_vectors
from skmeta._meta_vectorizer import MetaEmbeddingVectorizer
from skmeta._pretrained import PretrainedVectorizer
from skmeta._word2vec import Word2VecVectorizer
from skmeta._word_vectors import WordVectors
from skmeta.datasets import load_csv, load_docstrings
from skmeta.evaluate import compare_vectorizers
from skmeta.tokenize import Tokenizer

__all__ = ["compare"]

_QUICK_DOCUMENTS = 2_000
_TRAINING_TOKENS = 8_000_000  # over all epochs: small collections get more of them
_QUICK_TRAINING_TOKENS = 2_000_000
_COLUMNS = ("accuracy", "macro\nF1", "cover-\nage", "fit\ns", "trans-\nform s", "size")
_CAPTION = (
    "* best accuracy; mean ± standard deviation over the folds. Classifier: logistic "
    "regression, C=10, on rows of unit length. Meta-embeddings combine all the sources "
    "above them, and their fit includes training these. Coverage: the known share of "
    "the test tokens. Size: dimensions."
)
_NARROWEST = 100  # characters a line where the output is no terminal


def compare(
    data: Annotated[
        Path | None,
        typer.Argument(
            metavar="[DATA.csv]",
            help="Labelled texts: a CSV file with a header line, plain or compressed. "
            "Without it: the docstrings of installed packages.",
        ),
    ] = None,
    text: Annotated[str, typer.Option(help="Column of the texts.")] = "text",
    label: Annotated[str, typer.Option(help="Column of the labels.")] = "label",
    vectors: Annotated[
        list[Path] | None,
        typer.Option(help="File of word vectors, a further source. Repeatable."),
    ] = None,
    cv: Annotated[
        int | None, typer.Option(min=2, help="Folds. [default: 5, with --quick 3]")
    ] = None,
    seed: Annotated[
        int, typer.Option(min=0, help="Of folds and training: the same numbers again.")
    ] = 0,
    n_jobs: Annotated[int, typer.Option(help="Processes; -1: one for each core.")] = -1,
    quick: Annotated[
        bool, typer.Option("--quick", help="At most 2,000 documents: a first look.")
    ] = False,
    output: Annotated[
        Path | None, typer.Option(help="Write the table to this CSV file.")
    ] = None,
    plot: Annotated[
        Path | None, typer.Option(help="Draw the accuracies to this file (.png, .svg).")
    ] = None,
) -> None:
    """Cross-validate TF-IDF, word2vec and meta-embeddings on the same folds."""
    _check_targets(output, plot)
    console = Console(stderr=True, highlight=False)
    with console.status("Reading documents"):
        documents, labels = _read_documents(data, text, label)
        if quick and len(documents) > _QUICK_DOCUMENTS:
            documents, labels = _sample(documents, labels, seed)
    with console.status("Reading word vectors"):
        given = _read_vectors(vectors or [], documents)
    n_tokens = _QUICK_TRAINING_TOKENS if quick else _TRAINING_TOKENS
    vectorizers = _make_vectorizers(documents, given, n_tokens, seed)
    cv = cv or (3 if quick else 5)
    with Progress(
        "Comparing", BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
        console=console,
    ) as bar:  # fmt: skip
        task = bar.add_task("", total=len(vectorizers) * cv)
        comparison = compare_vectorizers(
            vectorizers,
            documents,
            labels,
            cv=StratifiedKFold(cv, shuffle=True, random_state=seed),
            n_jobs=n_jobs,
            callback=lambda: bar.advance(task),
        )
    _print(
        comparison,
        f"{data or 'Docstrings of installed packages'}: {len(documents):,} documents, "
        f"{sum(map(len, documents)):,} tokens, {len(np.unique(labels))} classes; "
        f"{cv} folds, seed {seed}",
    )
    if output is not None:
        _write(output, comparison.to_csv)
        console.print(f"Wrote {output}")
    if plot is not None:
        from skmeta.plot import ComparisonDisplay

        figure = ComparisonDisplay.from_comparison(comparison).figure_
        _write(plot, lambda path: figure.savefig(path, dpi=150))
        console.print(f"Drew {plot}")


def _check_targets(output: Path | None, plot: Path | None) -> None:
    """Refuse before the work what could not be written after it."""
    if plot is not None and find_spec("matplotlib") is None:
        raise ImportError(
            "--plot needs matplotlib. Install it with: pip install skmeta[plot]"
        )
    for path in (output, plot):
        if path is not None and not path.absolute().parent.is_dir():
            raise FileNotFoundError(
                f"There is no folder '{path.parent}' to write '{path.name}' to. Make "
                "it first."
            )


def _read_documents(
    data: Path | None, text: str, label: str
) -> tuple[list[list[str]], np.ndarray]:
    """Read labelled documents and split them into tokens."""
    if data is None:
        documents, labels = load_docstrings()
        return documents, labels
    if not data.is_file():
        raise FileNotFoundError(
            f"There is no file '{data}' of labelled texts. Check the path."
        )
    texts, classes = load_csv(data, text=text, label=label)
    if classes.nunique() < 2:
        raise ValueError(
            f"'{data}' has {classes.nunique()} different values in {label!r}, expected "
            "at least two classes to tell apart. Name another column with --label."
        )
    return Tokenizer().transform(texts.to_list()), classes.to_numpy(dtype=object)


def _sample(
    documents: list[list[str]], labels: np.ndarray, seed: int
) -> tuple[list[list[str]], np.ndarray]:
    """Draw some documents, of each class its share where that can be done."""
    classes, counts = np.unique(labels, return_counts=True)
    shares = labels if counts.min() > 1 and len(classes) < _QUICK_DOCUMENTS else None
    documents, _, labels, _ = train_test_split(
        documents,
        labels,
        train_size=_QUICK_DOCUMENTS,
        random_state=seed,
        stratify=shares,
    )
    return documents, labels


def _read_vectors(
    paths: list[Path], documents: list[list[str]]
) -> dict[str, WordVectors]:
    """Read files of word vectors, and keep the words that the documents have.

    The others cannot change a document's vector; every process is sent what is kept.
    """
    tokens = set(chain.from_iterable(documents))
    given = {}
    for path in paths:
        word_vectors = load_vectors(path)
        known = [word for word in word_vectors.words if word in tokens]
        if not known:
            raise ValueError(
                f"'{path}' has none of the documents' {len(tokens):,} words. Use word "
                "vectors of the same language."
            )
        name = path.name.split(".")[0]
        while name in given:
            name += "'"
        given[name] = WordVectors(known, word_vectors[known])
    return given


def _make_vectorizers(
    documents: list[list[str]],
    given: dict[str, WordVectors],
    training_tokens: int,
    seed: int,
) -> dict[str, Any]:
    """Make what is compared; meta-embeddings combine all the rows above them."""
    n_tokens = sum(map(len, documents))
    epochs = int(np.clip(training_tokens / max(n_tokens, 1), 5, 50))
    shared = {"min_count": 2, "epochs": epochs, "random_state": seed}
    embeddings = {
        "word2vec CBOW": Word2VecVectorizer(sg=0, **shared),
        "word2vec skip-gram": Word2VecVectorizer(sg=1, **shared),
        **{name: PretrainedVectorizer(words) for name, words in given.items()},
    }
    metas = {
        f"meta {level} {combiner}": MetaEmbeddingVectorizer(
            list(embeddings.items()), combiner=combiner, level=level
        )
        for level in ("word", "document")
        for combiner in ("concatenate", "average")
    }
    return {"TF-IDF": TfidfVectorizer(analyzer=list), **embeddings, **metas}


def _print(comparison: pd.DataFrame, title: str) -> None:
    """Print the table, the best row marked."""
    table = Table(
        caption=_CAPTION,
        caption_justify="left",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        collapse_padding=True,
    )
    table.add_column("embedding", no_wrap=True)
    for name in _COLUMNS:
        table.add_column(name, justify="right", no_wrap=True)
    best = comparison["accuracy"].max()
    for name, (_, row) in zip(comparison.index, comparison.iterrows()):
        is_best = row["accuracy"] == best
        table.add_row(
            f"{'*' if is_best else ' '} {name}",
            f"{row['accuracy']:.3f} ± {row['accuracy_std']:.3f}",
            f"{row['macro_f1']:.3f}",
            f"{row['coverage']:.1%}",
            f"{row['fit_seconds']:.1f}",
            f"{row['transform_seconds']:.2f}",
            f"{row['dimensions']:,.0f}",
            style="bold green" if is_best else None,
        )
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = max(console.width, _NARROWEST)
    console.print(title, soft_wrap=True)
    console.print(table)


def _write(path: Path, write: Callable[[Path], object]) -> None:
    """Write a file under another name first: a half-written one never stands there."""
    unfinished = path.with_name(f".unfinished-{os.getpid()}-{path.name}")
    try:
        write(unfinished)
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)
