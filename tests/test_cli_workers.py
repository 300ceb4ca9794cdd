import sys

import pytest
from joblib import Parallel, delayed

from skmeta.cli._workers import start_workers


def is_imported(module):
    return module in sys.modules


def test_processes_have_imported_the_module():
    assert list(start_workers(2, "this")) == [None, None]
    found = Parallel(2)(delayed(is_imported)("this") for _ in range(4))
    assert any(found)
    assert not is_imported("this")


def test_one_process_imports_for_itself():
    assert list(start_workers(1, "this")) == []
    assert not is_imported("this")


def test_errors_of_imports_are_raised():
    with pytest.raises(ModuleNotFoundError, match="no_such_module"):
        list(start_workers(2, "no_such_module"))
