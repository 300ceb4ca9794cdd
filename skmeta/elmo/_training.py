"""Train biLMs on documents."""

from __future__ import annotations

import copy
import hashlib
import os
from collections.abc import Iterable, Sequence
from numbers import Integral, Real
from typing import Any, Literal

import numpy as np
import torch
from joblib import effective_n_jobs
from joblib.parallel import get_active_backend
from sklearn.utils import check_random_state
from sklearn.utils._param_validation import (
    Interval,
    StrOptions,
    validate_parameter_constraints,
)

from skmeta._device import computing_on, find_device, with_default_settings
from skmeta._io._atomic import check_writable
from skmeta._io.formats import load_once
from skmeta._io.formats._types import VectorSource
from skmeta.elmo._dtype import prepare_to_read
from skmeta.elmo._epochs import Training
from skmeta.elmo._initial import initialize
from skmeta.elmo._network import BiLM
from skmeta.elmo._options import complete_options
from skmeta.elmo._reading import one_thread_each
from skmeta.elmo._repeated_steps import forget_steps
from skmeta.elmo._static_vectors import find_static_vectors
from skmeta.elmo._streams import digest_arrays, number_documents

__all__ = ["train_bilm"]

_CLIP, _MAX_CHARACTERS = 3.0, 50  # of the published models
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
    "dtype": [StrOptions({"float32", "tf32", "bfloat16"})],
    "n_jobs": [Integral, None],
    "random_state": ["random_state"],
    "verbose": ["verbose"],
}
_FREE = {"max_seconds", "checkpoint", "bilm", "device", "dtype", "n_jobs"}
_FREE |= {"random_state", "verbose"}


