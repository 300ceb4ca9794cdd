"""Words and their vectors: the object that all other modules exchange."""

from __future__ import annotations

import html
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from gensim.models import KeyedVectors
from numpy.typing import ArrayLike

from skmeta._messages import count_of
from skmeta._reading._guard import reading
from skmeta._vectors import _folder
from skmeta._vectors._check_arrays import (
    check_counts,
    check_finite,
    check_vectors,
    check_words,
    read_only,
    refuse_repeated_word,
)
from skmeta._vectors._fallback import Fallback, FallbackIndex, Form, check_fallback
from skmeta._vectors._folder_schema import check_parts
from skmeta._vectors._gensim_vectors import make_keyed_vectors, take_keyed_vectors
from skmeta._vectors._html_table import WORDS_SHOWN, html_table
from skmeta._vectors._subwords import Subwords
from skmeta._vectors._word_index import WordIndex

__all__ = ["WordVectors", "save_with", "saved_array", "saved_settings"]


class WordVectors:
    """Hold words and their vectors; immutable, and shared instead of copied.

    ``copy``, ``deepcopy`` and scikit-learn's ``clone`` return the object itself, so
    that an estimator holding word vectors can be cloned for every fold of a search
    without using memory. Made in memory it pickles with its vectors; opened from a
    folder (:meth:`open`) it is memory-mapped and pickles as the folder's path, so that
    worker processes share one copy.

    Parameters
    ----------
    words : sequence of str
        Distinct words, usually by decreasing frequency.
    vectors : array-like of shape (n_words, vector_size)
        One row per word, of finite numbers. A float32 array is used without a copy; do
        not write to it afterwards.
    counts : array-like of int of shape (n_words,), default=None
        The frequency of each word in the training corpus, if known.
    subwords : Subwords, default=None
        Vectors of character n-grams, from which :meth:`vector` composes vectors of
        words that are not among ``words``; fastText's files and gensim's FastText
        models have them.

    Attributes
    ----------
    words : tuple of str
    vectors : read-only float32 ndarray of shape (n_words, vector_size)
    counts : read-only int64 ndarray of shape (n_words,) or None
    subwords : Subwords or None
    vector_size : int
    key_to_index : dict of str to int
        The row of each word. Do not change it.
    folder : str or None
        The folder that the vectors are memory-mapped from, if any.
    fallback : tuple of str
        The other forms in which unknown words are looked up, see :meth:`with_fallback`.

    Raises
    ------
    TypeError
        If a word is not a ``str`` or the vectors are not numbers.
    ValueError
        If shapes do not match, a word occurs twice, or a number is not finite.

    See Also
    --------
    skmeta.load_vectors : Word vectors from a file, a gensim model, a dict, a DataFrame.
    skmeta.PretrainedVectorizer : Documents to vectors by pooling these.

    Examples
    --------
    >>> from skmeta import WordVectors
    >>> wv = WordVectors(["apple", "pear"], [[1.0, 0.0], [0.6, 0.8]])
    >>> wv
    WordVectors(2 words x 2)
    >>> wv["pear"]
    array([0.6, 0.8], dtype=float32)
    >>> "plum" in wv
    False
    """

    _words: tuple[str, ...] | None
    _words_in_json: np.ndarray  # of an opened folder, until they are read
    _index: WordIndex | None
    _fallback: tuple[Form, ...] = ()
    _exact: WordVectors | None = None  # the same without fallback

    def __init__(
        self,
        words: Iterable[str],
        vectors: ArrayLike,
        counts: ArrayLike | None = None,
        subwords: Subwords | None = None,
    ) -> None:
        if isinstance(words, str):
            raise TypeError(
                f"Found words={words[:60]!r}, a string; expected a list of words. For "
                "one word pass a list that holds it."
            )
        self._words = check_words(words)
        self._index = None
        self._vectors = check_vectors(vectors, self._words)
        self._counts = None if counts is None else check_counts(counts, len(self))
        self._subwords = subwords
        self._files: _folder.Files | None = None
        _ = self.key_to_index  # raises for repeated words

    @classmethod
    def from_gensim(cls, model: Any) -> WordVectors:
        """Use the word vectors of a gensim model, without copying them.

        Parameters
        ----------
        model : gensim KeyedVectors, or a model with ``.wv`` (Word2Vec, FastText, ...)
            The model and the WordVectors share memory: training the model further
            changes both. Counts that gensim made up (n, n - 1, ..., 1, for files
            without counts) are dropped. A FastText model's vectors of character n-grams
            become ``subwords``.

        Returns
        -------
        word_vectors : WordVectors
        """
        return cls(*take_keyed_vectors(model))

    def with_fallback(self, fallback: Fallback) -> WordVectors:
        """Return the same word vectors, which find unknown words in other forms.

        Parameters
        ----------
        fallback : {"lower", "title", "upper"} or sequence of them
            How a word is written instead if it is unknown as it is: the first form that
            is known counts. ``("lower", "title", "upper")`` makes cased and lower-cased
            words meet. ``()``: no other form is tried.

        Returns
        -------
        word_vectors : WordVectors
            It shares words and vectors. Membership, look-up and all that takes word
            vectors find other forms; ``words`` and ``key_to_index`` are the same.
            :meth:`save` keeps the forms; gensim's objects and files of other formats
            have none.

        Examples
        --------
        >>> from skmeta import WordVectors
        >>> wv = WordVectors(["Paris", "the"], [[1.0], [0.5]])
        >>> "paris" in wv, "paris" in wv.with_fallback(("lower", "title"))
        (False, True)
        """
        forms = check_fallback(fallback)
        exact = self if self._exact is None else self._exact
        if not forms:
            return exact
        other = self.__new__(type(self))
        vars(other).update(vars(exact), _index=None, _fallback=forms, _exact=exact)
        return other

    @property
    def fallback(self) -> tuple[Form, ...]:
        """The other forms in which unknown words are looked up."""
        return self._fallback

    def to_gensim(self) -> KeyedVectors:
        """Return gensim's KeyedVectors over the same memory.

        Returns
        -------
        keyed_vectors : gensim.models.KeyedVectors of n_words x vector_size
            Its vectors are read-only: gensim can search, compare and save them, and
            add new words, but not overwrite these.
        """
        return make_keyed_vectors(
            self.words, self.key_to_index, self.vectors, self.counts
        )

    def save(self, folder: str | os.PathLike[str]) -> None:
        """Write the vectors to a folder that :meth:`open` maps back into memory.

        The folder holds ``.npy`` and JSON files, no pickle. Files get new names, and
        one rename replaces the content: whenever the write stops, the folder has
        either its old content or the new.

        Parameters
        ----------
        folder : path
            Created if it does not exist; word vectors in it are replaced.
        """
        save_with(self, folder)

    @classmethod
    def open(cls, folder: str | os.PathLike[str]) -> WordVectors:
        """Open saved word vectors, memory-mapped: nothing is read before it is used.

        Parameters
        ----------
        folder : path
            Written by :meth:`save`.

        Returns
        -------
        word_vectors : WordVectors
            The same object for every call in a process, until the folder changes. It
            pickles as the folder's path with the sizes and times of its files; loading
            the pickle raises if they have changed.

        Raises
        ------
        FileNotFoundError
            If the folder or one of its files does not exist.
        ValueError
            If it is damaged.

        See Also
        --------
        check : Read everything, and raise if a number is not finite.

        Notes
        -----
        Dtypes and shapes of all parts are checked. The numbers are not read, so opening
        is fast, but does not show whether all numbers are finite.
        """
        folder = Path(folder)
        with reading(folder, "a folder that WordVectors.save wrote"):
            for _ in range(_folder.PATIENCE):
                files = _folder.fingerprint(folder)
                try:
                    return _open_once(files)
                except FileNotFoundError:  # replaced between checking and opening
                    continue
            return _open_once(_folder.fingerprint(folder))

    @classmethod
    def _from_files(cls, files: _folder.Files) -> WordVectors:
        """Memory-map the files of a saved folder; words are read at first use."""
        self = cls.__new__(cls)
        self._words = self._index = None
        arrays = {
            name: _folder.map_part(files, name)
            for name, _, _, _ in files.parts
            if name != "words"
        }
        settings = json.loads(files.settings)
        check_parts(files.folder, arrays, settings)
        counts, ngrams = arrays.get("counts"), arrays.get("ngrams")
        self._vectors = read_only(arrays["vectors"])
        self._counts = None if counts is None else check_counts(counts, len(self))
        self._subwords = None
        if ngrams is not None:
            self._subwords = Subwords(read_only(ngrams), *settings["subwords"])
        self._words_in_json = _folder.map_part(files, "words")
        self._files = files
        return self

    def check(self) -> WordVectors:
        """Read everything, and raise if opened vectors are not valid.

        Vectors in memory were checked when they were created. Opening a folder checks
        only dtypes and shapes; check a folder that somebody else has written.

        Returns
        -------
        self : WordVectors

        Raises
        ------
        ValueError
            If words are damaged, repeated or not as many as the vectors, or a number
            is not finite.
        """
        words = tuple(self.key_to_index)  # reads and counts them
        check_finite(self._vectors, "vectors", words)
        if self._subwords is not None:
            check_finite(self._subwords.ngram_vectors, "n-grams", None)
        return self

    @property
    def words(self) -> tuple[str, ...]:
        """The words, in row order."""
        if self._words is None and self._exact is not None:
            self._words = self._exact.words
        if self._words is None:
            with reading(self.folder or "", "a folder of word vectors"):
                words = _folder.words_from_bytes(self._words_in_json)
            if len(words) != len(self):
                raise ValueError(
                    f"Found {count_of(len(words), 'word')} for "
                    f"{count_of(len(self), 'vector')} in '{self.folder}', expected as "
                    "many. Save the word vectors again."
                )
            self._words = words
        return self._words

    @property
    def key_to_index(self) -> dict[str, int]:
        """The row of each word."""
        return self.index.key_to_index

    @property
    def index(self) -> WordIndex:
        """The row of each word, for looking up many tokens at once."""
        if self._index is None and self._exact is not None:
            self._index = FallbackIndex(self._exact.index, self._fallback)
        if self._index is None:
            key_to_index = dict(zip(self.words, range(len(self.words))))
            if len(key_to_index) < len(self.words):
                refuse_repeated_word(self.words)
            self._index = WordIndex(key_to_index)
        return self._index

    @property
    def vectors(self) -> np.ndarray:
        """The vectors, float32 of shape (n_words, vector_size)."""
        return self._vectors

    @property
    def counts(self) -> np.ndarray | None:
        """The frequency of each word, int64 of shape (n_words,), or None."""
        return self._counts

    @property
    def subwords(self) -> Subwords | None:
        """Vectors of character n-grams, or None."""
        return self._subwords

    @property
    def vector_size(self) -> int:
        """The number of dimensions."""
        return self._vectors.shape[1]

    @property
    def folder(self) -> str | None:
        """The folder that the vectors are memory-mapped from, or None."""
        return None if self._files is None else self._files.folder

    def __getitem__(self, key: str | Sequence[str]) -> np.ndarray:
        if not isinstance(key, str | Iterable):
            raise TypeError(
                f"Found the key {key!r}, expected a word or a list of words. Rows by "
                "number are in word_vectors.vectors."
            )
        try:
            if isinstance(key, str):
                return self._vectors[self._rows[key]]
            return self._vectors[[self._rows[word] for word in key]]
        except KeyError as error:
            raise KeyError(
                f"{error.args[0]!r} is not among the {count_of(len(self), 'word')}. "
                "Ask with 'word in word_vectors' first."
            ) from None

    def vector(self, word: str) -> np.ndarray:
        """Return the vector of a word; of an unknown one, from its n-grams.

        Parameters
        ----------
        word : str

        Returns
        -------
        vector : float32 ndarray of shape (vector_size,)
            Zeros for an unknown word without a single n-gram.

        Raises
        ------
        KeyError
            If the word is unknown and there are no subwords.
        """
        if self.subwords is None or word in self:
            return self[word]
        return self.subwords.vector(word)

    def __contains__(self, word: object) -> bool:
        return word in self._rows

    @property
    def _rows(self) -> Mapping[str, int]:
        """The row of each word that is found; a plain dict is the fastest."""
        return self.index if self._fallback else self.key_to_index

    def __iter__(self) -> Iterator[str]:
        return iter(self.words)

    def __len__(self) -> int:
        return len(self._vectors)

    def __copy__(self) -> WordVectors:
        return self

    def __deepcopy__(self, memo: dict) -> WordVectors:
        return self

    def __reduce__(self) -> tuple:
        if self._exact is not None:
            return WordVectors.with_fallback, (self._exact, self._fallback)
        if self._files is not None:
            return _reopen, (self._files,)
        text = _folder.words_to_bytes(self.words)
        return _restore, (text, self.vectors, self.counts, self.subwords)

    def __getstate__(self) -> dict[str, Any]:
        """Return what skops keeps; pickling uses ``__reduce__``."""
        if self._exact is not None:
            return {"exact": self._exact, "fallback": list(self._fallback)}
        if self._files is not None:
            return {"files": json.dumps(self._files)}
        return {
            "words": _folder.words_to_bytes(self.words),
            "vectors": np.asarray(self.vectors),
            "counts": self.counts,
            "subwords": self.subwords,
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Restore the state that skops kept."""
        if "exact" in state:
            found = state["exact"].with_fallback(state["fallback"])
            self.__dict__.update(vars(found))
        elif "files" in state:
            folder, parts, settings = json.loads(state["files"])
            files = _folder.Files(folder, tuple(map(tuple, parts)), settings)
            self.__dict__.update(vars(_reopen(files)))
        else:
            parts = map(state.get, ("words", "vectors", "counts", "subwords"))
            self.__dict__.update(vars(_restore(*parts)))

    def __repr__(self) -> str:
        where = "" if self.folder is None else f", from {self.folder!r}"
        if self._fallback:
            where += f", fallback={self._fallback}"
        words = count_of(len(self), "word")
        return f"WordVectors({words} x {self.vector_size}{where})"

    def _repr_html_(self) -> str:
        """Show the first words in a notebook, if they have been read."""
        words = (self._words or ())[:WORDS_SHOWN]
        more = "" if self.subwords is None else ", with vectors of character n-grams"
        title = f"<p>{html.escape(repr(self))}{more}</p>"
        return title + html_table(words, self._vectors, self._counts)


def _reopen(files: _folder.Files) -> WordVectors:
    """Unpickle word vectors that were pickled as a path."""
    _folder.check_unchanged(files)
    return _map_once(files)


@lru_cache(maxsize=8)
def _open_once(files: _folder.Files) -> WordVectors:
    """Open a folder, once per process unless its files change."""
    word_vectors = _map_once(files)
    return word_vectors.with_fallback(json.loads(files.settings).get("fallback", ()))


@lru_cache(maxsize=8)
def _map_once(files: _folder.Files) -> WordVectors:
    """Map the vectors of a folder, which find words as they are written."""
    return WordVectors._from_files(files)


def _restore(
    text: np.ndarray,
    vectors: np.ndarray,
    counts: np.ndarray | None,
    subwords: Subwords | None,
) -> WordVectors:
    """Unpickle word vectors that were pickled with their arrays, checked before."""
    self = WordVectors.__new__(WordVectors)
    self._words = _folder.words_from_bytes(text)
    self._index = None
    self._vectors = read_only(vectors)
    self._counts = None if counts is None else read_only(counts)
    self._subwords = subwords
    self._files = None
    return self


def save_with(
    word_vectors: WordVectors,
    folder: str | os.PathLike[str],
    more_arrays: Mapping[str, np.ndarray] | None = None,
    more_settings: Mapping[str, Any] | None = None,
) -> None:
    """Save word vectors, together with what else belongs to them."""
    arrays: dict[str, Any] = {"vectors": word_vectors.vectors}
    settings: dict[str, Any] = {}
    if word_vectors.counts is not None:
        arrays["counts"] = word_vectors.counts
    subwords = word_vectors.subwords
    if subwords is not None:
        arrays["ngrams"] = np.ascontiguousarray(subwords.ngram_vectors, np.float32)
        settings["subwords"] = [subwords.min_n, subwords.max_n]
    if word_vectors.fallback:
        settings["fallback"] = list(word_vectors.fallback)
    arrays.update(more_arrays or {})
    settings.update(more_settings or {})
    _folder.write(folder, word_vectors.words, arrays, settings)


def saved_settings(word_vectors: WordVectors) -> dict[str, Any]:
    """Return what else was saved with opened vectors."""
    files = word_vectors._files
    return {} if files is None else json.loads(files.settings)


def saved_array(
    word_vectors: WordVectors, name: str, copy_on_write: bool = False
) -> Any:
    """Map an array that was saved with opened vectors, None if there is none."""
    files = word_vectors._files
    if files is None:
        return None
    return _folder.map_part(files, name, "c" if copy_on_write else "r")
