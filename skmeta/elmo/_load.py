"""Load biLMs in the format of the published models."""

from __future__ import annotations

import json
import math
import os
from pathlib import Path
from typing import Any, Literal, NoReturn

import h5py
import numpy as np
import torch
from torch import Tensor

from skmeta._device import find_device, with_default_settings
from skmeta._reading._budget import Budget
from skmeta._reading._guard import reading
from skmeta.elmo._dtype import find_dtype, prepare_to_read
from skmeta.elmo._model_files import check_path, read_files
from skmeta.elmo._network import BiLM
from skmeta.elmo._options import complete_options, count_bytes
from skmeta.elmo._weight_arrays import Turn, iter_arrays

__all__ = ["load_bilm"]

Path_ = str | os.PathLike[str]


@with_default_settings
def load_bilm(
    path: Path_ | tuple[Path_, Path_],
    *,
    device: str = "cpu",
    dtype: Literal["float32", "tf32", "bfloat16"] = "float32",
    max_bytes: int | None = None,
) -> BiLM:
    """Load a bidirectional language model of ELMo.

    Parameters
    ----------
    path : path, or pair of paths
        A folder or a zip file with an options file (.json) and a weights file (.hdf5),
        as AllenNLP, bilm-tf and NLPL publish them and :meth:`BiLM.save` writes; or the
        options file and the weights file. Nothing is downloaded.
    device : str, default="cpu"
        "cpu", "cuda", or one of several, "cuda:1".
    dtype : {"float32", "tf32", "bfloat16"}, default="float32"
        Of the large matrices. "bfloat16" takes half the memory and, on processors made
        for it, less than half the time; vectors change by about 0.02. "tf32" is float32
        whose products a CUDA device may round to TF32, which is faster there.
    max_bytes : int, default=None
        The maximum number of bytes to decompress and construct. None: 64 MiB plus 50
        times the size of the files, which valid files do not reach.

    Returns
    -------
    bilm : BiLM

    Raises
    ------
    FileNotFoundError, ValueError
        If files are missing or not those of a biLM; the message names array and shape.

    Examples
    --------
    >>> from gensim.test.utils import common_texts, get_tmpfile
    >>> from skmeta.elmo import load_bilm, train_bilm
    >>> folder = get_tmpfile("bilm")
    >>> train_bilm(common_texts, vector_size=8, hidden_size=8, epochs=1).save(folder)
    >>> load_bilm(folder).vector_size
    8
    """
    find_device(device)  # before long work
    find_dtype(dtype)
    files = check_path(path)
    with reading(files[-1], "the options and weights of a biLM"):
        bilm = _read_bilm(files, Budget(*files, max_bytes=max_bytes))
    return prepare_to_read(bilm, device, dtype)


def _read_bilm(files: list[Path], budget: Budget) -> BiLM:
    """Read the options, create a model, and load its weights."""
    text, weights, name = read_files(files, budget)
    with reading(name, "a biLM with options in JSON"):
        options = json.loads(text)
    with (
        reading(name, "a biLM with weights in a whole HDF5 file"),
        h5py.File(weights, "r") as file,
    ):
        if isinstance(options, dict) and isinstance(options.get("char_cnn"), dict):
            options["char_cnn"]["projection"] = "CNN_proj" in file
        options = complete_options(options, f"the options in '{name}'")
        budget.spend(count_bytes(options))
        bilm = BiLM(options)
        for array, tensors, turn in iter_arrays(bilm.token_encoder, bilm.layers):
            _fill(tensors, file, array, turn, f"'{name}'", budget)
    return bilm


def _fill(
    tensors: list[Tensor],
    file: h5py.File,
    array: str,
    turn: Turn,
    name: str,
    budget: Budget,
) -> None:
    """Load tensors from an array of a file, or raise what is wrong with it."""
    turned = [turn(tensor) for tensor in tensors]
    shape = (sum(map(len, turned)), *turned[0].shape[1:])
    found = _find_array(file, array, name)
    if found is None:
        raise ValueError(
            f"Found no array '{array}' in the weights in {name}, expected one of shape "
            f"{shape}. The file is incomplete, or the options are those of another "
            "model: check that both were published together."
        )
    if found.shape != shape:
        raise ValueError(
            f"Found the array '{array}' of shape {found.shape} in the weights in "
            f"{name}, expected {shape} by the options. Check that both were published "
            "together."
        )
    if found.dtype.kind != "f":
        raise ValueError(
            f"Found the array '{array}' of dtype {found.dtype} in the weights in "
            f"{name}, expected floating-point numbers. Download or copy it again."
        )
    if found.chunks:  # chunks are read whole, even if larger than the array
        budget.spend(math.prod(found.chunks) * found.dtype.itemsize)
    values = np.asarray(found, dtype=np.float32)
    if not np.isfinite(values).all():
        raise ValueError(
            f"Found values that are not finite in the array '{array}' in {name}, "
            "expected numbers. Its training went wrong, or the file is damaged."
        )
    start = 0
    with torch.no_grad():
        for tensor, part in zip(tensors, turned):
            rows = torch.from_numpy(values[start : start + len(part)])
            tensor.copy_(turn(rows))
            start += len(part)


def _find_array(file: h5py.File, array: str, name: str) -> h5py.Dataset | None:
    """Return an array with values in this file; None if there is none."""
    found: Any = file
    for part in array.split("/"):
        link = found.get(part, getlink=True) if isinstance(found, h5py.Group) else None
        if link is None:
            return None
        if not isinstance(link, h5py.HardLink):
            _raise_elsewhere(array, name)
        found = found[part]
    if not isinstance(found, h5py.Dataset):
        return None
    if found.external or found.is_virtual:
        _raise_elsewhere(array, name)
    return found


def _raise_elsewhere(array: str, name: str) -> NoReturn:
    """Raise for an array that would be read from another file."""
    raise ValueError(
        f"Found the array '{array}' in {name} with values in another file, expected "
        "all weights in the file itself. Nothing else was read; get the file anew."
    )
