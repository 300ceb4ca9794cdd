"""What gensim's training needs around it: a seed, progress, and errors in its place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from threading import Thread
from typing import Any, NoReturn

import numpy as np
from gensim.models.callbacks import CallbackAny2Vec
from joblib import effective_n_jobs
from scipy.sparse import csr_array
from sklearn.utils import check_random_state

from skmeta._messages import count_of
from skmeta._native import training_kernels
from skmeta._progress import progress
from skmeta._training._corpus import Corpus
from skmeta._training._side_by_side import Stopped, stop_requested

__all__ = [
    "INT32_MAX",
    "build_vocabulary",
    "check_task",
    "check_vocabulary",
    "compose_words",
    "draw_seed",
    "n_threads",
    "train",
]

INT32_MAX = np.iinfo(np.int32).max  # gensim hangs beyond it


def check_task(hs: int, negative: int, what: str) -> None:
    """Raise if there is nothing to predict."""
    if not hs and not negative:
        raise ValueError(
            f"Found hs=0 and negative=0, with which {what} learns nothing; expected "
            "one of them on. Set negative=5 or hs=1."
        )


def draw_seed(random_state: Any) -> int:
    """Draw the seed of a training."""
    return check_random_state(random_state).randint(INT32_MAX)


def n_threads(n_jobs: int | None) -> int:
    """Return the number of training threads; only a single one is deterministic."""
    return 1 if n_jobs is None else effective_n_jobs(n_jobs)


def build_vocabulary(
    model: Any, corpus: Iterable[list[str]] | Corpus, update: bool = False
) -> None:
    """Build the vocabulary of a Word2Vec or FastText as gensim does, in less memory.

    Rare words lie in memory among the others. New strings of those that are kept let
    all of it go before there are vectors. A Corpus is numbered by the model's rows.
    """
    if isinstance(corpus, Corpus):
        _count(model, dict(zip(corpus.words, corpus.counts.tolist())))
        model.corpus_count = corpus.n_documents
    else:
        counts: Counter[str] = Counter()
        model.corpus_count = 0
        for document in corpus:
            counts.update(document)
            model.corpus_count += 1
        _count(model, counts)
        counts.clear()
    model.prepare_vocab(update=update)
    if not isinstance(corpus, Corpus):
        model.prepare_weights(update=update)
        return
    corpus.renumber(model.wv.key_to_index)
    if not hasattr(model.wv, "adjust_vectors"):
        model.prepare_weights(update=update)
        return
    model.wv.adjust_vectors = lambda: compose_words(model.wv)  # the same, but quick
    model.prepare_weights(update=update)
    del model.wv.adjust_vectors


def compose_words(wv: Any) -> None:
    """Set fastText's words to the means with their n-grams, as adjust_vectors does."""
    if not wv.bucket or not len(wv):
        wv.vectors = wv.vectors_vocab
        return
    ends = np.cumsum([0, *map(len, wv.buckets_word)], dtype=np.int64)
    rows = np.concatenate(wv.buckets_word).astype(np.int32)
    if training_kernels is not None:
        wv.vectors = wv.vectors_vocab.copy()
        training_kernels.add_ngrams(wv.vectors, wv.vectors_ngrams, ends, rows)
        return
    ones = np.ones(len(rows), np.float32)
    ngrams = csr_array((ones, rows, ends), (len(wv), wv.bucket))
    wv.vectors = wv.vectors_vocab + ngrams @ wv.vectors_ngrams
    wv.vectors /= (np.diff(ends) + 1).astype(np.float32)[:, np.newaxis]


def _count(model: Any, counts: dict[str, int]) -> None:
    """Set the word counts of a model, without rare words."""
    model.corpus_total_words = sum(counts.values())
    model.raw_vocab = {
        "".join([*word]): count
        for word, count in counts.items()
        if count >= model.min_count
    }


def check_vocabulary(
    model: Any, documents: Iterable[list[str]], min_count: int
) -> None:
    """Raise if there are no words to train on, or too few."""
    n_words = len(model.wv) - bool(model.null_word)
    if not n_words:
        _raise_empty_vocabulary(model, documents, min_count)
    if model.hs and n_words == 1:
        raise ValueError(
            f"Found a vocabulary of one word, {model.wv.index_to_key[0]!r}, with "
            "which hierarchical softmax has nothing to distinguish and gensim "
            "hangs. Pass more documents, lower min_count, or set hs=0."
        )


