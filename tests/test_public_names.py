import importlib
import inspect
import re
from importlib.metadata import version
from importlib.util import find_spec

import pytest
from sklearn.base import BaseEstimator

import skmeta

MODULES = ["skmeta", "skmeta.combine", "skmeta.datasets", "skmeta.evaluate"]
MODULES += ["skmeta.elmo"] if find_spec("torch") and find_spec("h5py") else []
MODULES += ["skmeta.inspection"]
MODULES += ["skmeta.plot", "skmeta.pooling", "skmeta.postprocess", "skmeta.tokenize"]
MODULES += ["skmeta.weighting"]
if find_spec("distributed") and find_spec("pyarrow"):
    MODULES += ["skmeta.dask"]
PUBLIC = [
    (module, name)
    for module in MODULES
    for name in importlib.import_module(module).__all__
    if callable(getattr(importlib.import_module(module), name))
]

ORDER = ["Parameters", "Attributes", "Returns", "Raises", "Warns", "See Also"]
ORDER += ["Notes", "References", "Examples"]


def sections(docstring):
    return re.findall(r"^ *([A-Z][\w ]+)\n *-{3,}$", inspect.cleandoc(docstring), re.M)


@pytest.mark.parametrize("module", MODULES)
def test_all_is_true(module):
    module = importlib.import_module(module)
    assert len(set(module.__all__)) == len(module.__all__)  # ruff sorts them
    assert all(hasattr(module, name) for name in module.__all__)


@pytest.mark.parametrize(("module", "name"), PUBLIC)
def test_public_classes_and_functions_are_documented(module, name):
    value = getattr(importlib.import_module(module), name)
    found = sections(value.__doc__)
    if not inspect.isabstract(value):  # base classes have none
        assert "Examples" in found
    assert found == [section for section in ORDER if section in found]


@pytest.mark.parametrize(("module", "name"), PUBLIC)
def test_every_parameter_is_documented(module, name):
    value = getattr(importlib.import_module(module), name)
    if inspect.isclass(value) and issubclass(value, Exception):
        return  # takes a message
    for parameter in inspect.signature(value).parameters:
        assert re.search(rf"^ *(\w+, )*{parameter}(, \w+)* : ", value.__doc__, re.M)
    if inspect.isclass(value) and issubclass(value, BaseEstimator):
        parameters = list(inspect.signature(value).parameters.values())
        assert all(p.kind == p.KEYWORD_ONLY for p in parameters[1:])


def test_version_is_that_of_the_installed_package():
    assert skmeta.__version__ == version("skmeta")
