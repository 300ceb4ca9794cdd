import os
import subprocess
from pathlib import Path

os.environ["SCIPY_ARRAY_API"] = "1"  # else scikit-learn's battery leaves a check out

import numpy as np
import pytest
from hypothesis import settings

from skmeta import WordVectors

settings.register_profile("patient", deadline=None)  # the machine may be busy
settings.load_profile("patient")


@pytest.fixture
def documents():
    """Return forty documents of a hundred Zipf-distributed words, one of them empty."""
    rng = np.random.default_rng(0)
    words = np.array([f"word{i}" for i in range(100)])
    shares = 1 / np.arange(1, 101)
    drawn = [
        rng.choice(words, size=n, p=shares / shares.sum()).tolist()
        for n in rng.integers(1, 30, size=39)
    ]
    return [*drawn, []]


@pytest.fixture
def word_vectors():
    """Return vectors of the first eighty of those words."""
    rng = np.random.default_rng(1)
    vectors = rng.standard_normal((80, 6), dtype=np.float32)
    return WordVectors([f"word{i}" for i in range(80)], vectors)


@pytest.fixture(scope="session")
def data():
    """Return the folder of real data sets, or skip where it is not at hand."""
    given = os.environ.get("SKMETA_DATA")
    beside = Path(__file__).parents[2] / "shared" / "data"
    folder = Path(given) if given else beside
    if not folder.is_dir():
        pytest.skip(f"no data sets in {folder}; set SKMETA_DATA to their folder")
    return folder


@pytest.fixture(scope="session")
def cluster():
    """Return a client of two worker processes of Dask."""
    distributed = pytest.importorskip("distributed")
    pytest.importorskip("pyarrow")
    with (
        distributed.LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            processes=True,
            dashboard_address=None,
            host="127.0.0.1",
        ) as workers,
        distributed.Client(workers, set_as_default=False) as client,
    ):
        yield client


@pytest.fixture
def small_disk(tmp_path):
    """Return a folder on a file system of one megabyte."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    try:
        done = subprocess.run(mount, capture_output=True, text=True)
    except FileNotFoundError:
        pytest.skip("there is no mount command")
    if done.returncode:
        pytest.skip(f"no small file system can be mounted: {done.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)
