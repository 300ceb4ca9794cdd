"""Leave the doctests of files out whose optional packages are not installed."""

from importlib.util import find_spec

collect_ignore_glob = [] if find_spec("torch") else ["skmeta/combine/_autoencoder*.py"]
if not (find_spec("distributed") and find_spec("pyarrow")):
    collect_ignore_glob += ["skmeta/dask/*.py"]
