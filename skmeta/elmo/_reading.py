"""Read documents with a biLM: batches by length, distinct words once, in threads.

Each document is read from the same initial state, so that its vectors depend only on
its own tokens.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import torch
from joblib import effective_n_jobs
from sklearn.utils.parallel import Parallel, delayed
from torch import Tensor

from skmeta._device import computing_on, with_default_settings
from skmeta._progress import progress
from skmeta.elmo._batches import (
    Batch,
    Share,
    cut_batches,
    longest_first,
    number_types,
    repeat_documents,
)
from skmeta.elmo._characters import BEGIN_SENTENCE, END_SENTENCE, number_characters
from skmeta.elmo._network import BiLM, State

__all__ = [
    "INITIAL_STATES",
    "Batch",
    "encode_words",
    "initial_state",
    "one_thread_each",
    "read_batch",
    "read_documents",
]

INITIAL_STATES = ("warm", "zeros")
_WARM_UP = 30  # empty sentences; the state is constant after about ten
_BATCH_TOKENS = 4_096
_TYPES_BLOCK_SIZE = 256  # of about the same length
_TYPES_TOGETHER = 16  # with odd ends a token's digits would depend on the others
_warm_states: WeakKeyDictionary[BiLM, tuple[Any, Any]] = WeakKeyDictionary()


@with_default_settings
def read_documents(
    bilm: BiLM,
    documents: Sequence[list[str]],
    use: Callable[[Share, np.ndarray], None],
    *,
    start: str = "warm",
    batch_tokens: int | None = None,
    n_jobs: int | None = None,
    verbose: int = 0,
) -> None:
    """Read documents and pass the vectors of their tokens on, batch by batch.

    Parameters
    ----------
    bilm : BiLM
    documents : sequence of lists of str
        Documents without a token are skipped.
    use : callable
        Called with a batch and its tokens' vectors, float32 of shape (n_layers,
        n_tokens, vector_size); from any thread.
    start : {"warm", "zeros"}, default="warm"
        The initial state of each document.
    batch_tokens : int, default=None
        The maximum number of tokens of a batch of more than one document. None: 4096.
    n_jobs : int, default=None
        Threads; on a CUDA device one is enough.
    verbose : int, default=0
        1 shows a progress bar over the tokens.
    """
    batch_tokens = _BATCH_TOKENS if batch_tokens is None else batch_tokens
    # sorted, so that rounding does not depend on the order of documents
    words = sorted({BEGIN_SENTENCE, END_SENTENCE}.union(*documents))
    numbers = {word: number for number, word in enumerate(words)}
    lengths = np.fromiter(map(len, documents), np.int64, len(documents))
    order, copies = longest_first(documents)
    batches = [
        Batch(some, lengths[some]) for some in cut_batches(order, lengths, batch_tokens)
    ]
    on_cpu = bilm.device.type == "cpu"
    n_threads = effective_n_jobs(n_jobs) if on_cpu else 1
    with (
        one_thread_each(on_cpu),
        computing_on(bilm.device, bilm.allow_tf32),
        progress("Reading tokens", int(lengths.sum()), verbose, "tokens") as advance,
    ):
        state = initial_state(bilm, start)
        types = encode_words(bilm, words, n_threads)

        def read(some: Sequence[Batch]) -> None:
            for batch in some:
                rows = number_types(batch, documents, numbers)
                own, rows = np.unique(rows, return_inverse=True)
                with torch.inference_mode():
                    own_types = types[torch.from_numpy(own).to(types.device)]
                    vectors, _ = read_batch(bilm, batch, own_types, rows, state)
                use(batch, vectors)
                advance(int(batch.lengths.sum()))
                for share, places in repeat_documents(batch, copies, batch_tokens):
                    use(share, vectors[:, places])
                    advance(len(places))

        _in_threads(read, batches, n_threads)


def read_batch(
    bilm: BiLM, batch: Batch, types: Tensor, rows: np.ndarray, state: State
) -> tuple[np.ndarray, State]:
    """Read a batch of documents.

    Parameters
    ----------
    bilm : BiLM
    batch : Batch
    types : Tensor of shape (n_types, size)
        Vectors of distinct tokens.
    rows : int64 ndarray
        Their indices in the concatenated documents, each between its markers.
    state : State
        For one document, or for each of them.

    Returns
    -------
    vectors : float32 ndarray of shape (n_layers, n_tokens, vector_size)
        Of the documents' concatenated tokens; layer 0 holds the token vectors.
    state : State
        After the last token of each document, in the order of the batch.
    """
    n = len(batch.numbers)
    state = [(h.expand(2, n, -1), c.expand(2, n, -1)) for h, c in state]
    packed = torch.from_numpy(rows[batch.places]).to(types.device)
    outputs, state = bilm(types, packed, batch.sizes, state)
    vectors = np.empty((bilm.n_layers, len(rows), bilm.vector_size), np.float32)
    size = bilm.vector_size // 2
    tokens = types[torch.from_numpy(rows).to(types.device)].cpu().numpy()
    vectors[0, :, :size] = vectors[0, :, size:] = tokens
    for layer, output in zip(vectors[1:], outputs):
        forward, backward = output.cpu().numpy()
        layer[batch.places[0], :size] = forward
        layer[batch.places[1], size:] = backward
    return vectors[:, batch.is_word], state


@with_default_settings
def initial_state(bilm: BiLM, start: str) -> State:
    """Return the state in which the reading of a document starts.

    "warm" is the constant state after several empty sentences, which is closer to the
    training of the published models, in which no sentence began from zeros.
    """
    if start == "zeros":
        return bilm.zero_state(1)
    weights = list(bilm.parameters())
    is_told = not any(weight.is_inference() for weight in weights)  # of their changes
    version: Any = None
    if is_told:
        version = [(w._version, w.device, w.dtype) for w in weights], bilm.allow_tf32
    kept, state = _warm_states.get(bilm, (None, None))
    if kept is None or kept != version:
        with torch.no_grad():
            types = encode_words(bilm, [BEGIN_SENTENCE, END_SENTENCE], 1)
            rows = torch.tensor([[0, 1], [1, 0]], device=types.device)
            state = bilm.zero_state(1)
            for _ in range(_WARM_UP):
                _, state = bilm(types, rows, [1, 1], state)
        _warm_states[bilm] = version, state
    return state


@contextmanager
def one_thread_each(on_cpu: bool = True) -> Iterator[None]:
    """Limit torch to one thread in each of ours: small products do not scale."""
    n_threads = torch.get_num_threads()
    if not on_cpu or n_threads == 1:
        yield
        return
    try:
        torch.set_num_threads(1)  # within, as an interrupt may follow at once
        yield
    finally:
        torch.set_num_threads(n_threads)


def encode_words(bilm: BiLM, words: list[str], n_threads: int) -> Tensor:
    """Return the vectors of distinct words, computed in groups of similar length."""
    encoder = bilm.token_encoder
    order = sorted(range(len(words)), key=lambda number: len(words[number]))
    parts = [
        order[start : start + _TYPES_BLOCK_SIZE]
        for start in range(0, len(order), _TYPES_BLOCK_SIZE)
    ]
    types = encoder.characters.new_empty(len(words), bilm.vector_size // 2)

    def encode(some: Sequence[list[int]]) -> None:
        for part in some:
            own = [words[number] for number in part]
            own += own[-1:] * (-len(own) % _TYPES_TOGETHER)
            characters = number_characters(own, encoder.width, encoder.widest_filter)
            with torch.no_grad():
                found = encoder(torch.from_numpy(characters).to(bilm.device))
                types[part] = found[: len(part)]

    _in_threads(encode, parts, n_threads)
    return types


def _in_threads(work: Callable, parts: Sequence, n_threads: int) -> None:
    """Process parts in threads, or in this one if it is enough."""
    n_threads = min(n_threads, len(parts))
    if n_threads <= 1:
        work(parts)
        return
    Parallel(n_jobs=n_threads, require="sharedmem")(
        delayed(work)(parts[i::n_threads]) for i in range(n_threads)
    )
