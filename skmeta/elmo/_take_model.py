"""The model that a vectorizer reads with: trained on documents, loaded, or given."""

from __future__ import annotations

from os import PathLike
from typing import Any

from skmeta.elmo._import_submodule import import_submodule

__all__ = ["TRAINING_PARAMETERS", "take_model", "take_model_again"]

TRAINING_PARAMETERS = (  # that vectorizers share with train_bilm
    *("static_vectors", "vector_size", "hidden_size", "n_layers", "min_count"),
    *("n_samples", "epochs", "batch_size", "n_steps", "learning_rate", "dropout"),
    *("validation_fraction", "n_iter_no_change", "n_jobs", "random_state", "verbose"),
)


def take_model(vectorizer: Any, documents: Any) -> tuple[Any, tuple | None]:
    """Train, load or take the model that a vectorizer's parameters describe.

    Parameters
    ----------
    vectorizer : ELMoVectorizer
    documents : iterable of token lists
        A model is trained on them if none is given.

    Returns
    -------
    bilm : BiLM
    opened : tuple or None
        Lets :func:`take_model_again` open the files of a loaded model.

    Raises
    ------
    TypeError
        If the model is neither a path nor a BiLM.
    """
    model, user = vectorizer.model, type(vectorizer).__name__
    device, dtype = vectorizer.device, vectorizer.dtype
    if model is None:
        train_bilm = import_submodule("_training", user).train_bilm
        bilm = train_bilm(
            documents,
            device=device,
            dtype="float32" if device.startswith("cpu") else dtype,
            **{name: getattr(vectorizer, name) for name in TRAINING_PARAMETERS},
        )
        prepare_to_read = import_submodule("_dtype", user).prepare_to_read
        return prepare_to_read(bilm, device, dtype), None
    if isinstance(model, str | PathLike | tuple | list):
        return import_submodule("_opened", user).open_bilm(model, device, dtype)
    if not isinstance(model, import_submodule("_network", user).BiLM):
        raise TypeError(
            f"Found model of type {type(model).__name__}, expected a path, a pair of "
            "paths (options, weights), a BiLM, or None to train one on the documents."
        )
    return model, None


def take_model_again(vectorizer: Any, opened: tuple) -> Any:
    """Open the files of a vectorizer's model again, perhaps in another process."""
    reopen_bilm = import_submodule("_opened", type(vectorizer).__name__).reopen_bilm
    return reopen_bilm(vectorizer.model, opened, vectorizer.device, vectorizer.dtype)
