"""What is set for a while is as before after an interrupt at any moment."""

import gc
from importlib.util import find_spec

import pytest
from interrupts import InterruptedCall

from skmeta._estimator import _display
from skmeta._training import _side_by_side
from skmeta._training._side_by_side import run_side_by_side
from skmeta._warnings import naming_sources, sources_at_work
from skmeta.datasets import _docstrings


def name_within():
    with naming_sources("outer", "inner"):
        assert sources_at_work() == ("outer", "inner")


def run_tasks():
    found = run_side_by_side([_side_by_side._stops.get, lambda: 2], None)
    assert len(found[0]) == 1


def display():
    with _display._leaving_deferred_out():
        assert _display._leaves_deferred_out.get()


def collect_nothing():
    with _docstrings._no_garbage_collection():
        assert not gc.isenabled()


SETTINGS = {
    "names of sources": (name_within, sources_at_work),
    "what stops a fit": (run_tasks, _side_by_side._stops.get),
    "deferred attributes": (display, _display._leaves_deferred_out.get),
    "garbage collection": (collect_nothing, gc.isenabled),
}
if find_spec("torch"):
    import torch

    from skmeta.elmo._reading import one_thread_each

    def use_one_thread():
        with one_thread_each():
            assert torch.get_num_threads() == 1

    SETTINGS["threads of torch"] = (use_one_thread, torch.get_num_threads)


@pytest.fixture(autouse=True)
def _several_threads():
    if find_spec("torch"):
        before = torch.get_num_threads()
        torch.set_num_threads(3)
        yield
        torch.set_num_threads(before)
    else:
        yield


@pytest.mark.parametrize("name", SETTINGS)
def test_an_interrupt_anywhere_leaves_settings_as_they_were(name):
    work, read = SETTINGS[name]
    before = read()
    with InterruptedCall(0, returns_too=True) as calls:
        work()
    assert calls.n_calls >= 4
    n_interrupted = 0
    for number in range(1, calls.n_calls + 1):
        try:
            with InterruptedCall(number, returns_too=True):
                work()
        except KeyboardInterrupt:
            n_interrupted += 1
        assert read() == before
    assert n_interrupted >= 4
