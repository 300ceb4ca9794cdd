import importlib
import inspect
import re
from importlib.util import find_spec

import pytest

validate = pytest.importorskip("numpydoc.validate", reason="needs numpydoc").validate

MODULES = ["skmeta", "skmeta.combine", "skmeta.datasets", "skmeta.evaluate"]
MODULES += ["skmeta.inspection"]
MODULES += ["skmeta.plot", "skmeta.postprocess", "skmeta.tokenize", "skmeta.weighting"]
if find_spec("torch") and find_spec("h5py") and find_spec("skmeta.elmo"):
    MODULES.append("skmeta.elmo")
if find_spec("dask") and find_spec("skmeta.dask"):
    MODULES.append("skmeta.dask")

LEFT_OUT = {
    "ES01": "a summary that says everything needs no second one",
    "SA01": "there is not always something to see also",
    "PR07": "the name and the type of some parameters say everything: X, self",
    "RT01": "iterators have Yields in place of Returns",
    "RT02": "what is returned has a name",
    "RT03": "whose name and type may say everything",
}
OF_METHODS = {"EX01": "the example of the class shows them"}


def is_ours(value):
    function = getattr(value, "fget", value)
    return (getattr(function, "__module__", None) or "").startswith("skmeta")


def names_of(module):
    """List public names, and those of the methods and properties of classes."""
    public = importlib.import_module(module)
    for name in public.__all__:
        value = getattr(public, name)
        if not callable(value):
            continue  # a module
        yield f"{module}.{name}", False
        if inspect.isclass(value):
            for member in dir(value):
                of_class = inspect.getattr_static(value, member)
                of_class = getattr(of_class, "__func__", of_class)
                if not member.startswith("_") and is_ours(of_class):
                    yield f"{module}.{name}.{member}", True


NAMES = [pair for module in MODULES for pair in names_of(module)]


@pytest.mark.parametrize(("name", "is_method"), NAMES)
def test_numpydoc_accepts_every_docstring(name, is_method):
    left_out = {**LEFT_OUT, **(OF_METHODS if is_method else {})}
    if not is_method and inspect.isabstract(_value(name)):
        left_out |= OF_METHODS  # nothing can be made of a base class
    errors = [error for error in validate(name)["errors"] if error[0] not in left_out]
    assert not errors


def _value(name):
    module, _, name = name.rpartition(".")
    return getattr(importlib.import_module(module), name)


@pytest.mark.parametrize("module", MODULES)
def test_every_name_has_an_example_that_asks_something(module):
    public = importlib.import_module(module)
    for name in public.__all__:
        value = getattr(public, name)
        if callable(value) and not inspect.isabstract(value):
            assert re.search(r"^ *>>> ", value.__doc__, re.M), name


SCIKIT_LEARN = {"fit", "transform", "fit_transform", "set_output", "get_params"}
SCIKIT_LEARN |= {"set_params", "get_feature_names_out"}  # has no annotations there


def test_methods_that_scikit_learn_does_not_know_are_annotated():
    for name, is_method in NAMES:
        path, _, member = name.rpartition(".")
        if is_method and member not in SCIKIT_LEARN:
            method = inspect.getattr_static(_value(path), member)
            for inner in ("__func__", "fget", "func"):
                method = getattr(method, inner, method)
            assert "return" in getattr(method, "__annotations__", {}), name


@pytest.mark.parametrize("module", MODULES)
def test_public_functions_are_annotated(module):
    public = importlib.import_module(module)
    for name in public.__all__:
        value = getattr(public, name)
        if inspect.isfunction(value):
            signature = inspect.signature(value)
            assert signature.return_annotation is not signature.empty, name
            parameters = signature.parameters.values()
            assert all(p.annotation is not p.empty for p in parameters), name
