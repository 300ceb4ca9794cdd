"""Documents to vectors by ELMo: words get other vectors in other contexts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from numbers import Integral, Real
from os import PathLike
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import check_is_fitted

from skmeta._documents._batch import DocumentBatch
from skmeta._documents._check import check_documents
from skmeta._documents._coverage import count_known
from skmeta._documents._stream import DocumentStream, read_documents
from skmeta._documents._types import Documents
from skmeta._io.formats._types import VectorSource
from skmeta._pooling._common_components import count_to_remove
from skmeta._pooling._document_pooler import DocumentPooler
from skmeta._pooling._parameters import POOLING_CONSTRAINTS, PoolingSettings
from skmeta._pooling._pool import POOLINGS, check_poolings
from skmeta._pooling._types import Poolings
from skmeta._vectorizers._base import Vectorizer
from skmeta._vectors._word_index import WordIndex
from skmeta._vectors._word_vectors import WordVectors
from skmeta.combine._labels import encode_labels
from skmeta.elmo._context_tokens import ContextTokens
from skmeta.elmo._layer_mix import LAYER_WEIGHTS, LayerWeights, find_layer_weights
from skmeta.elmo._read_layers import read_layers
from skmeta.elmo._take_model import take_model, take_model_again
from skmeta.weighting import Weighting
from skmeta.weighting._by_name import get_weighting, uses_labels

if TYPE_CHECKING:
    from skmeta.elmo._network import BiLM

__all__ = ["ELMoVectorizer"]


class ELMoVectorizer(Vectorizer):
    """Read documents with a bidirectional language model and pool its vectors.

    ELMo [1]_ is a pair of LSTMs that read a sentence forward and backward, from the
    characters of its words. A word's vector depends on the words around it. Needs torch
    and h5py, ``pip install "skmeta[elmo]"``.

    A document is read as one sentence, alone and always from the same state: its vector
    does not depend on what else is transformed, nor on the order. Published programs
    carry the state from one batch to the next, so that the same sentence gives another
    vector every time.

    Parameters
    ----------
    model : path, pair of paths, BiLM or None, default=None
        What :func:`skmeta.elmo.load_bilm` loads: a folder, a zip file, a pair (options,
        weights); or a loaded model, which clones share; used as it is, not trained
        further. None: a model is trained on the documents in ``fit``, with the
        parameters from ``vector_size`` on.
    layer_weights : {"mean", "top", "input", "learn", "all"} or sequence of float, \
