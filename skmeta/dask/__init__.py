"""Transform documents and combine views on a Dask cluster.

This package needs dask, and must be imported: ``import skmeta.dask``.
"""

from skmeta._messages import missing_package

try:
    from skmeta.dask._fit_combiner import fit_combiner
    from skmeta.dask._fit_ppmi import fit_ppmi
    from skmeta.dask._transform import transform
except ImportError as error:  # Dask's own, if pyarrow is missing, names no module
    if str(error.name).startswith("skmeta"):
        raise
    raise ModuleNotFoundError(
        missing_package("skmeta.dask", "dask, distributed and pyarrow", "dask"),
        name=error.name,
    ) from error

__all__ = ["fit_combiner", "fit_ppmi", "transform"]
