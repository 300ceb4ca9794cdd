"""The settings of torch that products are computed with, and what they were before."""

import os
import subprocess
import sys
import threading

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from interrupts import InterruptedCall

from skmeta._device import computing_on, default_settings, find_device, send_array

CUDA = torch.device("cuda")  # settings can be set without one
BACKENDS = torch.backends
pytestmark = pytest.mark.skipif(
    not hasattr(BACKENDS.cuda.matmul, "fp32_precision"), reason="before torch 2.9"
)


def precisions():
    return {
        "products": BACKENDS.cuda.matmul.fp32_precision,
        "convolutions": BACKENDS.cudnn.conv.fp32_precision,
        "LSTMs": BACKENDS.cudnn.rnn.fp32_precision,
        "products on a CPU": BACKENDS.mkldnn.matmul.fp32_precision,
    }


@pytest.fixture(params=["default", "highest", "medium", "tf32 of all", "old names"])
def before(request):
    """Set what programs set, and what it was before afterwards."""
    kept = torch.get_float32_matmul_precision()
    if request.param in ("highest", "medium"):
        torch.set_float32_matmul_precision(request.param)
    elif request.param == "tf32 of all":
        BACKENDS.fp32_precision = "tf32"
    elif request.param == "old names":
        BACKENDS.cuda.matmul.allow_tf32 = BACKENDS.cudnn.allow_tf32 = True
    yield precisions()
    BACKENDS.fp32_precision = "none"
    torch.set_float32_matmul_precision(kept)
    BACKENDS.cudnn.allow_tf32 = True


def test_products_are_exact_within_and_as_before_after(before):
    with default_settings():
        assert set(precisions().values()) <= {"ieee", "none"}
        with default_settings():
            pass
        assert set(precisions().values()) <= {"ieee", "none"}
    assert precisions() == before


def test_tf32_is_allowed_where_it_is_asked_for(before):
    with default_settings():
        with computing_on(CUDA, tf32=True):
            assert BACKENDS.cuda.matmul.fp32_precision == "tf32"
            assert BACKENDS.cudnn.conv.fp32_precision == "tf32"
            with computing_on(CUDA):
                assert BACKENDS.cuda.matmul.fp32_precision == "ieee"
            assert BACKENDS.cuda.matmul.fp32_precision == "tf32"
        assert BACKENDS.cuda.matmul.fp32_precision in ("ieee", "none")
        with computing_on(torch.device("cpu"), tf32=True):
            assert BACKENDS.cuda.matmul.fp32_precision in ("ieee", "none")
    assert precisions() == before


def test_settings_are_restored_after_errors(before):
    with pytest.raises(KeyError), default_settings(), computing_on(CUDA, tf32=True):
        raise KeyError
    assert precisions() == before


def compute_within_settings():
    with default_settings(), computing_on(CUDA, tf32=True), default_settings():
        pass


def test_settings_are_restored_after_an_interrupt_anywhere(before):
    with InterruptedCall(0) as calls:
        compute_within_settings()
    assert calls.n_calls > 20
    for number in range(1, calls.n_calls + 1):
        with pytest.raises(KeyboardInterrupt), InterruptedCall(number):
            compute_within_settings()
        assert precisions() == before
        with default_settings():  # and replaced for the next
            assert set(precisions().values()) <= {"ieee", "none"}
        assert precisions() == before


def test_products_stay_exact_until_the_last_thread_leaves(before):
    inside, leave = threading.Event(), threading.Event()

    def wait():
        with default_settings():
            inside.set()
            leave.wait(60)

    thread = threading.Thread(target=wait)
    with default_settings():
        thread.start()
        assert inside.wait(60)
    assert set(precisions().values()) <= {"ieee", "none"}
    leave.set()
    thread.join(60)
    assert precisions() == before


FORK_WITHIN_SETTINGS = """
import os, sys, threading
from contextlib import nullcontext

import torch
from skmeta._device import default_settings

def read():
    backends = torch.backends
    return {backends.cuda.matmul.fp32_precision, backends.mkldnn.matmul.fp32_precision}

def wait():
    with default_settings():
        inside.set()
        leave.wait(60)

torch.set_float32_matmul_precision("medium")
before, exact = read(), {"ieee"}
inside, leave = threading.Event(), threading.Event()
thread = threading.Thread(target=wait)
thread.start()
inside.wait(60)
with default_settings() if sys.argv[1] == "inside" else nullcontext():
    child = os.fork()
    found = [read() == (before if child == 0 and sys.argv[1] == "outside" else exact)]
if child == 0:
    found.append(read() == before)
    with default_settings():
        found.append(read() == exact)
    found.append(read() == before)
    os._exit(100 + sum(found))
found.append(read() == exact)
leave.set()
thread.join()
found.append(read() == before)
print(before != exact, found, os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize("where", ["inside", "outside"])
def test_a_forked_process_leaves_settings_of_threads_that_it_lacks(where):
    command = [sys.executable, "-W", "ignore", "-c", FORK_WITHIN_SETTINGS, where]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100)
    assert done.stdout == "True [True, True, True] 104\n", done.stderr


def test_one_thread_at_a_time_computes_on_cuda():
    found = []

    def compute():
        with computing_on(CUDA):
            found.append(BACKENDS.cuda.matmul.fp32_precision)

    thread = threading.Thread(target=compute)
    with computing_on(CUDA, tf32=True):
        thread.start()
        thread.join(0.2)
        assert not found
    thread.join(60)
    assert found[0] in ("ieee", "none")


def test_arrays_share_memory_with_tensors_on_the_cpu():
    array = np.arange(3.0)
    send_array(array, find_device("cpu"))[0] = 7
    assert array[0] == 7