default="mean"
        How much each layer counts. "mean": all alike, which needs no labels, and serves
        as well or little worse than learned weights. "top", "input": the last or the
        first alone; the input layer knows no context. "learn": softmax weights, learned
        with a linear classifier of the labels in ``fit(X, y)``, of mean-pooled layers.
        Numbers: non-negative; they are scaled to sum to one. "all": nothing is mixed,
        the layers stand side by side, as :class:`skmeta.elmo.LayerMix` takes them.
    gamma : float, default=1.0
        What the mix of layers is multiplied with.
    normalize_layers : bool, default=False
        Bring every token's vector in every layer to mean 0 and variance 1 before they
        are mixed, so that no layer outweighs others by the size of its numbers. It
        depends on the token alone (that of other programs on the whole batch).
    pooling : {"mean", "sum", "max", "min"}, float or tuple of them, default="mean"
        How tokens' vectors become a document's, see
        :class:`skmeta.PretrainedVectorizer`.
    weighting : {"idf", "sif", "usif"}, Weighting or None, default=None
        How much each token counts in mean and sum, see
        :class:`skmeta.PretrainedVectorizer`.
    remove_components : "auto" or int, default="auto"
        How many common components of the documents in ``fit`` to remove from every row;
        "auto": as the weighting's paper has it, 0 without one.
    initial_state : {"warm", "zeros"}, default="warm"
        From where a document is read: the constant state that sentences without words
        lead to, which is near what models saw in training; or zeros.
    batch_tokens : int or None, default=None
        How many tokens are read together at most, unless a document has more. More are
        faster and need more memory. Vectors change by rounding only (2e-6). None: 4096
        on a CPU, as many as half of the free memory holds on a CUDA device.
    device : str, default="cpu"
        "cpu" or "cuda": where a model is trained, and where it reads unless ``model``
        is a loaded one.
    dtype : {"float32", "tf32", "bfloat16"}, default="float32"
        Of the model's large matrices in reading, unless ``model`` is a loaded one; and
        of the products in training on a CUDA device. "bfloat16" changes
        vectors by about 0.02 and pays only on processors made for it. "tf32" lets a
        CUDA device round float32 products; on a CPU it is float32.
    static_vectors : WordVectors, KeyedVectors, dict, path or None, default=None
        Training: word vectors that the model starts from, what
        :class:`skmeta.PretrainedVectorizer` takes. It learns more from the same
        documents, and sooner.
    vector_size : int, default=128
        Training: the size of a token's vector, both directions together; even.
    hidden_size : int, default=256
        Training: the cells of each LSTM.
    n_layers : int, default=2
        Training: the layers of LSTMs in each direction.
    min_count : int, default=2
        Training: rarer words are read, by their characters, but not foretold.
    n_samples : "auto", int or None, default="auto"
        Training: with how many words each batch is compared. None: all. "auto": all up
        to 5,000, else 1,024.
    epochs : int, default=10
        Training: the largest number of passes over the documents.
    batch_size : int, default=32
        Training: rows of text that are read side by side. Fewer give small corpora more
        steps; several hundred are needed.
    n_steps : int, default=20
        Training: the tokens after which errors are propagated back.
    learning_rate : float, default=0.005
        Training: of Adam, in the beginning; it falls to nearly 0.
    dropout : float, default=0.1
        Training: the share of what layers read that is left out.
    validation_fraction : float, default=0.05
        Training: the share of the documents that is held out to watch perplexity on.
    n_iter_no_change : int, default=2
        Training: stop when the held-out perplexity has not fallen for so many epochs.
    n_jobs : int, default=None
        On a CPU, threads of reading, and processes of training, of which two have
        something to do: one for each direction. It does not change the result.
    random_state : int, RandomState instance or None, default=None
        Of the training.
    verbose : int, default=0
        1 shows bars of training and reading.

    Attributes
    ----------
    bilm_ : BiLM
        The model.
    layer_weights_ : float32 ndarray of shape (n_layers,), or None
        Non-negative, they sum to one; the first is that of the input layer. None where
        nothing is mixed.
    common_components_ : float32 ndarray of shape (n_components, n_features), or None

    See Also
    --------
    skmeta.elmo.train_bilm : More parameters of training; checkpoints.
    skmeta.elmo.LayerMix : Search for layer weights without reading again.

    References
    ----------
    .. [1] M. Peters, M. Neumann, M. Iyyer, M. Gardner, C. Clark, K. Lee,
       L. Zettlemoyer (2018). Deep contextualized word representations. NAACL.

    Examples
    --------
    >>> from gensim.test.utils import common_texts
    >>> from skmeta import ELMoVectorizer
    >>> elmo = ELMoVectorizer(vector_size=8, hidden_size=8, epochs=40, random_state=0)
    >>> elmo.fit_transform(common_texts).shape
    (9, 8)
    >>> one, other = elmo.token_vectors([["graph", "trees"], ["graph", "minors"]])
    >>> bool((one[0] == other[0]).all())  # of "graph"
    False
    """

    _source_parameters = ("model", "static_vectors")
    _parameter_constraints: dict = {
        "model": "no_validation",  # validated by load_bilm
        "layer_weights": [StrOptions({*LAYER_WEIGHTS, "all"}), "array-like"],
        "gamma": [Interval(Real, None, None, closed="neither")],
        "normalize_layers": ["boolean"],
        "pooling": [StrOptions(set(POOLINGS)), Real, tuple, list],
        "weighting": POOLING_CONSTRAINTS["weighting"],
        "remove_components": POOLING_CONSTRAINTS["remove_components"],
        "initial_state": [StrOptions({"warm", "zeros"})],
        "batch_tokens": [Interval(Integral, 1, None, closed="left"), None],
        "device": [str],
        "dtype": [StrOptions({"float32", "tf32", "bfloat16"})],
        "static_vectors": "no_validation",  # load_once tells what a source may be
        "vector_size": [Interval(Integral, 2, None, closed="left")],
        "hidden_size": [Interval(Integral, 1, None, closed="left")],
        "n_layers": [Interval(Integral, 1, None, closed="left")],
        "min_count": [Interval(Integral, 1, None, closed="left")],
        "n_samples": [
            StrOptions({"auto"}),
            Interval(Integral, 1, None, closed="left"),
            None,
        ],
        "epochs": [Interval(Integral, 1, None, closed="left")],
        "batch_size": [Interval(Integral, 1, None, closed="left")],
        "n_steps": [Interval(Integral, 1, None, closed="left")],
        "learning_rate": [Interval(Real, 0, None, closed="neither")],
        "dropout": [Interval(Real, 0, 1, closed="left")],
        "validation_fraction": [Interval(Real, 0, 1, closed="left")],
        "n_iter_no_change": [Interval(Integral, 1, None, closed="left")],
        "n_jobs": [Integral, None],
        "random_state": ["random_state"],
        "verbose": ["verbose"],
    }

    def __init__(
        self,
        model: BiLM | str | PathLike[str] | Sequence[str | PathLike[str]] | None = None,
        *,
        layer_weights: LayerWeights | Literal["all"] = "mean",
        gamma: float = 1.0,
        normalize_layers: bool = False,
        pooling: Poolings = "mean",
        weighting: Literal["idf", "sif", "usif"] | Weighting | None = None,
        remove_components: int | Literal["auto"] = "auto",
        initial_state: Literal["warm", "zeros"] = "warm",
        batch_tokens: int | None = None,
        device: str = "cpu",
        dtype: Literal["float32", "tf32", "bfloat16"] = "float32",
        static_vectors: VectorSource | None = None,
        vector_size: int = 128,
        hidden_size: int = 256,
        n_layers: int = 2,
        min_count: int = 2,
        n_samples: int | Literal["auto"] | None = "auto",
        epochs: int = 10,
        batch_size: int = 32,
        n_steps: int = 20,
        learning_rate: float = 0.005,
        dropout: float = 0.1,
        validation_fraction: float = 0.05,
        n_iter_no_change: int = 2,
        n_jobs: int | None = None,
        random_state: int | np.random.RandomState | None = None,
        verbose: int = 0,
    ) -> None:
        self.model = model
        self.layer_weights = layer_weights
        self.gamma = gamma
        self.normalize_layers = normalize_layers
        self.pooling = pooling
        self.weighting = weighting
        self.remove_components = remove_components
        self.initial_state = initial_state
        self.batch_tokens = batch_tokens
        self.device = device
        self.dtype = dtype
        self.static_vectors = static_vectors
        self.vector_size = vector_size
        self.hidden_size = hidden_size
        self.n_layers = n_layers
        self.min_count = min_count
        self.n_samples = n_samples
        self.epochs = epochs
        self.batch_size = batch_size
        self.n_steps = n_steps
        self.learning_rate = learning_rate
        self.dropout = dropout
        self.validation_fraction = validation_fraction
        self.n_iter_no_change = n_iter_no_change
        self.n_jobs = n_jobs
        self.random_state = random_state
        self.verbose = verbose

    def token_vectors(
        self, X: Documents, *, all_layers: bool = False
    ) -> list[np.ndarray]:
        """Return every token's vector in its context.

        Parameters
        ----------
        X : iterable of token lists
        all_layers : bool, default=False
            Return the layers instead of their mix.

        Returns
        -------
        vectors : list of float32 ndarray
            For each document, of shape (n_tokens, vector_size), or with ``all_layers``
            (n_layers, n_tokens, vector_size). The fitted ``layer_weights="all"`` gives
            all layers, too.
        """
        check_is_fitted(self)
        documents = check_documents(X)
        return self._tokens.each(documents, mixed=not all_layers)

    def word_vectors(self, documents: Documents, min_count: int = 1) -> WordVectors:
        """Return words' vectors, averaged over the contexts they have in documents.

        Parameters
        ----------
        documents : iterable of token lists
        min_count : int, default=1
            Rarer words are left out.

        Returns
        -------
        word_vectors : WordVectors of n_words x vector_size
            The most frequent first, with counts: a source for
            :class:`skmeta.MetaEmbeddings` and :class:`skmeta.MetaEmbeddingVectorizer`.
        """
        check_is_fitted(self)
        documents = check_documents(documents)
        return self._tokens.average_words(documents, min_count)

    def coverage(self, X: Documents) -> pd.DataFrame:
        """Return the share of the documents the model knows: all, by its characters.

        Parameters
        ----------
        X : iterable of token lists

        Returns
        -------
        coverage : DataFrame with one row
            Columns ``tokens``, ``known_tokens``, ``token_share``, ``words`` (distinct
            tokens), ``known_words``, ``word_share``.
        """
        check_is_fitted(self)
        name = type(self).__name__.lower()
        return count_known(read_documents(X), {name: _Everything()})

    @property
    def common_components_(self) -> np.ndarray | None:
        """The directions that are removed from pooled rows."""
        return self._pooler.common_components

    def _fit(self, documents: Any, y: Any) -> None:
        documents, _ = self._fit_layers(documents, y)
        self._pooler.fit(documents, self._tokens, self._settings)

    def _fit_embed(self, documents: Any, y: Any) -> np.ndarray:
        documents, layers = self._fit_layers(documents, y)
        rows = None
        if layers is not None and ContextTokens.can_mix_rows(self._poolings):
            rows = self._tokens.mix(layers)
        return self._pooler.fit_transform(
            documents, self._tokens, y, self._settings, rows
        )

    def _embed(self, batch: DocumentBatch) -> np.ndarray:
        return self._pooler.embed(batch.checked(), self._tokens, self._settings)

    @property
    def _settings(self) -> PoolingSettings:
        """The parameters of pooling."""
        return PoolingSettings(self.pooling, self.weighting, self.remove_components)

    @property
    def _poolings(self) -> tuple:
        return check_poolings(self.pooling)

    @property
    def _tokens(self) -> ContextTokens:
        """What is pooled."""
        bilm = self.bilm_
        return ContextTokens(
            self._read,
            bilm.n_layers,
            bilm.vector_size,
            self.layer_weights_,
            self.gamma,
        )

    def _fit_layers(self, documents: Any, y: Any) -> tuple[Any, np.ndarray | None]:
        """Get a model and weights of layers.

        Return the documents, as a list where they are needed at once, and the pooled
        layers that the weights were learned from, or None.
        """
        poolings = self._poolings
        if uses_labels(self.weighting):
            raise ValueError(
                f"Found weighting={self.weighting!r}, which learns from labels, "
                "expected one that does not: reading the documents once a fold "
                "would take too long. Use 'idf', 'sif' or 'usif'."
            )
        learns = isinstance(self.layer_weights, str) and self.layer_weights == "learn"
        if isinstance(documents, DocumentStream):
            weighting = get_weighting(self.weighting)
            if learns or count_to_remove(self.remove_components, weighting):
                documents = list(documents)  # lest they are read by the model twice
        if learns:
            encode_labels(y, documents, "layer_weights='learn'")  # before long work
        self.bilm_, self._opened_files = take_model(self, documents)
        self._pooler = DocumentPooler(type(self).__name__)
        self._pooler.weigh_words(
            documents, WordIndex({}), None, None, self._settings, keep_unknown=True
        )
        self.layer_weights_: Any = None
        pooled: np.ndarray | None = None
        if isinstance(self.layer_weights, str) and self.layer_weights == "all":
            return documents, pooled

        def pool_layers() -> np.ndarray:
            nonlocal pooled
            some = poolings if ContextTokens.can_mix_rows(poolings) else ("mean",)
            pooled = self._tokens.pool_layers(documents, some, self._pooler.weighting)
            return pooled

        self.layer_weights_ = find_layer_weights(
            self.layer_weights, self.bilm_.n_layers, pool_layers, y
        )
        return documents, pooled

    @property
    def _read(self) -> Callable[..., None]:
        """What reads documents and hands over their tokens' layers."""
        return partial(
            read_layers,
            bilm=self.bilm_,
            normalize=self.normalize_layers,
            user=type(self).__name__,
            start=self.initial_state,
            batch_tokens=self.batch_tokens,
            n_jobs=self.n_jobs,
            verbose=self.verbose,
        )

    def __getstate__(self) -> dict[str, Any]:
        """Leave out a model that can be opened by its path again."""
        state = super().__getstate__()
        if state.get("_opened_files"):
            state = {name: value for name, value in state.items() if name != "bilm_"}
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        opened = state.get("_opened_files")
        if opened:
            self.bilm_ = take_model_again(self, opened)

    @property
    def _n_features_out(self) -> int:
        n_blocks = len(self._poolings)
        if self.layer_weights_ is None:
            n_blocks *= self.bilm_.n_layers
        return n_blocks * self.bilm_.vector_size


class _Everything:
    """Holds every word."""

    def __contains__(self, word: object) -> bool:
        return True
