"""Read records from JSON: an object on each line, or one list of objects."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from skmeta._messages import count_of
from skmeta.datasets._csv import brief, open_text

__all__ = ["read_records"]


def read_records(
    path: Path, encoding: str | None = None, max_bytes: int | None = None
) -> Iterator[dict[str, Any]]:
    """Yield the objects of a file.

    Raises
    ------
    ValueError
        If the file holds something else.
    """
    with open_text(path, encoding, max_bytes) as file:
        start = file.read(1 << 12).lstrip("\ufeff")
    n_read = 0
    with open_text(path, encoding, max_bytes) as file:
        try:
            if start.lstrip().startswith("["):
                records: Iterable[Any] = json.loads(file.read().lstrip("\ufeff"))
            else:
                lines = (line.lstrip("\ufeff") for line in file)
                records = (json.loads(line) for line in lines if line.strip())
            for record in records:
                if not isinstance(record, dict):
                    raise TypeError(f"found a {type(record).__name__}")
                yield record
                n_read += 1
        except (json.JSONDecodeError, RecursionError, TypeError) as error:
            raise ValueError(
                f"'{path}' could not be read as JSON after "
                f"{count_of(n_read, 'record')}: {brief(error)}. Expected an object on "
                "each line, or one list of them."
            ) from error
