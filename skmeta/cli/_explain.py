"""`skmeta explain`: the words of texts in color, and what each contributes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from rich import box
from rich.table import Table
from rich.text import Text
from sklearn.base import is_classifier

from skmeta._io._saved_models import load_model
from skmeta._messages import printable
from skmeta.cli._console import cell, make_console, say
from skmeta.inspection import explain
from skmeta.inspection._explain import outputs_of
from skmeta.inspection._tokens import (
    cut_text,
    find_tokens,
    place_contributions,
    show_edges,
)
from skmeta.tokenize import Tokenizer

__all__ = ["run_explanation"]

_FOR, _AGAINST = "#0072B2", "#D55E00"  # for the color-blind, too
_STRONG, _FAINT = 0.5, 0.1  # shares of the largest contribution
_BAR = 20  # characters


def run_explanation(path: Path, texts: list[str], target: str | None, top: int) -> None:
    """Run the command `skmeta explain`."""
    model = load_model(path)
    if not hasattr(model, "predict"):
        raise ValueError(
            f"'{path}' holds a {type(model).__name__}, which predicts nothing, "
            "expected a Pipeline that ends in a classifier or regressor. Save the "
            "whole pipeline."
        )
    documents, predictions = _predict(model, texts)
    label = None if target is None else _find_label(model, target)
    for number, text in enumerate(texts):
        document = documents[number : number + 1]
        own = label if label is not None else _predicted(model, predictions[number])
        why = explain(model, document, target=own)
        if number:
            say("")
        _print(model, text, document, why, predictions[number], top)


def _predict(model: Any, texts: list[str]) -> tuple[Any, np.ndarray]:
    """Return documents as the model takes them, texts or tokens, and predictions."""
    try:
        return texts, np.asarray(model.predict(texts))
    except TypeError:  # it takes lists of tokens
        documents = Tokenizer().transform(texts)
        return documents, np.asarray(model.predict(documents))


def _find_label(model: Any, target: str) -> Any:
    """Return the class of a model that is written like this."""
    labels, _ = outputs_of(model, None)
    labels = [*labels, *getattr(model, "classes_", [])]
    for label in labels:
        if str(label) == target:
            return label
    shown = ", ".join(dict.fromkeys(map(str, labels)))
    raise ValueError(
        f"Found --target {target}, expected one of the classes {shown}. Leave it out "
        "for the class that is predicted."
    )


def _predicted(model: Any, prediction: Any) -> Any:
    """Return the class to explain where none is asked for, None for all."""
    if is_classifier(model) and np.ndim(prediction) == 0:
        return prediction
    return None


def _print(
    model: Any,
    text: str,
    document: Any,
    why: pd.DataFrame,
    prediction: Any,
    top: int,
) -> None:
    """Print a text in color, and tables of words and sources, for each class."""
    [tokens] = find_tokens(model, document)
    shown = printable(str(prediction), one_line=True)
    say(f"prediction: {shown}", style="bold")
    for label, rows in why.groupby("class", observed=True):
        placed, _ = place_contributions(rows, tokens)
        score = float(rows["contribution"].sum())
        say(f"score of {printable(str(label), one_line=True)}: {score:+.3f}")
        console = make_console()
        console.print(_color(text, tokens, placed.sum(axis=1).to_numpy()))
        words = _list_words(rows, top)
        if words.row_count:
            console.print(words)
        else:
            say("no word of the text contributes to the score")
        console.print(_list_sources(rows))


def _color(text: str, tokens: list[str], values: np.ndarray) -> Text:
    """Return a text whose words have the colors of their contributions."""
    colored = Text()
    largest = float(np.abs(values).max(initial=0)) or 1.0
    for part, place in cut_text(text, tokens):
        share = 0.0 if place is None else float(values[place]) / largest
        color = _FOR if share > 0 else _AGAINST
        style = ""
        if abs(share) >= _STRONG:
            style = f"bold white on {color}"
        elif abs(share) >= _FAINT:
            style = f"bold {color}"
        colored.append(printable(part), style)
    return colored


def _list_words(rows: pd.DataFrame, top: int) -> Table:
    """Return a table of the words that contribute most, with a column a source."""
    plain = rows.assign(
        word=rows["word"].astype(object), source=rows["source"].astype(str)
    ).dropna(subset="word")
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("word", overflow="fold")
    sources = list(dict.fromkeys(plain["source"]))
    for name in ["sum", *sources] if len(sources) > 1 else ["sum"]:
        table.add_column(cell(name), justify="right", overflow="fold")
    sums = plain.groupby("word", sort=False)["contribution"].sum()
    order = sums.abs().sort_values(ascending=False, kind="stable").index[:top]
    by_source = plain.set_index(["word", "source"])["contribution"]
    for word in order:
        cells = [_number(sums[word])]
        if len(sources) > 1:
            cells += [_number(by_source.get((word, name))) for name in sources]
        table.add_row(cell(show_edges(str(word))), *cells)
    return table


def _list_sources(rows: pd.DataFrame) -> Table:
    """Return a table of sources, with bars."""
    sums = rows.groupby(rows["source"].astype(str), sort=False)["contribution"].sum()
    sums = sums[sums.abs().sort_values(ascending=False, kind="stable").index]
    largest = float(sums.abs().max()) or 1.0
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("source", overflow="fold")
    table.add_column("sum", justify="right")
    table.add_column("")
    for name, value in sums.items():
        bar = "█" if value > 0 else "░"
        length = round(_BAR * abs(value) / largest)
        style = _FOR if value > 0 else _AGAINST
        table.add_row(cell(name), _number(value), Text(bar * length, style))
    return table


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:+.3f}"
