import warnings

import numpy as np
import pytest
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline, make_union
from sklearn.utils.parallel import Parallel, delayed

from skmeta import MetaEmbeddings
from skmeta._warnings import WithWarnings, repeat_warnings, warn_user
from skmeta.combine import SVD
from skmeta.evaluate import compare_vectorizers, stability
from skmeta.inspection import source_importance


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


def beware(number):
    warnings.warn(f"beware {number % 2}", RuntimeWarning, stacklevel=2)
    return number


class Beware(TransformerMixin, BaseEstimator):
    def __init__(self, random_state=None):
        self.random_state = random_state

    def fit(self, X, y=None):
        warn_user("beware of this fit")
        return self

    def transform(self, X):
        return np.ones((len(X), 2))


def run_beware(n_jobs, n_times):
    runs = Parallel(n_jobs)(delayed(WithWarnings(beware))(i) for i in range(n_times))
    return list(repeat_warnings(runs))


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_warnings_of_workers_name_the_line_of_the_user(n_jobs):
    with pytest.warns(RuntimeWarning, match="beware") as record:
        assert run_beware(n_jobs, 4) == [0, 1, 2, 3]
    assert {str(one.message) for one in record} == {"beware 0", "beware 1"}
    if n_jobs == 2:
        assert {one.filename for one in record} == {__file__}


def test_ignored_warnings_of_workers_are_ignored():
    with warnings.catch_warnings(record=True) as record:
        warnings.simplefilter("ignore")
        assert run_beware(2, 2) == [0, 1]
    assert not record


@pytest.mark.filterwarnings("error:beware")
def test_warnings_of_workers_that_are_errors_are_raised():
    with pytest.raises(RuntimeWarning, match="beware"):
        run_beware(2, 2)


def compare_in_processes(X, y):
    compare_vectorizers({"row": Beware()}, X, y, cv=2, n_jobs=2)


def fit_in_processes(X, y):
    stability(Beware(), X, n_fits=2, n_jobs=2)


def drop_sources_in_processes(X, y):
    union = make_union(Beware(), Beware())
    pipeline = make_pipeline(union, LogisticRegression())
    source_importance(pipeline, X, y, cv=2, n_jobs=2)


@pytest.mark.parametrize(
    "run", [compare_in_processes, fit_in_processes, drop_sources_in_processes]
)
def test_fits_in_processes_warn_in_this_one(run, capfd):
    X, y = [["apple"], ["pear"], ["plum"], ["fig"]] * 5, [0, 1] * 10
    with pytest.warns(UserWarning, match="beware of this fit") as record:
        run(X, y)
    assert {one.filename for one in record} == {__file__}
    assert "beware" not in capfd.readouterr().err
