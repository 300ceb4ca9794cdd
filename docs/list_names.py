"""The page of the API: every public name, as the modules themselves list them."""

import importlib
from importlib.util import find_spec

SECTIONS = {
    "skmeta": ("Words, vectors and vectorizers", "What one begins with."),
    "skmeta.combine": (
        "Combining",
        "Several views of the same rows become one matrix: "
        ":doc:`which one when <combining>`.",
    ),
    "skmeta.weighting": (
        "Weighting",
        "How much each word counts: :doc:`which one when <pooling>`.",
    ),
    "skmeta.pooling": (
        "Pooling",
        "Poolings with parameters of their own: :doc:`which one when <pooling>`.",
    ),
    "skmeta.postprocess": (
        "Better vectors of given ones",
        "What is done to one source alone.",
    ),
    "skmeta.evaluate": ("Judging", "How good vectors are, with intervals."),
    "skmeta.plot": (
        "Pictures",
        "Displays in the manner of scikit-learn. They need the extra ``plot``.",
    ),
    "skmeta.datasets": (
        "Data",
        "Labelled documents without a download, and readers of files.",
    ),
    "skmeta.elmo": ("ELMo", "The bidirectional language model. It needs ``elmo``."),
    "skmeta.dask": ("Dask", "On a cluster. It needs the extra ``dask``."),
}
NEEDS = {"skmeta.elmo": "torch", "skmeta.dask": "dask", "skmeta.plot": "matplotlib"}


def list_names():
    """Write the page.

    Returns
    -------
    page : str
        In reStructuredText. Modules whose packages are not installed are left out.
    """
    lines = ["API reference", "=============", ""]
    lines += ["Every public name, documented where it is defined.", ""]
    for module, (title, sentence) in SECTIONS.items():
        needed = NEEDS.get(module)
        if find_spec(module) is None or (needed and find_spec(needed) is None):
            continue
        public = importlib.import_module(module)
        names = [n for n in public.__all__ if callable(getattr(public, n))]
        lines += [title, "-" * len(title), "", sentence, ""]
        lines += [f".. currentmodule:: {module}", "", ".. autosummary::"]
        lines += ["   :toctree: generated", "   :nosignatures:", ""]
        lines += [f"   {name}" for name in names]
        lines += [""]
    return "\n".join(lines)
