"""`skmeta evaluate`: judge files of word vectors by what people say of words."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pandas as pd
import typer
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from skmeta._io._atomic import atomic_write
from skmeta._io.formats import load_vectors
from skmeta._meta._embeddings import name_sources
from skmeta.cli._target import check_target
from skmeta.evaluate._analogies import analogies, open_questions
from skmeta.evaluate._document_similarity import document_similarity, open_text_pairs
from skmeta.evaluate._word_similarity import open_word_pairs, word_similarity

__all__ = ["evaluate"]

_TASKS: dict[str, tuple[Callable[[Any], Any], Callable[..., pd.DataFrame]]] = {
    "word similarity": (open_word_pairs, word_similarity),
    "analogies": (open_questions, analogies),
    "document similarity": (open_text_pairs, document_similarity),
}
_MEASURES = {  # what the intervals of each are called
    "spearman": ("", "spearman_"),
    "accuracy": ("",),
    "pearson": ("pearson_",),
    "difference": ("difference_",),
}
_NARROWEST, _PIPED = 80, 120  # characters a line
_FEW = 20  # items: intervals of fewer are no ground for a mark


def evaluate(
    files: Annotated[list[Path], typer.Argument(help="Word vectors in any format.")],
    similarity: Annotated[
        list[Path] | None,
        typer.Option(
            help="Pairs of words with scores: a file (word, word, score), or a folder "
            "of such files. Repeatable."
        ),
    ] = None,
    analogy: Annotated[
        Path | None, typer.Option(help="Questions in the format of questions-words.txt")
    ] = None,
    sts: Annotated[
        list[Path] | None,
        typer.Option(
            help="Pairs of texts with scores: a file (score, text, text), or a folder "
            "of such files. Repeatable."
        ),
    ] = None,
    own: Annotated[
        bool, typer.Option("--own", help="Judge each file on all that it covers.")
    ] = False,
    limit: Annotated[int | None, typer.Option(min=1, help="Rows to read.")] = None,
    output: Annotated[
        Path | None, typer.Option(help="Write the numbers to this CSV file.")
    ] = None,
) -> None:
    """Judge word vectors: word similarity, analogies, similarity of texts.

    Files are judged on the same words, those that all of them have. Without
    --similarity, --analogy and --sts: WordSim-353, SimLex-999, Google's analogies and
    Lee's news, which come with gensim.
    """
    check_target(output, *files, *(similarity or ()), analogy, *(sts or ()))
    given = dict(zip(_TASKS, (similarity, analogy, sts)))
    is_chosen = any(given.values())
    opened = {
        task: read(given[task])
        for task, (read, _) in _TASKS.items()
        if given[task] or not is_chosen
    }
    names = name_sources(files)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        models = {
            name: load_vectors(file, limit=limit, verbose=1)
            for name, file in zip(names, files)
        }
        tables, left_out = {}, []
        for task, sets in opened.items():
            try:
                tables[task] = _TASKS[task][1](models, sets, common=not own, verbose=1)
            except ValueError as error:  # words that nobody chose, and few are known
                if is_chosen:
                    raise
                left_out.append(f"No {task}: {error}")
    if not tables:
        raise ValueError("\n".join(left_out))
    console = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)
    for note in (*(str(warning.message) for warning in caught), *left_out):
        console.print(f"Note: {note}")
    if output is not None:
        with atomic_write(output) as tmp_path:
            _lengthen(tables).to_csv(tmp_path, index=False)
        console.print(f"Wrote {output}")
    for task, table in tables.items():
        _print(task, table, names, own)


def _lengthen(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Put the tables of all tasks below each other, one measure a row."""
    parts = []
    for task, table in tables.items():
        [level, _], items = table.index.names, table.columns[-2]
        differs = table.filter(like="difference")
        for number, (name, low) in enumerate(_measures_of(table)):
            part = table[[name, f"{low}low", f"{low}high"]].set_axis(
                ["value", "low", "high"], axis=1
            )
            part = part.join(differs if number == 0 else differs * np.nan)
            part = part.assign(items=table[items], covered=table["covered"])
            part = part.reset_index().rename(columns={level: "set"})
            part.insert(0, "task", task)
            part.insert(3, "measure", name)
            parts.append(part)
    return pd.concat(parts, ignore_index=True)


def _measures_of(table: pd.DataFrame) -> list[tuple[str, str]]:
    """Give the measures of a table, and how the names of their intervals begin."""
    return [
        (name, prefix)
        for name in table.columns
        for prefix in _MEASURES.get(name, ())
        if f"{prefix}low" in table and name != "difference"
    ]


def _print(task: str, table: pd.DataFrame, names: list[str], own: bool) -> None:
    """Print the table of a task."""
    level, items = table.index.names[0], table.columns[-2]
    measures = _measures_of(table)
    if len(names) > 1 and not own:
        measures.insert(1, ("difference", "difference_"))
    shown = Table(
        caption=_caption(names, own),
        caption_justify="left",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        collapse_padding=True,
    )
    shown.add_column(str(level), overflow="fold")
    shown.add_column("model", overflow="fold")
    for name in (*(name for name, _ in measures), items, "covered"):
        shown.add_column(name, justify="right", no_wrap=True)
    best = table[measures[0][0]].groupby(level=0).transform("max")
    before = None
    rows = zip(table.index, best, table.to_dict("records"))
    for (set_name, model), best_here, row in rows:
        is_best = len(names) > 1 and row[measures[0][0]] == best_here
        if set_name != before and before is not None and len(names) > 1:
            shown.add_section()
        shown.add_row(
            Text("" if set_name == before else str(set_name)),
            Text(model),
            *(
                _cell(row, name, prefix, row[items] >= _FEW)
                for name, prefix in measures
            ),
            f"{row[items]:,}",
            f"{row['covered']:.1%}",
            style="bold green" if is_best else None,
        )
        before = set_name
    console = Console(highlight=False, markup=False)
    console.width = max(console.width, _NARROWEST if console.is_terminal else _PIPED)
    console.print(task.capitalize(), style="bold")
    console.print(shown)


def _cell(row: dict[Any, Any], name: str, prefix: str, are_many: bool) -> str:
    """Show a number with its interval."""
    value, low, high = row[name], row[f"{prefix}low"], row[f"{prefix}high"]
    if not np.isfinite(value):
        return "-"
    if name != "difference":
        return f"{value:.3f} ({low:.2f} {high:.2f})"
    if value == low == high == 0:
        return ""
    mark = "*" if are_many and (low > 0 or high < 0) else " "
    return f"{value:+.3f} ({low:+.2f} {high:+.2f}){mark}"


def _caption(names: list[str], own: bool) -> str:
    """Say what the numbers are."""
    text = (
        "In brackets: 95 % bootstrap intervals. Covered: the share of all that a model "
    )
    text += "has vectors for."
    if len(names) == 1:
        return text
    if own:
        return f"{text} Each model is judged on what it covers: not comparable."
    return (
        f"{text} All are judged on what all of them cover. Difference: to {names[0]}; "
        f"* where its interval leaves 0 out, from {_FEW} items on."
    )
