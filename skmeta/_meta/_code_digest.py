"""A digest of an estimator's code, to detect changes.

A pickle names functions and classes, but does not hold them: after an edit, or under
the same name in another notebook, the name stands for something else.
"""

from __future__ import annotations

import functools
import hashlib
import inspect
import re
from collections.abc import Iterable, Iterator
from types import CodeType, FunctionType, MethodType
from typing import Any

__all__ = ["digest_code"]

_VERSIONED = {"builtins", "gensim", "numpy", "scipy", "skmeta", "sklearn"}
_PLAIN = (bool, int, float, complex, str, bytes, type(None))


def digest_code(estimator: Any) -> str:
    """Hash the code of the functions and classes of an estimator.

    Parameters
    ----------
    estimator : estimator
        Its class counts, with the classes that this is derived from; and functions,
        classes and estimators among its parameters. Those of packages whose versions
        a caller looks at do not.

    Returns
    -------
    digest : str
        Of a function: what it does, its defaults, what it is closed over, and the
        functions and constants of its module that it names.
    """
    seen: set[int] = set()
    values = [estimator, *_flatten(estimator.get_params(deep=True).values())]
    described = repr([_describe(value, seen) for value in values])
    return hashlib.blake2b(described.encode(), digest_size=20).hexdigest()


def _flatten(values: Iterable[Any]) -> Iterator[Any]:
    """Yield values, and those in lists, tuples and dicts."""
    for value in values:
        if isinstance(value, dict):
            yield from _flatten(value.values())
        elif isinstance(value, list | tuple):
            yield from _flatten(value)
        elif not isinstance(value, _PLAIN):
            yield value


def _describe(value: Any, seen: set[int]) -> Any:
    """Describe a value's code by objects whose repr is the same in any process."""
    if isinstance(value, functools.partial):
        parts = [value.func, *value.args, *value.keywords.values()]
        return [_describe(part, seen) for part in parts]
    if isinstance(value, MethodType):
        return [_describe(value.__func__, seen), _describe(value.__self__, seen)]
    if not isinstance(value, FunctionType):
        value = inspect.unwrap(value)  # as lru_cache wraps one
    if isinstance(value, FunctionType):
        return _describe_function(value, seen)
    kind = value if isinstance(value, type) else type(value)
    return [_describe_class(c, seen) for c in kind.__mro__ if not _is_versioned(c)]


def _describe_class(kind: type, seen: set[int]) -> Any:
    if id(kind) in seen:
        return kind.__qualname__
    seen.add(id(kind))
    found = []
    for name, member in sorted(vars(kind).items()):
        if isinstance(member, _PLAIN):
            found.append((name, repr(member)))
        for part in _functions_in(member):
            found.append((name, _describe_function(part, seen)))
    return kind.__qualname__, found


def _functions_in(member: Any) -> Iterator[FunctionType]:
    """Yield the functions that a member of a class consists of."""
    if isinstance(member, property):
        candidates: list[Any] = [member.fget, member.fset]
    else:
        candidates = [getattr(member, "func", getattr(member, "__func__", member))]
    for candidate in candidates:
        if not isinstance(candidate, FunctionType):
            candidate = inspect.unwrap(candidate)
        if isinstance(candidate, FunctionType):
            yield candidate


def _describe_function(function: FunctionType, seen: set[int]) -> Any:
    if _is_versioned(function) or id(function) in seen:
        return function.__qualname__
    seen.add(id(function))
    defaults = [
        *(function.__defaults__ or ()),
        *(function.__kwdefaults__ or {}).items(),
    ]
    closure = [_contents(cell) for cell in function.__closure__ or ()]
    named = {
        name: function.__globals__[name]
        for name in _names_in(function.__code__)
        if name in function.__globals__
    }
    return (
        function.__qualname__,
        _describe_constant(function.__code__),
        [_describe_part(part, function, seen) for part in [*defaults, *closure]],
        [(name, _describe_part(named[name], function, seen)) for name in sorted(named)],
    )


def _describe_part(part: Any, function: FunctionType, seen: set[int]) -> Any:
    """Describe the objects of its module that a function uses."""
    if not isinstance(part, FunctionType):
        part = inspect.unwrap(part)  # as lru_cache wraps one
    if isinstance(part, FunctionType | type):
        if part.__module__ == function.__module__:
            return _describe(part, seen)
        return f"{part.__module__}.{part.__qualname__}"
    if inspect.ismodule(part):
        return part.__name__
    return _describe_constant(part)


def _describe_constant(value: Any) -> Any:
    if isinstance(value, CodeType):
        constants = [_describe_constant(constant) for constant in value.co_consts]
        return value.co_code, value.co_names, value.co_varnames, constants
    if isinstance(value, set | frozenset):
        return type(value).__name__, sorted(map(repr, value))
    if isinstance(value, tuple | list):
        return type(value).__name__, [_describe_constant(part) for part in value]
    if isinstance(value, dict):
        return [(repr(key), _describe_constant(part)) for key, part in value.items()]
    if isinstance(value, re.Pattern):
        return value.pattern, value.flags
    return value if isinstance(value, _PLAIN) else type(value).__qualname__


def _names_in(code: CodeType) -> set[str]:
    """List the names that a function and its inner functions look up."""
    inner = [c for c in code.co_consts if isinstance(c, CodeType)]
    return set(code.co_names).union(*map(_names_in, inner))


def _contents(cell: Any) -> Any:
    try:
        return cell.cell_contents
    except ValueError:  # not assigned yet
        return None


def _is_versioned(value: Any) -> bool:
    return (value.__module__ or "builtins").partition(".")[0] in _VERSIONED
