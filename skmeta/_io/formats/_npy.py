"""A matrix in a .npy file and its words, one a line, in a .txt file beside it."""

from __future__ import annotations

from pathlib import Path

from skmeta._io.formats._safetensors import read_words_beside
from skmeta._reading._guard import check_regular
from skmeta._vectors._folder import map_npy
from skmeta._vectors._word_vectors import WordVectors

__all__ = ["read_npy"]


def read_npy(path: Path) -> WordVectors:
    """Map a matrix into memory and read its words."""
    matrix = map_npy(check_regular(path))
    return WordVectors(read_words_beside(path), matrix)
