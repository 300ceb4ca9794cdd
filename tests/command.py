"""The `skmeta` command in this process, which has imported what it needs already."""

import io
import signal
import sys
from contextlib import redirect_stderr, redirect_stdout
from types import SimpleNamespace
from unittest import mock

from skmeta.__main__ import main


def run_command(*arguments, check=True):
    """Return the exit code and the output of a command, run in this process."""
    out, err, code = io.StringIO(), io.StringIO(), 0
    handler = signal.getsignal(signal.SIGTERM)
    argv = ["skmeta", *map(str, arguments)]
    try:
        with (
            mock.patch.object(sys, "argv", argv),
            redirect_stdout(out),
            redirect_stderr(err),
        ):
            main()
    except SystemExit as end:
        code = end.code or 0
    finally:
        signal.signal(signal.SIGTERM, handler)
    done = SimpleNamespace(
        returncode=code, stdout=out.getvalue(), stderr=err.getvalue()
    )
    assert not check or code == 0, done.stderr
    return done
