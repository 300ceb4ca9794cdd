"""Interrupts from the keyboard at chosen moments."""

import os
import sys
from contextlib import suppress

__all__ = ["InterruptedCall", "list_open_files"]


class InterruptedCall:
    """Raise KeyboardInterrupt at one of the package's calls in this thread.

    Parameters
    ----------
    number : int
        Which call, from 1; 0 only counts them.
    returns_too : bool, default=False
        Whether to count calls of functions in C that return, too: the interpreter
        interrupts programs at both.
    modules : tuple of str, default=("skmeta.",)
        How the names of modules begin whose calls count.
    """

    def __init__(self, number, *, returns_too=False, modules=("skmeta.",)):
        self.modules = modules
        self.left = number
        self.n_calls = 0
        self.events = ("call", "c_return") if returns_too else ("call",)

    def __call__(self, frame, event, argument):
        name = frame.f_globals.get("__name__", "")
        if event not in self.events or not name.startswith(self.modules):
            return
        if argument is os.open:  # nothing in Python can close what it has opened then
            return
        self.n_calls += 1
        self.left -= 1
        if not self.left:
            raise KeyboardInterrupt

    def __enter__(self):
        sys.setprofile(self)
        return self

    def __exit__(self, *error):
        sys.setprofile(None)


def list_open_files(folder):
    """Return the files in a folder that this process has open, on Linux."""
    found = []
    for descriptor in os.listdir("/proc/self/fd"):
        with suppress(FileNotFoundError):  # that of the list itself
            found.append(os.readlink(f"/proc/self/fd/{descriptor}"))
    return [path for path in found if path.startswith(str(folder))]
