"""What a type checker says of calls: documented ones are right, misspelt ones wrong."""

import ast
import inspect
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Literal, get_args, get_origin, get_type_hints

import pytest
from sklearn.base import BaseEstimator
from sklearn.utils._param_validation import StrOptions

import skmeta
from skmeta import (
    combine,
    datasets,
    elmo,
    evaluate,
    plot,
    pooling,
    postprocess,
    weighting,
)
from skmeta.combine._by_name import COMBINERS, MISSING, CombinerName, MissingName
from skmeta.weighting._by_name import WEIGHTINGS, WeightingName

HERE = Path(__file__).parent
FILES = ("accepted_calls.py", "rejected_calls.py")
ESTIMATORS = {
    name: getattr(room, name)
    for room in (skmeta, combine, elmo, pooling, weighting)
    for name in room.__all__
    if name not in ("BiLM", "load_bilm", "train_bilm")  # these need torch
    if isinstance(getattr(room, name), type)
    if issubclass(getattr(room, name), BaseEstimator)
}
ROOMS = (
    *(skmeta, combine, datasets, elmo, evaluate),
    *(plot, pooling, postprocess, weighting),
)
PUBLIC = {name for room in ROOMS for name in room.__all__} - {
    room.__name__.rpartition(".")[2] for room in ROOMS
}
NOT_REJECTED = {  # bases, and what has no options
    *("Combiner", "Imputer", "LabelWeighting", "Weighting"),  # bases
    *(
        "MeanImputer",
        "VectorFormatError",
        "show_versions",
        "trusted_types",
    ),  # no options
}


@pytest.fixture(scope="module")
def errors():
    """What mypy finds wrong in each file, by line."""
    if not find_spec("mypy"):
        pytest.skip("mypy is not installed: pip install skmeta[lint]")
    command = [sys.executable, "-m", "mypy", "--no-pretty", "--no-error-summary"]
    run = subprocess.run(
        [*command, *(str(HERE / name) for name in FILES)],
        cwd=HERE.parent,  # where its settings are
        capture_output=True,
        text=True,
    )
    assert run.returncode == 1, run.stderr
    found = {name: {} for name in FILES}
    for line in run.stdout.splitlines():
        match = re.fullmatch(r".*?(\w+\.py):(\d+): error: (.*)", line)
        if match and match[1] in found:  # others are of packages that are missing
            found[match[1]][int(match[2])] = match[3]
    return found


def calls_in(name):
    """Return the statements in a file's functions, by line."""
    source = (HERE / name).read_text("utf-8")
    return {
        statement.lineno: ast.get_source_segment(source, statement)
        for function in ast.parse(source).body
        if isinstance(function, ast.FunctionDef)
        for statement in function.body
    }


def names_in(name):
    """Return the names and attributes in a file, except where it imports them."""
    nodes = list(ast.walk(ast.parse((HERE / name).read_text("utf-8"))))
    return {node.id for node in nodes if isinstance(node, ast.Name)} | {
        node.attr for node in nodes if isinstance(node, ast.Attribute)
    }


@pytest.mark.parametrize("name", sorted(PUBLIC))
def test_what_is_public_is_in_the_calls(name):
    assert name in names_in("accepted_calls.py")
    assert (name in names_in("rejected_calls.py")) == (name not in NOT_REJECTED)


@pytest.mark.timeout(600)  # the first run of mypy reads NumPy and pandas
def test_documented_calls_are_accepted(errors):
    assert len(calls_in("accepted_calls.py")) >= 28
    assert errors["accepted_calls.py"] == {}


@pytest.mark.timeout(600)
def test_each_wrong_call_is_rejected(errors):
    calls = calls_in("rejected_calls.py")
    assert len(calls) >= 28
    rejected = errors["rejected_calls.py"]
    assert [call for line, call in calls.items() if line not in rejected] == []
    assert rejected.keys() <= calls.keys()


def strings_in(hint):
    """Return the strings that an annotation allows."""
    if get_origin(hint) is Literal:
        return {value for value in get_args(hint) if isinstance(value, str)}
    return set().union(*map(strings_in, get_args(hint)))


def strings_documented(estimator, parameter):
    """Return the strings in a parameter's braces, or in all of its description."""
    documentation = inspect.getdoc(estimator)
    entry = re.search(rf"^.*\b{parameter}\b.* : (.*\n(    .*\n)*)", documentation, re.M)
    braces = re.match(r"\{(.*?)\}", entry[1])
    return set(re.findall(r'"(\w+)"', braces[1] if braces else entry[1]))


@pytest.mark.parametrize("name", sorted(ESTIMATORS))
def test_annotations_allow_the_strings_that_are_documented(name):
    estimator = ESTIMATORS[name]
    hints = get_type_hints(estimator.__init__, localns={"BiLM": None})  # needs torch
    for parameter in inspect.signature(estimator).parameters:
        constraints = estimator._parameter_constraints[parameter]
        if isinstance(constraints, str):  # "no_validation"
            continue
        options = [c.options for c in constraints if isinstance(c, StrOptions)]
        valid = set().union(*options)
        documented = strings_documented(estimator, parameter) & valid
        assert strings_in(hints[parameter]) == documented, parameter


def test_names_of_combiners_imputers_and_weightings_are_annotated():
    assert set(get_args(CombinerName)) == set(COMBINERS)
    assert set(get_args(MissingName)) == set(MISSING)
    assert set(get_args(WeightingName)) == set(WEIGHTINGS)
