"""Rows of many documents in a folder: written block by block, resumably."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import joblib
import numpy as np
from scipy.sparse import issparse

from skmeta._documents._batches import iter_batches
from skmeta._documents._check import check_documents, short_repr
from skmeta._documents._digest import digest_documents
from skmeta._io._atomic import atomic_write
from skmeta._io._saved_models import load_model
from skmeta._io._unfinished_folder import finish, only_run, prepare_folder
from skmeta._meta._code_digest import digest_code
from skmeta._meta._token_input import check_takes_tokens
from skmeta._progress import progress
from skmeta._retrieval._kinds import check_same_kind, check_texts_or_tokens
from skmeta._retrieval._rows import embed_documents
from skmeta._retrieval._saved import (
    MANIFEST,
    SOURCES,
    is_complete,
    rows_path,
    save_sources,
    write_settings,
)

__all__ = ["DocumentBlocks", "write_index"]

_DOCUMENTS_BLOCK_SIZE = 8_192


class DocumentBlocks:
    """Documents as token lists, some at a time, in any number of passes.

    Parameters
    ----------
    X : iterable of texts or token lists
        It must be reiterable.
    tokenize : callable
        Takes a collection of texts or token lists, returns token lists.
    """

    def __init__(self, X: Any, tokenize: Callable[[Any], list[Any]]) -> None:
        check_texts_or_tokens(X)
        if isinstance(X, Iterator):
            raise TypeError(
                f"X is the {type(X).__name__} {short_repr(X)}, expected documents that "
                "can be read again, to write their rows to a folder. Pass a list, a "
                "column, or an object whose __iter__ starts again."
            )
        self._X, self._tokenize = X, tokenize

    def __iter__(self) -> Iterator[list[str]]:
        for block in iter_batches(self._X, _DOCUMENTS_BLOCK_SIZE):
            yield from self._tokenize(block)

    def blocks(self, is_wanted: Sequence[bool]) -> Iterator[tuple[int, list[Any]]]:
        """Yield the wanted blocks and their numbers; others are not tokenized."""
        found = iter_batches(self._X, _DOCUMENTS_BLOCK_SIZE)
        for number, block in zip(range(len(is_wanted)), found):
            if is_wanted[number]:
                yield number, self._tokenize(block)

    def digest(self) -> tuple[str, int]:
        """Digest texts or tokens; return also how many documents there are."""
        n_documents = 0
        first: list[Any] = []

        def read() -> Iterator[list[str]]:
            nonlocal n_documents
            for block in iter_batches(self._X, _DOCUMENTS_BLOCK_SIZE):
                first[:] = first or list(block[:1])
                check_same_kind(block, first, n_documents)
                items = [[item] if isinstance(item, str) else item for item in block]
                yield from check_documents(items, n_documents)
                n_documents += len(items)

        return digest_documents(read()), n_documents


def write_index(
    target: Path,
    sources: dict[str, Any],
    tokenizer: Any,
    documents: DocumentBlocks,
    settings: dict[str, Any],
    verbose: int = 0,
) -> None:
    """Fit sources, and write the rows of all documents; resume what was stopped.

    Parameters
    ----------
    target : Path
        The folder to write, as `save_retriever` does. It is left as it is where an
        equal call has completed it.
    sources : dict of str to estimator
        Not fitted.
    tokenizer : transformer or None
        What makes token lists, to be saved.
    documents : DocumentBlocks
    settings : dict
        What else to save: weights, fusion, index.
    verbose : int

    Raises
    ------
    BlockingIOError
        If another fit writes to the folder.
    FileExistsError
        If the folder holds other rows.
    ImportError
        If skops is not installed.
    ValueError
        If a source is of a type that loading would not trust.
    """
    digest, n_documents = documents.digest()
    if not n_documents:
        raise ValueError(
            "Found 0 sample(s) in X, expected at least one document. Check what was "
            "selected before this step."
        )
    plan = {
        "documents": digest,
        "n_documents": n_documents,
        "documents_block_size": _DOCUMENTS_BLOCK_SIZE,
        "tokenizer": _hash(tokenizer),
        "sources": [
            [name, _hash(source), digest_code(source)]
            for name, source in sources.items()
        ],
    }
    target = target.absolute()
    target.parent.mkdir(parents=True, exist_ok=True)
    with only_run(target, "fit with out="):
        folder = prepare_folder(target, plan, "collection of documents, or sources")
        if folder == target:
            if is_complete(target):
                return
            (target / MANIFEST).unlink(missing_ok=True)  # a file is missing: again
        parts = [
            folder / f"part-{number:06d}.npz"
            for number in range(-(-n_documents // _DOCUMENTS_BLOCK_SIZE))
        ]
        if not (folder / MANIFEST).exists():  # it is the last file that is written
            for graph in folder.glob("rows-*-near-*.npy"):
                graph.unlink()  # of rows that are written again
            fitted = _fit_sources(folder, sources, tokenizer, documents)
            _write_parts(parts, fitted, documents, n_documents, verbose)
            columns = [
                _join_rows(folder, number, parts, n_documents)
                for number in range(len(fitted))
            ]
            write_settings(
                folder,
                names=list(fitted),
                columns=columns,
                n_documents=n_documents,
                **settings,
            )
        for part in parts:
            part.unlink(missing_ok=True)
        finish(folder, target)


def _hash(estimator: Any) -> str:
    """Return a hash of an estimator's parameters."""
    try:
        return joblib.hash(estimator)
    except Exception as error:  # whatever its parameters raise
        raise ValueError(
            f"Found {short_repr(estimator)}, which cannot be pickled ({error}), "
            "expected a source that can, to save it to a folder. Use classes of skmeta "
            "and scikit-learn, without functions of your own."
        ) from error


