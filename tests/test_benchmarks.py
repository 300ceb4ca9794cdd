"""The benchmarks name only what the package has."""

import ast
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[1] / "benchmarks"
# Rooms that cannot be imported without a package.
NEEDS = {"dask": "distributed", "elmo": "torch", "_device": "torch"}


def imported_from_skmeta(code):
    """Yield the modules and names that code imports from the package."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, None) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.module, alias.name) for alias in node.names)


def exists(module, name):
    """Return whether a name can be imported from a module."""
    try:
        found = import_module(module)
        return (
            name is None
            or hasattr(found, name)
            or bool(import_module(f"{module}.{name}"))
        )
    except ModuleNotFoundError as error:
        if not error.name.startswith("skmeta"):
            raise
        return False


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.py")), ids=lambda p: p.name)
def test_names_of_the_package_exist(path):
    missing = [
        (module, name)
        for module, name in imported_from_skmeta(path.read_text("utf-8"))
        if module.split(".")[0] == "skmeta"
        if all(find_spec(NEEDS.get(room, "skmeta")) for room in module.split("."))
        if not exists(module, name)
    ]
    assert missing == []


def test_missing_names_are_found():
    code = "import skmeta.no\nfrom skmeta import no, combine\nfrom skmeta.io import a"
    found = list(imported_from_skmeta(code))
    assert [exists(*pair) for pair in found] == [False, False, True, False]
