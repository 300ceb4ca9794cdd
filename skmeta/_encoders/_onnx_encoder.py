"""Encode texts with an ONNX model, by onnxruntime."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import onnxruntime
from sklearn.utils.parallel import Parallel, delayed

from skmeta._documents._texts import check_unicode
from skmeta._encoders._dense import DenseLayer
from skmeta._encoders._folder import EncoderFolder
from skmeta._encoders._pool_tokens import pool_tokens
from skmeta._encoders._tokenizer import ModelTokenizer, Tokens
from skmeta._fork_lock import ForkLock
from skmeta._messages import count_of
from skmeta._reading._guard import reading
from skmeta.combine._center import normalize_rows

__all__ = ["OnnxEncoder", "OnnxOptions"]

_DTYPES = {
    **{"tensor(int64)": np.int64, "tensor(int32)": np.int32, "tensor(bool)": np.bool_},
    **{"tensor(float)": np.float32, "tensor(float16)": np.float16},  # of masks
}
_PROVIDERS = {"cpu": "CPUExecutionProvider", "cuda": "CUDAExecutionProvider"}
_KNOWN_INPUTS = ("input_ids", "attention_mask", "token_type_ids", "position_ids")


class OnnxOptions(NamedTuple):
    """The options that affect an encoder's vectors, in addition to its files."""

    poolings: tuple[str, ...] | None  # None: as the folder says
    normalize: bool
    max_length: int
    prompt: str


class _Session(NamedTuple):
    """An open model; those of another process are not used."""

    process: int
    session: Any
    inputs: dict[str, np.dtype]
    output: str
    is_pooled: bool
    n_texts: int | None  # where the model takes only so many
    n_tokens: int | None  # where the model takes only so many


class OnnxEncoder:
    """Encode texts with an ONNX model.

    Texts with the same number of tokens are run together, so that none is padded: a
    row depends on its text alone. Where activations are quantized by their range in
    the batch, each text is run alone. Every run has one thread.

    Parameters
    ----------
    folder : EncoderFolder
    options : OnnxOptions
    device : {"cpu", "cuda"}
    """

    def __init__(
        self, folder: EncoderFolder, options: OnnxOptions, device: str = "cpu"
    ) -> None:
        self.folder, self.options, self.device = folder, options, device
        self._lock = ForkLock()
        self._opened: _Session | None = None
        self._tokenizer = ModelTokenizer(
            folder.tokenizer, options.max_length, folder.lowercase
        )
        self._dense = [DenseLayer(files) for files in folder.dense]
        self._n_prompt_tokens = 0
        if options.prompt and not folder.pools_prompt:
            alone = self._tokenizer.encode(options.prompt)
            n_last = alone.is_special[::-1].index(0) if 0 in alone.is_special else 0
            self._n_prompt_tokens = len(alone.ids) - n_last

    def encode(
        self,
        texts: Sequence[str],
        batch_size: int,
        n_jobs: int | None,
        advance: Callable[[int], Any],
    ) -> np.ndarray:
        """Return the rows of texts, (n_texts, vector_size).

        A text of which the tokenizer leaves no token has a row of zeros.
        """
        parts = self._run_all(texts, self._pool, batch_size, n_jobs, advance)
        rows: np.ndarray | None = None
        for numbers, part in parts:
            if rows is None:
                rows = np.empty((len(texts), part.shape[1]), np.float32)
            rows[numbers] = part
        assert rows is not None
        return rows

    def encode_tokens(
        self,
        texts: Sequence[str],
        batch_size: int,
        n_jobs: int | None,
        advance: Callable[[int], Any],
    ) -> list[tuple[Tokens, np.ndarray]]:
        """Return the tokens of texts and their vectors, without the special ones.

        Those of a prompt are left out, too; spans begin where the text does.
        """
        session = self._open()
        if session.is_pooled:
            raise ValueError(
                f"'{self.folder.model}' returns one vector for a text, expected a "
                "model that returns those of tokens. Export it without its pooling."
            )
        parts = self._run_all(texts, lambda hidden: hidden, batch_size, n_jobs, advance)
        vectors: list[Any] = [None] * len(texts)
        for numbers, part in parts:
            for number, rows in zip(numbers, part):
                vectors[number] = rows
        found, skipped = [], len(self.options.prompt)
        for text, rows in zip(texts, vectors):
            tokens = self._tokenizer.encode(self.options.prompt + text)
            kept = [
                i
                for i, (start, stop) in enumerate(tokens.spans)
                if not tokens.is_special[i] and stop > skipped
            ]
            found.append((_select(tokens, kept, skipped), rows[kept]))
        return found

    def tokenize(self, text: str) -> list[str]:
        """Return a text's tokens as the model names them, without special ones."""
        check_unicode([text])
        tokens = self._tokenizer.encode(text)
        return [t for t, special in zip(tokens.texts, tokens.is_special) if not special]

    def _run_all(
        self,
        texts: Sequence[str],
        finish: Callable[[np.ndarray], np.ndarray],
        batch_size: int,
        n_jobs: int | None,
        advance: Callable[[int], Any],
    ) -> list[tuple[list[int], np.ndarray]]:
        """Run batches of texts of one length, in threads."""
        prompt, tokenizer = self.options.prompt, self._tokenizer
        check_unicode(texts)
        with self._naming_the_model():
            encoded = [tokenizer.encode_ids(prompt + text) for text in texts]
        session = self._open()
        if self.folder.depends_on_batch:
            batch_size = 1
        by_length: dict[int, list[int]] = {}
        for number, (ids, _) in enumerate(encoded):
            by_length.setdefault(len(ids), []).append(number)
        batches = [
            numbers[start : start + (session.n_texts or batch_size)]
            for _, numbers in sorted(by_length.items())
            for start in range(0, len(numbers), session.n_texts or batch_size)
        ]

        def run(numbers: list[int]) -> tuple[list[int], np.ndarray]:
            some = [encoded[number] for number in numbers]
            has_tokens = bool(some[0][0])  # all have the same number
            with self._naming_the_model():
                hidden = _run(session, some if has_tokens else [([0], [0])] * len(some))
            advance(len(numbers))
            rows = finish(hidden)
            return numbers, rows if has_tokens else np.zeros_like(rows)

        return Parallel(n_jobs=n_jobs, require="sharedmem")(
            delayed(run)(numbers) for numbers in batches
        )

    def _pool(self, hidden: np.ndarray) -> np.ndarray:
        """Convert the model's output to rows."""
        if hidden.ndim == 3:
            poolings = self.options.poolings or self.folder.poolings or ("mean",)
            rows = pool_tokens(hidden, poolings, self._n_prompt_tokens)
            for layer in self._dense:
                rows = layer.apply(rows)
        else:
            rows = hidden
        rows = np.ascontiguousarray(rows, np.float32)
        if self.options.normalize:
            rows = rows.copy() if rows.base is not None else rows
            normalize_rows(rows)
        return rows

    def _naming_the_model(self) -> Any:
        return reading(self.folder.model, "a sentence encoder that can be run")

    def _open(self) -> _Session:
        """Return the session of this process; a fork opens its own."""
        with self._lock.hold():
            if self._opened is None or self._opened.process != os.getpid():
                self._opened = _open_session(
                    self.folder.model, self.device, self.options.poolings is not None
                )
            return self._opened


