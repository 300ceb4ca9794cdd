"""The folder of a sentence encoder: its files and their settings."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from skmeta._disk._fingerprint import Fingerprint
from skmeta._encoders._onnx_file import inspect_onnx
from skmeta._encoders._pool_tokens import read_poolings
from skmeta._reading._guard import check_regular, reading

__all__ = ["DenseFiles", "EncoderFolder", "find_model", "hash_files", "read_folder"]

_EXPECTED = "the folder of a sentence encoder in ONNX"
_LARGEST_SETTINGS = 4 << 20  # bytes
_LARGEST_TOKENIZER = 256 << 20  # those of large vocabularies take 35 MB
_LONGEST_TEXT = 512  # tokens, if no file specifies a number
_UNBOUNDED = 100_000  # tokenizers without a limit specify more
_BLOCK_SIZE = 1 << 20
_TRANSFORMER_SETTINGS = [
    f"sentence_{kind}_config.json"
    for kind in ("bert", "roberta", "distilbert", "camembert", "albert", "xlm-roberta")
]


class DenseFiles(NamedTuple):
    """The files of a dense layer after the pooling."""

    activation: str
    weights: Path


class EncoderFolder(NamedTuple):
    """The settings in the files of an encoder."""

    model: Path
    tokenizer: Path
    files: tuple[Path, ...]  # all that decide about its vectors
    depends_on_batch: bool  # activations are quantized by the range they have in it
    max_length: int  # tokens, special ones included
    lowercase: bool
    prompts: dict[str, str]
    default_prompt: str | None
    pools_prompt: bool
    poolings: tuple[str, ...] | None  # None: not specified
    dense: tuple[DenseFiles, ...]
    normalize: bool


def find_model(path: str | os.PathLike[str]) -> tuple[Path, Path]:
    """Return the ONNX file that a path refers to, and the folder of the encoder.

    Parameters
    ----------
    path : path
        Of a folder with model.onnx, onnx/model.onnx, or one other file .onnx; or of an
        ONNX file, whose tokenizer.json is beside it or in the folder above.

    Raises
    ------
    FileNotFoundError
        If there is nothing.
    ValueError
        If there is no model, or there are several.
    """
    place = Path(os.path.abspath(Path(path).expanduser()))
    if not place.exists():
        raise FileNotFoundError(
            f"There is no folder '{place}' of a sentence encoder. Check the path; a "
            "model that has a name on a hub must be downloaded first."
        )
    if not place.is_dir():
        folder = place.parent
        if not (folder / "tokenizer.json").exists() and folder.name == "onnx":
            folder = folder.parent
        return check_regular(place), folder
    for name in ("model.onnx", "onnx/model.onnx"):
        if (place / name).is_file():
            return place / name, place
    found = sorted([*place.glob("*.onnx"), *place.glob("onnx/*.onnx")])
    if len(found) == 1:
        return found[0], place
    names = ", ".join(str(p.relative_to(place)) for p in found[:10])
    if found:
        raise ValueError(
            f"'{place}' has several models, {names}, expected model.onnx or one other. "
            "Pass the path of the one to use."
        )
    others = [
        n for n in ("model.safetensors", "pytorch_model.bin") if (place / n).is_file()
    ]
    hint = (
        f"It has {others[0]}: export it to ONNX, or open it with sentence-transformers "
        "or model2vec and pass the object."
        if others
        else "Check the path."
    )
    raise ValueError(f"'{place}' has no ONNX model, expected model.onnx. {hint}")


def read_folder(path: str | os.PathLike[str]) -> EncoderFolder:
    """Read the settings of an encoder from its files.

    Parameters
    ----------
    path : path
        As :func:`find_model` takes it.

    Raises
    ------
    FileNotFoundError, ValueError
        Of one kind each, whatever is wrong with a file.
    """
    model, folder = find_model(path)
    with reading(model, "an ONNX model"):
        content = inspect_onnx(model)
    tokenizer = folder / "tokenizer.json"
    if not tokenizer.exists():
        raise FileNotFoundError(
            f"There is no 'tokenizer.json' in '{folder}', which the encoder needs. Put "
            "the one there that was published with the model."
        )
    _check_size(check_regular(tokenizer), _LARGEST_TOKENIZER)
    with reading(folder, _EXPECTED):
        settings = _Settings(folder)
        modules = _read_modules(settings)
        max_length = _find_max_length(settings)
        prompts, default_prompt = _read_prompts(settings)
        lowercase = bool(_transformer_settings(settings).get("do_lower_case", False))
    dense = modules.dense
    files = (
        *(model, tokenizer, *content.external_files, *settings.paths),
        *(layer.weights for layer in dense),
    )
    return EncoderFolder(
        model,
        tokenizer,
        files,
        any("DynamicQuantize" in name for name in content.op_types),
        max_length,
        lowercase,
        prompts,
        default_prompt,
        modules.pools_prompt,
        modules.poolings,
        dense,
        modules.normalize,
    )


def hash_files(folder: EncoderFolder) -> str:
    """Return a hash of all files that affect an encoder's vectors."""
    stats = []
    for path in folder.files:
        status = os.stat(path)
        stats.append((str(path), status.st_size, status.st_mtime_ns))
    return _hash_unchanged(tuple(stats))


@lru_cache(maxsize=32)
def _hash_unchanged(files: Fingerprint) -> str:
    """Hash the content of files, cached by their sizes and times."""
    digest = hashlib.sha256()
    for path, size, _ in files:
        digest.update(f"{size} ".encode())
        with open(path, "rb") as file:
            while block := file.read(_BLOCK_SIZE):
                digest.update(block)
    return digest.hexdigest()


