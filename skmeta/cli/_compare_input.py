"""What `skmeta compare` reads and writes, checked before what takes long."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import numpy as np

from skmeta._documents._check import short_repr
from skmeta._messages import count_of, missing_package
from skmeta.cli._target import check_ending, check_table, check_target
from skmeta.datasets import load_table

__all__ = ["LabeledTexts", "check_classes", "check_targets", "read_labeled_texts"]

_KINDS = {"--plot": "picture that can be drawn", "--report": "page"}
_PICTURES = (".png", ".svg", ".pdf", ".jpg")
_PAGES = (".html", ".htm")


class LabeledTexts(NamedTuple):
    """Texts and their classes."""

    texts: list[str]
    labels: np.ndarray  # of str objects


def check_targets(
    output: Path | None, plot: Path | None, report: Path | None, data: Path | None
) -> None:
    """Raise before the work if its results could not be written."""
    for option, path, endings in (
        ("--plot", plot, _PICTURES),
        ("--report", report, _PAGES),
    ):
        if path is None:
            continue
        if find_spec("matplotlib") is None:
            raise ImportError(missing_package(option, "matplotlib", "plot"))
        if option == "--report" and find_spec("jinja2") is None:
            raise ImportError(missing_package(option, "jinja2", "cli"))
        check_ending(option, path, _KINDS[option], endings)
    check_table(output, data, plot, report)
    check_target(plot, data, output, report)
    check_target(report, data, output, plot)


def read_labeled_texts(
    data: Path, text: str, label: str, sep: str | None, encoding: str | None, cv: int
) -> LabeledTexts:
    """Read a table of at least two classes, one of which has a text in each fold."""
    texts, classes = load_table(
        data, text=text, label=label, sep=sep, encoding=encoding
    )
    if classes.nunique() < 2:
        raise ValueError(
            f"'{data}' has the one value {short_repr(classes.iloc[0])} in {label!r}, "
            "expected at least two classes. Name another column with --label."
        )
    labels = classes.to_numpy(dtype=object)
    check_classes(labels, cv)
    return LabeledTexts(texts.to_list(), labels)


def check_classes(labels: np.ndarray, cv: int, noun: str = "document") -> None:
    """Raise if no class has a document in each fold."""
    classes, counts = np.unique(labels, return_counts=True)
    if counts.max() < cv:
        raise ValueError(
            f"The largest of {count_of(len(classes), 'class', 'classes')}, "
            f"{classes[counts.argmax()]!r}, has {count_of(counts.max(), noun)}, "
            f"too few for {count_of(cv, 'fold')}. Lower --cv, or name another column "
            "with --label."
        )
