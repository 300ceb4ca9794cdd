"""Read which files an ONNX file refers to, without loading the model.

ONNX files are protocol buffers [1]_. Only the structure is walked: weights are skipped,
and nothing is allocated for what a file claims.

References
----------
.. [1] https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
"""

from __future__ import annotations

import mmap
import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import NamedTuple

from skmeta._reading._guard import check_regular

__all__ = ["OnnxContent", "inspect_onnx"]

_MESSAGES = {  # the fields of each kind of message that hold messages
    "model": {7: "graph", 20: "training", 25: "function"},
    "training": {1: "graph", 2: "graph"},
    "graph": {1: "node", 5: "tensor", 15: "sparse"},
    "node": {5: "attribute"},
    "attribute": {
        **{5: "tensor", 6: "graph", 10: "tensor", 11: "graph"},
        **{22: "sparse", 23: "sparse"},
    },
    "sparse": {1: "tensor", 2: "tensor"},
    "tensor": {13: "entry"},
    "function": {7: "node", 11: "attribute"},
    "entry": {},
}
_OP_TYPE, _KEY, _VALUE = 4, 1, 2
_MOST_FIELDS = 1_000_000  # graphs of real models have thousands
_DEEPEST = 64  # messages in messages
_LONGEST_NAME = 4_096


class OnnxContent(NamedTuple):
    """The operators and external files of a model."""

    op_types: frozenset[str]
    external_files: tuple[Path, ...]  # hold weights, beside the model


def inspect_onnx(path: Path) -> OnnxContent:
    """Return the operators of an ONNX file and the files that hold its weights.

    Parameters
    ----------
    path : Path

    Returns
    -------
    content : OnnxContent

    Raises
    ------
    ValueError
        If the file is not an ONNX model, or refers to files outside its folder.
    """
    with open(check_regular(path), "rb") as file:
        if not os.fstat(file.fileno()).st_size:
            raise ValueError(f"'{path}' is empty, expected an ONNX model.")
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            op_types, locations = _walk(data)
    if "EPContext" in op_types:  # its attributes name files that nobody checks
        raise ValueError(
            f"'{path}' is compiled for one device, expected a portable ONNX model. "
            "Export it again."
        )
    external = tuple(_find_beside(path, name) for name in sorted(locations))
    return OnnxContent(frozenset(op_types), external)


def _walk(data: mmap.mmap) -> tuple[set[str], set[str]]:
    """Collect the types of operators, and the places of external weights."""
    op_types: set[str] = set()
    locations: set[str] = set()
    n_fields, has_graph = 0, False
    waiting = [("model", 0, len(data), 0)]
    while waiting:
        kind, start, stop, depth = waiting.pop()
        if depth > _DEEPEST:
            raise ValueError("messages nested too deeply")
        within = _MESSAGES[kind]
        keys: set[str] = set()
        values: set[str] = set()
        for field, first, last in _fields(data, start, stop):
            n_fields += 1
            if n_fields > _MOST_FIELDS:
                raise ValueError(f"more than {_MOST_FIELDS:,} fields")
            if field in within:
                has_graph |= kind == "model" and field == 7
                waiting.append((within[field], first, last, depth + 1))
            elif kind == "node" and field == _OP_TYPE:
                op_types.add(_text(data, first, last))
            elif kind == "entry" and field in (_KEY, _VALUE):  # in any order
                (keys if field == _KEY else values).add(_text(data, first, last))
        if "location" in keys:
            locations |= values
    if not has_graph:
        raise ValueError("no graph in it")
    return op_types, locations


def _fields(data: mmap.mmap, start: int, stop: int) -> Iterator[tuple[int, int, int]]:
    """Yield the number and the bytes of each field that has a length."""
    while start < stop:
        tag, start = _varint(data, start, stop)
        wire_type = tag & 7
        if wire_type == 2:
            length, start = _varint(data, start, stop)
            if length > stop - start:
                raise ValueError(f"a field of {length:,} bytes where fewer are left")
            yield tag >> 3, start, start + length
            start += length
        elif wire_type == 0:
            _, start = _varint(data, start, stop)
        elif wire_type in (1, 5):
            start += 8 if wire_type == 1 else 4
        else:
            raise ValueError(f"a field of the unknown wire type {wire_type}")
    if start > stop:
        raise ValueError("a field that is cut off")


def _varint(data: mmap.mmap, start: int, stop: int) -> tuple[int, int]:
    """Return an integer and the position of its end."""
    value = 0
    for shift in range(0, 70, 7):
        if start >= stop:
            break
        byte = data[start]
        start += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, start
    raise ValueError("an integer that does not end")


def _text(data: mmap.mmap, first: int, last: int) -> str:
    """Return a short text."""
    if last - first > _LONGEST_NAME:
        raise ValueError(f"a name of {last - first:,} bytes")
    return data[first:last].decode("utf-8")


def _find_beside(path: Path, location: str) -> Path:
    """Return the file with the weights, which must be in the model's folder.

    That is in its folder; or, where the model is a link, as in the cache of a hub, in
    the folder of the file that the link leads to.
    """
    parts = {*PurePosixPath(location).parts, *PureWindowsPath(location).parts}
    is_absolute = (
        PurePosixPath(location).is_absolute() or PureWindowsPath(location).anchor
    )
    beside = path.parent / location
    real = Path(os.path.realpath(beside))
    homes = (os.path.realpath(path.parent), os.path.dirname(os.path.realpath(path)))
    if (
        is_absolute
        or ".." in parts
        or not location
        or not any(real.is_relative_to(home) for home in homes)
    ):
        raise ValueError(
            f"'{path}' has its weights in {location!r}, expected a file in its own "
            "folder. It may have been made to read other files; export the model again."
        )
    if not beside.exists():
        raise FileNotFoundError(
            f"There is no '{beside}', which holds weights of '{path}'. Put the file "
            "there that was published with the model."
        )
    return check_regular(beside)
