"""Render the report of a comparison: one self-contained HTML page."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined

from skmeta.cli._disagreements import count_pairwise_wins, find_disagreements
from skmeta.cli._why import Why
from skmeta.plot import AgreementDisplay, ComparisonDisplay, CoverageDisplay

__all__ = ["list_shown", "make_report"]

_TEMPLATE = "report.html.jinja"
_WIDTH = 5.2  # inches of a picture
_N_CLASSES = 20  # shown, the largest
_N_LETTERS = 400  # shown of a document
_N_EXAMPLES = 5  # documents for each of two directions
_COLUMNS = {
    "accuracy": "accuracy ± std",
    "macro_f1": "macro F1 ± std",
    "coverage": "coverage",
    "fit_seconds": "fit, s",
    "transform_seconds": "transform, s",
    "dimensions": "dimensions",
}


class _Row(NamedTuple):
    """A row of a table."""

    name: str
    cells: Sequence[str]
    is_best: bool = False


def make_report(
    title: str,
    settings: Mapping[str, Any],
    comparison: pd.DataFrame,
    note: str,
    documents: list[list[str]],
    labels: np.ndarray,
    predictions: pd.DataFrame,
    sources: Mapping[str, Any],
    why: Why | None = None,
) -> str:
    """Render the page.

    Parameters
    ----------
    title, note : str
        What was compared, and how to read the table of scores.
    settings : dict of str to value
    comparison, predictions : DataFrame
        What ``compare_vectorizers`` returns.
    documents : sequence of token lists
    labels : ndarray of shape (n_documents,)
    sources : dict of str to WordVectors
        The given sources, whose coverage and agreement are drawn.
    why : Why, default=None
        What explains the documents that :func:`list_shown` lists; None: nothing is
        explained.

    Returns
    -------
    page : str
        HTML that loads no other file and runs no script.
    """
    environment = Environment(
        loader=PackageLoader("skmeta.cli", ""),
        autoescape=True,  # names, labels and documents may hold HTML
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    classes, n_left_out = _list_classes(labels, predictions)
    return environment.get_template(_TEMPLATE).render(
        title=title,
        scores={
            "head": ["embedding", *_COLUMNS.values()],
            "rows": _list_scores(comparison),
        },
        note=note,
        settings=[_Row(name, [str(value)]) for name, value in settings.items()],
        pictures=_draw(comparison, documents, sources),
        explains=why is not None,
        numbers=[str(number) for number in range(1, len(comparison) + 1)],
        names=list(comparison.index),
        classes=classes,
        n_classes_left_out=n_left_out,
        wins=_list_wins(labels, predictions),
        pairs=_compare_with_best(documents, labels, predictions, comparison, why),
    )


def _list_scores(comparison: pd.DataFrame) -> list[_Row]:
    """Format the scores, a row for each embedding."""
    is_best = comparison["accuracy"] == comparison["accuracy"].max()
    return [
        _Row(
            str(name),
            [
                f"{row['accuracy']:.3f} ± {row['accuracy_std']:.3f}",
                f"{row['macro_f1']:.3f} ± {row['macro_f1_std']:.3f}",
                "unknown" if np.isnan(row["coverage"]) else f"{row['coverage']:.1%}",
                f"{row['fit_seconds']:.1f}",
                f"{row['transform_seconds']:.2f}",
                f"{row['dimensions']:,.0f}",
            ],
            bool(best),
        )
        for (name, row), best in zip(comparison.iterrows(), is_best)
    ]


def _draw(
    comparison: pd.DataFrame,
    documents: list[list[str]],
    sources: Mapping[str, Any],
) -> Iterator[dict[str, str]]:
    """Draw the accuracies, and the coverage and agreement of the given sources."""
    yield _picture(
        ComparisonDisplay.from_comparison(comparison),
        "Accuracy over the folds, best on top.",
    )
    if sources:
        yield _picture(
            CoverageDisplay.from_sources(sources, documents),
            "Tokens of the documents that the files of word vectors know.",
        )
    if len(sources) > 1:
        yield _picture(
            AgreementDisplay.from_sources(sources),
            "How many of the 10 nearest neighbors of a word two files have in common, "
            "among the words of the documents.",
        )


def _picture(display: Any, caption: str) -> dict[str, str]:
    """Encode a display as the data of an image within the page."""
    figure, file = display.figure_, io.BytesIO()
    figure.set_size_inches(_WIDTH, figure.get_figheight())  # legible on a phone
    figure.savefig(file, format="svg", metadata={"Date": None})
    data = base64.b64encode(file.getvalue()).decode()
    return {"caption": caption, "data": data}


def _list_classes(
    labels: np.ndarray, predictions: pd.DataFrame
) -> tuple[list[_Row], int]:
    """List each class's recall by embedding; and count the classes left out."""
    right = predictions.eq(pd.Series(labels), axis=0).where(predictions.notna())
    recalls = right.astype(float).groupby(labels).mean()
    sizes = pd.Series(labels).value_counts()
    shown = sizes.index[:_N_CLASSES]
    rows = [
        _Row(
            str(label),
            [
                f"{sizes[label]:,}",
                *("" if np.isnan(r) else f"{r:.1%}" for r in recalls.loc[label]),
            ],
        )
        for label in shown
    ]
    return rows, len(sizes) - len(shown)


