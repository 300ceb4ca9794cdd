"""Parse pickles without running code, in memory and time linear in their size.

A pickle is read into plain containers, arrays and stand-ins for objects of gensim and
NumPy. The classes of the stand-ins are created anew for each file, so that no file can
change how the next one is read.
"""

from __future__ import annotations

import codecs
import io
import pickle
from collections import Counter, defaultdict
from collections.abc import Callable, Sized
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

import numpy as np

from skmeta._io.formats._errors import UnsafeVectorFileError
from skmeta._io.formats._stand_ins import (
    CONTAINERS,
    KINDS,
    LIFELESS,
    NUMPY,
    DtypeStandIn,
    StandIn,
    resolve_dtype,
)
from skmeta._io.formats._streams import open_stream
from skmeta._reading._budget import Budget

__all__ = ["unpickle"]

_PythonUnpickler: Any = pickle._Unpickler
_DEEPEST = 100  # nesting of tuples and of other containers
_LARGEST_KEY = 1 << 24  # row numbers, and n-gram buckets of old files
_MOST_BITS = 256  # of an integer as a key
_MOST_COLLISIONS = 100
_OBJECT, _CLASS, _ENTRY, _SLOT = 200, 2_000, 100, 8  # bytes of each
_EMPTY: dict[type, int] = {list: 56, dict: 64, set: 216}  # bytes of an empty one


_REFUSED = {
    pickle.BYTEARRAY8[0],  # allocates what it claims
    *(pickle.EXT1[0], pickle.EXT2[0], pickle.EXT4[0]),  # classes by number
    *(pickle.PERSID[0], pickle.BINPERSID[0], pickle.NEXT_BUFFER[0]),
}


class _Function(NamedTuple):
    """A stand-in for a function that a pickle may call."""

    call: Callable[..., Any]


