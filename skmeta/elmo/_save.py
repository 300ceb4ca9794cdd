"""Save biLMs in the format of the published models."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import h5py
import torch

from skmeta._disk._new_folder import new_folder
from skmeta._io._atomic import atomic_write
from skmeta.elmo._lstm_layer import Layer
from skmeta.elmo._token_encoder import TokenEncoder
from skmeta.elmo._weight_arrays import iter_arrays

__all__ = ["save_weights"]

_OPTIONS, _WEIGHTS = "options.json", "weights.hdf5"


def save_weights(
    folder: str | os.PathLike[str],
    options: dict[str, Any],
    encoder: TokenEncoder,
    layers: Iterable[Layer],
) -> None:
    """Save options and weights as AllenNLP, bilm-tf and `load_bilm` read them.

    Parameters
    ----------
    folder : path
        Created if it does not exist. Its files, options.json and weights.hdf5, are
        written atomically.
    options : dict
        The options of the model, complete.
    encoder : TokenEncoder
    layers : iterable of Layer
    """
    folder = Path(folder)
    options = {kind: dict(entries) for kind, entries in options.items()}
    options["char_cnn"].pop("projection")  # implied by the arrays
    with new_folder(folder):
        with (
            atomic_write(folder / _WEIGHTS) as tmp_path,
            h5py.File(tmp_path, "w") as file,
        ):
            for array, tensors, turn in iter_arrays(encoder, layers):
                parts = [turn(tensor.detach().float().cpu()) for tensor in tensors]
                file.create_dataset(array, data=torch.cat(parts).contiguous().numpy())
        with atomic_write(folder / _OPTIONS) as tmp_path:
            tmp_path.write_text(json.dumps(options, indent=2), encoding="utf-8")
