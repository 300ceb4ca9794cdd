"""Models of paragraph vectors, trained on documents or loaded."""

from __future__ import annotations

import os
from typing import Any

from gensim.models import Doc2Vec

from skmeta._doc2vec._tags import name_rows, number_tags, tag_documents
from skmeta._io.formats import load_doc2vec
from skmeta._training._epochs import choose_epochs
from skmeta._training._gensim import (
    check_task,
    check_vocabulary,
    n_threads,
    train,
)
from skmeta._training._learn_documents import learn_documents

__all__ = ["open_model", "train_model"]


def train_model(
    parameters: Any, documents: Any, tags: list[list] | None, seed: int
) -> tuple[Doc2Vec, list[float] | None]:
    """Train a model.

    Parameters
    ----------
    parameters : object with the parameters of Doc2VecVectorizer
    documents : list of lists of str, or DocumentStream
    tags : list of lists, or None
        Of each document; None: its number.
    seed : int

    Returns
    -------
    model : gensim Doc2Vec
    loss_curve : list of float, or None
        The mean loss of each epoch; None where gensim trains.
    """
    check_task(parameters.hs, parameters.negative, "Doc2Vec")
    model = Doc2Vec(
        vector_size=parameters.vector_size,
        dm=int(parameters.dm),
        dm_mean=int(parameters.dm_mean),
        dm_concat=int(parameters.dm and parameters.dm_concat),
        dm_tag_count=max(map(len, tags)) if tags else 1,
        dbow_words=int(parameters.dbow_words),
        window=parameters.window,
        min_count=parameters.min_count,
        hs=int(parameters.hs),
        negative=parameters.negative,
        ns_exponent=parameters.ns_exponent,
        sample=parameters.sample,
        alpha=parameters.alpha,
        min_alpha=parameters.min_alpha,
        shrink_windows=parameters.shrink_windows,
        workers=n_threads(parameters.n_jobs),
        seed=seed,
    )
    loss_curve = None
    numbered, names = number_tags(tags)
    model.cbow_mean = int(parameters.dm_mean)  # which gensim 4.4 sets and overwrites
    if parameters.solver == "native" and not model.hs and not model.dm_concat:
        loss_curve = learn_documents(
            model,
            documents,
            numbered,
            n_threads(parameters.n_jobs),
            parameters.verbose,
            parameters.epochs,
        )
    else:
        corpus = tag_documents(documents, numbered)
        model.build_vocab(corpus)
        check_vocabulary(model, documents, parameters.min_count)
        model.epochs = choose_epochs(parameters.epochs, model.corpus_total_words)
        train(model, corpus, "Doc2Vec", parameters.verbose)
    name_rows(model.dv, names)
    return model, loss_curve


def open_model(model: Doc2Vec | str | os.PathLike[str]) -> Doc2Vec:
    """Return a trained model, or load it from a path."""
    if not isinstance(model, Doc2Vec):
        return load_doc2vec(model)
    if not hasattr(model, "syn1neg") and not hasattr(model, "syn1"):
        raise ValueError(
            f"Found {model}, a Doc2Vec without vocabulary; expected a trained one. "
            "Train it, or leave model=None to train on the documents."
        )
    return model
