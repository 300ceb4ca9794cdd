"""Load and save biLMs in the format of the published models."""

from __future__ import annotations

import io
import json
import math
import os
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal, NoReturn

import h5py
import numpy as np
import torch
from torch import Tensor

from skmeta._device import find_device, with_default_settings
from skmeta._disk._new_folder import new_folder
from skmeta._documents._check import short_repr
from skmeta._io._atomic import atomic_write
from skmeta._io.formats._streams import open_zip
from skmeta._reading._budget import Budget
from skmeta._reading._guard import check_regular, reading
from skmeta.elmo._dtype import find_dtype, prepare_to_read
from skmeta.elmo._network import BiLM
from skmeta.elmo._options import complete_options, count_bytes

__all__ = ["load_bilm", "save_bilm"]

Path_ = str | os.PathLike[str]
Turn = Callable[[Tensor], Tensor]
_OPTIONS, _WEIGHTS = "options.json", "weights.hdf5"


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
    files = _check_path(path)
    with reading(files[-1], "the options and weights of a biLM"):
        bilm = _read_bilm(files, Budget(*files, max_bytes=max_bytes))
    return prepare_to_read(bilm, device, dtype)


def _read_bilm(files: list[Path], budget: Budget) -> BiLM:
    """Read the options, create a model, and load its weights."""
    text, weights, name = _read(files, budget)
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
        for array, tensors, turn in _arrays(bilm):
            _fill(tensors, file, array, turn, f"'{name}'", budget)
    return bilm


def save_bilm(bilm: BiLM, folder: Path_) -> None:
    """Save a model in the format of AllenNLP, bilm-tf and :func:`load_bilm`.

    Parameters
    ----------
    bilm : BiLM
    folder : path
        Created if it does not exist. Its files, options.json and weights.hdf5, are
        written atomically.
    """
    folder = Path(folder)
    options = {kind: dict(entries) for kind, entries in bilm.options.items()}
    options["char_cnn"].pop("projection")  # implied by the arrays
    with new_folder(folder):
        with (
            atomic_write(folder / _WEIGHTS) as tmp_path,
            h5py.File(tmp_path, "w") as file,
        ):
            for array, tensors, turn in _arrays(bilm):
                parts = [turn(tensor.detach().float().cpu()) for tensor in tensors]
                file.create_dataset(array, data=torch.cat(parts).contiguous().numpy())
        with atomic_write(folder / _OPTIONS) as tmp_path:
            tmp_path.write_text(json.dumps(options, indent=2), encoding="utf-8")


def _arrays(bilm: BiLM) -> Iterator[tuple[str, list[Tensor], Turn]]:
    """Yield each array of a file, its tensors, and how they are transposed.

    The transposed tensors are concatenated in the file; transposing twice restores
    them.
    """
    encoder = bilm.token_encoder
    yield "char_embed", [encoder.characters], _keep
    for i, layer in enumerate(encoder.filters):
        yield f"CNN/W_cnn_{i}", [layer.weight], _turn_filters
        yield f"CNN/b_cnn_{i}", [layer.bias], _keep
    for i, highway in enumerate(encoder.highways):
        for name, linear in ("carry", highway.gate), ("transform", highway.transform):
            yield f"CNN_high_{i}/W_{name}", [linear.weight], _turn_matrix
            yield f"CNN_high_{i}/b_{name}", [linear.bias], _keep
    if encoder.projection is not None:
        yield "CNN_proj/W_proj", [encoder.projection.weight], _turn_matrix
        yield "CNN_proj/b_proj", [encoder.projection.bias], _keep
    for direction in range(2):
        for i, layer in enumerate(bilm.layers):
            cell = f"RNN_{direction}/RNN/MultiRNNCell/Cell{i}/LSTMCell"
            matrices = [layer.from_input[direction], layer.from_output[direction]]
            yield f"{cell}/W_0", matrices, _turn_matrix
            yield f"{cell}/B", [layer.bias[direction]], _keep
            if layer.projection is not None:
                yield f"{cell}/W_P_0", [layer.projection[direction]], _turn_matrix


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


def _keep(array: Tensor) -> Tensor:
    """Return an array unchanged."""
    return array


def _turn_matrix(array: Tensor) -> Tensor:
    """Transpose (out, in) to (in, out), or back."""
    return array.mT


def _turn_filters(array: Tensor) -> Tensor:
    """Transpose (number, size, width) to (1, width, size, number), or back."""
    if array.ndim == 3:
        return array.permute(2, 1, 0).unsqueeze(0)
    return array.squeeze(0).permute(2, 1, 0)


def _check_path(path: Any) -> list[Path]:
    """Return the path, or the pair of paths, checked to exist."""
    parts = path if isinstance(path, tuple | list) else [path]
    if not all(isinstance(part, str | os.PathLike) for part in parts):
        raise TypeError(
            f"Found {short_repr(path)} of type {type(path).__name__}, expected the "
            "path of a folder or zip file, or a pair of paths (options, weights)."
        )
    if isinstance(path, tuple | list) and len(path) != 2:
        raise ValueError(
            f"Found {short_repr(path)}, expected a pair: the options file and the "
            "weights file."
        )
    return [_existing(Path(part)) for part in parts]


def _read(files: list[Path], budget: Budget) -> tuple[bytes, Any, Path]:
    """Return the text of the options, the file for h5py, and the path for messages."""
    place = files[-1]
    if len(files) == 2:
        options, weights = map(check_regular, files)
        return options.read_bytes(), weights, place
    if place.is_dir():
        inside = [file.name for file in place.iterdir() if file.is_file()]
        options, weights = (place / file for file in _choose(inside, f"'{place}'"))
        return options.read_bytes(), weights, place
    if not zipfile.is_zipfile(check_regular(place)):
        raise ValueError(
            f"Found '{place}', which is not a zip file; expected a folder, a zip "
            "file, or a pair of paths (options, weights)."
        )
    with zipfile.ZipFile(place) as archive:
        contents = []
        for member in _choose(archive.namelist(), f"'{place}'"):
            with open_zip(archive, member, budget) as file:
                contents.append(file.read())
    return contents[0], io.BytesIO(contents[1]), place


def _existing(path: Path) -> Path:
    """Return the path, checked to exist."""
    if not path.exists():
        raise FileNotFoundError(
            f"Found nothing at '{path}', expected the files of a biLM. Models are not "
            "downloaded by themselves: fetch the options and the weights first."
        )
    return path


def _choose(files: list[str], name: str) -> tuple[str, str]:
    """Choose the options and the weights among files."""
    files = [file for file in files if not Path(file).name.startswith(("._", "."))]
    options = _one_of([f for f in files if f.endswith(".json")], "options")
    weights = _one_of([f for f in files if f.endswith((".hdf5", ".h5"))], "weights")
    if options and weights:
        return options, weights
    lacking = "weights (.hdf5)" if options else "options (options.json)"
    advice = "Give a pair of paths (options, weights)."
    if any(Path(file).name == "encoder.pkl" for file in files):
        advice = "Models of ELMoForManyLangs are another architecture."
    raise ValueError(
        f"Found the files {short_repr(sorted(files))} in {name}, expected one with the "
        f"{lacking} of a biLM. {advice}"
    )


def _one_of(files: list[str], word: str) -> str | None:
    """Choose the file whose name contains the word, or the only one."""
    named = [file for file in files if word in Path(file).name]
    if word == "weights":
        named = [f for f in files if Path(f).name == "model.hdf5"] or named
    chosen = named or files
    return chosen[0] if len(chosen) == 1 else None
