"""What a bug report needs: versions, and whether the kernels were compiled."""

from __future__ import annotations

import platform
import sys
from importlib.metadata import PackageNotFoundError, version

from skmeta._native import doc2vec_kernels, elmo_kernels, kernels

__all__ = ["show_versions", "version_of"]

_PACKAGES = (
    *("numpy", "scipy", "scikit-learn", "gensim", "pandas", "joblib", "threadpoolctl"),
    *("torch", "matplotlib", "typer", "rich"),
)


def show_versions() -> None:
    """Print the versions of skmeta and what it uses, and how it was installed.

    The line "kernels" tells whether the loops of pooling, Doc2Vec and ELMo were
    compiled. Without them everything works and gives the same numbers, to rounding, but
    takes two or three times as long; to have them, install again where there is a C
    compiler.

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
    all_kernels = {"pooling": kernels, "doc2vec": doc2vec_kernels, "elmo": elmo_kernels}
    missing = [name for name, module in all_kernels.items() if module is None]
    compiled = "compiled"
    if missing:
        compiled = (
            f"not compiled: {', '.join(missing)} (a C compiler makes them faster)"
        )
    lines = {
        "skmeta": version_of("skmeta"),
        "kernels": compiled,
        "python": sys.version.split()[0],
        "system": platform.platform(),
        **{package: version_of(package) for package in _PACKAGES},
    }
    width = max(map(len, lines))
    for name, value in lines.items():
        print(f"{name:{width}}  {value}")


def version_of(package: str) -> str:
    """Return the version of an installed package."""
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
