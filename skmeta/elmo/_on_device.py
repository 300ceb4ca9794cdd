"""Read documents on a device: it reads and reduces, and little comes back.

While the device reads a batch, the host lays the next one out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import Tensor

from skmeta._device import computing_on, send_array, with_default_settings
from skmeta._progress import progress
from skmeta.elmo._batches import (
    Batch,
    cut_batches,
    longest_first,
    number_types,
    repeat_documents,
)
from skmeta.elmo._characters import BEGIN_SENTENCE, END_SENTENCE, number_characters
from skmeta.elmo._host_copies import HostCopies
from skmeta.elmo._network import BiLM, State
from skmeta.elmo._padded_steps import PaddedSteps, pad_width
from skmeta.elmo._reading import initial_state
from skmeta.elmo._stepper import Stepper
from skmeta.elmo._wanted import Wanted

__all__ = ["choose_batch_tokens", "read_on_device"]

_TYPES_BLOCK_SIZE = 2_048  # of about the same length
_STEPS_TO_CAPTURE = 16  # of a width; fewer take less time than capturing one
_FEWEST_TOKENS, _MOST_TOKENS = 1_024, 1 << 17  # of a batch; more are hardly faster
_MOST_RETURNED = 1 << 15  # pinned memory: 400 MB for all layers of a published model
_SHARE = 0.5  # of the free memory
_EPSILON = 1e-12  # as read_layers has it


@with_default_settings
def read_on_device(
    bilm: BiLM,
    documents: Sequence[list[str]],
    wanted: Wanted,
    *,
    normalize: bool = False,
    start: str = "warm",
    batch_tokens: int | None = None,
    n_jobs: int | None = None,
    verbose: int = 0,
) -> None:
    """Read documents and hand over what is wanted of them, batch by batch.

    Parameters
    ----------
    bilm : BiLM
        Reads on its device.
    documents : sequence of lists of str
        Documents without a token are skipped.
    wanted : Wanted
    normalize : bool, default=False
        Whether each token's vector in each layer gets mean 0 and variance 1.
    start : {"warm", "zeros"}, default="warm"
        The initial state of each document.
    batch_tokens : int, default=None
        The maximum number of tokens of a batch of more than one document. None: chosen
        by the free memory of the device.
    n_jobs : None
        Ignored: one thread is enough.
    verbose : int, default=0
        1 shows a progress bar over the tokens.
    """
    words = sorted({BEGIN_SENTENCE, END_SENTENCE}.union(*documents))
    numbers = {word: number for number, word in enumerate(words)}
    lengths = np.fromiter(map(len, documents), np.int64, len(documents))
    order, copies = longest_first(documents)
    device = bilm.device
    copying = HostCopies(device)
    with (
        computing_on(device, bilm.allow_tf32),
        progress("Reading tokens", int(lengths.sum()), verbose, "tokens") as advance,
    ):
        state = initial_state(bilm, start)
        with torch.inference_mode():
            types = _encode(bilm, words)
            if batch_tokens is None:
                batch_tokens = choose_batch_tokens(bilm, wanted.returns_tokens)
            some = list(cut_batches(order, lengths, batch_tokens))
            stepper = _make_stepper(bilm, [lengths[numbers] for numbers in some])
            for numbers_of_batch in some:
                batch = Batch(numbers_of_batch, lengths[numbers_of_batch])
                rows = number_types(batch, documents, numbers)
                layers = _read_batch(stepper, types, batch, rows, state)
                if normalize:
                    layers = _normalize(layers)
                found = wanted.reduce(batch, layers)
                copying.send(found, partial(wanted.take, batch))
                advance(int(batch.lengths.sum()))
                for share, places in repeat_documents(batch, copies, batch_tokens):
                    own = layers[:, send_array(places, device)]
                    found = wanted.reduce(share, own)
                    copying.send(found, partial(wanted.take, share))
                    advance(len(places))
            copying.wait()


def choose_batch_tokens(bilm: BiLM, returns_tokens: bool = False) -> int:
    """Return how many tokens are read together, by the free memory of a device."""
    device = bilm.device
    if device.type != "cuda":
        return 4_096
    lstm, n_bytes = bilm.options["lstm"], bilm.layers[0].bias.element_size()
    n_gates, size = 2 * 4 * lstm["dim"], bilm.vector_size
    # at most: each token is a type and a row of every buffer, and all layers are
    # packed, in order, and reduced
    a_token = n_bytes * (4 * n_gates + 4 * bilm.n_layers * size)
    free, _ = torch.cuda.mem_get_info(device)
    free += torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)
    most = _MOST_RETURNED if returns_tokens else _MOST_TOKENS
    return int(np.clip(_SHARE * free / a_token, _FEWEST_TOKENS, most))


def _make_stepper(bilm: BiLM, lengths: Sequence[np.ndarray]) -> Stepper:
    """Create what reads batches of documents of these lengths, sorted."""
    widths: Counter[int] = Counter()
    for own in lengths:
        sizes = len(own) - np.cumsum(np.bincount(own + 2))[:-1]  # as Batch has them
        widths.update(map(pad_width, sizes.tolist()))
    widest = max((pad_width(len(own)) for own in lengths), default=0)
    repeated = [width for width, n in widths.items() if n >= _STEPS_TO_CAPTURE]
    return Stepper(bilm, widest, repeated)


def _read_batch(
    stepper: Stepper, types: Tensor, batch: Batch, rows: np.ndarray, state: State
) -> Tensor:
    """Return the layers of a batch's tokens, (n_layers, n_tokens, size)."""
    device, size = types.device, types.shape[1]
    is_own = np.zeros(len(types), bool)
    is_own[rows] = True
    own = np.flatnonzero(is_own)
    rows = (np.cumsum(is_own) - 1)[rows]
    steps = PaddedSteps(batch, rows)
    own_types = types[send_array(own, device)]
    packed = send_array(steps.types, device)
    outputs = stepper.read(own_types, packed, steps.widths, state)
    forward, backward = send_array(steps.words, device)
    layers = types.new_empty(len(outputs) + 1, forward.shape[0], 2 * size)
    tokens = own_types[send_array(rows[batch.is_word], device)]
    layers[0, :, :size] = layers[0, :, size:] = tokens
    for layer, output in zip(layers[1:], outputs):
        layer[:, :size] = output[0, forward]
        layer[:, size:] = output[1, backward]
    return layers


def _encode(bilm: BiLM, words: list[str]) -> Tensor:
    """Return the vectors of distinct words, computed in groups of similar length."""
    encoder = bilm.token_encoder
    order = np.argsort([len(word) for word in words], kind="stable")
    found = []
    for start in range(0, len(words), _TYPES_BLOCK_SIZE):
        own = [words[number] for number in order[start : start + _TYPES_BLOCK_SIZE]]
        characters = number_characters(own, encoder.width, encoder.widest_filter)
        found.append(encoder(send_array(characters, bilm.device)))
    places = np.argsort(order, kind="stable")
    return torch.cat(found)[send_array(places, bilm.device)]


def _normalize(layers: Any) -> Tensor:
    """Scale each token's vector in each layer to mean 0 and variance 1."""
    layers = layers - layers.mean(dim=2, keepdim=True)
    deviations = layers.std(dim=2, correction=0, keepdim=True)
    return layers / deviations.clamp_(min=_EPSILON)