class _Modules(NamedTuple):
    """The modules after the transformer."""

    poolings: tuple[str, ...] | None = None
    pools_prompt: bool = True
    dense: tuple[DenseFiles, ...] = ()
    normalize: bool = True


class _Settings:
    """The JSON files of a folder, each read on demand."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.paths: list[Path] = []
        self._held: dict[str, Any] = {}

    def read(self, name: str) -> Any:
        """Return the content of a file, or None if it is missing."""
        if name not in self._held:
            path = self.folder / name
            self._held[name] = None
            if path.exists():
                self._held[name] = _read_json(path)
                self.paths.append(path)
        return self._held[name]

    def get(self, name: str) -> dict[str, Any]:
        """Return the JSON object of a file, empty if the file is missing."""
        found = self.read(name)
        if found is not None and not isinstance(found, dict):
            raise ValueError(f"'{self.folder / name}' is not a JSON object")
        return found or {}


def _read_json(path: Path) -> Any:
    """Read a small JSON file."""
    _check_size(check_regular(path), _LARGEST_SETTINGS)
    with reading(path, "JSON"):
        return json.loads(path.read_bytes())


def _check_size(path: Path, most: int) -> None:
    size = path.stat().st_size
    if size > most:
        raise ValueError(
            f"'{path}' has {size:,} bytes, expected at most {most:,}. It may have been "
            "made to fill the memory; get it again."
        )


def _read_modules(settings: _Settings) -> _Modules:
    """Read the modules of sentence-transformers after the transformer."""
    listed = settings.read("modules.json")
    if listed is None:
        return _Modules(_read_pooling(settings, "1_Pooling"))
    poolings, pools_prompt, normalize = None, True, False
    dense: list[DenseFiles] = []
    for number, (kind, place) in enumerate(_iter_modules(listed)):
        if kind == "Transformer" and not number:
            continue
        if kind == "Pooling":
            poolings = _read_pooling(settings, place) or ("mean",)
            pools_prompt = settings.get(f"{place}/config.json").get(
                "include_prompt", True
            )
        elif kind == "Dense":
            dense.append(_read_dense(settings, place))
        elif kind == "Normalize":
            normalize = True
        elif kind != "Dropout":  # which does nothing but in training
            raise ValueError(
                f"'{settings.folder / 'modules.json'}' has a module {kind[:60]!r}, "
                "expected Transformer, Pooling, Dense and Normalize. Open it with "
                "sentence-transformers and pass the object."
            )
    return _Modules(poolings, bool(pools_prompt), tuple(dense), normalize)


def _iter_modules(listed: Any) -> Iterator[tuple[str, str]]:
    """Yield the kind and the folder of each module."""
    for entry in listed:
        kind, place = entry["type"], entry.get("path", "")
        if not isinstance(kind, str) or not isinstance(place, str):
            raise ValueError("a module without a type")
        if place and (place in (".", "..") or set(place) & set("/\\:")):
            raise ValueError(f"a module in {place[:60]!r}, not in a folder beside it")
        yield kind.rpartition(".")[2], place


def _read_pooling(settings: _Settings, place: str) -> tuple[str, ...] | None:
    """Read the poolings, or None if no file specifies them."""
    found = settings.read(f"{place}/config.json")
    return None if found is None else read_poolings(found)


def _read_dense(settings: _Settings, place: str) -> DenseFiles:
    """Find the weights of a layer."""
    weights = settings.folder / place / "model.safetensors"
    if not weights.is_file():
        raise ValueError(
            f"'{settings.folder / place}' has no model.safetensors, expected the "
            "weights of a Dense layer. Save the model again with "
            "sentence-transformers; pickled weights are not read."
        )
    default = "torch.nn.modules.activation.Tanh"
    name = settings.get(f"{place}/config.json").get("activation_function", default)
    return DenseFiles(str(name).rpartition(".")[2], weights)


def _find_max_length(settings: _Settings) -> int:
    """Find the maximum number of tokens of a text, including special ones."""
    config = settings.get("config.json")
    named = [
        _transformer_settings(settings).get("max_seq_length"),
        settings.get("tokenizer_config.json").get("model_max_length"),
    ]
    limits = [n for n in named if isinstance(n, int) and 2 < n < _UNBOUNDED][:1]
    positions = config.get("max_position_embeddings")
    if isinstance(positions, int) and positions > 4:
        # those of RoBERTa and its kin begin after the one for padding
        kind = str(config.get("model_type"))
        is_shifted = any(name in kind for name in ("roberta", "camembert", "mpnet"))
        limits.append(positions - 2 * is_shifted)
    return min(limits, default=_LONGEST_TEXT)


def _transformer_settings(settings: _Settings) -> dict[str, Any]:
    """Return the settings of sentence-transformers for its first module."""
    for name in _TRANSFORMER_SETTINGS:
        if found := settings.get(name):
            return found
    return {}


def _read_prompts(settings: _Settings) -> tuple[dict[str, str], str | None]:
    """Read the prompts, and the name of the default one."""
    config = settings.get("config_sentence_transformers.json")
    prompts, default = config.get("prompts") or {}, config.get("default_prompt_name")
    if not isinstance(prompts, dict) or not all(
        isinstance(text, str) for text in prompts.values()
    ):
        raise ValueError("prompts that are not texts")
    if default is not None and default not in prompts:
        raise ValueError(f"a default prompt {str(default)[:60]!r} that is not there")
    return prompts, default
