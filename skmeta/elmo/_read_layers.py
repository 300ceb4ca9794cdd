"""Documents read by a language model: the layers of their tokens, normalized or not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from skmeta.elmo._import_submodule import import_submodule

__all__ = ["read_layers", "reads_on_device"]

_EPSILON = 1e-12


def reads_on_device(bilm: Any) -> bool:
    """Return whether a model reads elsewhere than on the CPU."""
    return bilm.device.type != "cpu"


def read_layers(
    documents: Sequence[list[str]],
    use: Callable[[Any, np.ndarray], None],
    *,
    bilm: Any,
    normalize: bool,
    user: str,
    wanted: Callable[[Any], Any] | None = None,
    **options: Any,
) -> None:
    """Read documents and hand over their tokens' layers, batch by batch.

    Parameters
    ----------
    documents : sequence of token lists
    use : callable
        Takes a batch and its tokens' layers, of shape (n_layers, n_tokens, size).
    bilm : BiLM
    normalize : bool
        Whether each token's vector in each layer gets mean 0 and variance 1.
    user : str
        Who reads, for the message where torch is missing.
    wanted : callable, default=None
        Takes the module ``_wanted``, and returns what a device computes of the layers,
        in place of ``use``. None: the layers come back whole.
    **options : as ``read_documents`` takes them
    """
    if reads_on_device(bilm):
        found = import_submodule("_wanted", user)
        import_submodule("_on_device", user).read_on_device(
            bilm,
            documents,
            found.Tokens(use) if wanted is None else wanted(found),
            normalize=normalize,
            **options,
        )
        return
    read_documents = import_submodule("_reading", user).read_documents

    def use_normalized(batch: Any, layers: np.ndarray) -> None:
        layers = layers - layers.mean(axis=2, keepdims=True)
        deviations = layers.std(axis=2, keepdims=True)
        use(batch, layers / np.maximum(deviations, np.float32(_EPSILON)))

    read_documents(bilm, documents, use_normalized if normalize else use, **options)