def _fit_sources(
    folder: Path, sources: dict[str, Any], tokenizer: Any, documents: DocumentBlocks
) -> dict[str, Any]:
    """Fit sources, or load those that were fitted before the run was stopped."""
    path = folder / SOURCES
    if path.exists():
        models = load_model(path)
        return {name: models[name] for name in sources}
    first = next(iter(documents), [])
    for name, source in sources.items():
        check_takes_tokens(name, source, first)
        source.fit(documents, None)  # a FrozenEstimator asks for y
    save_sources(folder, sources, tokenizer)
    return sources


def _write_parts(
    parts: list[Path],
    fitted: dict[str, Any],
    documents: DocumentBlocks,
    n_documents: int,
    verbose: int,
) -> None:
    """Write the parts that are missing or damaged."""
    starts = range(0, n_documents, _DOCUMENTS_BLOCK_SIZE)
    sizes = [min(n_documents - start, _DOCUMENTS_BLOCK_SIZE) for start in starts]
    is_missing = [not _is_whole(part) for part in parts]
    n_found = [0 if wanted else size for wanted, size in zip(is_missing, sizes)]
    with progress(
        "Writing rows", n_documents, verbose, "documents", sum(n_found)
    ) as advance:
        for number, tokens in documents.blocks(is_missing):
            n_found[number] = len(tokens)
            if len(tokens) != sizes[number]:
                break
            rows = [embed_documents(source, tokens) for source in fitted.values()]
            _write_part(parts[number], rows)
            advance(len(tokens))
    if n_found == sizes:
        return
    raise ValueError(
        f"Found another number of documents in a later pass over X, {n_documents:,} in "
        "the first; expected the same in each. Let __iter__ start anew, as a generator "
        "function does, or pass a list."
    )


def _write_part(path: Path, rows_of_sources: list[Any]) -> None:
    """Write the rows of some documents, by each source, to one file."""
    arrays: dict[str, Any] = {}
    for number, rows in enumerate(rows_of_sources):
        found = {"dense": rows}
        if issparse(rows):
            lengths = np.diff(rows.indptr)
            found = {"data": rows.data, "indices": rows.indices, "lengths": lengths}
        found["n_columns"] = np.int64(rows.shape[1])
        arrays |= {f"{number}-{name}": array for name, array in found.items()}
    with atomic_write(path) as tmp_path, open(tmp_path, "wb") as file:
        np.savez(file, **arrays)


def _is_whole(path: Path) -> bool:
    """Return whether a part is there, and no byte of it has changed."""
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.testzip() is None
    except (OSError, zipfile.BadZipFile):
        return False


def _join_rows(folder: Path, number: int, parts: list[Path], n_documents: int) -> int:
    """Write all rows of a source to the files that are mapped; return their width."""

    def read(name: str) -> Iterator[np.ndarray]:
        for part in parts:
            with np.load(part, allow_pickle=False) as arrays:
                yield arrays[f"{number}-{name}"]

    widths = {int(width) for width in read("n_columns")}
    if len(widths) > 1:
        raise ValueError(
            f"Found numbers of columns {sorted(widths)} by one source, expected the "
            "same for all documents. Check its transform."
        )
    [n_columns] = widths
    with np.load(parts[0], allow_pickle=False) as arrays:
        is_sparse = f"{number}-data" in arrays.files
    if not is_sparse:
        shape = n_documents, n_columns
        _join(rows_path(folder, number, "dense"), read("dense"), np.float32, shape)
        return n_columns
    ends = np.concatenate([[0], *read("lengths")]).cumsum(dtype=np.int64)
    n_cells = int(ends[-1])
    is_small = max(n_cells, n_columns) < 2**31
    dtype = np.int32 if is_small else np.int64
    _join(rows_path(folder, number, "data"), read("data"), np.float32, (n_cells,))
    _join(rows_path(folder, number, "indices"), read("indices"), dtype, (n_cells,))
    _join(rows_path(folder, number, "indptr"), [ends], dtype, ends.shape)
    return n_columns


def _join(
    path: Path, arrays: Iterable[np.ndarray], dtype: Any, shape: tuple[int, ...]
) -> None:
    """Write arrays to one .npy file, one after the other."""
    header = {
        "descr": np.lib.format.dtype_to_descr(np.dtype(dtype)),
        "fortran_order": False,
        "shape": shape,
    }
    with atomic_write(path) as tmp_path, open(tmp_path, "wb") as file:
        np.lib.format.write_array_header_1_0(file, header)
        for array in arrays:
            file.write(np.ascontiguousarray(array, dtype).data)
