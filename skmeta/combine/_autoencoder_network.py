"""The autoencoder's network: encode all sources, reconstruct each, train."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import combinations
from typing import Any

import numpy as np
import torch
from torch.nn import functional

from skmeta._device import computing_on, send_array, with_default_settings
from skmeta.combine._autoencoder_encode import Layer

__all__ = ["Network", "train"]

ACTIVATIONS = {"identity": lambda array: array, "relu": torch.relu, "tanh": torch.tanh}
_ROWS_BLOCK_SIZE = 4096  # in evaluation


class Network:
    """Encoders and decoders of all sources.

    Parameters
    ----------
    encoders, decoders : sequence of weights and biases, one for each source
    settings : Autoencoder
        Its parameters.
    weights : float32 ndarray of shape (n_sources,)
        The weight of each source's error.
    device : torch.device
    """

    @with_default_settings
    def __init__(
        self,
        encoders: Sequence[Layer],
        decoders: Sequence[Layer],
        settings: Any,
        weights: np.ndarray,
        device: torch.device,
    ) -> None:
        self.layers = [
            [
                torch.tensor(array, dtype=torch.float32, device=device)
                for array in (*encoder, *decoder)
            ]
            for encoder, decoder in zip(encoders, decoders)
        ]
        for parameter in self.parameters():
            parameter.requires_grad_()
        self.settings = settings
        self.weights = weights.tolist()

    def parameters(self) -> list[torch.Tensor]:
        """Return all weights and biases."""
        return [array for layer in self.layers for array in layer]

    def encoders(self) -> list[Layer]:
        """Copy the encoders' weights and biases to NumPy."""
        return [
            (
                weights.detach().cpu().numpy().copy(),
                biases.detach().cpu().numpy().copy(),
            )
            for weights, biases, _, _ in self.layers
        ]

    def encode(
        self, inputs: Sequence[torch.Tensor], present: torch.Tensor
    ) -> tuple[list[torch.Tensor], torch.Tensor]:
        """Return the source codes (n, k_i), zeros where absent, and the joint code."""
        activate = ACTIVATIONS[self.settings.activation]
        codes = [
            activate(torch.addmm(biases, block, weights)) * known[:, None]
            for block, known, (weights, biases, _, _) in zip(
                inputs, present.T, self.layers
            )
        ]
        if self.settings.kind == "aaeme":
            joint = torch.stack(codes).sum(0) / present.sum(1, keepdim=True)
        else:
            joint = torch.hstack(codes)
        if self.settings.normalize_code:
            joint = functional.normalize(joint)
        return codes, joint

    def loss(
        self,
        inputs: Sequence[torch.Tensor],
        targets: Sequence[torch.Tensor],
        present: torch.Tensor,
    ) -> torch.Tensor:
        """Return the mean over rows of the error of the sources that know them."""
        codes, joint = self.encode(inputs, present)
        each_from_its_own = self.settings.kind == "daeme"
        errors = []
        for code, target, (_, _, weights, biases) in zip(codes, targets, self.layers):
            rebuilt = torch.addmm(biases, code if each_from_its_own else joint, weights)
            if self.settings.loss == "cosine":
                errors.append(1 - functional.cosine_similarity(target, rebuilt))
            else:
                errors.append((target - rebuilt).square().sum(1))
        total = sum(
            weight * (error @ known)
            for weight, error, known in zip(self.weights, errors, present.T)
        )
        if each_from_its_own:
            total = total + _disagreement(codes, present)
        return total / len(present)


