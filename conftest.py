"""Leave out of the doctests helpers of tests, and what needs a missing package."""

import os
from importlib.util import find_spec

collect_ignore_glob = ["tests/[!t]*.py"]  # what tests import; it may need torch
if not find_spec("torch"):
    collect_ignore_glob += ["skmeta/_device.py", "skmeta/combine/_autoencoder*.py"]
if not (find_spec("torch") and find_spec("h5py")):
    collect_ignore_glob += ["skmeta/elmo/_[!_]*.py"]
if not (find_spec("distributed") and find_spec("pyarrow")):
    collect_ignore_glob += ["skmeta/dask/*.py"]
if not find_spec("faiss"):
    collect_ignore_glob += ["skmeta/_retrieval/_hnsw.py"]


def pytest_xdist_auto_num_workers(config):
    """Run the whole suite in a process for each core, chosen files in this one."""
    chosen = config.known_args_namespace.file_or_dir
    is_whole = all(os.path.isdir(path) for path in chosen)
    return None if is_whole else 0  # None: as pytest-xdist decides
