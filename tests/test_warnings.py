import numpy as np
import pytest

from skmeta import MetaEmbeddings
from skmeta._warnings import warn_user
from skmeta.combine import SVD


def test_warnings_name_the_line_that_called_the_package_however_deep():
    rows = np.random.default_rng(0).standard_normal((8, 2))
    source = {f"word{i}": row for i, row in enumerate(rows)}
    with pytest.warns(UserWarning, match="returns 2 columns") as record:
        MetaEmbeddings([source], combiner=SVD(5))
    assert record[0].filename == __file__


def test_warnings_are_of_the_category_asked_for():
    with pytest.warns(RuntimeWarning, match="beware") as record:
        warn_user("beware", RuntimeWarning)
    assert record[0].filename == __file__


def test_code_without_a_module_is_warned_too():
    with pytest.warns(UserWarning, match="beware"):
        exec("warn_user('beware')", {"warn_user": warn_user})
