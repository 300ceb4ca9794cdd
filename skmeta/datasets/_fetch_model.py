"""Download sentence encoders and static models from the Hugging Face Hub."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import Any

from skmeta._disk._lock import locked_file
from skmeta._io._atomic import atomic_write
from skmeta._messages import missing_package
from skmeta._progress import progress
from skmeta.datasets._home import find_home

__all__ = ["fetch_model"]

_ENDPOINT: str | None = None  # that of huggingface_hub
_NAME = re.compile(r"[\w][\w.-]*/[\w][\w.-]*")
_COMMIT = re.compile(r"[0-9a-f]{40}")
_SUFFIXES = (".json", ".safetensors", ".onnx", ".onnx_data", ".data")
_FOLDERS = re.compile(r"onnx|\d+_\w+")  # of models and modules
_MODELS = ("model.onnx", "onnx/model.onnx")


def fetch_model(name: str, *, revision: str | None = None, verbose: int = 1) -> Path:
    """Download a sentence encoder or a static model from the Hugging Face Hub.

    Only JSON, safetensors and ONNX files are fetched, none that can run code: the ONNX
    model where there is one, otherwise the weights. It needs huggingface_hub,
    ``pip install "skmeta[hub]"``.

    Parameters
    ----------
    name : str
        "sentence-transformers/all-MiniLM-L6-v2", "minishlab/potion-base-8M", ...
    revision : str, default=None
        A commit, branch or tag. None: the commit that was fetched before, however the
        model changed since then, so that results stay the same; at the first time that
        of the main branch.
    verbose : int, default=1
        1 shows a progress bar over the files.

    Returns
    -------
    path : Path
        Of a folder for :class:`skmeta.SentenceEncoderVectorizer`, or, of a static
        model, for :func:`skmeta.load_vectors`; its name is the commit. It lies in the
        folder that the environment variable SKMETA_HOME names, or in the user's cache
        folder.

    Raises
    ------
    ModuleNotFoundError
        If huggingface_hub is not installed.
    OSError
        If the hub cannot be reached, or has no such model.
    ValueError
        If it is no name of a model, or has no file of those kinds.

    See Also
    --------
    fetch_vectors : Word vectors.

    Examples
    --------
    >>> from skmeta.datasets import fetch_model
    >>> fetch_model("minishlab/potion-base-8M")  # doctest: +SKIP
    PosixPath('.../skmeta/models/minishlab--potion-base-8M/...')
    """
    if not isinstance(name, str) or not _NAME.fullmatch(name) or ".." in name:
        raise ValueError(
            f"Found name={name!r}, expected the owner and the name of a model, e.g. "
            "'minishlab/potion-base-8M'."
        )
    home = find_home() / "models" / name.replace("/", "--")
    pinned = home / "revision"
    if revision is None and pinned.is_file():
        revision = pinned.read_text("utf-8").strip()
    if revision is not None and _is_fetched(home / revision):
        return home / revision
    hub = _import_hub()
    try:
        found = hub.HfApi(endpoint=_ENDPOINT).model_info(name, revision=revision)
        commit = found.sha
        if not isinstance(commit, str) or not _COMMIT.fullmatch(commit):
            raise ValueError(
                f"'{name}' has the commit {commit!r}, expected a hash. Try again later."
            )
        wanted = _choose_files(name, [file.rfilename for file in found.siblings or ()])
        home.mkdir(parents=True, exist_ok=True)
        with locked_file(home / ".lock"):
            if not _is_fetched(home / commit):
                _fetch(hub, name, commit, wanted, home / commit, verbose)
            if revision is None:
                with atomic_write(pinned) as path:
                    path.write_text(commit, "utf-8")
    except OSError as error:
        raise OSError(
            f"'{name}' cannot be fetched: {str(error)[:500]}. Check the name and the "
            "connection, or copy its folder from elsewhere and pass the path."
        ) from error
    return home / commit


def _fetch(
    hub: Any, name: str, commit: str, wanted: list[str], folder: Path, verbose: int
) -> None:
    """Download files, and mark the folder as complete."""
    folder.mkdir(exist_ok=True)
    with progress(f"Fetching {name}", len(wanted), verbose, "files") as advance:
        for file in wanted:
            hub.hf_hub_download(
                name,
                file,
                revision=commit,
                local_dir=folder,
                endpoint=_ENDPOINT,
            )
            advance()
    with atomic_write(_mark(folder)) as path:
        path.write_text(json.dumps({"name": name, "files": wanted}), "utf-8")


def _mark(folder: Path) -> Path:
    """Return the file that marks a folder as complete."""
    return folder.with_name(f"{folder.name}.fetched")


def _is_fetched(folder: Path) -> bool:
    """Return whether a folder is complete."""
    return bool(_COMMIT.fullmatch(folder.name)) and _mark(folder).is_file()


def _choose_files(name: str, files: Iterable[str]) -> list[str]:
    """Choose the files of one model, which cannot run code."""
    sound = [file for file in files if _is_sound(PurePosixPath(file))]
    models = [model for model in _MODELS if model in sound][:1]
    chosen = []
    for file in sound:
        is_weights = file in ("model.safetensors", "pytorch_model.safetensors")
        if ".onnx" in file:
            beside = tuple(f"{model}{end}" for model in models for end in ("_", "."))
            keep = file in models or file.startswith(beside)
        elif is_weights:
            keep = not models
        else:
            keep = not file.startswith("onnx/") or file.endswith(".json")
        if keep:
            chosen.append(file)
    if not any(not file.endswith(".json") for file in chosen):
        raise ValueError(
            f"'{name}' has neither model.onnx nor model.safetensors, expected one of "
            "them. Export it to ONNX, or pass an object of the package that reads it."
        )
    return chosen


def _is_sound(file: PurePosixPath) -> bool:
    """Return whether a file can belong to a model, by its name."""
    parts = file.parts
    return (
        1 <= len(parts) <= 2
        and not file.is_absolute()
        and not any(part.startswith(".") or "\\" in part for part in parts)
        and file.name.endswith(_SUFFIXES)
        and (len(parts) == 1 or _FOLDERS.fullmatch(parts[0]) is not None)
    )


def _import_hub() -> Any:
    """Import huggingface_hub."""
    try:
        import huggingface_hub
    except ModuleNotFoundError as error:
        if error.name != "huggingface_hub":
            raise
        raise ModuleNotFoundError(
            missing_package("fetch_model", error.name, "hub"), name=error.name
        ) from error
    return huggingface_hub
