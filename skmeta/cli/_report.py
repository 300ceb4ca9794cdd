"""The report of a comparison: one HTML page that needs nothing else."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

import numpy as np
import pandas as pd

from skmeta.cli._disagreements import count_pairwise_wins, find_disagreements
from skmeta.plot import AgreementDisplay, ComparisonDisplay, CoverageDisplay

__all__ = ["make_report"]

_WIDTH = 5.2  # inches of a picture
_CLASSES = 20  # shown, the largest
_LETTERS = 400  # shown of a document
_EXAMPLES = 5  # documents for each of two directions
_COLUMNS = {
    "accuracy": "accuracy ± std",
    "macro_f1": "macro F1 ± std",
    "coverage": "coverage",
    "fit_seconds": "fit, s",
    "transform_seconds": "transform, s",
    "dimensions": "dimensions",
}
_STYLE = """
:root { color-scheme: light dark; --line: #8884; --best: #0072b222; }
* { box-sizing: border-box; }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 70rem; margin: 0 auto;
       padding: 1rem; overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.2rem; margin-top: 2.5rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: .9rem; overflow-wrap: normal; }
caption { caption-side: bottom; text-align: left; }
th, td { padding: .3rem .6rem; border-bottom: 1px solid var(--line);
         text-align: right; font-variant-numeric: tabular-nums; }
thead th { vertical-align: bottom; } th:first-child { text-align: left; }
td { white-space: nowrap; }
.settings td { text-align: left; white-space: normal; overflow-wrap: anywhere; }
.best { background: var(--best); font-weight: bold; }
figure { margin: 1rem 0; } figcaption, .note { font-size: .85rem; opacity: .8; }
img { max-width: 100%; min-width: 20rem; height: auto; background: white;
      border-radius: 4px; }
details { border: 1px solid var(--line); border-radius: 4px; padding: .5rem .8rem;
          margin: .5rem 0; }
summary { cursor: pointer; font-weight: bold; }
@media (max-width: 40rem) {
  table { font-size: .8rem; } th, td { padding: .25rem .35rem; } }
blockquote { margin: .2rem 0 .8rem; padding-left: .8rem;
             border-left: 3px solid var(--line); }
