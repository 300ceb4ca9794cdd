"""Training of biLMs: from documents to a model that reads sentences both ways."""

from __future__ import annotations

import copy
import hashlib
import os
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from numbers import Integral, Real
from typing import Any

import numpy as np
import torch
from sklearn.utils import check_random_state
from sklearn.utils._param_validation import (
    Interval,
    StrOptions,
    validate_parameter_constraints,
)
from torch import Tensor

from skmeta._progress import progress
from skmeta.combine._user_warning import warn_user
from skmeta.elmo._checkpoint import read_checkpoint, write_checkpoint
from skmeta.elmo._device import find_device
from skmeta.elmo._initial import initialize
from skmeta.elmo._network import BiLM
from skmeta.elmo._options import complete_options
from skmeta.elmo._patterns import encode_tokens
from skmeta.elmo._softmax import Softmax, draw_classes
from skmeta.elmo._streams import (
    IGNORED,
    Corpus,
    Window,
    cut_streams,
    number_documents,
)
from skmeta.elmo._unrolled import read_window

__all__ = ["train_bilm"]

_CLIP, _MAX_CHARACTERS = 3.0, 50  # of the published models
_FULL_SOFTMAX_UP_TO, _N_SAMPLES = 5_000, 1_024  # classes
_HELD_OUT_TOKENS = 50_000  # enough to tell 1 % of perplexity; more only cost time
_UPDATES = 50  # of an epoch: fewer rows in a batch where there were less
_SECONDS_BETWEEN_CHECKPOINTS = 300
_LENGTHS = (6, 8, 10, 14, 20)  # that tokens are grouped by, with their two marks
_LAST_RATE = 0.02  # of the learning rate, which falls steadily
_N_THREADS = 1  # more wait for each other longest where cores are busy
_WHOLE = Interval(Integral, 1, None, closed="left")
_CONSTRAINTS: dict[str, list] = {
    "vector_size": [Interval(Integral, 2, None, closed="left")],
    "hidden_size": [_WHOLE],
    "n_layers": [_WHOLE],
    "char_size": [_WHOLE],
    "filters": [list, tuple],
    "n_highway": [Interval(Integral, 0, None, closed="left")],
    "min_count": [_WHOLE],
    "n_samples": [_WHOLE, StrOptions({"auto"}), None],
    "epochs": [_WHOLE],
    "batch_size": [_WHOLE],
    "n_steps": [_WHOLE],
    "optimizer": [StrOptions({"adam", "adagrad"})],
    "learning_rate": [Interval(Real, 0, None, closed="neither")],
    "dropout": [Interval(Real, 0, 1, closed="left")],
    "max_norm": [Interval(Real, 0, None, closed="neither")],
    "validation_fraction": [Interval(Real, 0, 1, closed="left")],
    "n_iter_no_change": [_WHOLE],
    "max_seconds": [Interval(Real, 0, None, closed="neither"), None],
    "checkpoint": [str, os.PathLike, None],
    "bilm": [BiLM, None],
    "device": [str],
    "random_state": ["random_state"],
    "verbose": ["verbose"],
}
_FREE = {"max_seconds", "checkpoint", "bilm", "device", "random_state", "verbose"}


