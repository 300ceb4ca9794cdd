"""Initialize a biLM from static word vectors before it is trained.

Word2vec learns the similarity of words from far less text and time than a language
model. The character encoder is distilled from the vectors, and the softmax is
initialized with them: similar words are predicted for one another from the first step.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import torch
from torch.nn.functional import mse_loss

from skmeta._progress import progress
from skmeta._vectors._unit_rows import normalize_rows
from skmeta.elmo._characters import number_characters
from skmeta.elmo._gradients import write_types
from skmeta.elmo._network import BiLM
from skmeta.elmo._softmax import Softmax
from skmeta.elmo._streams import RARE_CLASS, Corpus

__all__ = ["StaticVectors", "distill", "find_static_vectors"]

_SPREAD = 0.8  # the standard deviation of the vectors' numbers
_WORDS_BLOCK_SIZE = 10_000
_BATCH_SIZE, _LEARNING_RATE, _LAST_RATE = 1_024, 0.003, 0.02
_LOOKS = 40  # the mean number of updates per word
_FEWEST_STEPS, _MOST_STEPS = 200, 2_000


class StaticVectors(NamedTuple):
    """Vectors of types of a corpus.

    Parameters
    ----------
    types : int64 ndarray of shape (n_types,)
        Those that have one.
    vectors : float32 ndarray of shape (n_types, size)
    """

    types: np.ndarray
    vectors: np.ndarray


def find_static_vectors(
    corpus: Corpus, word_vectors: Any, size: int, seed: int
) -> StaticVectors:
    """Find the words of a corpus, and convert their vectors to a size.

    Vectors are centered and scaled to unit length; if they are too large, their leading
    principal components are kept. Then they are rotated, so that all dimensions have
    about the same variance.

    Parameters
    ----------
    corpus : Corpus
    word_vectors : WordVectors
    size : int
    seed : int

    Raises
    ------
    ValueError
        If no word of the corpus has a vector.
    """
    rows, types = _match(corpus, word_vectors)
    if not len(types):
        examples = ", ".join(repr(word) for word in word_vectors.words[:3])
        raise ValueError(
            f"Found no word of the documents among the {len(word_vectors):,} of "
            f"static_vectors ({examples}, ...), expected some. Tokenize and lower-case "
            "both in the same way, or leave static_vectors out."
        )
    vectors = word_vectors.vectors[rows].astype(np.float64)
    vectors -= vectors.mean(axis=0)
    normalize_rows(vectors)
    n = vectors.shape[1]
    if n > size:
        _, axes = np.linalg.eigh(vectors.T @ vectors)  # largest last
        vectors, n = vectors @ axes[:, -size:], size
    random = np.random.default_rng([seed, 3])
    rotation, _ = np.linalg.qr(random.standard_normal((size, n)))
    vectors = vectors @ rotation.T
    spread = vectors.std()
    vectors *= _SPREAD / spread if spread > 0 else 0
    return StaticVectors(types, vectors.astype(np.float32))


def _match(corpus: Corpus, word_vectors: Any) -> tuple[np.ndarray, np.ndarray]:
    """Match words by their characters: their rows, and types."""
    width = corpus.types.shape[1]
    numbers = {row.tobytes(): n for n, row in enumerate(corpus.types[2:], 2)}
    words, found = word_vectors.words, dict[int, int]()
    for start in range(0, len(words), _WORDS_BLOCK_SIZE):
        some = words[start : start + _WORDS_BLOCK_SIZE]
        written = number_characters(some, width).astype(corpus.types.dtype)
        for row, characters in enumerate(written, start):
            number = numbers.get(characters.tobytes())
            if number is not None:
                found.setdefault(number, row)  # the first of words equal up to 48 bytes
    types = np.array(sorted(found), dtype=np.int64)
    rows = np.array([found[number] for number in types.tolist()], dtype=np.int64)
    return rows, types


def distill(
    model: BiLM,
    softmax: Softmax,
    corpus: Corpus,
    static: StaticVectors,
    seed: int,
    verbose: int,
) -> None:
    """Fit the character encoder and the softmax to the vectors.

    Parameters
    ----------
    model : BiLM
    softmax : Softmax
    corpus : Corpus
    static : StaticVectors
    seed : int
    verbose : int
        1 shows a progress bar.
    """
    vectors = torch.from_numpy(static.vectors).to(model.device)
    classes = torch.from_numpy(corpus.classes[static.types].astype(np.int64))
    is_word = classes > RARE_CLASS
    with torch.no_grad():
        softmax.weight[classes[is_word]] = vectors[is_word]
    _teach_encoder(model, corpus, static.types, vectors, seed, verbose)


def _teach_encoder(
    model: BiLM,
    corpus: Corpus,
    types: np.ndarray,
    vectors: torch.Tensor,
    seed: int,
    verbose: int,
) -> None:
    """Train the encoder to output the vectors of types, by their frequency."""
    encoder: Any = model.token_encoder
    weights = list(encoder.parameters())
    optimizer = torch.optim.Adam(weights, lr=_LEARNING_RATE, fused=True)
    shares = np.bincount(corpus.tokens, minlength=len(corpus.types))[types] ** 0.5
    shares /= shares.sum()
    batch_size = min(_BATCH_SIZE, max(32, len(types) // 4))
    n_steps = _LOOKS * len(types) // batch_size
    n_steps = min(max(n_steps, _FEWEST_STEPS), _MOST_STEPS)
    random = np.random.default_rng([seed, 4])
    with progress("Distilling words into biLM", n_steps, verbose) as advance:
        for step in range(n_steps):
            drawn = random.choice(len(types), batch_size, p=shares)
            drawn = drawn[np.argsort(corpus.lengths[types[drawn]], kind="stable")]
            groups = write_types(corpus, types[drawn], encoder.widest_filter)
            found = encoder(*(torch.from_numpy(g).to(model.device) for g in groups))
            loss = mse_loss(found, vectors[torch.from_numpy(drawn)])
            rate = _LEARNING_RATE * max(1 - step / n_steps, _LAST_RATE)
            for group in optimizer.param_groups:
                group["lr"] = rate
            for weight, own in zip(weights, torch.autograd.grad(loss, weights)):
                weight.grad = own
            optimizer.step()
            if step % 10 == 9:
                error = float(loss.detach()) / _SPREAD**2
                advance(10, f"{1 - error:.0%} of the variance explained")
        advance(n_steps % 10)
    optimizer.zero_grad()
