"""Versions for bug reports, and whether the kernels are compiled."""

from __future__ import annotations

import platform
import sys
from importlib.metadata import PackageNotFoundError, distributions, version
from pathlib import Path

from skmeta._native import (
    counting_kernels,
    doc2vec_kernels,
    elmo_kernels,
    kernels,
    product_kernels,
    training_kernels,
)

__all__ = ["show_versions", "version_of"]

_PACKAGE = Path(__file__).resolve().parent

_PACKAGES = (
    *("numpy", "scipy", "scikit-learn", "gensim", "pandas", "joblib", "threadpoolctl"),
    *("tqdm", "torch", "matplotlib", "typer", "rich", "jinja2"),
)


def show_versions() -> None:
    """Print the versions of skmeta and what it uses, and how it was installed.

    The line "kernels" says whether the loops of pooling, counting, Doc2Vec, ELMo,
    sparse products and training are compiled. Without them everything works and gives
    the same numbers, up to rounding, but takes two or three times as long, and training
    far longer; to get them, install again where there is a C compiler. Python imports a
    source folder that it was started in, in place of the installed package: the folder
    has kernels only after ``pip install -e``.

    See Also
    --------
    sklearn.show_versions : The same for scikit-learn, with its BLAS and threads.

    Examples
    --------
    >>> import skmeta
    >>> skmeta.show_versions()
    skmeta ...
    kernels ...
    """
    all_kernels = {
        "pooling": kernels,
        "counting": counting_kernels,
        "doc2vec": doc2vec_kernels,
        "elmo": elmo_kernels,
        "products": product_kernels,
        "training": training_kernels,
    }
    missing = [name for name, module in all_kernels.items() if module is None]
    lines = {
        "skmeta": version_of("skmeta"),
        "folder": str(_PACKAGE),
        "kernels": _describe_kernels(missing),
        "python": sys.version.split()[0],
        "system": platform.platform(),
        **{package: version_of(package) for package in _PACKAGES},
    }
    width = max(map(len, lines))
    for name, value in lines.items():
        print(f"{name:{width}}  {value}")


def _describe_kernels(missing: list[str]) -> str:
    """List the kernels that are not compiled, and possible reasons."""
    if not missing:
        return "compiled"
    hidden = _find_hidden()
    reason = (
        "a C compiler makes them faster"
        if hidden is None
        else f"the source folder hides the installed package in {hidden}: start Python "
        "in another folder, or install with pip install -e ."
    )
    return f"not compiled: {', '.join(missing)} ({reason})"


def _find_hidden() -> Path | None:
    """Return where skmeta is installed, if it was imported from elsewhere."""
    for distribution in distributions(name="skmeta"):
        folder = Path(str(distribution.locate_file("skmeta"))).resolve()
        if folder != _PACKAGE and (folder / "__init__.py").is_file():
            return folder
    return None


def version_of(package: str) -> str:
    """Return the version of an installed package."""
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
