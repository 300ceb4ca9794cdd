"""`import skmeta` is cheap: public names are imported when they are first used."""

import ast
import os
import subprocess
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import pytest

import skmeta
from skmeta import datasets, elmo
from skmeta._io import formats

LAZY = {module.__name__: module for module in (skmeta, datasets, elmo, formats)}
NAMES = [(package, name) for package in LAZY for name in sorted(LAZY[package]._HOMES)]
needs_torch = pytest.mark.skipif(
    not (find_spec("torch") and find_spec("h5py")), reason="needs torch and h5py"
)


@pytest.mark.parametrize("package", LAZY)
def test_lazy_names_are_those_that_type_checkers_see(package):
    module = LAZY[package]
    tree = ast.parse(Path(module.__file__).read_text("utf-8"))
    [checked] = [node for node in tree.body if isinstance(node, ast.If)]
    homes, submodules = {}, set()
    for node in checked.body:
        if node.module == "skmeta":
            submodules |= {alias.name for alias in node.names}
        else:
            homes |= {alias.name: node.module for alias in node.names}
    assert homes == module._HOMES
    assert {*homes, *submodules} == set(module.__all__)
    assert submodules <= getattr(module, "_SUBMODULES", set())


@pytest.mark.parametrize(
    ("package", "name"),
    [
        pytest.param(*names, marks=needs_torch if "skmeta.elmo" in names else ())
        for names in NAMES
    ],
)
def test_lazy_names_are_the_objects_of_their_modules(package, name):
    module = LAZY[package]
    expected = getattr(import_module(module._HOMES[name]), name)
    assert getattr(module, name) is expected
    assert name in dir(module)
    assert vars(module)[name] is expected  # found without another call


@pytest.mark.parametrize("package", LAZY)
def test_unknown_names_are_attribute_errors(package):
    with pytest.raises(AttributeError, match=f"'{package}' has no attribute 'nothing'"):
        LAZY[package].nothing  # noqa: B018
    assert not hasattr(LAZY[package], "__wrapped__")


def run(code):
    return subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    ).stdout.strip()


def test_importing_skmeta_imports_nothing_heavy():
    code = "import sys, skmeta; skmeta.__version__; dir(skmeta);"
    code += "print({'numpy', 'sklearn', 'gensim', 'pandas', 'tqdm'} & set(sys.modules))"
    assert run(code) == "set()"
    code = "import skmeta; new = {*sys.modules} - before; print(sorted(new))"
    assert run(
        f"import __future__, importlib, sys; before = {{*sys.modules}}; {code}"
    ) == ("['skmeta', 'skmeta._lazy_imports']")


def test_tables_are_loaded_without_scikit_learn_and_gensim():
    code = "import sys; from skmeta.datasets import load_table;"
    code += "print({'sklearn', 'gensim'} & set(sys.modules))"
    assert run(code) == "set()"


def test_submodules_need_no_import_of_their_own():
    code = "import skmeta; print(skmeta.tokenize.__name__, skmeta.weighting.__name__)"
    assert run(code) == "skmeta.tokenize skmeta.weighting"


_COMPLETE = """
import rlcompleter, sys
sys.modules |= dict.fromkeys(["distributed", "matplotlib", "torch", "h5py"])
import skmeta, skmeta.elmo
completer = rlcompleter.Completer({"skmeta": skmeta})
for text in ("skmeta.", "skmeta.Word", "skmeta.elmo."):
    found = []
    while match := completer.complete(text, len(found)):
        found.append(match.rstrip("()"))
    print(*found)
"""


def test_names_are_completed_without_the_extras():
    everything, words, elmo_names = map(str.split, run(_COMPLETE).splitlines())
    assert words == ["skmeta.Word2VecVectorizer", "skmeta.WordVectors"]
    assert {*everything} == {f"skmeta.{name}" for name in {*skmeta.__all__, "tokenize"}}
    assert elmo_names == ["skmeta.elmo.LayerMix"]


@pytest.mark.parametrize(
    ("package", "name", "missing"),
    [
        (skmeta, "dask", "distributed"),
        (skmeta, "dask", "pyarrow"),
        (skmeta, "plot", "matplotlib"),
        (elmo, "BiLM", "torch"),
        (elmo, "load_bilm", "h5py"),
    ],
)
def test_names_are_listed_if_what_they_need_is_installed(
    package, name, missing, monkeypatch
):
    monkeypatch.delitem(vars(package), name, raising=False)
    is_installed = all(map(find_spec, package._NEEDS[name]))
    assert (name in dir(package)) == is_installed
    monkeypatch.setitem(sys.modules, missing, None)
    assert name not in dir(package)


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