def train(model: Any, corpus: Iterable, what: str, verbose: int) -> None:
    """Train a model whose vocabulary is built, and show the epochs.

    gensim reads and trains in threads of its own. It waits forever where reading
    fails, and when the wait for them is interrupted they wait forever for it. So
    failures end the corpus instead, and the wait has a thread of its own: whatever
    ends the training, all threads have ended when this returns.
    """
    watched = _WatchedCorpus(corpus, stop_requested())
    failures: list[BaseException] = []

    def run(advance: Callable[[], None]) -> None:
        try:
            model.train(
                watched,
                total_examples=model.corpus_count,
                epochs=model.epochs,
                callbacks=[_AfterEachEpoch(watched, advance)],
            )
        except _Ended:
            pass
        except BaseException as error:
            failures.append(error)

    with progress(f"Training {what}", model.epochs, verbose, "epochs") as advance:
        training = Thread(target=run, args=(advance,), daemon=True)
        training.start()
        try:
            training.join()
        except BaseException:  # an interrupt; a second one does not wait
            watched.interrupted = True
            training.join()
            raise
    if watched.error is not None:
        raise watched.error
    if failures:
        raise failures[0]
    if watched.stopped:
        raise Stopped


class _WatchedCorpus:
    """A corpus that ends early where reading fails or training is to stop.

    Attributes
    ----------
    error : BaseException or None
        Why reading failed.
    interrupted : bool
        Set it to end the corpus.
    """

    def __init__(self, corpus: Iterable, stop: Callable[[], bool]) -> None:
        self._corpus, self._stop = corpus, stop
        self.error: BaseException | None = None
        self.interrupted = False

    @property
    def stopped(self) -> bool:
        """Whether the result of the training is no longer wanted."""
        return self.interrupted or self._stop()

    @property
    def ended(self) -> bool:
        """Whether no more documents will come."""
        return self.error is not None or self.stopped

    def __iter__(self) -> Iterator:
        documents = None
        while not self.ended:
            try:  # not around the yield: GeneratorExit is raised there too
                if documents is None:
                    documents = iter(self._corpus)
                document = next(documents)
            except StopIteration:
                return
            except BaseException as error:
                self.error = error
                return
            yield document


class _Ended(Exception):
    """Training ended before its last epoch."""


class _AfterEachEpoch(CallbackAny2Vec):
    """Advance a progress bar after each epoch, or leave out the epochs to come."""

    def __init__(self, corpus: _WatchedCorpus, advance: Callable[[], None]) -> None:
        self._corpus, self._advance = corpus, advance

    def on_epoch_end(self, model: Any) -> None:
        """Do so; gensim's threads of the epoch have ended."""
        if self._corpus.ended:
            raise _Ended
        self._advance()


def _raise_empty_vocabulary(
    model: Any, documents: Iterable[list[str]], min_count: int
) -> NoReturn:
    """Raise an error that explains why no word is left."""
    counter: Counter[str] = Counter()
    n_documents = 0
    for document in documents:
        counter.update(document)
        n_documents += 1
    [(word, count)] = counter.most_common(1) or [("", 0)]
    if count >= min_count:  # gensim drops all words that tie with the first too many
        n_ties = sum(n == count for n in counter.values())
        raise ValueError(
            f"Found {count_of(n_ties, 'word')} that occur {count_of(count, 'time')}, "
            f"as {word!r} does, more often than any other; expected no more than "
            f"max_final_vocab={model.max_final_vocab} such words, because words of one "
            "frequency are kept or left out together. Raise max_final_vocab, or set "
            "min_count instead."
        )
    found = "no token at all"
    if count:
        found = f"the most frequent, {word!r}, does so {count_of(count, 'time')}"
    raise ValueError(
        f"No word occurs at least min_count={count_of(min_count, 'time')} in the "
        f"{count_of(n_documents, 'document')} ({found}); expected some to train on. "
        "Lower min_count or pass more documents."
    )
