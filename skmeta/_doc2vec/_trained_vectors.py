"""The trained vectors of documents, found by their tags."""

from __future__ import annotations

from typing import Any

import numpy as np
from gensim.models import Doc2Vec

from skmeta._doc2vec._tags import has_tag
from skmeta._documents._stream import DocumentStream

__all__ = ["trained_vectors"]


def trained_vectors(
    model: Doc2Vec, documents: Any, tags: list[list] | None, was_trained_on_them: bool
) -> np.ndarray:
    """Return the mean of the trained vectors of each document's tags.

    Parameters
    ----------
    model : gensim Doc2Vec
    documents : list of lists of str, or DocumentStream
    tags : list of lists, or None
        None: each document has its number as its tag.
    was_trained_on_them : bool
        Whether the model was trained on these documents, so that numbers are tags.

    Returns
    -------
    vectors : float32 ndarray of shape (n_documents, vector_size)
        Zeros where a document has no known word.

    Raises
    ------
    ValueError
        If a tag is unknown, or missing.
    """
    if tags is None:
        if not was_trained_on_them:
            raise ValueError(
                "Found training_vectors='trained', a given model, and documents "
                "without tags; expected TaggedDocuments with tags of the model. "
                "Pass such documents, or leave training_vectors='inferred'."
            )
        is_stream = isinstance(documents, DocumentStream)
        n_documents = documents.count() if is_stream else len(documents)
        tags = [[number] for number in range(n_documents)]
    trained, known = model.dv, model.wv.key_to_index
    vectors = np.zeros((len(tags), trained.vector_size), np.float32)
    for vector, document, own in zip(vectors, documents, tags):
        unknown = [tag for tag in own if not has_tag(trained, tag)]
        if unknown:
            raise ValueError(
                f"Found the tag {unknown[0]!r}, expected one that the model was "
                "trained with. Leave training_vectors='inferred' for others."
            )
        if own and any(word in known for word in document):
            vector[:] = trained[own].mean(axis=0)
    return vectors
