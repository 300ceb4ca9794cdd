"""What a CUDA device is asked to do, and in which order, without one."""

from contextlib import contextmanager, nullcontext
from types import SimpleNamespace

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("h5py")

from elmo_models import make_bilm

from skmeta.elmo import _graphs, _stepper
from skmeta.elmo._host_copies import HostCopies

CUDA = torch.device("cuda")


class Stream:
    """A stream that only says what it is asked to do."""

    def __init__(self, calls, name):
        self.calls, self.name = calls, name

    def wait_stream(self, other):
        self.calls.append(f"{self.name} waits for {other.name}")

    def record_event(self):
        self.calls.append("event")
        return SimpleNamespace(synchronize=lambda: self.calls.append("wait for event"))


@pytest.fixture
def calls(monkeypatch):
    """Replace what torch does on a device by a list of what it is asked to do."""
    done = []

    class Graph:
        def capture_begin(self, pool=None, capture_error_mode="global"):
            done.append(f"begin in {pool}, {capture_error_mode}")

        def capture_end(self):
            done.append("end")
            if "failed" in done:
                raise RuntimeError("the capture is invalid")

        def replay(self):
            done.append("replay")

    def new_stream(*device):
        done.append("new stream")
        return Stream(done, "side")

    @contextmanager
    def on(stream):
        done.append(f"to {stream.name}")
        yield
        done.append(f"from {stream.name}")

    for name, found in {
        "CUDAGraph": Graph,
        "Stream": new_stream,
        "current_device": lambda: 0,
        "current_stream": lambda device=None: Stream(done, "main"),
        "device": nullcontext,
        "stream": on,
        "synchronize": lambda: done.append("synchronize"),
    }.items():
        monkeypatch.setattr(torch.cuda, name, found)
    monkeypatch.setattr(_graphs, "_streams", {})
    return done


def test_work_is_captured_after_it_has_run_on_the_same_stream_each_time(calls):
    def work():
        calls.append("work")

    repeat = _graphs.capture(work, CUDA, "a pool")
    captured = [
        *("synchronize", "to side", "work", "begin in a pool, thread_local", "work"),
        *("end", "from side", "main waits for side"),
    ]
    assert calls == ["new stream", *captured]
    calls.clear()
    _graphs.capture(work, CUDA, "a pool")
    assert calls == captured
    calls.clear()
    repeat()
    assert calls == ["replay"]


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
@pytest.mark.parametrize("n_done", [0, 1], ids=["before", "during"])
def test_what_fails_before_and_during_a_capture_is_ended_and_waited_for(
    n_done, error, calls
):
    def work():
        if calls.count("work") == n_done:
            calls.append("failed")
            raise error("out of memory")
        calls.append("work")

    if error is RuntimeError:
        assert _graphs.capture(work, CUDA) is work
    else:
        with pytest.raises(error, match="out of memory"):
            _graphs.capture(work, CUDA)
    assert calls.count("end") == n_done
    assert calls[-1] == "main waits for side"


def test_a_device_that_cannot_capture_is_asked_once(monkeypatch):
    asked = []

    def refuse(work, device, pool):
        asked.append(device)
        return work

    monkeypatch.setattr(_stepper, "capture", refuse)
    stepper = _stepper.Stepper(make_bilm(), 16, [8, 10, 12])
    assert len(asked) == 1
    assert not stepper.repeats


def make_tensor(calls, name):
    return SimpleNamespace(
        shape=(2,),
        dtype=torch.float32,
        device=CUDA,
        name=name,
        record_stream=lambda stream: calls.append(f"{name} is used by {stream.name}"),
        cpu=lambda: SimpleNamespace(numpy=lambda: f"{name} after all"),
    )


def make_copy(calls):
    """Return what stands for pinned memory, and for the array in it."""
    copy = SimpleNamespace()

    def copy_(tensor, non_blocking):
        calls.append(f"copy {tensor.name}" if non_blocking else "copy and wait")
        copy.numpy = lambda: tensor.name

    copy.copy_, copy.cpu = copy_, lambda: copy
    return copy


def test_copies_wait_for_what_is_computed_and_are_waited_for(calls, monkeypatch):
    def allocate(shape, *, dtype, pin_memory):
        assert pin_memory
        return make_copy(calls)

    monkeypatch.setattr(torch, "empty", allocate)
    copies = HostCopies(CUDA)
    calls.clear()

    def start(name):
        return [
            *("side waits for main", "to side", f"copy {name}", "event", "from side"),
            f"{name} is used by side",
        ]

    for name in "abcd":
        copies.send(make_tensor(calls, name), lambda array: calls.append(array))
    expected = [*start("a"), *start("b"), *start("c"), "wait for event", "a"]
    expected += [*start("d"), "wait for event", "b"]
    assert calls == expected
    calls.clear()
    copies.wait()
    assert calls == ["wait for event", "c", "wait for event", "d"]


def test_what_cannot_be_pinned_is_copied_in_its_turn(calls, monkeypatch):
    free = [1]

    def allocate(shape, *, dtype, pin_memory):
        if not free:
            raise RuntimeError("no more memory can be pinned")
        free.pop()
        return make_copy(calls)

    monkeypatch.setattr(torch, "empty", allocate)
    copies = HostCopies(CUDA)
    taken = []
    for name in "ab":
        copies.send(make_tensor(calls, name), taken.append)
    assert taken == ["a", "b after all"]
