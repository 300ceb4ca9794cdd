"""Which arrays of a weights file are which weights of a biLM."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from torch import Tensor

from skmeta.elmo._lstm_layer import Layer
from skmeta.elmo._token_encoder import TokenEncoder

__all__ = ["Turn", "iter_arrays"]

Turn = Callable[[Tensor], Tensor]


def iter_arrays(
    encoder: TokenEncoder, layers: Iterable[Layer]
) -> Iterator[tuple[str, list[Tensor], Turn]]:
    """Yield each array of a file, its tensors, and how they are transposed.

    The transposed tensors are concatenated in the file; transposing twice restores
    them.
    """
    yield "char_embed", [encoder.characters], _keep
    for i, layer in enumerate(encoder.filters):
        yield f"CNN/W_cnn_{i}", [layer.weight], _turn_filters
        yield f"CNN/b_cnn_{i}", [layer.bias], _keep
    for i, highway in enumerate(encoder.highways):
        for name, linear in ("carry", highway.gate), ("transform", highway.transform):
            yield f"CNN_high_{i}/W_{name}", [linear.weight], _turn_matrix
            yield f"CNN_high_{i}/b_{name}", [linear.bias], _keep
    if encoder.projection is not None:
        yield "CNN_proj/W_proj", [encoder.projection.weight], _turn_matrix
        yield "CNN_proj/b_proj", [encoder.projection.bias], _keep
    for direction in range(2):
        for i, layer in enumerate(layers):
            cell = f"RNN_{direction}/RNN/MultiRNNCell/Cell{i}/LSTMCell"
            matrices = [layer.from_input[direction], layer.from_output[direction]]
            yield f"{cell}/W_0", matrices, _turn_matrix
            yield f"{cell}/B", [layer.bias[direction]], _keep
            if layer.projection is not None:
                yield f"{cell}/W_P_0", [layer.projection[direction]], _turn_matrix


def _keep(array: Tensor) -> Tensor:
    """Return an array unchanged."""
    return array


def _turn_matrix(array: Tensor) -> Tensor:
    """Transpose (out, in) to (in, out), or back."""
    return array.mT


def _turn_filters(array: Tensor) -> Tensor:
    """Transpose (number, size, width) to (1, width, size, number), or back."""
    if array.ndim == 3:
        return array.permute(2, 1, 0).unsqueeze(0)
    return array.squeeze(0).permute(2, 1, 0)