@with_default_settings
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
    n_samples: int | Literal["auto"] | None = "auto",
    epochs: int = 10,
    batch_size: int = 32,
    n_steps: int = 20,
    optimizer: Literal["adam", "adagrad"] = "adam",
    learning_rate: float = 0.005,
    dropout: float = 0.1,
    max_norm: float = 10.0,
    validation_fraction: float = 0.05,
    n_iter_no_change: int = 2,
    max_seconds: float | None = None,
    checkpoint: str | os.PathLike[str] | None = None,
    bilm: BiLM | None = None,
    static_vectors: VectorSource | None = None,
    device: str = "cpu",
    dtype: Literal["float32", "tf32", "bfloat16"] = "float32",
    n_jobs: int | None = None,
    random_state: int | np.random.RandomState | None = None,
    verbose: int = 0,
) -> BiLM:
    """Train a bidirectional language model, as in ELMo, on documents.

    The model learns to predict each token from those before it and, separately, from
    those after it. It reads characters, so that it has vectors of all words. Defaults
    are for corpora of up to some million tokens on a CPU.

    Parameters
    ----------
    documents : iterable of token lists
        Each is one sentence. Read once, and kept as integers, 4 bytes per token.
    vector_size : int, default=128
        The size of a token's vector, half of it for each direction; even.
    hidden_size : int, default=256
        The number of cells of each LSTM.
    n_layers : int, default=2
        The number of stacked LSTMs in each direction.
    char_size : int, default=16
        The size of a character's vector.
    filters : sequence of (width, number), default=((1, 16), (2, 32), (3, 64), (4, 128))
        The number of convolutional filters of each width in characters.
    n_highway : int, default=1
        The number of highway layers between these and the token's vector.
    min_count : int, default=2
        Tokens that occur less often are read like all others, but predicted as one
        class.
    n_samples : int, "auto" or None, default="auto"
        The number of sampled words in the softmax of each step; None: all. "auto": all
        up to 5,000, else 1,024, which takes less time and learns as well.
    epochs : int, default=10
        The number of passes over the documents, each in another order.
    batch_size : int, default=32
        The number of rows of text read in parallel. Small corpora use fewer, so that an
        epoch has 50 updates.
    n_steps : int, default=20
        The number of tokens of a row per update. The state is carried over.
    optimizer : {"adam", "adagrad"}, default="adam"
        "adagrad" is that of the published models, with learning_rate=0.2.
    learning_rate : float, default=0.005
        The initial learning rate. It decreases linearly, to a fiftieth at the end.
    dropout : float, default=0.1
        The dropout rate of the inputs of LSTMs and of the softmax.
    max_norm : float, default=10.0
        The maximum norm of gradients, to which larger ones are clipped.
    validation_fraction : float, default=0.05
        The share of the documents held out to compute the perplexity after each epoch,
        at most 50,000 tokens; none if that is less than one document.
    n_iter_no_change : int, default=2
        Stop if that many epochs did not improve it. The best weights are kept.
    max_seconds : float, default=None
        The time limit, which includes earlier runs of a resumed training. The learning
        rate decays so that it reaches its end by then. Distilling ``static_vectors``
        counts, but is not interrupted.
    checkpoint : path, default=None
        A file to write the state of the training to after each epoch and every five
        minutes. If it exists, the training resumes from it, with exactly the same
        result as without the interruption. Its folder must exist.
    bilm : BiLM, default=None
        A model to continue training from a copy of; its sizes are used.
    static_vectors : WordVectors, KeyedVectors, dict or path, default=None
        Word vectors of these or other documents: whatever
        :class:`skmeta.PretrainedVectorizer` takes. They initialize the model: its
        character encoder is trained to output them, and its softmax starts with them.
        The model then learns more from the same text; a smaller learning rate preserves
        more of them. Their size may differ from ``vector_size``.
    device : str, default="cpu"
        "cpu" or "cuda".
    dtype : {"float32", "tf32", "bfloat16"}, default="float32"
        "tf32" lets a CUDA device round the products of float32 matrices, which takes
        less time; on a CPU it is float32. "bfloat16" computes the products of LSTMs and
        softmax in bfloat16, but not those of the held-out perplexity; on any device,
        but it pays only on those made for it. Weights, their updates, gates and states
        keep float32 with both.
    n_jobs : int, default=None
        The number of processes: at most two, one for each direction, and one on a CUDA
        device or within a task of joblib, e.g. a parallel search. It does not change
        the result. The processes share weights through a file in the temporary folder
        (see :func:`tempfile.gettempdir`).
    random_state : int, RandomState or None, default=None
        Seed of the training. An int gives the same weights on the same kind of machine,
        on a CUDA device up to rounding.
    verbose : int, default=0
        1 shows a progress bar with the perplexity and the speed.

    Returns
    -------
    bilm : BiLM
        Its attribute ``training_`` is a dict: "n_classes" (the predicted words, and the
        classes of the end and of rare tokens), "unigram_perplexity", and "epochs", a
        list of dicts: "train_perplexity" (over samples, if used), "held_out_perplexity"
        (over all words; None if nothing is held out), "tokens_per_second", "n_steps".

    Raises
    ------
    TypeError, ValueError
        If documents or a parameter are invalid, no word of the documents is among those
        of ``static_vectors``, or these are given together with ``bilm``, the checkpoint
        is of another training, or the loss is not finite.

    Warns
    -----
    UserWarning
        If the model predicts no better than the frequencies of words.

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
    }  # except documents and static_vectors, checked when they are read
    validate_parameter_constraints(_CONSTRAINTS, parameters, "train_bilm")
    if bilm is not None and static_vectors is not None:
        raise ValueError(
            "Found static_vectors beside bilm, expected one of them: a model that goes "
            "on knows words already. Leave static_vectors out."
        )
    if checkpoint is not None:
        check_writable(checkpoint)
    place = find_device(device)
    seed = int(check_random_state(random_state).randint(2**31 - 1))
    if bilm is None:
        options = _choose_options(parameters)
        with torch.random.fork_rng(devices=[]):  # torch draws weights, too
            model = BiLM(options)
        initialize(model, torch.Generator().manual_seed(seed))
    else:
        model = copy.deepcopy(bilm)
        model.set_dtype(torch.float32)
    width = model.options["char_cnn"]["max_characters_per_token"]
    corpus = number_documents(documents, min_count, width)
    settings = {n: repr(v) for n, v in parameters.items() if n not in _FREE}
    settings["documents"] = digest_arrays(corpus)
    settings["random_state"] = str(seed if random_state is not None else None)
    settings["bilm"] = _digest(bilm)
    static = None
    if static_vectors is not None:
        size = model.options["lstm"]["projection_dim"]
        static = find_static_vectors(corpus, load_once(static_vectors), size, seed)
    settings["static_vectors"] = "None" if static is None else digest_arrays(static)
    with one_thread_each(), computing_on(place, dtype == "tf32"):
        n_processes = _count_processes(n_jobs) if place.type == "cpu" else 1
        training = Training(model, corpus, parameters, place, seed, n_processes, static)
        try:
            training.run(settings)
        finally:
            forget_steps(model.layers)
    return prepare_to_read(model, "cpu", "float32")


def _count_processes(n_jobs: int | None) -> int:
    """Return the number of processes: at most one per direction."""
    backend, _ = get_active_backend()
    return 1 if backend.nesting_level else min(effective_n_jobs(n_jobs), 2)


def _choose_options(parameters: dict[str, Any]) -> dict[str, Any]:
    """Return the options of a new model."""
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


def _digest(bilm: BiLM | None) -> str:
    """Return a digest of a model's weights."""
    if bilm is None:
        return "None"
    digest = hashlib.blake2b(digest_size=16)
    for weight in bilm.state_dict().values():
        digest.update(weight.float().cpu().numpy().tobytes())
    return digest.hexdigest()
