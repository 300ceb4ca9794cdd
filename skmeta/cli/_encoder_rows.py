"""The rows of a sentence encoder in `skmeta compare`: alone, and in text_pipeline."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from skmeta._encoders._vectorizer import SentenceEncoderVectorizer
from skmeta._meta._embeddings import name_sources
from skmeta._meta._text_pipeline import text_pipeline

__all__ = ["encodings_kept", "make_encoder_rows"]


@contextmanager
def encodings_kept(folder: Path | None) -> Iterator[SentenceEncoderVectorizer | None]:
    """Open an encoder, or raise before any work if there is none in the folder.

    Within the ``with`` statement each text is encoded once, whatever rows, folds and
    processes there are.
    """
    if folder is None:
        yield None
        return
    with TemporaryDirectory(prefix="skmeta-") as cache:
        encoder = SentenceEncoderVectorizer(str(folder), cache=cache)
        encoder.fit(["a"])
        yield encoder


def make_encoder_rows(
    encoder: SentenceEncoderVectorizer,
    embeddings: Mapping[str, Any],
    taken: Container[str],
    seed: int,
) -> dict[str, Any]:
    """Make the rows of an encoder.

    Parameters
    ----------
    encoder : SentenceEncoderVectorizer
    embeddings : dict of str to vectorizer
        The word embeddings that text_pipeline combines as well.
    taken : container of str
        The names of other rows.
    seed : int
    """
    [name] = name_sources([encoder.model], taken)
    features = text_pipeline(vectors=[], encoder=encoder, random_state=seed)["features"]
    features.set_params(vectors__sources=list(embeddings.items()), encoder=encoder)
    return {name: encoder, f"meta text_pipeline, {name}": features}
