"""`skmeta evaluate`: evaluate files of word vectors on human judgements."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from rich import box
from rich.padding import Padding
from rich.table import Table

from skmeta._io._atomic import atomic_write
from skmeta._io.formats import detect_format, load_vectors
from skmeta._messages import printable
from skmeta._meta._embeddings import name_sources
from skmeta._warnings import warn_user
from skmeta.cli._console import cell, make_console, say
from skmeta.cli._retrieval import BASELINE, RETRIEVAL_METRICS, judge_retrieval
from skmeta.evaluate._analogies import analogies, open_questions
from skmeta.evaluate._document_similarity import document_similarity, open_text_pairs
from skmeta.evaluate._word_similarity import open_word_pairs, word_similarity

__all__ = ["run_evaluation"]

_TASKS: dict[str, tuple[Callable[[Any], Any], Callable[..., pd.DataFrame]]] = {
    "word similarity": (open_word_pairs, word_similarity),
    "analogies": (open_questions, analogies),
    "document similarity": (open_text_pairs, document_similarity),
}
_MEASURES = {  # the prefixes of their intervals' columns
    "spearman": ("", "spearman_"),
    "accuracy": ("",),
    "pearson": ("pearson_",),
    **{name: (f"{name}_",) for name in RETRIEVAL_METRICS},
    "difference": ("difference_",),
}
_RETRIEVAL = "retrieval"
_NARROWEST, _PIPED, _WIDEST = 80, 120, 10_000  # characters a line
_FEW = 20  # items: differences on fewer are not marked
_RETRIEVAL_CAPTION = (
    "In brackets: 95 % bootstrap intervals over queries. Covered: the share of queries "
    "with a known word. Vectors are averaged over words, weighted by idf. Difference: "
    f"to {BASELINE}; * where its interval does not contain 0, from {_FEW} queries on."
)


def run_evaluation(
    files: list[Path],
    similarity: list[Path] | None,
    analogy: Path | None,
    sts: list[Path] | None,
    collection: Path | None,
    own: bool,
    limit: int | None,
    output: Path | None,
) -> None:
    """Run the command `skmeta evaluate`, whose paths have been checked."""
    given = dict(zip(_TASKS, (similarity, analogy, sts)))
    is_chosen = any(given.values()) or collection is not None
    opened = {
        task: read(given[task])
        for task, (read, _) in _TASKS.items()
        if given[task] or not is_chosen
    }
    names = name_sources(files)
    for file in files:
        detect_format(file)  # raises before any of them is read
    models = {
        name: load_vectors(file, limit=limit, verbose=1)
        for name, file in zip(names, files)
    }
    tables, left_out = {}, []
    for task, sets in opened.items():
        try:
            tables[task] = _TASKS[task][1](models, sets, common=not own, verbose=1)
        except ValueError as error:  # default sets, of which few words are known
            if is_chosen:
                raise
            left_out.append(f"No {task}: {error}")
    if collection is not None:
        tables[_RETRIEVAL] = judge_retrieval(models, collection, verbose=1)
    if not tables:
        raise ValueError("\n".join(left_out))
    for note in left_out:
        warn_user(note)
    for task, table in tables.items():
        if task == _RETRIEVAL:
            shown = table.index.get_level_values("model").to_list()
            _print(task, table, shown, False, _RETRIEVAL_CAPTION)
        else:
            _print(task, table, names, own, _caption(names, own))
    if output is not None:
        with atomic_write(output) as tmp_path:
            _lengthen(tables).to_csv(tmp_path, index=False)
        say(f"Wrote {output}", stderr=True)


def _lengthen(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Concatenate the tables of all tasks, one measure a row."""
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
    """Return the measures of a table, and the prefixes of their intervals' columns."""
    return [
        (name, prefix)
        for name in table.columns
        for prefix in _MEASURES.get(name, ())
        if f"{prefix}low" in table and name != "difference"
    ]


def _print(
    task: str, table: pd.DataFrame, names: list[str], own: bool, caption: str
) -> None:
    """Print the table of a task, stacked where it is wider than a line."""
    console = make_console()
    console.width = max(console.width, _NARROWEST if console.is_terminal else _PIPED)
    shown = _lay_out(table, names, own, caption, stacked=False)
    unbounded = console.options.update_width(_WIDEST)
    if console.measure(shown, options=unbounded).maximum > console.width:
        shown = _lay_out(table, names, own, caption, stacked=True)
    console.print(task.capitalize(), style="bold")
    console.print(shown)


def _lay_out(
    table: pd.DataFrame, names: list[str], own: bool, caption: str, *, stacked: bool
) -> Table:
    """Build the table of a task.

    If stacked, intervals are below their values, and models below their set.
    """
    level, items = table.index.names[0], table.columns[-2]
    measures = _measures_of(table)
    if len(names) > 1 and not own:
        measures.insert(1, ("difference", "difference_"))
    shown = Table(
        caption=printable(caption, one_line=True),
        caption_justify="left",
        box=box.SIMPLE_HEAD,
        show_edge=not stacked,
        padding=(0, 0 if stacked else 1),
        pad_edge=False,
        collapse_padding=True,
    )
    for name in (f"{level}\n  model",) if stacked else (str(level), "model"):
        shown.add_column(name, overflow="fold")
    for name in (*(name for name, _ in measures), items, "covered"):
        shown.add_column(name, justify="right", no_wrap=True)
    best = table[measures[0][0]].groupby(level=0).transform("max")
    before = None
    rows = zip(table.index, best, table.to_dict("records"))
    for (set_name, model), best_here, row in rows:
        is_best = len(names) > 1 and row[measures[0][0]] == best_here
        is_first = set_name != before
        if is_first and before is not None and len(names) > 1:
            shown.add_section()
        if is_first and stacked:
            shown.add_row(cell(set_name))
        shown.add_row(
            *(() if stacked else (cell(set_name if is_first else ""),)),
            Padding(cell(model), (0, 0, 0, 2)) if stacked else cell(model),
            *(
                _cell(row, name, prefix, row[items] >= _FEW, "\n" if stacked else " ")
                for name, prefix in measures
            ),
            f"{row[items]:,}",
            f"{row['covered']:.1%}",
            style="bold green" if is_best else None,
        )
        before = set_name
    return shown


def _cell(
    row: dict[Any, Any], name: str, prefix: str, are_many: bool, between: str
) -> str:
    """Format a number with its interval."""
    value, low, high = row[name], row[f"{prefix}low"], row[f"{prefix}high"]
    if not np.isfinite(value):
        return "-"
    if name != "difference":
        return f"{value:.3f}{between}({low:.2f} {high:.2f})"
    if value == low == high == 0:
        return ""
    mark = "*" if are_many and (low > 0 or high < 0) else " "
    return f"{value:+.3f}{between}({low:+.2f} {high:+.2f}){mark}"


def _caption(names: list[str], own: bool) -> str:
    """Build the caption that explains the numbers."""
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
