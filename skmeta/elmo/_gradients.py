"""The loss of a window and its gradients, separately for each direction.

Two processes can share the work, and the results do not depend on whether they do. Both
directions are one part on a CUDA device, where that is faster.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from skmeta.elmo._bptt import read_window
from skmeta.elmo._network import BiLM, State
from skmeta.elmo._softmax import Softmax
from skmeta.elmo._streams import IGNORED, Corpus, Window

__all__ = [
    "Arrays",
    "Part",
    "cut_parts",
    "find_gradients",
    "find_loss",
    "join_states",
    "write_types",
]

_LENGTHS = (6, 8, 10, 14, 20)  # by which types are grouped, with their two markers
Arrays = list[tuple[np.ndarray, np.ndarray]]  # a State of NumPy


class Part(NamedTuple):
    """The part of a window that some directions read, as arrays to send to processes.

    Parameters
    ----------
    directions : slice
        Of the model; the first axis of arrays is as long.
    groups : list of int64 ndarrays of shape (n_types, width)
        The characters of distinct types, grouped by similar length.
    rows : int64 ndarray of shape (2, n_tokens)
        Which type comes when.
    targets : int64 ndarray of shape (2, n_tokens)
    state : list of pairs of float32 ndarrays
        Of each layer, for each row of the batch.
    """

    directions: slice
    groups: list[np.ndarray]
    rows: np.ndarray
    targets: np.ndarray
    state: Arrays


def cut_parts(
    window: Window, corpus: Corpus, state: Arrays, n_parts: int, widest_filter: int
) -> Iterator[Part]:
    """Split a window into one or two parts.

    One part has its types in one group, which takes a device fewer operations.
    """
    for number in range(n_parts):
        own = slice(0, 2) if n_parts == 1 else slice(number, number + 1)
        types, rows = np.unique(window.rows[own], return_inverse=True)
        yield Part(
            own,
            write_types(corpus, window.types[types], widest_filter, n_parts > 1),
            rows.reshape(-1, window.rows.shape[1]),
            window.targets[own],
            [(outputs[own], cells[own]) for outputs, cells in state],
        )


def join_states(states: Sequence[Arrays]) -> Arrays:
    """Concatenate the states of parts."""
    return [
        (np.concatenate([h for h, _ in layer]), np.concatenate([c for _, c in layer]))
        for layer in zip(*states)
    ]


def find_gradients(
    model: BiLM,
    softmax: Softmax,
    part: Part,
    sample: tuple[np.ndarray, np.ndarray] | None,
    scale: float,
    dropout: float,
    seed: int,
    dtype: torch.dtype = torch.float32,
) -> tuple[float, Arrays, Sequence[Tensor]]:
    """Return the summed loss of a part, the state after it, and the gradients.

    Parameters
    ----------
    model : BiLM
    softmax : Softmax
    part : Part
    sample : sorted classes and the logarithms of their expected counts, or None
        The sampled classes that targets are distinguished from; None: all classes.
    scale : float
        The factor of the loss.
    dropout : float
        The dropout rate.
    seed : int
        The seed of dropout.
    dtype : torch.dtype, default=torch.float32
        Of the products of LSTMs and softmax.

    Returns
    -------
    loss : float
    state : list of pairs of float32 ndarrays
    gradients : sequence of Tensors
        Of the model's parameters, then of the softmax's.
    """
    generator = torch.Generator(model.device)
    generator.manual_seed(seed + part.directions.start)  # each has its own dropout

    def drop(x: Tensor) -> Tensor:
        """Apply dropout."""
        if not dropout:
            return x
        keep = torch.empty_like(x, requires_grad=False)
        keep.bernoulli_(1 - dropout, generator=generator)
        return x * keep.div_(1 - dropout)

    drawn: Any = None
    if sample is not None:
        drawn = tuple(torch.from_numpy(of).to(model.device) for of in sample)
    top, targets, state = _read(model, part, drop, dtype)
    loss = softmax(drop(top), targets, drawn, dtype)
    weights = [*model.parameters(), *softmax.parameters()]
    gradients = torch.autograd.grad(loss * scale, weights)
    return float(loss.detach()), _to_arrays(state), gradients  # waits for a device


@torch.no_grad()
def find_loss(model: BiLM, softmax: Softmax, part: Part) -> tuple[float, Arrays]:
    """Return the summed loss of a part among all classes, and the state after it."""
    top, targets, state = _read(model, part, lambda x: x)
    return softmax.total_loss(top, targets), _to_arrays(state)


def _read(
    model: BiLM,
    part: Part,
    drop: Callable[[Tensor], Tensor],
    dtype: torch.dtype = torch.float32,
) -> tuple[Tensor, Tensor, State]:
    """Return the top layer at the targets, the targets, and the state."""
    place = model.device
    groups = [torch.from_numpy(group).to(place) for group in part.groups]
    types = model.token_encoder(*groups)
    rows = torch.from_numpy(part.rows).to(place)
    state: State = [
        (torch.from_numpy(outputs).to(place), torch.from_numpy(cells).to(place))
        for outputs, cells in part.state
    ]
    top, state = read_window(model, types, rows, state, drop, part.directions, dtype)
    targets = torch.from_numpy(part.targets.ravel())
    predicted = (targets != IGNORED).nonzero().squeeze(1).to(place)
    return top.flatten(0, 1)[predicted], targets.to(place)[predicted], state


def _to_arrays(state: State) -> Arrays:
    """Copy a state to arrays."""
    return [(outputs.cpu().numpy(), cells.cpu().numpy()) for outputs, cells in state]


def write_types(
    corpus: Corpus, types: np.ndarray, widest_filter: int, grouped: bool = True
) -> list[np.ndarray]:
    """Return the characters of types, sorted by length, in groups.

    Parameters
    ----------
    corpus : Corpus
    types : int64 ndarray of shape (n_types,)
    widest_filter : int
        That many columns of padding are kept.
    grouped : bool, default=True
        Whether types of similar length are a group each.

    Returns
    -------
    groups : list of int64 ndarrays of shape (n, width)
    """
    lengths, groups = corpus.lengths[types], []
    bounds = np.searchsorted(lengths, _LENGTHS if grouped else (), side="right")
    for own in np.split(types, np.unique(bounds)):
        if len(own):  # of similar length: most need fewer columns than the longest
            longest = max(int(corpus.lengths[own[-1]]), 3)
            width = min(corpus.types.shape[1], longest + widest_filter)
            groups.append(corpus.types[own, :width].astype(np.int64))
    return groups
