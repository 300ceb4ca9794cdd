"""Leave the doctests of files out whose optional packages are not installed."""

from importlib.util import find_spec

collect_ignore_glob = []
if not find_spec("torch"):
    collect_ignore_glob += ["skmeta/_device.py", "skmeta/combine/_autoencoder*.py"]
if not (find_spec("torch") and find_spec("h5py")):
    collect_ignore_glob += ["skmeta/elmo/_[!_]*.py"]
if not (find_spec("distributed") and find_spec("pyarrow")):
    collect_ignore_glob += ["skmeta/dask/*.py"]
