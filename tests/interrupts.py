"""Interrupts from the keyboard at chosen moments."""

import sys

__all__ = ["InterruptedCall"]


class InterruptedCall:
    """Raise KeyboardInterrupt at one of the package's calls in this thread.

    Parameters
    ----------
    number : int
        Which call, from 1; 0 only counts them.
    """

    def __init__(self, number):
        self.left = number
        self.n_calls = 0

    def __call__(self, frame, event, argument):
        name = frame.f_globals.get("__name__", "")
        if event != "call" or not name.startswith("skmeta."):
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