def train_bilm(
    documents: Iterable[Sequence[str]],
    *,
    vector_size: int = 128,
    hidden_size: int = 256,
    n_layers: int = 2,
    char_size: int = 16,
    filters: Sequence[tuple[int, int]] = ((1, 16), (2, 32), (3, 64), (4, 128)),
    n_highway: int = 1,
    min_count: int = 2,
    n_samples: int | str | None = "auto",
    epochs: int = 10,
    batch_size: int = 32,
    n_steps: int = 20,
    optimizer: str = "adam",
    learning_rate: float = 0.005,
    dropout: float = 0.1,
    max_norm: float = 10.0,
    validation_fraction: float = 0.05,
    n_iter_no_change: int = 2,
    max_seconds: float | None = None,
    checkpoint: str | os.PathLike[str] | None = None,
    bilm: BiLM | None = None,
    device: str = "cpu",
    random_state: Any = None,
    verbose: int = 0,
) -> BiLM:
    """Train a bidirectional language model, as ELMo has it, on documents.

    The model learns to predict each token from those before it and, apart from that,
    from those after it. It reads characters: no vocabulary limits what it is later
    given. Defaults are for corpora of up to some million tokens and a processor.

    Parameters
    ----------
    documents : iterable of token lists
        Each is one sentence. Read once, and kept as numbers, 4 bytes a token.
    vector_size : int, default=128
        The numbers of a token's vector, even: half of them from each direction.
    hidden_size : int, default=256
        The cells of each LSTM.
    n_layers : int, default=2
        The LSTMs above each other in each direction.
    char_size : int, default=16
        Of a character's vector.
    filters : sequence of (width, number), default=((1, 16), (2, 32), (3, 64), (4, 128))
        How many patterns of so many characters are looked for in a token.
    n_highway : int, default=1
        Layers between these and the token's vector.
    min_count : int, default=2
        Tokens that occur less often are read like all others, but predicted as one.
    n_samples : int, "auto" or None, default="auto"
        The words that a target is told from, drawn for each step; None: all. "auto":
        all up to 5,000, else 1,024, which costs less and learns as well.
    epochs : int, default=10
        How often the documents are read, in another order each time.
    batch_size : int, default=32
        Pieces of text that are read side by side. Small corpora take fewer, so that an
        epoch has 50 updates.
    n_steps : int, default=20
        After so many tokens weights change. The state is carried over.
    optimizer : {"adam", "adagrad"}, default="adam"
        "adagrad" is that of the published models, for which learning_rate=0.2 is usual.
    learning_rate : float, default=0.005
        At the start. It falls steadily, to a fiftieth at the end.
    dropout : float, default=0.1
        The share of the numbers that LSTMs read, and that words are predicted from,
        which are set to zero in training.
    max_norm : float, default=10.0
        Longer gradients are shortened to this length.
    validation_fraction : float, default=0.05
        The share of the documents that are held out to measure the perplexity after
        each epoch, of no more than 50,000 tokens; none where that is less than one
        document.
    n_iter_no_change : int, default=2
        Stop when so many epochs did not improve it. The best weights are kept.
    max_seconds : float, default=None
        Stop after so long, a resumed training with all it took before. The learning
        rate falls so that it is at its end by then.
    checkpoint : path, default=None
        A file that the state of the training is written to after each epoch and every
        five minutes. Where it is there already, the training goes on from it, and
        gives the same to the digit as if it had not been stopped.
    bilm : BiLM, default=None
        A model to go on from, which is not changed; the sizes are its own.
    device : str, default="cpu"
        Or "cuda".
    random_state : int, RandomState or None, default=None
        The same number gives the same weights on the same kind of machine.
    verbose : int, default=0
        1 shows a progress bar with the perplexity and the speed.

    Returns
    -------
    bilm : BiLM
        Its attribute ``training_`` is a dict: "n_classes" (the words that are
        predicted, with the end and the rare one), "unigram_perplexity", and "epochs",
        a list of dicts: "train_perplexity" (of samples where there are such),
        "held_out_perplexity" (of all words; None where nothing is held out),
        "tokens_per_second", "n_steps".

    Raises
    ------
    TypeError, ValueError
        If documents are none, a parameter is unsound, the checkpoint is of another
        training, or the loss is not finite.

    Warns
    -----
    UserWarning
        If the model predicts no better than the frequencies of words do.

    See Also
    --------
    load_bilm : Load a model from files.

    Examples
    --------
    >>> from gensim.test.utils import common_texts
    >>> from skmeta.elmo import train_bilm
    >>> bilm = train_bilm(common_texts, vector_size=8, hidden_size=16, random_state=0)
    >>> bilm.vector_size, len(bilm.training_["epochs"])
    (8, 10)
    """
    parameters = {
        name: value for name, value in locals().items() if name in _CONSTRAINTS
    }
    validate_parameter_constraints(_CONSTRAINTS, parameters, "train_bilm")
    place = find_device(device)
    seed = int(check_random_state(random_state).randint(2**31 - 1))
    if bilm is None:
        options = _choose_options(parameters)
        with torch.random.fork_rng(devices=[]):  # torch draws weights of its own
            model = BiLM(options)
        initialize(model, torch.Generator().manual_seed(seed))
    else:
        model = copy.deepcopy(bilm)
        model.set_dtype(torch.float32)
    width = model.options["char_cnn"]["max_characters_per_token"]
    corpus = number_documents(documents, min_count, width)
    settings = {n: repr(v) for n, v in parameters.items() if n not in _FREE}
    settings["documents"] = corpus.digest()
    settings["random_state"] = str(seed if random_state is not None else None)
    settings["bilm"] = _digest(bilm)
    with _threads(_N_THREADS):
        training = _Training(model, corpus, parameters, place, seed)
        training.run(settings)
    return model.cpu().eval().requires_grad_(False)