def _list_wins(labels: np.ndarray, predictions: pd.DataFrame) -> list[_Row]:
    """Count the documents that one embedding gets right and another wrong."""
    wins = count_pairwise_wins(labels, predictions)
    return [
        _Row(
            f"{number + 1}: {name}",
            ["" if n == number else f"{count:,}" for n, count in enumerate(row)],
        )
        for number, (name, row) in enumerate(zip(wins.index, wins.to_numpy()))
    ]


def _compare_with_best(
    documents: list[list[str]],
    labels: np.ndarray,
    predictions: pd.DataFrame,
    comparison: pd.DataFrame,
    why: Why | None,
) -> Iterator[dict[str, Any]]:
    """Yield documents that the best embedding and each other one disagree on."""
    best = comparison["accuracy"].idxmax()
    others = comparison["accuracy"].drop(best).sort_values(ascending=False).index
    for other in others:
        ways = []
        for right, wrong in ((best, other), (other, best)):
            rows = find_disagreements(documents, labels, predictions, right, wrong)
            examples = [
                {
                    "label": labels[row],
                    "predicted": predictions[wrong].iloc[row],
                    "text": _shorten(documents[row]),
                    "reasons": _explain(
                        why, (right, wrong), row, labels[row], predictions[wrong]
                    ),
                }
                for row in rows[:_N_EXAMPLES].tolist()
            ]
            ways.append(
                {
                    "right": right,
                    "wrong": wrong,
                    "n_documents": f"{len(rows):,}",
                    "examples": examples,
                }
            )
        yield {"best": best, "other": other, "ways": ways}


def list_shown(
    documents: list[list[str]],
    labels: np.ndarray,
    predictions: pd.DataFrame,
    comparison: pd.DataFrame,
) -> dict[int, list[str]]:
    """Return the documents that the page shows and can explain, by their numbers.

    They are the short ones, and at most a fifth of all, as nothing is learned from
    them.
    """
    best = comparison["accuracy"].idxmax()
    shown: dict[int, None] = {}
    for other in comparison["accuracy"].drop(best).index:
        for right, wrong in ((best, other), (other, best)):
            rows = find_disagreements(documents, labels, predictions, right, wrong)
            shown.update(dict.fromkeys(rows[:_N_EXAMPLES].tolist()))
    short = [row for row in shown if len(" ".join(documents[row])) <= _N_LETTERS]
    return {row: documents[row] for row in short[: len(documents) // 5]}


def _explain(
    why: Why | None,
    names: tuple[Any, Any],
    row: int,
    label: Any,
    predicted: pd.Series,
) -> list[dict[str, Any]]:
    """Render which words speak for the label, by each of two embeddings."""
    if why is None:
        return []
    texts = {name: why(name, row, label, predicted.iloc[row]) for name in names}
    return [
        {"name": name, "text": text} for name, text in texts.items() if text is not None
    ]


def _shorten(document: list[str]) -> str:
    """Return the beginning of a document as text."""
    text = " ".join(document[:_N_LETTERS])
    return text if len(text) <= _N_LETTERS else text[: _N_LETTERS - 4] + " ..."
