"""The bidirectional language model (biLM) of ELMo: characters, highways, two LSTMs.

Characters become token vectors, which do not depend on the sentence; layers of LSTMs
read these forward and backward. Every array holds both directions (the first axis: 0
forward, 1 backward), which never mix.

Sentences are packed, longest first: the first tokens of all sentences, then the second
tokens of those that have one, and so on, so that nothing is computed for padding. The
backward direction has each sentence reversed.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from skmeta._device import (
    default_settings,
    find_device_or_cpu,
    with_default_settings,
)
from skmeta.elmo._import_submodule import import_submodule
from skmeta.elmo._lstm_layer import Layer
from skmeta.elmo._token_encoder import TokenEncoder

__all__ = ["BiLM", "State"]

State = list[tuple[Tensor, Tensor]]  # of each layer: outputs, cells
_TOKENS_BLOCK_SIZE = 512  # whose gates are in memory at the same time


class BiLM(nn.Module):
    """A bidirectional language model over characters.

    The network of ELMo [1]_, with the weights of one model.

    Parameters
    ----------
    options : dict
        As in the file ``options.json`` of a published model, complete:
        "lstm" {"dim", "projection_dim", "n_layers", "cell_clip", "proj_clip",
        "use_skip_connections"} and "char_cnn" {"activation", "embedding" {"dim"},
        "filters", "n_highway", "max_characters_per_token"}.

    References
    ----------
    .. [1] M. Peters, M. Neumann, M. Iyyer, M. Gardner, C. Clark, K. Lee,
       L. Zettlemoyer (2018). Deep contextualized word representations. NAACL.

    Examples
    --------
    >>> from skmeta.elmo import BiLM
    >>> lstm = {"dim": 8, "projection_dim": 4, "n_layers": 2, "cell_clip": 3}
    >>> lstm |= {"proj_clip": 3, "use_skip_connections": True}
    >>> characters = {"activation": "relu", "embedding": {"dim": 4}, "n_highway": 1}
    >>> characters |= {"filters": [[1, 8], [2, 8]], "max_characters_per_token": 50}
    >>> characters |= {"projection": True}
    >>> bilm = BiLM({"lstm": lstm, "char_cnn": characters})
    >>> bilm.n_layers, bilm.vector_size
    (3, 8)
    """

    def __init__(self, options: dict[str, Any]) -> None:
        super().__init__()
        lstm = options["lstm"]
        size = lstm["projection_dim"]
        self.options = options
        self.training_: dict[str, Any] | None = None  # how it was trained, if here
        self.allow_tf32 = False
        self.skips = lstm["use_skip_connections"]
        with default_settings(), torch.random.fork_rng(devices=[]):
            # torch would draw weights
            self.token_encoder = TokenEncoder(options["char_cnn"], size)
            self.layers: Any = nn.ModuleList(
                Layer(size, lstm) for _ in range(lstm["n_layers"])
            )

    def __repr__(self) -> str:
        size, n = self.vector_size, sum(p.numel() for p in self.parameters())
        return f"<BiLM: {self.n_layers} layers of {size}, {n:,} weights>"

    def set_dtype(self, dtype: torch.dtype, allow_tf32: bool = False) -> None:
        """Set the dtype of the LSTMs' matrices; all else keeps float32.

        Parameters
        ----------
        dtype : torch.dtype
        allow_tf32 : bool, default=False
            Whether float32 products may be rounded to TF32, on CUDA devices.
        """
        self.allow_tf32 = allow_tf32
        for layer in self.layers:
            for name in ("from_input", "from_output", "projection"):
                matrix = getattr(layer, name)
                if matrix is not None:
                    matrix.data = matrix.data.to(dtype)

    @property
    def n_layers(self) -> int:
        """The number of layers, including the token vectors."""
        return len(self.layers) + 1

    @property
    def vector_size(self) -> int:
        """The size of a token's vector in each layer, both directions together."""
        return 2 * self.options["lstm"]["projection_dim"]

    @property
    def device(self) -> torch.device:
        """The device of the weights."""
        return self.token_encoder.characters.device

    def save(self, folder: str | os.PathLike[str]) -> None:
        """Save in the format of the published models.

        Parameters
        ----------
        folder : path
            Created if it does not exist. The files options.json and weights.hdf5 are
            written atomically; :func:`skmeta.elmo.load_bilm`, AllenNLP and bilm-tf read
            them.
        """
        save = import_submodule("_save", "BiLM.save")  # where h5py is imported
        save.save_weights(folder, self.options, self.token_encoder, self.layers)

    def __reduce__(self) -> tuple:
        """Pickle as arrays: the same weights always give the same bytes."""
        arrays = {
            name: tensor.detach().float().cpu().numpy()
            for name, tensor in self.state_dict().items()
        }
        dtype = self.layers[0].from_input.dtype
        made = self.options, arrays, dtype, str(self.device), self.training_
        if self.allow_tf32:
            return _rebuild, made, {"allow_tf32": True}
        return _rebuild, made

    def zero_state(self, n_sentences: int) -> State:
        """Return the initial state.

        Parameters
        ----------
        n_sentences : int

        Returns
        -------
        state : list of pairs of Tensors
            Of each layer: outputs and cells, zeros.
        """
        lstm, like = self.options["lstm"], self.layers[0].bias
        sizes = lstm["projection_dim"], lstm["dim"]
        return [
            tuple(like.new_zeros(2, n_sentences, size) for size in sizes)
            for _ in self.layers
        ]

    def forward(
        self, types: Tensor, rows: Tensor, sizes: Sequence[int], state: State
    ) -> tuple[list[Tensor], State]:
        """Read packed sentences in both directions.

        Parameters
        ----------
        types : Tensor of shape (n_types, size)
            Vectors of the distinct tokens, from ``token_encoder``.
        rows : int64 Tensor of shape (2, n_tokens)
            Which token comes when, packed; the second row backward.
        sizes : sequence of int
            How many sentences have a first token, a second, ...: never rising.
        state : State
            Of each layer, for each sentence.

        Returns
        -------
        outputs : list of Tensor of shape (2, n_tokens, size)
            One for each layer of LSTMs, packed as the rows.
        state : State
            After the last token of each sentence.
        """
        # the first layer's products are computed once per type, not per token
        by_type = self.layers[0].products(types.expand(2, -1, -1))
        state, start, x = list(state), 0, types
        outputs: list[list[Tensor]] = [[] for _ in self.layers]
        for steps in _cut(sizes):  # memory does not grow with the number of sentences
            n = sum(steps)
            added, chosen = by_type, rows[:, start : start + n]
            for number, layer in enumerate(self.layers):
                if number:
                    added = layer.products(x)  # (2, n, gates)
                    chosen = torch.arange(n, device=rows.device).expand(2, -1)
                output, state[number] = layer(added, chosen, steps, state[number])
                x = output + x if number and self.skips else output
                outputs[number].append(x)  # (2, n, size)
            start += n
        return [torch.cat(parts, dim=1) for parts in outputs], state


@with_default_settings
def _rebuild(
    options: dict[str, Any],
    arrays: dict[str, Any],
    dtype: torch.dtype,
    device: str,
    training: dict[str, Any] | None,
) -> BiLM:
    """Unpickle a model."""
    bilm = BiLM(options)
    bilm.load_state_dict({n: torch.tensor(array) for n, array in arrays.items()})
    bilm.set_dtype(dtype)
    bilm.training_ = training
    return bilm.to(find_device_or_cpu(device)).eval().requires_grad_(False)


def _cut(sizes: Sequence[int]) -> list[list[int]]:
    """Split steps into runs of limited numbers of tokens, of at least one step."""
    runs: list[list[int]] = [[]]
    n_tokens = 0
    for size in sizes:
        if runs[-1] and n_tokens + size > _TOKENS_BLOCK_SIZE:
            runs.append([])
            n_tokens = 0
        runs[-1].append(size)
        n_tokens += size
    return runs
