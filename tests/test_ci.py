"""What runs in CI, on the desk and at a commit is the same, and names what there is."""

import re
import tomllib
from pathlib import Path

import pytest

from skmeta import _native

ROOT = Path(__file__).parents[1]
if not (ROOT / ".ci").is_dir():  # a source distribution
    pytest.skip("there is no checkout", allow_module_level=True)


def read(name):
    return (ROOT / name).read_text("utf-8")


def steps_of_ci():
    """Return the steps that .ci/run runs where none is named."""
    [steps] = re.findall(r"^    set -- (.*)$", read(".ci/run"), re.M)
    return steps.split()


def test_each_step_is_a_function_and_a_target_of_make():
    functions = re.findall(r"^(\w+)\(\) \{$", read(".ci/run"), re.M)
    assert set(steps_of_ci()) <= set(functions)
    [targets] = re.findall(r"^STEPS = (.*)$", read("Makefile"), re.M)
    assert targets.split() == steps_of_ci()


def test_what_runs_at_a_commit_runs_in_ci():
    [style] = re.findall(r"^style\(\) \{\n(.*?)^\}", read(".ci/run"), re.M | re.S)
    entries = re.findall(r"entry: (.*)", read(".pre-commit-config.yaml"))
    assert entries
    for entry in entries:
        command = entry.replace(" --fix", "").split()
        assert re.search(rf"^ *{' '.join(command[:2])}\b", style, re.M), entry


def test_the_workflow_tests_each_supported_python():
    described = tomllib.loads(read("pyproject.toml"))["project"]["classifiers"]
    supported = re.findall(r"Python :: (3\.\d+)", "\n".join(described))
    workflow = read(".github/workflows/ci.yml")
    [tested] = re.findall(r"python-version: \[(.*)\]", workflow)
    assert re.findall(r"3\.\d+", tested) == supported
    for part in (
        "bash .ci/run",
        "macos-latest",
        "windows-latest",
        "codecov",
        "nightly",
    ):
        assert part in workflow


def test_kernels_are_built_imported_and_sanitized():
    modules = tomllib.loads(read("pyproject.toml"))["tool"]["setuptools"]["ext-modules"]
    built = {module["name"].rpartition(".")[2] for module in modules}
    assert built == {path.stem for path in (ROOT / "skmeta/_native").glob("*.pyx")}
    assert built == {f"_{name}" for name in _native.__all__}
    [sanitized] = re.findall(r"^kernels=\((.*)\)$", read(".ci/sanitize"), re.M)
    assert set(sanitized.split()) == built
    imported = re.findall(r"from skmeta\._native import (.*)\"", read(".ci/run"))
    assert {name.strip() for line in imported for name in line.split(",")} == built
    for module in modules:
        for header in module["depends"]:
            assert (ROOT / header).is_file()


def test_the_version_is_said_once():
    version = tomllib.loads(read("pyproject.toml"))["project"]["version"]
    assert f"version: {version}\n" in read("CITATION.cff")
    assert f'__version__ = "{version}"' in read("skmeta/__init__.py")
