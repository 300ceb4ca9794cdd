"""What `skmeta evaluate` reads and writes, checked before what takes long."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from skmeta._io.formats._check_path import check_path
from skmeta.cli._target import check_table
from skmeta.datasets._collection_files import find_collection
from skmeta.datasets._pair_files import (
    TEXT_PAIRS,
    WORD_PAIRS,
    check_text_file,
    find_pair_files,
)

__all__ = ["check_evaluation"]


def check_evaluation(
    files: Sequence[Path],
    similarity: Sequence[Path],
    analogy: Path | None,
    sts: Sequence[Path],
    collection: Path | None,
    output: Path | None,
) -> None:
    """Raise if a table could not be written, or there are no such files."""
    check_table(output, *files, *similarity, analogy, *sts, collection)
    for paths, patterns in ((similarity, WORD_PAIRS), (sts, TEXT_PAIRS)):
        for path in paths:
            for file in find_pair_files(path, patterns):
                check_text_file(file)
    if analogy is not None:
        check_text_file(analogy)
    if collection is not None:
        find_collection(collection)
    for file in files:
        check_path(file)
