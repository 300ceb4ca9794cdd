"""ELMo: bidirectional language models whose word vectors depend on the sentence.

Needs torch and h5py, ``pip install "skmeta[elmo]"``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from skmeta.elmo._import_submodule import import_submodule

if TYPE_CHECKING:
    from skmeta.elmo._layer_mix import LayerMix
    from skmeta.elmo._load import load_bilm
    from skmeta.elmo._network import BiLM
    from skmeta.elmo._training import train_bilm

__all__ = ["BiLM", "LayerMix", "load_bilm", "train_bilm"]

_PLACES = {
    "BiLM": "_network",
    "LayerMix": "_layer_mix",
    "load_bilm": "_load",
    "train_bilm": "_training",
}


def __getattr__(name: str) -> Any:
    """Import names at first use: torch takes seconds."""
    if name not in _PLACES:
        raise AttributeError(f"module 'skmeta.elmo' has no attribute {name!r}")
    return getattr(import_submodule(_PLACES[name], name), name)


def __dir__() -> list[str]:
    return __all__