def _select(tokens: Tokens, kept: list[int], skipped: int) -> Tokens:
    """Return some of the tokens, with spans in the text after the prompt."""
    spans = [tokens.spans[i] for i in kept]
    return Tokens(
        [tokens.ids[i] for i in kept],
        [tokens.type_ids[i] for i in kept],
        [tokens.texts[i] for i in kept],
        [(max(start - skipped, 0), stop - skipped) for start, stop in spans],
        [0] * len(kept),
    )


def _open_session(path: Path, device: str, pools: bool) -> _Session:
    """Open a model; with ``pools``, its token vectors are requested."""
    provider = _PROVIDERS[device]
    if provider not in onnxruntime.get_available_providers():
        raise ValueError(
            f"Found device={device!r}, which this onnxruntime has no support for. "
            "Install onnxruntime-gpu in its place, or use device='cpu'."
        )
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4  # what is wrong is raised
    with reading(path, "an ONNX model of a sentence encoder"):
        session = onnxruntime.InferenceSession(
            os.fspath(path), options, providers=[provider]
        )
        inputs = {i.name: i for i in session.get_inputs()}
        unknown = inputs.keys() - set(_KNOWN_INPUTS)
        if unknown or "input_ids" not in inputs:
            raise ValueError(
                f"inputs {sorted(inputs)}, expected some of {', '.join(_KNOWN_INPUTS)}"
            )
        for name, given in inputs.items():
            if given.type not in _DTYPES:
                raise ValueError(
                    f"an input {name} of type {given.type}, expected one of "
                    f"{', '.join(_DTYPES)}"
                )
        dtypes = {name: np.dtype(_DTYPES[i.type]) for name, i in inputs.items()}
        output, is_pooled = _choose_output(session.get_outputs(), pools)
        n_texts, n_tokens = (
            size if isinstance(size, int) and size > 0 else None
            for size in inputs["input_ids"].shape
        )
    return _Session(os.getpid(), session, dtypes, output, is_pooled, n_texts, n_tokens)


def _choose_output(outputs: Sequence[Any], pools: bool) -> tuple[str, bool]:
    """Choose the output: pooled rows if there are any, else token vectors."""
    pooled = [o.name for o in outputs if len(o.shape) == 2]
    tokens = [o.name for o in outputs if len(o.shape) == 3]
    if "sentence_embedding" in pooled and not pools:
        return "sentence_embedding", True
    for name in ("token_embeddings", "last_hidden_state", *tokens):
        if name in tokens:
            return name, False
    if not pooled:
        raise ValueError("no output of two or three dimensions")
    if pools:
        raise ValueError(
            "pooled vectors alone where those of tokens are to be pooled; leave "
            "pooling='auto'"
        )
    return pooled[0], True


def _run(
    session: _Session, encoded: Sequence[tuple[list[int], list[int]]]
) -> np.ndarray:
    """Run texts of one length; return (n_texts, n_tokens, size) or (n_texts, size)."""
    n_texts, n_tokens = len(encoded), len(encoded[0][0])
    shape = (session.n_texts or n_texts, session.n_tokens or n_tokens)
    if n_tokens > shape[1]:
        raise ValueError(
            f"a text of {count_of(n_tokens, 'token')} where the model takes "
            f"{shape[1]}; set max_length={shape[1]}"
        )
    fed = {}
    for name, dtype in session.inputs.items():
        fed[name] = np.zeros(shape, dtype)
        if name == "input_ids":
            fed[name][:n_texts, :n_tokens] = [ids for ids, _ in encoded]
        elif name == "token_type_ids":
            fed[name][:n_texts, :n_tokens] = [types for _, types in encoded]
        elif name == "attention_mask":
            fed[name][:, :n_tokens] = 1
        else:
            fed[name][:] = np.arange(shape[1])
    [found] = session.session.run([session.output], fed)
    found = found[:n_texts]
    if found.ndim == 3:
        found = found[:, :n_tokens]
    if len(found) != n_texts or found.ndim != (2 if session.is_pooled else 3):
        raise ValueError(
            f"an output of shape {found.shape} for {count_of(n_texts, 'text')}"
        )
    return np.asarray(found, np.float32)
