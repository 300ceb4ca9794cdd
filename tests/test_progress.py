import io
import os
import re
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, redirect_stderr
from select import select

import pytest

from skmeta import _progress
from skmeta._progress import progress


def test_nothing_is_shown_without_verbose(capsys):
    with progress("Work", 2, 0) as advance:
        advance(2, "text")
    assert capsys.readouterr() == ("", "")


def test_a_pipe_gets_one_line_with_name_and_rate(capsys):
    with progress("Training", 3, 1, "epochs") as advance:
        for _ in range(3):
            advance(1, "loss 0.5")
    shown = capsys.readouterr()
    assert shown.out == ""
    pattern = r"Training: 100%, 3/3 \[00:00, [\d.]+ epochs/s, loss 0\.5\]\n"
    assert re.fullmatch(pattern, shown.err)


def test_long_work_prints_ever_rarer_lines(capsys, monkeypatch):
    clock = iter(range(10_000))
    monkeypatch.setattr(time, "perf_counter", lambda: next(clock))
    with progress("Work", 3_000, 1) as advance:
        for _ in range(3_000):
            advance()
    lines = capsys.readouterr().err.splitlines()
    assert 5 < len(lines) < 12
    assert lines[-1].startswith("Work: 100%, 3000/3000")


@pytest.mark.parametrize("total", [None, 2])
def test_more_steps_than_promised_have_no_percentage(total, capsys):
    with progress("Reading v.gz", total, 1, "B") as advance:
        for _ in range(3):
            advance(1_000_000)
    assert re.match(r"Reading v\.gz: 3\.00MB \[", capsys.readouterr().err)


def test_an_error_leaves_the_last_state(capsys):
    def fail_half_way():
        with progress("Work", 4, 1) as advance:
            advance()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_half_way()
    assert capsys.readouterr().err.startswith("Work: 25%, 1/4")


def test_steps_done_before_are_no_speed(capsys):
    with progress("Work", 10_000, 1, "rows", 9_999) as advance:
        time.sleep(0.1)
        advance()
    rate = float(re.search(r"([\d.]+) rows/s", capsys.readouterr().err)[1])
    assert rate < 11


def test_threads_share_one_bar(capsys):
    with (
        progress("Work", 4_000, 1) as advance,
        ThreadPoolExecutor(4) as threads,
    ):
        list(threads.map(lambda _: [advance() for _ in range(1_000)], range(4)))
    assert "4000/4000" in capsys.readouterr().err


def test_control_characters_are_escaped(capsys):
    with progress("Reading \x1b]0;t\x07\n.txt", 1, 1) as advance:
        advance(1, "\x9b31m")
    shown = capsys.readouterr().err
    assert shown.count("\n") == 1
    assert r"Reading \x1b]0;t\x07\n.txt" in shown
    assert r"\x9b31m" in shown


def read_all(terminal):
    """Read what was written to a terminal, which hands it on after a while."""
    parts = []
    while select([terminal], [], [], 0.5)[0]:
        parts.append(os.read(terminal, 1 << 16))
    return b"".join(parts).decode()


@contextmanager
def terminal():
    """Make standard error a terminal of a hundred columns; yield what reads it."""
    termios = pytest.importorskip("termios")
    pty = pytest.importorskip("pty")
    main, end = pty.openpty()
    termios.tcsetwinsize(end, (24, 100))
    file = io.TextIOWrapper(io.FileIO(end, "w"), write_through=True)
    with file, redirect_stderr(file):
        yield lambda: read_all(main)
    os.close(main)


def test_a_terminal_gets_a_bar():
    with terminal() as read:
        with progress("Training", 3, 1, "epochs") as advance:
            for _ in range(3):
                advance(1, "loss 0.5")
        shown = read()
    assert "\rTraining: 100%|█" in shown
    assert re.search(r"\| 3/3 \[00:00<00:00, [\d.]+ epochs/s, loss 0\.5\]", shown)
    assert _progress._Bar.monitor is None  # no thread


def test_the_bar_of_a_terminal_goes_beyond_its_estimate():
    with terminal() as read:
        with progress("Reading", 2, 1, "B") as advance:
            for _ in range(3):
                advance()
        assert "Reading: 3.00B [00:00" in read()
