"""Map a function over items in threads, with results in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from skmeta._training._side_by_side import Stopped, stop_requested

__all__ = ["map_in_order"]

_Result = TypeVar("_Result")


def map_in_order(
    function: Callable[[Any], _Result], items: Iterable[Any], n_threads: int
) -> Iterator[_Result]:
    """Yield the function's result for each item, computed in threads.

    Parameters
    ----------
    function : callable
    items : iterable
    n_threads : int

    Raises
    ------
    Stopped
        If this fit's result is no longer wanted.
    """
    is_unwanted = stop_requested()
    if n_threads == 1:
        for item in items:
            if is_unwanted():
                raise Stopped
            yield function(item)
        return
    with ThreadPoolExecutor(n_threads) as pool:
        waiting: deque[Future] = deque()
        try:
            for item in items:
                if is_unwanted():
                    raise Stopped
                waiting.append(pool.submit(function, item))
                if len(waiting) > n_threads:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()