class _Unpickler(_PythonUnpickler):
    """Unpickles by an allow-list of classes, and charges a budget for each object.

    It extends Python's unpickler written in Python: the one in C allocates what a file
    demands (by the number of a memo) before it finds the file damaged. Keys are strings
    or integers: hashing deeply nested tuples would crash Python. Large integers can be
    chosen to collide, so those of equal low bits are counted.

    Parameters
    ----------
    data : bytes
    path : Path
        For messages.
    budget : Budget
    """

    def __init__(self, data: bytes, path: Path, budget: Budget) -> None:
        super().__init__(io.BytesIO(data), encoding="latin1")
        self._path, self._budget = path, budget
        self._largest_key = max(_LARGEST_KEY, len(data))
        self._large_keys: Counter[int] = Counter()  # by the low bits of their hashes
        self._n_large_keys = 0
        self._found: dict[tuple[str, str], Any] = {}
        self._depths: dict[int, tuple[int, tuple]] = {}  # the tuple keeps its id

    # classes and functions

    def find_class(self, module: str, name: str) -> Any:
        key = module, name
        if key not in self._found:
            self._budget.spend(_CLASS)
            self._found[key] = self._make(*key)
        return self._found[key]

    def _make(self, module: str, name: str) -> Any:
        """Return the stand-in for a class or a function of this file."""
        key = module, name
        if key in CONTAINERS:
            kind = CONTAINERS[key]
            return _Function(lambda *args: self._make_container(kind, *args))
        if key[1] == "scalar" and key[0].removesuffix(".multiarray") in NUMPY:
            return _Function(self._make_scalar)
        if key in (("copyreg", "_reconstructor"), ("copy_reg", "_reconstructor")):
            return _Function(lambda kind, *rest: self._create(kind, ()))
        if key == ("_codecs", "encode"):
            return _Function(self._encode)
        is_known = module.split(".")[0] == "gensim" or key in LIFELESS or key in KINDS
        if is_known or module.startswith("numpy.random"):
            return type(name, (KINDS.get(key, StandIn),), {"__module__": module})
        raise UnsafeVectorFileError(
            f"'{self._path}' refers to {module[:99]}.{name[:99]}, which is none of the "
            "classes of numpy and gensim that files of word vectors are made of: "
            "loading it could run code. Nothing was run. If you trust whoever made the "
            "file, load it with trusted=True."
        )

    def _create(self, kind: Any, args: tuple) -> Any:
        """Create a stand-in, or call the stand-in of a function."""
        if isinstance(kind, _Function):
            return kind.call(*args)
        if not (isinstance(kind, type) and issubclass(kind, StandIn)):
            raise pickle.UnpicklingError(f"it calls {type(kind).__name__}")
        self._budget.spend(_OBJECT)
        made = kind()
        if isinstance(made, DtypeStandIn) and args:
            made.code = args[0]
        return made

    def _make_container(self, kind: Any, *args: Any) -> Any:
        """Create containers from containers only: a number could demand any memory."""
        if kind is defaultdict:
            args = ()  # its factory
        if not args:
            self._budget.spend(_ENTRY)
            return {} if issubclass(kind, dict) else kind()
        [items] = args
        if not isinstance(items, list | tuple | dict | set | frozenset):
            raise pickle.UnpicklingError(f"{kind.__name__} of {type(items).__name__}")
        self._spend(items, _SLOT if kind in (list, tuple) else _ENTRY)
        if issubclass(kind, dict):
            return dict(self._pairs(items))
        return kind(self._keys(items) if kind in (set, frozenset) else items)

    def _pairs(self, items: Any) -> Any:
        """Yield pairs of a key and a value."""
        for pair in items.items() if isinstance(items, dict) else items:
            if not isinstance(pair, list | tuple) or len(pair) != 2:
                raise pickle.UnpicklingError("a dict of something else than pairs")
            self._check_key(pair[0])
            yield pair

    def _make_scalar(self, dtype: Any, data: Any) -> Any:
        """Create a number."""
        data = data.encode("latin1") if isinstance(data, str) else data
        dtype = resolve_dtype(dtype)
        if not isinstance(data, bytes) or len(data) != dtype.itemsize:
            raise pickle.UnpicklingError("a number of the wrong size")
        return np.frombuffer(data, dtype)[0].item()

    def _encode(self, text: str, encoding: str = "latin1") -> bytes:
        """Convert a text to the bytes that it encodes in old protocols."""
        self._budget.spend(len(text))
        return codecs.encode(text, "utf-8" if encoding == "utf-8" else "latin1")

    # keys, budget, depth

    def _check_key(self, key: Any) -> None:
        """Raise for keys whose hash may crash Python or collide."""
        if type(key) is str or (
            type(key) is int and -self._largest_key < key < self._largest_key
        ):
            return
        if type(key) is not int or key.bit_length() > _MOST_BITS:
            kind = "a huge int" if type(key) is int else type(key).__name__
            raise pickle.UnpicklingError(f"a key of type {kind}, expected a str or int")
        low_bits = hash(key) & 0xFFFF
        self._large_keys[low_bits] += 1
        self._n_large_keys += 1
        n_expected = self._n_large_keys / 0x10000
        if self._large_keys[low_bits] > _MOST_COLLISIONS + 8 * n_expected:
            raise pickle.UnpicklingError("integers as keys that collide")

    def _keys(self, keys: Any) -> Any:
        """Return keys that are safe to hash."""
        for key in keys:
            self._check_key(key)
        return keys

    def _spend(self, items: Sized, each: int = _ENTRY) -> None:
        """Charge the budget for the entries of a new or growing container."""
        self._budget.spend(each * len(items))

    def _nest(self, items: tuple) -> tuple:
        """Return a tuple, or raise if it is nested so deeply that Python may crash."""
        within = [item for item in items if type(item) is tuple]
        if within:
            depths = (self._depths.get(id(item), (0,))[0] for item in within)
            depth = 1 + max(depths)
            if depth > _DEEPEST:
                raise pickle.UnpicklingError("tuples nested too deeply")
            self._depths[id(items)] = depth, items
        return items

    def _remember(self, number: int) -> None:
        """Store the top of the stack in the memo."""
        if not 0 <= number < self._largest_key:
            raise pickle.UnpicklingError("a memo with an unlikely number")
        self._budget.spend(_ENTRY)
        self.memo[number] = self.stack[-1]

    def _top(self, kind: type) -> Any:
        """Return the container that is being filled."""
        if type(self.stack[-1]) is not kind:
            raise pickle.UnpicklingError(f"{type(self.stack[-1]).__name__} is filled")
        return self.stack[-1]

    def _push_empty(self, kind: type) -> None:
        self._budget.spend(_EMPTY[kind])
        self.append(kind())

    # opcodes

    def _load_mark(self) -> None:
        if len(self.metastack) >= _DEEPEST:
            raise pickle.UnpicklingError("containers nested too deeply")
        self.load_mark()

    def _load_tuple(self) -> None:
        items = self.pop_mark()
        self.append(self._nest(tuple(items)))

    def _load_small_tuple(self, size: int) -> None:
        if len(self.stack) < size:
            raise pickle.UnpicklingError("a tuple of nothing")
        self.stack[-size:] = [self._nest(tuple(self.stack[-size:]))]

    def _load_list(self) -> None:
        items = self.pop_mark()
        self._spend(items, _SLOT)
        self.append(items)

    def _load_append(self) -> None:
        item = self.stack.pop()
        self._top(list).append(item)

    def _load_appends(self) -> None:
        items = self.pop_mark()
        self._top(list).extend(items)

    def _load_dict(self) -> None:
        items = self.pop_mark()
        made: dict[Any, Any] = {}
        self._set_items(made, items)
        self.append(made)

    def _load_setitem(self) -> None:
        value, key = self.stack.pop(), self.stack.pop()
        self._set_items(self._top(dict), [key, value])

    def _load_setitems(self) -> None:
        items = self.pop_mark()
        self._set_items(self._top(dict), items)

    def _set_items(self, filled: dict, items: list) -> None:
        keys = self._keys(items[::2])
        self._spend(keys)
        filled.update(zip(keys, items[1::2], strict=True))

    def _load_additems(self) -> None:
        items = self.pop_mark()
        self._spend(items)
        self._top(set).update(self._keys(items))

    def _load_frozenset(self) -> None:
        items = self.pop_mark()
        self._spend(items)
        self.append(frozenset(self._keys(items)))

    def _load_call(self) -> None:
        args, kind = self.stack.pop(), self.stack.pop()
        if type(args) is not tuple:
            raise pickle.UnpicklingError("a call with something else than arguments")
        self.append(self._create(kind, args))

    def _load_call_by_name(self) -> None:
        self.stack.pop()  # arguments with names are not needed for the vectors
        self._load_call()

    def _load_object(self) -> None:
        kind, *args = self.pop_mark()
        self.append(self._create(kind, tuple(args)))

    def _load_instance(self) -> None:
        module, name = (self.readline()[:-1].decode("ascii") for _ in range(2))
        args = tuple(self.pop_mark())
        self.append(self._create(self.find_class(module, name), args))

    def _load_build(self) -> None:
        state, made = self.stack.pop(), self.stack[-1]
        if not isinstance(made, StandIn):
            raise pickle.UnpicklingError(f"a state for {type(made).__name__}")
        for part in state if type(state) is tuple else (state,):
            if isinstance(part, dict):
                self._spend(part)
        type(made).__setstate__(made, state)

    def _load_put(self) -> None:
        self._remember(int(self.readline()[:-1]))

    def _load_binput(self) -> None:
        self._remember(self.read(1)[0])

    def _load_long_binput(self) -> None:
        self._remember(int.from_bytes(self.read(4), "little"))

    def _load_memoize(self) -> None:
        self._remember(len(self.memo))

    dispatch: ClassVar[dict[int, Callable[..., Any]]] = {
        **{
            code: load
            for code, load in _PythonUnpickler.dispatch.items()
            if code not in _REFUSED
        },
        pickle.MARK[0]: _load_mark,
        pickle.TUPLE[0]: _load_tuple,
        pickle.TUPLE1[0]: lambda self: self._load_small_tuple(1),
        pickle.TUPLE2[0]: lambda self: self._load_small_tuple(2),
        pickle.TUPLE3[0]: lambda self: self._load_small_tuple(3),
        pickle.EMPTY_LIST[0]: lambda self: self._push_empty(list),
        pickle.EMPTY_DICT[0]: lambda self: self._push_empty(dict),
        pickle.EMPTY_SET[0]: lambda self: self._push_empty(set),
        pickle.LIST[0]: _load_list,
        pickle.APPEND[0]: _load_append,
        pickle.APPENDS[0]: _load_appends,
        pickle.DICT[0]: _load_dict,
        pickle.SETITEM[0]: _load_setitem,
        pickle.SETITEMS[0]: _load_setitems,
        pickle.ADDITEMS[0]: _load_additems,
        pickle.FROZENSET[0]: _load_frozenset,
        pickle.REDUCE[0]: _load_call,
        pickle.NEWOBJ[0]: _load_call,
        pickle.NEWOBJ_EX[0]: _load_call_by_name,
        pickle.OBJ[0]: _load_object,
        pickle.INST[0]: _load_instance,
        pickle.BUILD[0]: _load_build,
        pickle.PUT[0]: _load_put,
        pickle.BINPUT[0]: _load_binput,
        pickle.LONG_BINPUT[0]: _load_long_binput,
        pickle.MEMOIZE[0]: _load_memoize,
    }


def unpickle(path: Path, budget: Budget) -> Any:
    """Parse a pickle.

    Parameters
    ----------
    path : Path
    budget : Budget

    Returns
    -------
    stored : object
        Plain containers, numbers, strings, bytes and stand-ins.

    Raises
    ------
    UnsafeVectorFileError
        If it refers to other classes than those of numpy and gensim.
    ValueError, pickle.UnpicklingError and nearly everything else
        If it is damaged, or takes more than the budget.
    """
    with open_stream(path, budget) as file:
        data = file.read()
    return _Unpickler(data, path, budget).load()
