"""`import skmeta` is cheap: public names are imported when they are first used."""

import ast
import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import skmeta


def test_lazy_names_are_those_that_type_checkers_see():
    tree = ast.parse(Path(skmeta.__file__).read_text("utf-8"))
    [checked] = [node for node in tree.body if isinstance(node, ast.If)]
    homes, submodules = {}, set()
    for node in checked.body:
        if node.module == "skmeta":
            submodules |= {alias.name for alias in node.names}
        else:
            homes |= {alias.name: node.module for alias in node.names}
    assert homes == skmeta._HOMES
    assert {*homes, *submodules} == set(skmeta.__all__)
    assert submodules < skmeta._SUBMODULES


@pytest.mark.parametrize("name", sorted(skmeta._HOMES))
def test_lazy_names_are_the_objects_of_their_modules(name):
    expected = getattr(import_module(skmeta._HOMES[name]), name)
    assert getattr(skmeta, name) is expected
    assert name in dir(skmeta)


def test_unknown_names_are_attribute_errors():
    with pytest.raises(AttributeError, match="'skmeta' has no attribute 'nothing'"):
        skmeta.nothing  # noqa: B018
    assert not hasattr(skmeta, "__wrapped__")


def run(code):
    return subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    ).stdout.strip()


def test_importing_skmeta_imports_nothing_heavy():
    code = "import sys, skmeta; skmeta.__version__; dir(skmeta);"
    code += "print({'numpy', 'sklearn', 'gensim', 'pandas', 'tqdm'} & set(sys.modules))"
    assert run(code) == "set()"


def test_submodules_need_no_import_of_their_own():
    code = "import skmeta; print(skmeta.tokenize.__name__, skmeta.weighting.__name__)"
    assert run(code) == "skmeta.tokenize skmeta.weighting"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_every_public_module_can_be_imported_first():
    code = """
import os
import gensim, joblib, pandas, scipy.sparse, sklearn.model_selection, skmeta
optional = {"dask", "plot"}
for name in sorted({*skmeta._HOMES.values()} | {
    f"skmeta.{name}" for name in skmeta._SUBMODULES - optional
}):
    child = os.fork()
    if not child:
        try:
            __import__(name)
        except BaseException as error:
            print(name, repr(error), flush=True)
        os._exit(0)
    os.waitpid(child, 0)
"""
    assert run(code) == ""
