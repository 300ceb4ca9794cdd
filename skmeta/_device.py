"""The device that torch computes on, and the settings it computes with."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from functools import partial, wraps
from threading import get_ident
from typing import Any, TypeVar

import numpy as np
import torch

from skmeta._fork_lock import ForkLock
from skmeta._warnings import warn_user

__all__ = [
    "computing_on",
    "default_settings",
    "find_device",
    "find_device_or_cpu",
    "send_array",
    "with_default_settings",
]

_Function = TypeVar("_Function", bound=Callable)
_PRODUCTS = ("cuda.matmul", "cudnn.conv", "cudnn.rnn", "mkldnn.matmul", "mkldnn.conv")
# What is exact and what was replaced belong to the process, as torch's settings do.
_lock = ForkLock()
_exact, _replaced = set["_User"](), dict[str, Any]()
_cuda_lock = ForkLock(reentrant=True)  # of the thread that computes on CUDA devices


@contextmanager
def default_settings() -> Iterator[None]:
    """Compute with torch's default settings, whatever the calling thread has set.

    Gradients are enabled, tensors are created on the CPU unless placed elsewhere, and
    nothing is cast, and products of float32 matrices are not rounded to TF32 or
    bfloat16: cuDNN's convolutions are, by default. The default dtype is not reset,
    because it belongs to the whole process: code that creates a tensor names its dtype.
    """
    with ExitStack() as settings:
        settings.enter_context(_exact_products())
        settings.enter_context(torch.inference_mode(False))
        settings.enter_context(torch.enable_grad())
        for kind in ("cpu", "cuda") if torch.cuda.is_available() else ("cpu",):
            settings.enter_context(torch.autocast(kind, enabled=False))
        if torch.get_default_device().type != "cpu":  # costs time in every call
            settings.enter_context(torch.device("cpu"))
        yield


def with_default_settings(function: _Function) -> _Function:
    """Decorate a function that computes with :func:`default_settings`."""

    @wraps(function)
    def computed(*args: Any, **kwargs: Any) -> Any:
        with default_settings():
            return function(*args, **kwargs)

    return computed  # type: ignore[return-value]


@contextmanager
def computing_on(device: torch.device, tf32: bool = False) -> Iterator[None]:
    """Compute on a device, on CUDA in one thread at a time, with TF32 or without.

    Used within :func:`default_settings`. TF32 belongs to the whole process, so that
    another thread's products would be rounded, too.

    Parameters
    ----------
    device : torch.device
        The CPU: nothing happens.
    tf32 : bool, default=False
        Whether float32 products on CUDA may be rounded to TF32.
    """
    if device.type != "cuda":
        yield
        return
    chosen: Any = nullcontext()
    if torch.cuda.is_available():
        chosen = torch.cuda.device(device)
    before: dict[str, Any] = {}
    with (
        _cuda_lock.hold(),
        chosen,  # streams and graphs belong to the current device
        _undone_after(partial(_restore_precision, before)),
    ):
        _set_precision(tf32, ["cuda.matmul", "cudnn.conv"], before)
        yield


def send_array(array: np.ndarray, device: torch.device) -> torch.Tensor:
    """Copy an array to a device, without waiting for what is computed there.

    On the CPU the tensor shares the array's memory.
    """
    tensor = torch.from_numpy(array)
    if device.type != "cuda":
        return tensor.to(device)
    try:
        tensor = tensor.pin_memory()
    except RuntimeError:  # no more memory can be pinned: wait for the copy
        return tensor.to(device)
    return tensor.to(device, non_blocking=True)


def find_device(name: str) -> torch.device:
    """Return the torch device of that name.

    Raises
    ------
    ValueError
        If torch does not know the device, or does not find it.
    """
    try:
        device = torch.device(name)
    except (RuntimeError, TypeError) as error:
        raise ValueError(
            f"Found device={name!r}, expected one that torch knows, 'cpu' or 'cuda'."
        ) from error
    if device.type == "cuda" and (device.index or 0) >= torch.cuda.device_count():
        raise ValueError(
            f"Found device={name!r}, but torch finds {torch.cuda.device_count()} CUDA "
            "devices here, expected it among them. Set device='cpu', or install a "
            "torch that is built for CUDA."
        )
    return device


def find_device_or_cpu(name: str) -> torch.device:
    """Return the device that a model was pickled on, or the CPU where it is missing.

    Warns
    -----
    UserWarning
        If the device is missing.
    """
    try:
        return find_device(name)
    except ValueError:
        warn_user(
            f"Found a model pickled on device={name!r}, expected that device here; the "
            "model is on the CPU now and gives the same vectors, to rounding. Set "
            "device='cpu' to silence this warning."
        )
    return torch.device("cpu")


class _User:
    """A thread within :func:`default_settings`, once for each time it has entered."""

    def __init__(self) -> None:
        self.thread = get_ident()


@contextmanager
def _exact_products() -> Iterator[None]:
    """Compute float32 products in float32, until the last thread leaves."""
    user = _User()
    with _undone_after(partial(_leave_exact, user)):
        with _lock.hold():
            if not _exact:
                _set_precision(False, _PRODUCTS, _replaced)
            _exact.add(user)
        yield


def _leave_exact(*users: _User) -> None:
    with _lock.hold():
        _exact.difference_update(users)
        if not _exact:
            _restore_precision(_replaced)


def _leave_for_lost_threads() -> None:
    """Leave for the threads of the parent that a forked process does not have."""
    _leave_exact(*(user for user in _exact if user.thread != get_ident()))


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_leave_for_lost_threads)


@contextmanager
def _undone_after(undo: Callable[[], None]) -> Iterator[None]:
    """Call a function at the end, once more if it is interrupted.

    Without it, an interrupt from the keyboard at the wrong moment would leave torch's
    settings changed for the rest of the process.
    """
    try:
        yield
    finally:
        try:
            undo()
        except BaseException:
            undo()
            raise


def _set_precision(tf32: bool, names: Iterable[str], before: dict[str, Any]) -> None:
    """Set the precision of float32 products, and add to `before` what it changes."""
    for name in names:
        holder, attribute = _find_setting(name)
        if holder is None:
            continue
        own = getattr(holder, attribute)
        values = (False, True) if attribute == "allow_tf32" else ("ieee", "tf32")
        if own not in (values[tf32], None if tf32 else "none"):  # "none": exact
            before[name] = own
            setattr(holder, attribute, values[tf32])


def _restore_precision(before: dict[str, Any]) -> None:
    """Set what was set before, and forget it."""
    for name, value in before.items():
        setattr(*_find_setting(name), value)
    before.clear()


def _find_setting(name: str) -> tuple[Any, str]:
    """Return the object and the attribute of torch that set a precision, or None."""
    holder: Any = torch.backends
    for part in name.split("."):
        holder = getattr(holder, part, None)
    if hasattr(holder, "fp32_precision"):
        return holder, "fp32_precision"
    family = getattr(torch.backends, name.split(".")[0])  # torch before 2.9
    for old in (holder, family):
        if hasattr(old, "allow_tf32"):
            return old, "allow_tf32"
    return None, ""
