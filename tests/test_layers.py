"""Imports point down only, and optional packages stay where they are needed."""

import ast
import subprocess
import sys
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import skmeta

ROOT = Path(skmeta.__file__).parent
LAYERS = [  # each may import the rooms that stand before it, and itself
    *({"_lazy_imports"}, {"_messages"}, {"_warnings"}, {"_progress"}),
    {"_fork_lock"},
    *({"_device"}, {"_native"}),
    *({"_show_versions"}, {"_disk"}, {"_reading"}, {"_documents"}, {"_vectors"}),
    *({"_io"}, {"_estimator"}),
    *({"_training"}, {"combine"}, {"weighting"}, {"_pooling"}, {"_counts"}),
    *({"_vectorizers"}, {"_doc2vec"}, {"elmo"}, {"_encoders"}, {"tokenize"}),
    *({"_meta"}, {"_retrieval"}, {"postprocess"}, {"pooling"}),
    *({"datasets"}, {"evaluate"}, {"inspection"}, {"plot"}, {"dask"}),
    {"cli"},
    {"__main__", "__init__"},
]
AT_HOME = {  # third-party packages that only these rooms may import
    "gensim": {
        *("_doc2vec", "_io", "_meta", "_training", "_vectorizers", "_vectors"),
        "tokenize",
        "datasets",  # where gensim's collection is
    },
    "faiss": {"_retrieval"},
    "huggingface_hub": {"datasets"},
    "matplotlib": {"plot"},
    "onnxruntime": {"_encoders"},
    "tokenizers": {"_io"},
    "typer": {"cli"},
    "rich": {"cli"},
    "jinja2": {"cli"},
    "skops": {"_io"},
    "torch": {"_device", "combine", "elmo"},
    "pyarrow": {"_documents", "_io", "datasets"},
    "h5py": {"elmo"},
    "dask": {"dask"},
    "distributed": {"dask"},
}
FILES = sorted(ROOT.rglob("*.py"))


def module_of(path):
    """Name the room of a file: its module, or the package it belongs to."""
    return path.relative_to(ROOT).with_suffix("").parts[0]


def imports_of(path):
    """Yield the full names that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            if node.module == "skmeta":
                yield from (f"skmeta.{alias.name}" for alias in node.names)
            else:
                yield node.module


def test_every_module_has_its_layer():
    known = set().union(*LAYERS)
    assert {module_of(path) for path in FILES} == known


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_down(path):
    module = module_of(path)
    [level] = [i for i, layer in enumerate(LAYERS) if module in layer]
    below = set().union(*LAYERS[:level]) | {module}
    for name in imports_of(path):
        package, *rest = name.split(".")
        if package == "skmeta" and rest != ["__version__"]:
            assert rest[0] in below, f"{module} imports {name}"
        if package in AT_HOME:
            assert module in AT_HOME[package], f"{module} imports {name}"


def modules_of(root):
    """Return the full name of each module and package, and its file."""
    modules = {}
    for path in root.rglob("*.py"):
        *package, name = path.relative_to(root.parent).with_suffix("").parts
        modules[".".join(package if name == "__init__" else [*package, name])] = path
    return modules


def modules_named_in(path, package):
    """Yield what a file may import: in functions and for type checkers, too.

    Some functions take the name of a module: ``import_module("skmeta.dask")``,
    ``import_submodule("_save", ...)``.
    """
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name,) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield f"{node.module}.{alias.name}", node.module
        elif isinstance(node, ast.Call) and "import" in ast.unparse(node.func):
            name = str(getattr(node.args[0], "value", "")) if node.args else ""
            yield name, f"{package}.{name}"


def find_circle(root):
    """Return modules that import each other in a circle, else None."""
    modules = modules_of(root)
    graph = {}
    for module, path in modules.items():
        package = ".".join(path.relative_to(root.parent).parent.parts)
        named = modules_named_in(path, package)
        found = {
            next((name for name in names if name in modules), "") for names in named
        }
        graph[module] = found - {"", module}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return error.args[1]
    return None


def test_no_files_import_each_other_in_a_circle():
    assert find_circle(ROOT) is None


FIRST = "from package.room._second import second"


@pytest.mark.parametrize(
    "second",
    [
        *("from package.room._first import first", "import package.room._first"),
        *(
            "from package.room import _first",
            "def f():\n    import package.room._first",
        ),
        "if TYPE_CHECKING:\n    from package.room._first import first",
        "import_module('package.room._first')",
        "import_submodule('_first', 'what')",
        "from package.room._third import third",
    ],
    ids=["from", "import", "module", "function", "types", "name", "place", "three"],
)
def test_circles_are_found(tmp_path, second):
    room = tmp_path / "package" / "room"
    room.mkdir(parents=True)
    (room / "_first.py").write_text(FIRST)
    (room / "_second.py").write_text(second)
    (room / "_third.py").write_text("import package.room._first")
    circle = find_circle(tmp_path / "package")
    assert {"package.room._first", "package.room._second"} <= set(circle)
    (room / "_first.py").write_text("import package.room, package.room._others")
    assert find_circle(tmp_path / "package") is None


WITHOUT_EXTRAS = """
import sys

class NotInstalled:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {extras}:
            raise ModuleNotFoundError(name, name=name)

sys.meta_path.insert(0, NotInstalled())
import skmeta
"""


def test_importing_skmeta_needs_no_extra():
    code = WITHOUT_EXTRAS.format(extras=set(AT_HOME) - {"gensim"})
    subprocess.run([sys.executable, "-c", code], check=True)
