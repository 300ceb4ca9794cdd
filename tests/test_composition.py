"""Estimators delegate to objects: few hooks, no private access, short ways."""

import ast
import inspect
import sys
from collections import Counter
from functools import cached_property
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from sklearn.base import BaseEstimator
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.frozen import FrozenEstimator
from test_public_names import PUBLIC

import skmeta
from skmeta import MetaEmbeddingVectorizer, PretrainedVectorizer, WordVectors

ROOT = Path(skmeta.__file__).parent
FILES = sorted(ROOT.rglob("*.py"))
MOST_HOOKS = 4
MOST_CROSSINGS = 11


def find_classes():
    """Return the classes of the package that public estimators inherit from."""
    public = [getattr(import_module(module), name) for module, name in PUBLIC]
    estimators = [
        value
        for value in public
        if inspect.isclass(value) and issubclass(value, BaseEstimator)
    ]
    parents = {parent for kind in estimators for parent in kind.__mro__}
    ours = [kind for kind in parents if kind.__module__.startswith("skmeta.")]
    return sorted(ours, key=lambda kind: (kind.__module__, kind.__qualname__))


def is_hook(name, value):
    is_private = name.startswith("_") and not name.startswith("__")
    kinds = (property, cached_property, classmethod, staticmethod)
    return is_private and (inspect.isfunction(value) or isinstance(value, kinds))


def overridden_hooks(kind):
    """Return the private methods and properties of its bases that a class replaces."""
    above = set().union(*(vars(parent) for parent in kind.__mro__[1:]))
    own = vars(kind).items()
    return [name for name, value in own if name in above and is_hook(name, value)]


@pytest.mark.parametrize("kind", find_classes(), ids=lambda kind: kind.__qualname__)
def test_no_class_replaces_more_than_four_hooks_of_its_bases(kind):
    hooks = overridden_hooks(kind)
    assert len(hooks) <= MOST_HOOKS, hooks


def test_hooks_are_counted():
    class Base:
        _data = 1

        def _one(self):
            pass

        @property
        def _two(self):
            pass

        def public(self):
            pass

    class Child(Base):
        _data = 2

        def _one(self):
            pass

        @property
        def _two(self):
            pass

        def _three(self):
            pass

        def public(self):
            pass

    assert overridden_hooks(Child) == ["_one", "_two"]


OWN = {"self", "cls", "twin"}  # twin: the same class, see refit
PROTOCOLS = {  # names that others give, of namedtuples, Python, scikit-learn, torch
    "_asdict", "_getframe", "_make", "_parameter_constraints", "_replace",
    "_sk_visual_block_", "_validate_params", "_version",
}  # fmt: skip


def find_foreign_access(path):
    """Yield the private attributes that a file asks of objects it does not define."""
    tree = ast.parse(path.read_text("utf-8"))
    defined = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            defined.add(node.name)
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            if isinstance(node.value, ast.Name) and node.value.id == "self":
                defined.add(node.attr)
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            defined.add(node.target.id)
    for node in ast.walk(tree):
        if not isinstance(node, ast.Attribute):
            continue
        name = node.attr
        if not name.startswith("_") or name.startswith("__"):
            continue
        of = ast.unparse(node.value)
        if of in OWN or of.startswith("super(") or name in defined | PROTOCOLS:
            continue
        yield f"line {node.lineno}: {of}.{name}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_asks_for_private_names_of_another_file(path):
    assert not list(find_foreign_access(path))


RNG = np.random.default_rng(0)
WORDS = [f"word{i}" for i in range(60)]
ONE = WordVectors(WORDS, RNG.standard_normal((60, 5)))
OTHER = WordVectors(WORDS[20:], RNG.standard_normal((40, 3)))
DOCUMENTS = [RNG.choice(WORDS, 7).tolist() for _ in range(30)]
NESTED = MetaEmbeddingVectorizer([("one", ONE), ("other", OTHER)], level="document")


class Calls:
    """The calls of the package's functions in this thread, with who calls."""

    def __init__(self):
        self.made = []

    def __call__(self, frame, event, argument):
        if event == "call":
            self.made.append(
                (self.file(frame.f_back), self.file(frame), frame.f_code.co_name)
            )

    @staticmethod
    def file(frame):
        path = Path(frame.f_code.co_filename) if frame is not None else ROOT.parent
        return path.relative_to(ROOT).as_posix() if ROOT in path.parents else None

    def __enter__(self):
        sys.setprofile(self)
        return self

    def __exit__(self, *error):
        sys.setprofile(None)

    @property
    def crossings(self):
        """Those from one file of the package to another."""
        return [
            call for call in self.made if None not in call[:2] and call[0] != call[1]
        ]

    def count(self, name):
        return Counter(call[2] for call in self.made if call[1] is not None)[name]


@pytest.mark.parametrize("combiner", ["concatenate", "svd", "average"])
def test_words_are_pooled_in_few_steps(combiner):
    meta = MetaEmbeddingVectorizer([("one", ONE), ("other", OTHER)], combiner=combiner)
    meta.fit(DOCUMENTS).transform(DOCUMENTS)
    with Calls() as calls:
        meta.transform(DOCUMENTS)
    assert 5 <= len(calls.crossings) <= MOST_CROSSINGS, calls.crossings


@pytest.mark.parametrize(
    "sources",
    [
        [("one", ONE), ("other", OTHER)],
        [
            ("frozen", FrozenEstimator(PretrainedVectorizer(ONE).fit(DOCUMENTS))),
            ("tf-idf", TfidfVectorizer(analyzer=list)),
            ("nested", NESTED),
        ],
    ],
    ids=["words", "kinds"],
)
@pytest.mark.parametrize("unknown", ["ignore", "error"])
def test_documents_are_checked_once_for_all_sources(sources, unknown):
    meta = MetaEmbeddingVectorizer(sources, level="document", unknown=unknown)
    rows = meta.fit(DOCUMENTS).transform(DOCUMENTS)
    with Calls() as calls:
        again = meta.transform(DOCUMENTS)
    assert calls.count("list_documents") == calls.count("check_tokens") == 1
    assert (rows != again).sum() == 0


def test_a_subclass_with_its_own_transform_is_asked_for_it():
    class Negative(PretrainedVectorizer):
        def transform(self, X):
            return -super().transform(X)

    plain, negative = (
        MetaEmbeddingVectorizer([("one", kind(ONE))], level="document", scale=1)
        for kind in (PretrainedVectorizer, Negative)
    )
    rows = negative.fit(DOCUMENTS).transform(DOCUMENTS)
    np.testing.assert_array_equal(rows, -plain.fit(DOCUMENTS).transform(DOCUMENTS))


@pytest.mark.skipif(
    not (find_spec("torch") and find_spec("h5py")), reason="needs torch and h5py"
)
def test_all_that_pool_share_one_implementation():
    from elmo_models import make_bilm

    from skmeta import ELMoVectorizer

    poolers = [
        PretrainedVectorizer(ONE).fit(DOCUMENTS)._pooler,
        ELMoVectorizer(make_bilm()).fit(DOCUMENTS[:2])._pooler,
        MetaEmbeddingVectorizer([("one", ONE)]).fit(DOCUMENTS)._level.pooler,
    ]
    assert len(set(map(type, poolers))) == 1
