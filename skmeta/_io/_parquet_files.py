"""Which Parquet files are the input, before anything reads them."""

from __future__ import annotations

from pathlib import Path

__all__ = ["find_parquet_files"]


def find_parquet_files(source: Path) -> list[Path]:
    """Return the Parquet file at a path, or those of the folder there, sorted.

    Raises
    ------
    FileNotFoundError
        If there is none.
    """
    source = source.absolute()
    files = sorted(source.glob("*.parquet")) if source.is_dir() else [source]
    if not files or not all(file.is_file() for file in files):
        raise FileNotFoundError(
            f"There is no Parquet file '{source}', nor a folder of such. Check the "
            "path."
        )
    return files