@with_default_settings
def train(
    network: Network,
    blocks: Sequence[np.ndarray],
    present: np.ndarray,
    seed: int,
    device: torch.device,
    advance: Callable[[], None],
) -> list[float]:
    """Train a network by Adam on shuffled rows; keep its best state.

    Parameters
    ----------
    network : Network
    blocks : sequence of float32 ndarrays of shape (n, d_i), zeros where absent
    present : bool ndarray of shape (n, n_sources), every row known to some source
    seed : int
        Seed of all random numbers, drawn on the CPU whatever the device.
    device : torch.device
    advance : callable
        Called after each epoch.

    Returns
    -------
    losses : list of float
        Before training and after each epoch, on the held-out rows, or on all.
    """
    with computing_on(device):
        return _train(network, blocks, present, seed, device, advance)


def _train(
    network: Network,
    blocks: Sequence[np.ndarray],
    present: np.ndarray,
    seed: int,
    device: torch.device,
    advance: Callable[[], None],
) -> list[float]:
    """Train with the settings of torch that :func:`train` sets."""
    settings = network.settings
    generator = torch.Generator().manual_seed(seed)
    sources = [send_array(block, device) for block in blocks]
    known = send_array(present.astype(np.float32), device)

    def loss_of(rows: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
        rows = send_array(rows.numpy(), device)
        targets = [source[rows] for source in sources]
        inputs = [_mask(target, settings.noise, generator) for target in targets]
        return network.loss(inputs, targets, known[rows])

    @torch.no_grad()
    def watch() -> float:
        same_noise = torch.Generator().manual_seed(seed + 1)
        parts = watched.split(_ROWS_BLOCK_SIZE)
        losses = torch.stack([loss_of(rows, same_noise) for rows in parts]).tolist()
        return sum(len(rows) * loss for rows, loss in zip(parts, losses)) / len(watched)

    order = torch.randperm(len(present), generator=generator)
    n_watched = int(settings.validation_fraction * len(present))
    watched, training = order[:n_watched], order[n_watched:]
    if not n_watched:
        watched = training

    parameters = network.parameters()
    on_cuda = device.type == "cuda"  # the CPU's digits stay as they were
    optimizer = torch.optim.Adam(
        parameters, lr=settings.learning_rate, fused=True if on_cuda else None
    )
    n_steps = settings.max_iter * math.ceil(len(training) / settings.batch_size)
    falling = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, n_steps)
    losses = [watch()]
    best, best_loss, n_no_change = _copy(parameters), losses[0], 0
    for _ in range(settings.max_iter):
        shuffled = training[torch.randperm(len(training), generator=generator)]
        for rows in shuffled.split(settings.batch_size):
            optimizer.zero_grad()
            loss_of(rows, generator).backward()
            optimizer.step()
            falling.step()
        losses.append(watch())
        advance()
        enough = losses[-1] < best_loss * (1 - settings.tol)
        n_no_change = 0 if enough else n_no_change + 1
        if losses[-1] < best_loss:
            best, best_loss = _copy(parameters), losses[-1]
        if n_no_change >= settings.n_iter_no_change or not math.isfinite(losses[-1]):
            break
    with torch.no_grad():
        for parameter, array in zip(parameters, best):
            parameter.copy_(array)
    return losses


def _disagreement(codes: list[torch.Tensor], present: torch.Tensor) -> torch.Tensor:
    """Sum the squared distances of two sources' codes, over shared columns."""
    total = present.new_zeros(())
    for i, j in combinations(range(len(codes)), 2):
        width = min(codes[i].shape[1], codes[j].shape[1])
        apart = (codes[i][:, :width] - codes[j][:, :width]).square().sum(1)
        total = total + apart @ (present[:, i] * present[:, j])
    return total


def _mask(rows: torch.Tensor, share: float, generator: torch.Generator) -> torch.Tensor:
    """Set a share of the entries to zero."""
    if not share:
        return rows
    keep = torch.rand(rows.shape, generator=generator, dtype=torch.float32) >= share
    return rows * send_array(keep.numpy(), rows.device)


def _copy(parameters: Sequence[torch.Tensor]) -> list[torch.Tensor]:
    """Copy parameters, so that training can return to them."""
    return [parameter.detach().clone() for parameter in parameters]
