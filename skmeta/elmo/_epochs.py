"""Epochs of training: steps, monitoring, early stopping, checkpoints."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from skmeta._progress import progress
from skmeta._reading._guard import reading
from skmeta._training._side_by_side import Stopped, stop_requested
from skmeta._warnings import warn_user
from skmeta.elmo._checkpoint import read_checkpoint, write_checkpoint
from skmeta.elmo._dtype import find_dtype
from skmeta.elmo._gradients import Arrays, Part, cut_parts, find_loss, join_states
from skmeta.elmo._network import BiLM
from skmeta.elmo._softmax import Softmax, draw_classes
from skmeta.elmo._static_vectors import StaticVectors, distill
from skmeta.elmo._streams import Corpus, Window, cut_streams
from skmeta.elmo._workers import Workers

__all__ = ["Training"]

_FULL_SOFTMAX_UP_TO, _N_SAMPLES = 5_000, 1_024  # classes
_HELD_OUT_TOKENS = 50_000  # enough for 1 % of perplexity; more only take time
_UPDATES = 50  # of an epoch: batches have fewer rows to reach it
_SECONDS_BETWEEN_CHECKPOINTS = 300
_LAST_RATE = 0.02  # of the learning rate, which decreases linearly


class Training:
    """A training run.

    Parameters
    ----------
    model : BiLM
        Its weights are trained.
    corpus : Corpus
    parameters : dict
        Those of :func:`skmeta.elmo.train_bilm`.
    device : torch.device
    seed : int
    n_processes : int
    static : StaticVectors or None
        Word vectors that initialize the model.
    """

    def __init__(
        self,
        model: BiLM,
        corpus: Corpus,
        parameters: dict[str, Any],
        device: torch.device,
        seed: int,
        n_processes: int,
        static: StaticVectors | None,
    ) -> None:
        self.parameters, self.corpus, self.device = parameters, corpus, device
        self.seed, self.n_processes, self.static = seed, n_processes, static
        self.held_out, self.documents = self._split()
        n_updates = corpus.n_targets // (parameters["n_steps"] * _UPDATES)
        self.n_rows = min(parameters["batch_size"], max(1, n_updates))
        n_classes = len(corpus.counts)
        n_samples = parameters["n_samples"]
        if n_samples == "auto":
            n_samples = None if n_classes <= _FULL_SOFTMAX_UP_TO else _N_SAMPLES
        self.n_samples = None if (n_samples or n_classes) >= n_classes else n_samples
        self.model: Any = model.to(device).train().requires_grad_(True)
        size = model.options["lstm"]["projection_dim"]
        generator = torch.Generator().manual_seed(seed + 1)
        self.softmax = Softmax(corpus.counts, size, generator).to(device)
        self.weights = [*model.parameters(), *self.softmax.parameters()]
        self.optimizer = _make_optimizer(self.weights, parameters)
        self.workers = Workers(self.model, self.softmax)
        self.epoch = self.step = 0
        self.seconds = self.loss = 0.0
        self.n_predicted = 0
        self.epoch_seconds = 0.0
        self.state = self._zero_state(self.n_rows)
        self.records: list[dict[str, Any]] = []
        self.best: dict[str, Tensor] | None = None
        self.best_perplexity, self.n_worse = float("inf"), 0

    def run(self, settings: dict[str, str]) -> None:
        """Train until the last epoch, the time limit, or early stopping."""
        path = self.parameters["checkpoint"]
        found = None if path is None else read_checkpoint(path, settings)
        if found is not None:
            with reading(path, "a checkpoint of this training"):
                self._restore(found)
        elif self.static is not None:
            self._teach(self.static)
        n_windows = len(self._windows(0))
        total = self.parameters["epochs"] * n_windows
        done, verbose = self.epoch * n_windows + self.step, self.parameters["verbose"]
        written = clock = time.perf_counter()
        stop = stop_requested()
        with (
            self.workers.processes(self.n_processes),
            progress("Training biLM", total, verbose, "windows", done) as advance,
        ):
            while self.epoch < self.parameters["epochs"] and not self._is_done():
                windows = self._windows(self.epoch)
                while self.step < len(windows) and not self._is_late():
                    if stop():
                        raise Stopped
                    done = (self.epoch * n_windows + self.step) / total
                    self._learn(windows[self.step], self._rate(done))
                    self.step += 1
                    now = time.perf_counter()
                    self.seconds += now - clock
                    self.epoch_seconds += now - clock
                    clock = now
                    advance(1, self._describe())
                    if path and now - written > _SECONDS_BETWEEN_CHECKPOINTS:
                        write_checkpoint(path, settings, self._keep())
                        written = now
                self._end_epoch(len(windows))
                now = time.perf_counter()
                self.seconds += now - clock
                clock = written = now
                if path:
                    write_checkpoint(path, settings, self._keep())
        if self.best is not None:
            self.model.load_state_dict(self.best)
        self._report()

    def _teach(self, static: StaticVectors) -> None:
        """Distill static word vectors into the model before it reads."""
        start, verbose = time.perf_counter(), self.parameters["verbose"]
        distill(self.model, self.softmax, self.corpus, static, self.seed, verbose)
        self.seconds = time.perf_counter() - start

    def _split(self) -> tuple[np.ndarray, np.ndarray]:
        """Choose the documents that are held out, and those to train on."""
        corpus = self.corpus
        order = np.random.default_rng([self.seed, 0]).permutation(corpus.n_documents)
        n = int(self.parameters["validation_fraction"] * corpus.n_documents)
        lengths = np.diff(corpus.starts)[order[:n]]
        if n:
            n = max(1, int(np.searchsorted(lengths.cumsum(), _HELD_OUT_TOKENS)))
        return order[:n], np.sort(order[n:])

    def _zero_state(self, n_rows: int) -> Arrays:
        """Return the initial state."""
        state = self.model.zero_state(n_rows)
        return [
            (outputs.cpu().numpy(), cells.cpu().numpy()) for outputs, cells in state
        ]

    def _windows(self, epoch: int) -> Sequence[Window]:
        """Return the windows of an epoch."""
        random = np.random.default_rng([self.seed, 1, epoch])
        documents = random.permutation(self.documents)
        return cut_streams(
            self.corpus, documents, self.n_rows, self.parameters["n_steps"]
        )

    def _rate(self, done: float) -> float:
        """Return the learning rate after that share of the training."""
        limit = self.parameters["max_seconds"]
        done = done if limit is None else min(1, max(done, self.seconds / limit))
        return self.parameters["learning_rate"] * max(1 - done, _LAST_RATE)

    def _is_late(self) -> bool:
        """Return whether the time limit is reached."""
        limit = self.parameters["max_seconds"]
        return limit is not None and self.seconds >= limit

    def _is_done(self) -> bool:
        """Return whether training stops here."""
        return self._is_late() or self.n_worse >= self.parameters["n_iter_no_change"]

    def _learn(self, window: Window, rate: float) -> None:
        """Update the weights with the gradients of a window."""
        n_targets = window.n_targets
        if not n_targets:
            return  # the state stays: all was padding
        random = np.random.default_rng([self.seed, 2, self.epoch, self.step])
        seed, sample = int(random.integers(2**62)), None
        if self.n_samples is not None:
            sample = draw_classes(len(self.corpus.counts), self.n_samples, random)
        found = self.workers.find(
            self._parts(window, self.state),
            sample=sample,
            scale=window.n_steps / n_targets,  # max_norm and Adagrad are set for it
            dropout=self.parameters["dropout"],
            seed=seed,
            dtype=find_dtype(self.parameters["dtype"]),
        )
        losses, states = zip(*found)
        self.state = join_states(states)
        value = sum(losses) / n_targets
        norm = torch.nn.utils.clip_grad_norm_(self.weights, self.parameters["max_norm"])
        if not np.isfinite(value) or not np.isfinite(float(norm)):
            raise ValueError(
                f"Found a loss of {value:.3g} with a gradient of length "
                f"{float(norm):.3g} at step {self.step + 1} of epoch {self.epoch + 1}, "
                "expected finite ones. Lower learning_rate "
                f"({self.parameters['learning_rate']:g}) or max_norm "
                f"({self.parameters['max_norm']:g})."
            )
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        self.optimizer.step()
        self.loss += sum(losses)
        self.n_predicted += n_targets

    def _parts(self, window: Window, state: Arrays) -> list[Part]:
        """Split a window into parts."""
        n_parts = 2 if self.device.type == "cpu" else 1
        widest = self.model.token_encoder.widest_filter
        return list(cut_parts(window, self.corpus, state, n_parts, widest))

    def _end_epoch(self, n_windows: int) -> None:
        """Evaluate the epoch, and keep its weights if they are the best."""
        perplexity = self._measure()
        self.records.append(
            {
                "train_perplexity": float(np.exp(self.loss / max(self.n_predicted, 1))),
                "held_out_perplexity": perplexity,
                "tokens_per_second": self._speed(),
                "n_steps": self.step,
            }
        )
        if perplexity is not None:
            self.n_worse += 1
            if perplexity < self.best_perplexity:
                self.best_perplexity, self.n_worse = perplexity, 0
                weights = self.model.state_dict().items()
                self.best = {name: weight.clone() for name, weight in weights}
        if self.step == n_windows:
            self.epoch, self.step = self.epoch + 1, 0
            self.loss, self.n_predicted, self.epoch_seconds = 0.0, 0, 0.0
            self.state = self._zero_state(self.n_rows)

    @torch.no_grad()
    def _measure(self) -> float | None:
        """Compute the perplexity of the held-out text over all classes."""
        if not len(self.held_out):
            return None
        n_tokens = np.diff(self.corpus.starts)[self.held_out].sum()
        n_rows = int(min(64, max(1, n_tokens // 200)))
        state, loss, n_predicted = self._zero_state(n_rows), 0.0, 0
        for window in cut_streams(self.corpus, self.held_out, n_rows, 20):
            losses, states = zip(
                *(
                    find_loss(self.model, self.softmax, part)
                    for part in self._parts(window, state)
                )
            )
            state, loss = join_states(states), loss + sum(losses)
            n_predicted += window.n_targets
        return float(np.exp(loss / n_predicted))

    def _speed(self) -> float:
        """Return tokens per second, counting both directions once."""
        return self.n_predicted / 2 / max(self.epoch_seconds, 1e-9)

    def _describe(self) -> str:
        """Update the progress bar's figures."""
        perplexity = np.exp(self.loss / max(self.n_predicted, 1))
        text = f"perplexity {perplexity:,.0f}"
        if np.isfinite(self.best_perplexity):
            text += f" (held out {self.best_perplexity:,.0f})"
        return f"{text}, {self._speed():,.0f} tokens/s"

    def _report(self) -> None:
        """Record the results, and warn if nothing was learned."""
        measured = self.held_out if len(self.held_out) else self.documents
        unigram = self.corpus.unigram_perplexity(measured)
        self.model.training_ = {
            "n_classes": len(self.corpus.counts),
            "unigram_perplexity": unigram,
            "epochs": self.records,
        }
        kind = "held_out" if len(self.held_out) else "train"
        reached = min(
            (record[f"{kind}_perplexity"] for record in self.records), default=np.inf
        )
        if reached >= unigram:
            warn_user(
                f"The biLM reached a perplexity of {reached:,.1f}, expected less than "
                f"the {unigram:,.1f} of the words' frequencies alone: it learned "
                "nothing of their order. Pass more documents, more epochs, or another "
                "learning_rate."
            )

    def _keep(self) -> dict[str, Any]:
        """Return the state of training that a checkpoint holds."""
        names = _KEPT + (() if self.best is None else ("best",))
        arrays = {name: getattr(self, name) for name in names}
        arrays["state"] = [tuple(map(torch.from_numpy, pair)) for pair in self.state]
        return {
            "model": self.model.state_dict(),
            "softmax": self.softmax.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "seed": self.seed,
            **arrays,
        }

    def _restore(self, kept: dict[str, Any]) -> None:
        """Resume from a checkpoint, if it is of such a training."""
        self.model.load_state_dict(kept["model"])
        self.softmax.load_state_dict(kept["softmax"])
        self.optimizer.load_state_dict(kept["optimizer"])
        for parameter, moments in self.optimizer.state.items():
            for moment in moments.values():
                if moment.ndim and moment.shape != parameter.shape:
                    raise ValueError(f"moments of shape {tuple(moment.shape)}")
        for name in (*_KEPT, "seed"):
            own = getattr(self, name)
            kind = (int, float) if isinstance(own, float) else type(own)
            if not isinstance(kept[name], kind):
                raise ValueError(f"{name} of type {type(kept[name]).__name__}")
            setattr(self, name, kept[name])
        state = [(h.numpy(), c.numpy()) for h, c in kept["state"]]
        zeros = self._zero_state(self.n_rows)
        if [(h.shape, c.shape) for h, c in state] != [
            (h.shape, c.shape) for h, c in zeros
        ]:
            raise ValueError("a state of other shapes")
        if not all(set(record) >= _RECORDED for record in self.records):
            raise ValueError("records that lack figures")
        if "best" in kept:
            self.model.load_state_dict(kept["best"])
            self.model.load_state_dict(kept["model"])
            self.best = kept["best"]
        self.held_out, self.documents = self._split()
        self.state = state


_RECORDED = {"train_perplexity", "held_out_perplexity"}
_KEPT = (
    *("epoch", "step", "seconds", "epoch_seconds", "loss", "n_predicted", "state"),
    *("records", "best_perplexity", "n_worse"),
)


def _make_optimizer(
    weights: Sequence[Tensor], parameters: dict[str, Any]
) -> torch.optim.Optimizer:
    """Create the optimizer."""
    if parameters["optimizer"] == "adam":
        return torch.optim.Adam(weights, lr=parameters["learning_rate"], fused=True)
    return torch.optim.Adagrad(
        weights, lr=parameters["learning_rate"], initial_accumulator_value=1.0
    )
