"""A digest that identifies documents."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import numpy as np

from skmeta._documents._batches import iter_batches

__all__ = ["digest_documents"]

_BLOCK_SIZE = 1_000  # documents


def digest_documents(documents: Iterable[list[str]]) -> str:
    """Digest the tokens of documents, in their order.

    Parameters
    ----------
    documents : iterable of lists of str

    Returns
    -------
    digest : str
        Equal documents have equal ones in any process, however they came about.
    """
    digest = hashlib.blake2b(digest_size=20)
    for block in iter_batches(documents, _BLOCK_SIZE):
        sizes = np.fromiter(map(len, block), np.int64, len(block))
        tokens = [token for document in block for token in document]
        lengths = np.fromiter(map(len, tokens), np.int64, len(tokens))
        text = "".join(tokens).encode("utf-8", "surrogatepass")
        for part in (sizes, lengths):  # where each document and each token ends
            digest.update(np.int64(len(part)).tobytes())
            digest.update(part.tobytes())
        digest.update(text)
    return digest.hexdigest()