"""


def make_report(
    title: str,
    settings: Mapping[str, Any],
    comparison: pd.DataFrame,
    note: str,
    documents: list[list[str]],
    labels: np.ndarray,
    predictions: pd.DataFrame,
    sources: Mapping[str, Any],
) -> str:
    """Write the page.

    Parameters
    ----------
    title, note : str
        What was compared, and how the table is to be read.
    settings : dict of str to value
    comparison, predictions : DataFrame
        What ``compare_vectorizers`` returns.
    documents : sequence of token lists
    labels : ndarray of shape (n_documents,)
    sources : dict of str to WordVectors
        Those that were given, of which coverage and agreement are drawn.

    Returns
    -------
    page : str
        HTML that asks for no other file and runs no script.
    """
    body = [
        f"<h1>{escape(title)}</h1>",
        _heading("Results"),
        _show_comparison(comparison, note),
        _heading("Settings"),
        _table(
            [], [[escape(k), escape(str(v))] for k, v in settings.items()], "settings"
        ),
        _heading("Pictures"),
        *_draw(comparison, documents, sources),
        _heading("Classes"),
        _show_classes(labels, predictions, comparison),
        _heading("Where one is right and another wrong"),
        *_show_differences(documents, labels, predictions, comparison),
    ]
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        "img-src data:; style-src 'unsafe-inline'\">\n"
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        + "\n".join(body)
        + "\n</body>\n</html>\n"
    )


def _heading(text: str) -> str:
    """Give a heading."""
    return f"<h2>{escape(text)}</h2>"


def _table(
    head: Iterable[str],
    rows: Iterable[Sequence[str]],
    kind: str = "",
    best: Iterable[int] = (),
) -> str:
    """Give a table of cells that are HTML already; the first of a row is its name."""
    marked, lines = set(best), []
    for number, (name, *cells) in enumerate(rows):
        look = ' class="best"' if number in marked else ""
        inner = "".join(f"<td>{cell}</td>" for cell in cells)
        lines.append(f'<tr{look}><th scope="row">{name}</th>{inner}</tr>')
    top = "".join(f'<th scope="col">{cell}</th>' for cell in head)
    top = f"<thead><tr>{top}</tr></thead>" if top else ""
    look = f' class="{kind}"' if kind else ""
    body = "\n".join(lines)
    return (
        f'<div class="scroll" tabindex="0"><table{look}>{top}<tbody>\n{body}\n</tbody>'
        "</table></div>"
    )


def _show_comparison(comparison: pd.DataFrame, note: str) -> str:
    """Give the table of scores."""
    rows = []
    for name, row in comparison.iterrows():
        known = "not told" if np.isnan(row["coverage"]) else f"{row['coverage']:.1%}"
        rows.append(
            [
                escape(str(name)),
                f"{row['accuracy']:.3f} ± {row['accuracy_std']:.3f}",
                f"{row['macro_f1']:.3f} ± {row['macro_f1_std']:.3f}",
                known,
                f"{row['fit_seconds']:.1f}",
                f"{row['transform_seconds']:.2f}",
                f"{row['dimensions']:,.0f}",
            ]
        )
    best = np.flatnonzero(comparison["accuracy"] == comparison["accuracy"].max())
    table = _table(["embedding", *_COLUMNS.values()], rows, best=best)
    return f'{table}<p class="note">{escape(note)}</p>'


def _draw(
    comparison: pd.DataFrame,
    documents: list[list[str]],
    sources: Mapping[str, Any],
) -> Iterable[str]:
    """Give the pictures: accuracies, and of given sources coverage and agreement."""
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
            "How many of the 10 nearest neighbours of a word two files have in common, "
            "among the words of the documents.",
        )


def _picture(display: Any, caption: str) -> str:
    """Give a display as a picture within the page."""
    figure, file = display.figure_, io.BytesIO()
    figure.set_size_inches(_WIDTH, figure.get_figheight())  # legible on a phone
    figure.savefig(file, format="svg", metadata={"Date": None})
    data = base64.b64encode(file.getvalue()).decode()
    return (
        '<figure><div class="scroll" tabindex="0">'
        f'<img alt="{escape(caption)}" src="data:image/svg+xml;base64,{data}"></div>'
        f"<figcaption>{escape(caption)}</figcaption></figure>"
    )


def _show_classes(
    labels: np.ndarray, predictions: pd.DataFrame, comparison: pd.DataFrame
) -> str:
    """Give the share of each class that is found, by numbered embedding."""
    right = predictions.eq(pd.Series(labels), axis=0).where(predictions.notna())
    found = right.astype(float).groupby(labels).mean()
    sizes = pd.Series(labels).value_counts()
    shown = sizes.index[:_CLASSES]
    rows = [
        [escape(str(label)), f"{sizes[label]:,}"]
        + [_percent(share) for share in found.loc[label]]
        for label in shown
    ]
    numbers = [str(i) for i in range(1, len(comparison) + 1)]
    more = len(sizes) - len(shown)
    rest = f" The {more} smallest classes are left out." if more else ""
    return (
        f"{_table(['class', 'documents', *numbers], rows)}"
        f'<p class="note">Share of the documents of a class that were given it. '
        f"{_legend(comparison)}{rest}</p>"
    )


def _legend(comparison: pd.DataFrame) -> str:
    """Say which number stands for which embedding."""
    names = enumerate(comparison.index, 1)
    return "; ".join(f"{i}: {escape(str(name))}" for i, name in names) + "."


def _percent(share: float) -> str:
    """Give a share, none where there is no document."""
    return "" if np.isnan(share) else f"{share:.1%}"


def _show_differences(
    documents: list[list[str]],
    labels: np.ndarray,
    predictions: pd.DataFrame,
    comparison: pd.DataFrame,
) -> Iterable[str]:
    """Give the counts of differences, and documents of the best against the others."""
    counts = count_pairwise_wins(labels, predictions)
    numbers = [str(i) for i in range(1, len(counts) + 1)]
    rows = [
        [f"{number}: {escape(str(name))}"]
        + ["" if n == i else f"{count:,}" for n, count in enumerate(row)]
        for i, (number, name, row) in enumerate(
            zip(numbers, counts.index, counts.to_numpy())
        )
    ]
    yield _table(["right, where is wrong:", *numbers], rows)
    yield (
        '<p class="note">Documents that the embedding of the row gets right and that '
        "of the column wrong. Below, the best one against each other: first those "
        "documents that the fewest embeddings get right, of these the short ones.</p>"
    )
    best = comparison["accuracy"].idxmax()
    others = comparison["accuracy"].drop(best).sort_values(ascending=False).index
    for number, other in enumerate(others):
        yield f"<details{' open' if number == 0 else ''}>"
        yield f"<summary>{escape(str(best))} and {escape(str(other))}</summary>"
        for one, two in ((best, other), (other, best)):
            rows_found = find_disagreements(documents, labels, predictions, one, two)
            yield (
                f"<p><b>{escape(str(one))}</b> right, <b>{escape(str(two))}</b> wrong: "
                f"{len(rows_found):,} documents</p>"
            )
            for row in rows_found[:_EXAMPLES]:
                wrong = predictions[two].iloc[row]
                yield (
                    f"<div>{escape(str(labels[row]))}, not "
                    f"{escape(str(wrong))}</div>"
                    f"<blockquote>{escape(_shorten(documents[row]))}</blockquote>"
                )
        yield "</details>"


def _shorten(document: list[str]) -> str:
    """Return the beginning of a document as text."""
    text = " ".join(document[:_LETTERS])
    return text if len(text) <= _LETTERS else text[: _LETTERS - 4] + " ..."
