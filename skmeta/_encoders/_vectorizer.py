"""Texts to vectors by a sentence encoder."""

from __future__ import annotations

import os
from collections.abc import Sequence
from numbers import Integral
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import check_is_fitted

from skmeta._documents._batch import DocumentBatch
from skmeta._documents._batches import iter_batches, stack_batches
from skmeta._documents._check import short_repr
from skmeta._documents._stream import is_reiterable
from skmeta._documents._texts import check_texts, list_values
from skmeta._documents._tokenized_texts import TokenizedTexts
from skmeta._documents._types import Documents
from skmeta._encoders._encode import encode_texts
from skmeta._encoders._opened import open_cache, open_encoder, reopen_encoder
from skmeta._encoders._pool_tokens import POOLINGS, PoolingName
from skmeta._encoders._types import EncoderModel
from skmeta._encoders._word_spans import average_by_word
from skmeta._pooling._row_scale import SCALE
from skmeta._progress import progress
from skmeta._vectorizers._base import Vectorizer

__all__ = ["SentenceEncoderVectorizer"]

_TEXTS_BLOCK_SIZE = 256  # of what is read again
_SCALE_OF_UNIT_ROWS = 1.7  # see "Sentence encoders" in benchmarks/RESULTS.md


class SentenceEncoderVectorizer(Vectorizer):
    """Encode texts with a sentence encoder, without torch and without a network.

    A sentence encoder reads a text as a whole and returns one vector for it. It knows
    what word vectors do not, the order of words among it, and complements them and
    TF-IDF: see :class:`MetaEmbeddingVectorizer`. Models in ONNX need onnxruntime and
    tokenizers, ``pip install "skmeta[onnx]"``.

    Parameters
    ----------
    model : path, object or callable
        A folder with ``model.onnx`` (or ``onnx/model.onnx``) and ``tokenizer.json``;
        what sentence-transformers keeps beside them, ``modules.json``, the pooling, a
        dense layer, prompts, is followed. Or the path of one ONNX file among several.
        Or an object with a method ``encode``, as ``SentenceTransformer`` of
        sentence-transformers and ``StaticModel`` of model2vec; or a function that takes
        a list of texts and returns a matrix. Clones share it.
    prompt : str or None, default="auto"
        What goes before each text: the name of one of the model's prompts, or the text
        of one. "auto": the model's default prompt, if it has one. None: nothing.
    pooling : {"auto", "cls", "max", "mean", "mean_sqrt_len_tokens", "weightedmean", \
            "lasttoken"} or tuple of them, default="auto"
        How the vectors of a text's tokens become one. "auto": as the folder says,
        otherwise the mean.
    normalize : bool, default="auto"
        Whether rows are brought to unit length, before ``scale``. "auto": as the folder
        says, otherwise they are; those of objects stay as they come.
    scale : "auto" or float, default="auto"
        What rows are multiplied by. "auto": by 1.7 if ``normalize`` gives them unit
        length, so that linear classifiers with ``C=1`` are close to their best; else
        by 1. Cosine similarities do not change.
    max_length : int, default="auto"
        Tokens that are read of a text, special ones included. "auto": as the folder
        says.
    batch_size : int, default=32
        Texts that are run together at most. It does not change rows but for rounding.
    n_jobs : int, default=None
        Models in ONNX: texts are run in so many threads. It does not change the result.
    device : {"cpu", "cuda"}, default="cpu"
        Models in ONNX: "cuda" needs onnxruntime-gpu.
    cache : {"memory"}, path or None, default=None
        Keep encodings, so that a search encodes each text once, not once for each
        candidate and fold. "memory": in this process, at most 256 MiB. A path: in a
        folder, which processes share and which stays; at most 4 GiB a model. Entries
        are found by the content of the model's files, all parameters that matter, and
        the text. A function needs an attribute ``fingerprint``, a text that names it
        and its version.
    verbose : int, default=0
        1 shows a progress bar.

    Attributes
    ----------
    takes_text : bool
        True: as a source of a meta-embedding it is given texts, not tokens.
    vector_size_ : int
    fingerprint_ : str or None
        A hash of what encodings depend on; None of functions that have none.
    scale_ : float32
        What encodings are multiplied by.

    See Also
    --------
    MetaEmbeddingVectorizer : Combines encoders, word vectors and TF-IDF.
    ELMoVectorizer : A language model that is trained on own documents.

    Notes
    -----
    A row depends on its text alone, not on the texts beside it: texts with the same
    number of tokens are run together and none is padded. In models whose activations
    are quantized while they run ("dynamic" int8), whose range would be that of the
    batch, each text is run alone, which is slower.

    A text without a character, white space aside, becomes a row of zeros. The tokens of
    a token list are joined with spaces.

    Examples
    --------
    >>> import numpy as np
    >>> from skmeta import SentenceEncoderVectorizer
    >>> def count_vowels(texts):
    ...     return np.array([[t.count(vowel) for vowel in "aeiou"] for t in texts])
    >>> encoder = SentenceEncoderVectorizer(count_vowels)
    >>> encoder.fit_transform(["a good film", "bad", ""])
    array([[1., 0., 1., 2., 0.],
           [1., 0., 0., 0., 0.],
           [0., 0., 0., 0., 0.]], dtype=float32)
    """

    takes_text = True
    _source_parameters = ("model",)
    _parameter_constraints: dict = {
        "model": "no_validation",  # validated by open_encoder
        "prompt": [str, None],
        "pooling": [StrOptions({"auto", *POOLINGS}), tuple, list],
        "normalize": ["boolean", StrOptions({"auto"})],
        "scale": SCALE,
        "max_length": [
            StrOptions({"auto"}),
            Interval(Integral, 1, None, closed="left"),
        ],
        "batch_size": [Interval(Integral, 1, None, closed="left")],
        "n_jobs": [Integral, None],
        "device": [StrOptions({"cpu", "cuda"})],
        "cache": [str, os.PathLike, None],
        "verbose": ["verbose"],
    }

    def __init__(
        self,
        model: EncoderModel,
        *,
        prompt: str | None = "auto",
        pooling: Literal["auto"] | PoolingName | Sequence[PoolingName] = "auto",
        normalize: bool | Literal["auto"] = "auto",
        scale: float | Literal["auto"] = "auto",
        max_length: int | Literal["auto"] = "auto",
        batch_size: int = 32,
        n_jobs: int | None = None,
        device: Literal["cpu", "cuda"] = "cpu",
        cache: str | os.PathLike[str] | None = None,
        verbose: int = 0,
    ) -> None:
        self.model = model
        self.prompt = prompt
        self.pooling = pooling
        self.normalize = normalize
        self.scale = scale
        self.max_length = max_length
        self.batch_size = batch_size
        self.n_jobs = n_jobs
        self.device = device
        self.cache = cache
        self.verbose = verbose

    def fit(self, X: Documents, y: ArrayLike | None = None) -> Self:
        """Open the model; there is nothing to learn.

        Parameters
        ----------
        X : iterable of str or of token lists
        y : ignored

        Returns
        -------
        self : SentenceEncoderVectorizer
        """
        return super().fit(X, y)

    def transform(self, X: Documents) -> np.ndarray:
        """Encode texts.

        Parameters
        ----------
        X : iterable of str or of token lists
            A list, a generator, a numpy array, a column of a data frame.

        Returns
        -------
        vectors : float32 ndarray of shape (n_texts, vector_size)
        """
        return super().transform(X)

    def token_vectors(self, X: Documents) -> list[np.ndarray]:
        """Return every token's vector in its context.

        Parameters
        ----------
        X : iterable of str or of token lists

        Returns
        -------
        vectors : list of float32 ndarrays of shape (n_tokens, size)
            Of a token list, a row for each of its tokens: the mean of those of its
            parts; zeros where it was cut off. Of a text, a row for each of the tokens
            that :meth:`tokenize` returns, up to ``max_length``.
        """
        check_is_fitted(self)
        documents = list_values(X)
        texts = check_texts(documents)
        encoder = self._with_tokens("encode_tokens")
        with progress("Encoding texts", len(texts), self.verbose, "texts") as advance:
            encoded = encoder.encode_tokens(
                texts, self.batch_size, self.n_jobs, advance
            )
        return [
            vectors
            if isinstance(document, str)
            else average_by_word(list(document), tokens.spans, vectors)
            for document, (tokens, vectors) in zip(documents, encoded)
        ]

    def tokenize(self, X: Documents) -> list[list[str]]:
        """Return the tokens that the model makes of texts, without special ones.

        Parameters
        ----------
        X : iterable of str or of token lists

        Returns
        -------
        tokens : list of lists of str
        """
        check_is_fitted(self)
        texts = check_texts(X)
        encoder = self._with_tokens("tokenize")
        return [encoder.tokenize(text) for text in texts]

    def _check_all(self, X: Any) -> Any:
        if isinstance(X, TokenizedTexts):
            return X.texts
        return X if is_reiterable(X) else check_texts(X)

    def _fit(self, texts: Any, y: Any) -> None:
        if is_reiterable(texts):
            texts = check_texts(next(iter_batches(texts, _TEXTS_BLOCK_SIZE), []))
        self._open()
        some = next(([text] for text in texts if text.strip()), [""])
        self.vector_size_ = self._encode(some).shape[1]

    def _fit_embed(self, texts: Any, y: Any) -> np.ndarray:
        self._open()
        if is_reiterable(texts):
            rows = stack_batches(self._embed_batches(texts, _TEXTS_BLOCK_SIZE))
        else:
            rows = self._encode(texts)
        self.vector_size_ = rows.shape[1]
        return rows

    def _open(self) -> None:
        """Open the model, and tell where encodings are kept."""
        opened = open_encoder(
            self.model,
            pooling=self.pooling,
            normalize=self.normalize,
            prompt=self.prompt,
            max_length=self.max_length,
            device=self.device,
        )
        *fitted, normalizes = opened
        self._encoder, self._place, self._options, self.fingerprint_ = fitted
        scale = self.scale
        if isinstance(scale, str):
            scale = _SCALE_OF_UNIT_ROWS if normalizes else 1.0
        self.scale_ = np.float32(scale)
        self._cache = self.cache
        if isinstance(self.cache, str | os.PathLike) and self.cache != "memory":
            self._cache = str(Path(self.cache).expanduser().absolute())
        if self.cache is not None and self.fingerprint_ is None:
            raise ValueError(
                f"Found cache={self.cache!r} with model={short_repr(self.model)}, "
                "which cannot be distinguished from other models; expected an "
                "attribute fingerprint. Set one, e.g. model.fingerprint = 'mine, "
                "version 1', or leave the cache out."
            )

    def _embed(self, batch: DocumentBatch) -> np.ndarray:
        return self._encode(batch.texts())

    def _encode(self, texts: list[str]) -> np.ndarray:
        """Encode texts, or find what is kept of them."""
        cache = None
        if self._cache is not None and self.fingerprint_ is not None:
            cache = open_cache(self._cache, self.fingerprint_)
        with progress("Encoding texts", len(texts), self.verbose, "texts") as advance:
            rows = encode_texts(
                self._encoder,
                texts,
                getattr(self, "vector_size_", None),
                cache=cache,
                batch_size=self.batch_size,
                n_jobs=self.n_jobs,
                advance=advance,
            )
        scale = getattr(self, "scale_", 1)  # which older pickles lack
        if scale != 1:
            rows *= scale
        return rows

    def _with_tokens(self, method: str) -> Any:
        """Return the encoder if it knows tokens."""
        if not hasattr(self._encoder, method):
            raise TypeError(
                f"Found model={short_repr(self.model)}, which returns one vector for a "
                "text, expected the folder of a model in ONNX. Export it to ONNX."
            )
        return self._encoder

    def __getstate__(self) -> dict[str, Any]:
        """Leave out a model that can be opened by its path again."""
        state = super().__getstate__()
        if state.get("_place"):
            state = {name: value for name, value in state.items() if name != "_encoder"}
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        if state.get("_place"):
            fitted = state["_place"], state["_options"], state["fingerprint_"]
            opened = reopen_encoder(self.model, *fitted, self.device)
            self._encoder = opened.encoder

    @property
    def _n_features_out(self) -> int:
        return self.vector_size_
