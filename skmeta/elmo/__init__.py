"""ELMo: bidirectional language models whose word vectors depend on the sentence.

Needs torch and h5py, ``pip install "skmeta[elmo]"``.
"""

from __future__ import annotations

from types import ModuleType
from typing import TYPE_CHECKING

from skmeta._lazy_imports import import_lazily
from skmeta.elmo._import_submodule import import_submodule

if TYPE_CHECKING:
    from skmeta.elmo._layer_mix import LayerMix
    from skmeta.elmo._load import load_bilm
    from skmeta.elmo._network import BiLM
    from skmeta.elmo._training import train_bilm

__all__ = ["BiLM", "LayerMix", "load_bilm", "train_bilm"]

# Imported at first use: torch takes seconds.
_HOMES = {
    "BiLM": "skmeta.elmo._network",
    "LayerMix": "skmeta.elmo._layer_mix",
    "load_bilm": "skmeta.elmo._load",
    "train_bilm": "skmeta.elmo._training",
}


def _import_home(home: str, name: str) -> ModuleType:
    return import_submodule(home.rpartition(".")[2], name)


_NEEDS = {"BiLM": ("torch",), "load_bilm": ("torch", "h5py"), "train_bilm": ("torch",)}

__getattr__, __dir__ = import_lazily(
    globals(), _HOMES, import_home=_import_home, needs=_NEEDS
)
