"""Concurrent fits: if one fails, the others stop, and none outlives the call."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Condition, Event, Thread, current_thread
from typing import Any

from sklearn.utils.parallel import Parallel, delayed

__all__ = ["Stopped", "run_side_by_side", "stop_requested"]

_stops: ContextVar[tuple[Event, ...]] = ContextVar("stops", default=())


class Stopped(Exception):
    """Training ended early, because a concurrent fit failed."""


def stop_requested() -> Callable[[], bool]:
    """Return a function that reports, in any thread, whether this fit should stop."""
    stops = _stops.get()
    return lambda: any(stop.is_set() for stop in stops)


def run_side_by_side(
    tasks: Sequence[Callable[[], Any]], n_jobs: int | None
) -> list[Any]:
    """Run tasks in threads and return their results.

    When a task fails, those that have not begun are left out, and those that run are
    asked to stop. The error is raised once all have ended; so is an interrupt.

    Parameters
    ----------
    tasks : sequence of callables
    n_jobs : int or None
        As in joblib.

    Returns
    -------
    results : list
        In the order of the tasks.

    Raises
    ------
    BaseException
        What the first of the tasks that failed raised, in their order.
    """
    outer, stop, ended = _stops.get(), Event(), Condition()
    errors: dict[int, BaseException] = {}
    running: dict[int, Thread] = {}

    def run(number: int, task: Callable[[], Any]) -> Any:
        if stop.is_set():
            return None
        running[number] = current_thread()
        try:
            with _stopped_by(*outer, stop):
                return task()
        except Stopped:
            return None
        except BaseException as error:
            errors[number] = error
            stop.set()
            return None
        finally:
            with ended:
                del running[number]
                ended.notify_all()

    try:
        results = Parallel(n_jobs=n_jobs, require="sharedmem")(
            delayed(run)(number, task) for number, task in enumerate(tasks)
        )
    except BaseException:  # the wait was interrupted
        stop.set()
        with ended:
            ended.wait_for(lambda: set(running.values()) <= {current_thread()})
        raise
    if errors:
        raise errors[min(errors)]
    if any(event.is_set() for event in outer):
        raise Stopped
    return results


@contextmanager
def _stopped_by(*stops: Event) -> Iterator[None]:
    """Let these events stop the training in this block."""
    before = _stops.get()
    try:
        _stops.set(stops)  # within, as an interrupt may follow at once
        yield
    finally:
        _stops.set(before)