class _Training:
    """A training that runs, step by step."""

    def __init__(
        self,
        model: BiLM,
        corpus: Corpus,
        parameters: dict[str, Any],
        device: torch.device,
        seed: int,
    ) -> None:
        self.parameters, self.corpus, self.device = parameters, corpus, device
        self.seed = seed
        self.held_out, self.documents = self._split()
        n_updates = corpus.n_targets // (parameters["n_steps"] * _UPDATES)
        self.n_rows = min(parameters["batch_size"], max(1, n_updates))
        n_classes = len(corpus.counts)
        n_samples = parameters["n_samples"]
        if n_samples == "auto":
            n_samples = None if n_classes <= _FULL_SOFTMAX_UP_TO else _N_SAMPLES
        self.n_samples = None if (n_samples or n_classes) >= n_classes else n_samples
        self.model = model.to(device).train().requires_grad_(True)
        size = model.options["lstm"]["projection_dim"]
        generator = torch.Generator().manual_seed(seed + 1)
        self.softmax = Softmax(corpus.counts, size, generator).to(device)
        self.weights: list[Tensor] = [*model.parameters(), *self.softmax.parameters()]
        self.optimizer = _make_optimizer(self.weights, parameters)
        self.generator = torch.Generator(device)
        self.epoch = self.step = self.n_epoch_steps = 0
        self.seconds = self.loss = 0.0
        self.n_predicted = 0
        self.epoch_seconds = 0.0
        self.state = model.zero_state(self.n_rows)
        self.records: list[dict[str, Any]] = []
        self.best: dict[str, Tensor] | None = None
        self.best_perplexity, self.n_worse = float("inf"), 0

    def run(self, settings: dict[str, str]) -> None:
        """Train until the epochs or the time are over, or nothing improves."""
        path = self.parameters["checkpoint"]
        found = None if path is None else read_checkpoint(path, settings)
        if found is not None:
            self._restore(found)
        n_windows = len(self._windows(0))
        total = self.parameters["epochs"] * n_windows
        written = clock = time.perf_counter()
        with progress("Training biLM", total, self.parameters["verbose"]) as advance:
            advance(self.epoch * n_windows + self.step)
            while self.epoch < self.parameters["epochs"] and not self._is_done():
                windows = self._windows(self.epoch)
                while self.step < len(windows) and not self._is_late():
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

    def _split(self) -> tuple[np.ndarray, np.ndarray]:
        """Choose the documents that are held out, and those to train on."""
        corpus = self.corpus
        order = np.random.default_rng([self.seed, 0]).permutation(corpus.n_documents)
        n = int(self.parameters["validation_fraction"] * corpus.n_documents)
        lengths = np.diff(corpus.starts)[order[:n]]
        if n:
            n = max(1, int(np.searchsorted(lengths.cumsum(), _HELD_OUT_TOKENS)))
        return order[:n], np.sort(order[n:])

    def _windows(self, epoch: int) -> Sequence[Window]:
        """Give the windows of an epoch."""
        random = np.random.default_rng([self.seed, 1, epoch])
        documents = random.permutation(self.documents)
        return cut_streams(
            self.corpus, documents, self.n_rows, self.parameters["n_steps"]
        )

    def _rate(self, done: float) -> float:
        """Give the learning rate when that share of the training is done."""
        limit = self.parameters["max_seconds"]
        done = done if limit is None else min(1, max(done, self.seconds / limit))
        return self.parameters["learning_rate"] * max(1 - done, _LAST_RATE)

    def _is_late(self) -> bool:
        """Tell whether the time is over."""
        limit = self.parameters["max_seconds"]
        return limit is not None and self.seconds >= limit

    def _is_done(self) -> bool:
        """Tell whether the training shall stop."""
        return self._is_late() or self.n_worse >= self.parameters["n_iter_no_change"]

    def _learn(self, window: Window, rate: float) -> None:
        """Change weights by what a window teaches."""
        random = np.random.default_rng([self.seed, 2, self.epoch, self.step])
        self.generator.manual_seed(int(random.integers(2**62)))
        top, targets, state = self._read(window, self.state, self._drop)
        self.state = [tuple(part.detach() for part in layer) for layer in state]
        if not len(targets):
            return
        sample = None
        if self.n_samples is not None:
            drawn = draw_classes(len(self.corpus.counts), self.n_samples, random)
            sample = tuple(torch.from_numpy(part).to(self.device) for part in drawn)
        loss = self.softmax(self._drop(top), targets, sample)
        for weight in self.weights:
            weight.grad = None
        (loss * window.n_steps).backward()  # so max_norm and Adagrad are set for it
        norm = torch.nn.utils.clip_grad_norm_(self.weights, self.parameters["max_norm"])
        value = float(loss.detach())
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
        self.loss += value * len(targets)
        self.n_predicted += len(targets)

    def _read(self, window: Window, state: Any, dropout: Any) -> Any:
        """Give the top layer where there is a target, the targets, and the state."""
        rows = torch.from_numpy(window.rows).to(self.device)
        top, state = read_window(
            self.model, self._encode(window.types), rows, state, dropout
        )
        targets = torch.from_numpy(window.targets.ravel())
        predicted = (targets != IGNORED).nonzero().squeeze(1).to(self.device)
        top = top.flatten(0, 1)[predicted]  # (n_targets, size)
        return top, targets.to(self.device)[predicted], state

    def _encode(self, types: np.ndarray) -> Tensor:
        """Give the vectors of types, which come short ones first, (n_types, size)."""
        corpus, encoder = self.corpus, self.model.token_encoder
        lengths, groups = corpus.lengths[types], []
        bounds = np.searchsorted(lengths, _LENGTHS, side="right")
        for part in np.split(np.arange(len(types)), np.unique(bounds)):
            if len(part):  # of similar length: most are spared the longest one's
                longest = max(int(lengths[part[-1]]), 3)
                width = min(encoder.width, longest + encoder.widest_filter)
                numbers = corpus.types[types[part], :width].astype(np.int64)
                groups.append(torch.from_numpy(numbers).to(self.device))
        return encode_tokens(encoder, groups)

    def _drop(self, x: Tensor) -> Tensor:
        """Set a share of the numbers to zero, and make the others larger."""
        share = self.parameters["dropout"]
        if not share:
            return x
        keep = torch.empty_like(x, requires_grad=False)
        keep.bernoulli_(1 - share, generator=self.generator)
        return x * keep.div_(1 - share)

    def _end_epoch(self, n_windows: int) -> None:
        """Measure what the epoch gave, and keep it if it is the best."""
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
            self.state = self.model.zero_state(self.n_rows)

    @torch.no_grad()
    def _measure(self) -> float | None:
        """Give the perplexity of what is held out, of all classes."""
        if not len(self.held_out):
            return None
        n_tokens = np.diff(self.corpus.starts)[self.held_out].sum()
        n_rows = int(min(64, max(1, n_tokens // 200)))
        state, loss, n_predicted = self.model.zero_state(n_rows), 0.0, 0
        for window in cut_streams(self.corpus, self.held_out, n_rows, 20):
            top, targets, state = self._read(window, state, _keep)
            loss += self.softmax.total_loss(top, targets)
            n_predicted += len(targets)
        return float(np.exp(loss / n_predicted))

    def _speed(self) -> float:
        """Give the tokens a second, of both directions as one."""
        return self.n_predicted / 2 / max(self.epoch_seconds, 1e-9)

    def _describe(self) -> str:
        """Say how well it goes."""
        perplexity = np.exp(self.loss / max(self.n_predicted, 1))
        text = f"perplexity {perplexity:,.0f}"
        if np.isfinite(self.best_perplexity):
            text += f" (held out {self.best_perplexity:,.0f})"
        return f"{text}, {self._speed():,.0f} tokens/s"

    def _report(self) -> None:
        """Write down what was reached, and warn if it is nothing."""
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
                "nothing of their order. Give more documents, more epochs, or another "
                "learning_rate."
            )

    def _keep(self) -> dict[str, Any]:
        """Give all that changes in training."""
        names = _KEPT + (() if self.best is None else ("best",))
        return {
            "model": self.model.state_dict(),
            "softmax": self.softmax.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "seed": self.seed,
            **{name: getattr(self, name) for name in names},
        }

    def _restore(self, kept: dict[str, Any]) -> None:
        """Go on from what was kept."""
        self.model.load_state_dict(kept.pop("model"))
        self.softmax.load_state_dict(kept.pop("softmax"))
        self.optimizer.load_state_dict(kept.pop("optimizer"))
        self.__dict__.update(kept)
        self.held_out, self.documents = self._split()
        self.state = [
            (output.to(self.device), cell.to(self.device))
            for output, cell in self.state
        ]


_KEPT = (
    *("epoch", "step", "seconds", "epoch_seconds", "loss", "n_predicted", "state"),
    *("records", "best_perplexity", "n_worse"),
)


def _keep(x: Tensor) -> Tensor:
    """Drop nothing."""
    return x


def _choose_options(parameters: dict[str, Any]) -> dict[str, Any]:
    """Give the options of a new model."""
    vector_size = parameters["vector_size"]
    if vector_size % 2:
        raise ValueError(
            f"Found vector_size={vector_size}, expected an even number: half of it is "
            f"for each direction. Set vector_size={vector_size + 1}."
        )
    return complete_options(
        {
            "lstm": {
                "cell_clip": _CLIP,
                "proj_clip": _CLIP,
                "use_skip_connections": True,
                "n_layers": parameters["n_layers"],
                "projection_dim": vector_size // 2,
                "dim": parameters["hidden_size"],
            },
            "char_cnn": {
                "activation": "relu",
                "embedding": {"dim": parameters["char_size"]},
                "filters": parameters["filters"],
                "n_highway": parameters["n_highway"],
                "max_characters_per_token": _MAX_CHARACTERS,
            },
        },
        "the parameters",
    )


def _make_optimizer(
    weights: list[Tensor], parameters: dict[str, Any]
) -> torch.optim.Optimizer:
    """Make what changes the weights."""
    if parameters["optimizer"] == "adam":
        return torch.optim.Adam(weights, lr=parameters["learning_rate"], fused=True)
    return torch.optim.Adagrad(
        weights, lr=parameters["learning_rate"], initial_accumulator_value=1.0
    )


def _digest(bilm: BiLM | None) -> str:
    """Give what changes with the weights of a model."""
    if bilm is None:
        return "None"
    digest = hashlib.blake2b(digest_size=16)
    for weight in bilm.state_dict().values():
        digest.update(weight.float().cpu().numpy().tobytes())
    return digest.hexdigest()


@contextmanager
def _threads(n: int) -> Iterator[None]:
    """Compute with so many threads, and as before afterwards."""
    before = torch.get_num_threads()
    torch.set_num_threads(n)
    try:
        yield
    finally:
        torch.set_num_threads(before)
