"""Documents and views on a Dask cluster, with the estimators of a single machine.

This package needs dask, and is imported when it is asked for: ``import skmeta.dask``.
"""

try:
    from skmeta.dask._fit_combiner import fit_combiner
    from skmeta.dask._transform import transform
except ImportError as error:  # Dask's own, where pyarrow is missing, names no module
    if str(error.name).startswith("skmeta"):
        raise
    raise ModuleNotFoundError(
        "skmeta.dask needs dask, distributed and pyarrow. Install them with: "
        "pip install skmeta[dask]",
        name=error.name,
    ) from error

__all__ = ["fit_combiner", "transform"]
