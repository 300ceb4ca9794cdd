"""What `skmeta convert` and `combine` read and write, checked before what is slow."""

from __future__ import annotations

from pathlib import Path

from skmeta._documents._encodings import find_wide_encoding
from skmeta._io.formats._check_path import check_path
from skmeta._io.formats._format_to_save import FormatToSave, format_of_name
from skmeta.cli._target import check_vectors

__all__ = ["check_combination", "check_conversion"]


def check_conversion(
    file: Path, out: Path, to: FormatToSave | None, vocabulary: Path | None
) -> tuple[FormatToSave, list[str] | None]:
    """Return the format to write, and the words to keep; None for all."""
    format = to or format_of_name(out)
    check_vectors(out, format, file, vocabulary)
    words = None if vocabulary is None else _read_words(vocabulary)
    check_path(file)
    return format, words


def check_combination(
    files: list[Path], out: Path, to: FormatToSave | None
) -> FormatToSave:
    """Return the format to write."""
    format = to or format_of_name(out)
    if len(files) < 2:
        raise ValueError(
            f"Found {len(files)} file, expected two or more to combine. Use skmeta "
            "convert for one."
        )
    check_vectors(out, format, *files)
    for file in files:
        check_path(file)
    return format


def _read_words(path: Path) -> list[str]:
    """Read the words of a text file."""
    if not path.is_file():
        found = "is a folder" if path.is_dir() else "does not exist"
        raise FileNotFoundError(
            f"The vocabulary '{path}' {found}, expected a text file of words. Check "
            "the path."
        )
    content = path.read_bytes()
    encoding = find_wide_encoding(content)
    try:
        if encoding:
            raise ValueError(f"it seems to be {encoding}")
        words = content.decode("utf-8-sig").split()
    except ValueError as error:
        raise ValueError(
            f"'{path}' is not UTF-8 text: {error}. Expected words. Convert it first."
        ) from error
    if not words:
        raise ValueError(
            f"The vocabulary '{path}' holds no words, expected at least one. Check the "
            "path."
        )
    return words
