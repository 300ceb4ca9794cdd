"""Evaluate word vectors on analogies: "Athens is to Greece as Baghdad is to ?"."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from skmeta._documents._check import short_repr
from skmeta._meta._embeddings import open_source
from skmeta._progress import progress
from skmeta._vectors._lookup import find_words
from skmeta.datasets._benchmarks import load_analogies
from skmeta.evaluate._bootstrap import check_bootstrap
from skmeta.evaluate._coverage import tabulate
from skmeta.evaluate._models import name_models
from skmeta.evaluate._offsets import count_blocks, solve
from skmeta.evaluate._sets import gensim_file

__all__ = ["analogies", "open_questions"]

_SYNTACTIC = "gram"  # prefix of the names of such sections
_LIMIT = 300_000


def analogies(
    models: Any,
    questions: Any = None,
    *,
    common: bool = True,
    ignore_case: bool = True,
    limit: int | None = _LIMIT,
    n_bootstraps: int = 1_000,
    confidence: float = 0.95,
    random_state: int | np.random.RandomState | None = 0,
    verbose: int = 0,
) -> pd.DataFrame:
    """Count the analogies that word vectors solve.

    A model's answer to "a is to b as c is to ?" is the word whose vector has the
    largest cosine with b - a + c (3CosAdd [1]_), with all vectors of unit length; a, b
    and c are excluded.

    Parameters
    ----------
    models : model, list of models, or dict of str to model
        A model is whatever :func:`skmeta.load_vectors` takes, a
        :class:`skmeta.MetaEmbeddings`, or a fitted vectorizer that has word vectors.
        Pass a model that is a dict in a list. The first model is the one that the
        others are compared with.
    questions : path, list of questions, or dict of str to list, default=None
        A file that :func:`skmeta.datasets.load_analogies` reads, a list of questions,
        each of four words (a, b, c and the right answer), or a dict with such a list
        for each section. None: Google's questions, which come with gensim.
    common : bool, default=True
        Evaluate all models on the questions that every model covers. False: each on its
        own questions, without differences.
    ignore_case : bool, default=True
        Whether a word that is missing as it is written matches the first word that
        differs from it in case only, and whether answers and excluded words are
        compared ignoring case. gensim does the same, but always uses the first of the
        words that differ in case only.
    limit : int, default=300000
        Use only that many first words, the most frequent in most models, in questions
        and answers; None: all words. 300,000 is gensim's default.
    n_bootstraps : int, default=1000
        The number of bootstrap samples of questions for the intervals, the same for all
        models; 0: no intervals (NaN).
    confidence : float, default=0.95
        The confidence level of the intervals (percentile bootstrap).
    random_state : int, RandomState or None, default=0
        Seed of the bootstrap.
    verbose : int, default=0
        1 shows a progress bar.

    Returns
    -------
    table : DataFrame with one row a section and model
        ``accuracy``: share of right answers; ``low``, ``high``: its interval;
        ``difference``, ``difference_low``, ``difference_high``: to the first model, on
        the same samples; ``questions``: the number used; ``covered``: share of all
        questions whose words have nonzero vectors in the model. After the sections
        follow ``semantic`` and ``syntactic``, if there are both sections whose names
        begin with "gram" and others, and ``total``, of all questions.

    Raises
    ------
    FileNotFoundError
        If a file does not exist.
    TypeError, ValueError
        If questions are invalid, or models have too few of them in common.

    Warns
    -----
    UserWarning
        If models have too few questions of a section in common.

    See Also
    --------
    word_similarity : Needs fewer words.

    Notes
    -----
    The more words a model has, the more wrong answers are possible, also for common
    questions. Load models with the same ``vocabulary`` to avoid that. Google's
    questions combine a few hundred pairs of words with each other: they are not
    independent, so that intervals are too narrow.

    References
    ----------
    .. [1] O. Levy, Y. Goldberg (2014). Linguistic regularities in sparse and explicit
       word representations. CoNLL.

    Examples
    --------
    >>> from skmeta.evaluate import analogies
    >>> words = {
    ...     "man": [1.0, 0.0, 0.1], "king": [1.0, 1.0, 0.1],
    ...     "woman": [-1.0, 0.0, 0.1], "queen": [-1.0, 1.0, 0.1],
    ... }
    >>> questions = [
    ...     ("man", "king", "woman", "queen"), ("man", "woman", "king", "queen")
    ... ]
    >>> analogies({"royal": words}, questions).loc[("total", "royal"), "accuracy"]
    np.float64(1.0)
    """
    bootstrap = check_bootstrap(n_bootstraps, confidence, random_state)
    if limit is not None and limit < 1:
        raise ValueError(
            f"Found limit={limit!r}, expected a positive integer, or None."
        )
    named = name_models(models)
    sections = open_questions(questions)
    asked = [question for section in sections.values() for question in section]
    vectors = [open_source(model) for model in named.values()]
    words = [word for question in asked for word in question]
    rows = [find_words(model, words, ignore_case, limit) for model in vectors]
    known = np.array([[all(map(r.__contains__, q)) for q in asked] for r in rows])
    needed = known & known.all(axis=0) if common else known
    n_blocks = sum(
        count_blocks(count, len(model.words[:limit]))
        for count, model in zip(needed.sum(axis=1), vectors)
    )
    right = np.zeros(needed.shape)
    with progress("Analogies", n_blocks, verbose) as advance:
        for i, model in enumerate(vectors):
            some = [asked[number] for number in np.flatnonzero(needed[i])]
            right[i, needed[i]] = solve(
                model, some, rows[i], ignore_case, limit, advance
            )
    members = _group(sections)

    def score_subset(name: str, numbers: np.ndarray, used: np.ndarray) -> dict:
        answers = right[numbers][:, members[name][used]]
        n_used = np.float64(len(used))
        drawn = [
            counts @ answers.T / n_used for counts in bootstrap.resample(len(used))
        ]
        with np.errstate(invalid="ignore"):  # NaN without questions
            accuracy = answers.sum(axis=1) / n_used
        result = accuracy, np.concatenate([np.empty((0, len(numbers))), *drawn])
        return {
            **bootstrap.columns("accuracy", *result),
            **bootstrap.differences(*result, paired=common),
        }

    return tabulate(
        {name: known[:, places] for name, places in members.items()},
        list(named),
        score_subset,
        common=common,
        items="questions",
        level="section",
        fewest=1,
    )


def open_questions(given: Any) -> dict[str, list[tuple[str, ...]]]:
    """Return the questions of each section."""
    if given is None:
        given = gensim_file("questions-words.txt")
    if isinstance(given, str | os.PathLike):
        given = load_analogies(given)
    if not isinstance(given, Mapping):
        given = {"questions": given}
    sections = {}
    for name, questions in given.items():
        rows = list(questions) if isinstance(questions, Iterable) else []
        for number, row in enumerate(rows):
            is_list = isinstance(row, list | tuple) and len(row) == 4
            if not is_list or not all(isinstance(word, str) for word in row):
                raise TypeError(
                    f"Question {number} of {name!r} is {short_repr(row)}, expected "
                    "four words, e.g. ('Athens', 'Greece', 'Baghdad', 'Iraq')."
                )
        if not rows:
            raise ValueError(
                f"Found no questions in {name!r}: {short_repr(questions)}, expected a "
                "list of four words each. Leave the section out."
            )
        sections[str(name)] = [tuple(row) for row in rows]
    return sections


def _group(sections: Mapping[str, list]) -> dict[str, np.ndarray]:
    """Return the indices of the questions of each section, and of all."""
    groups: dict[str, Any] = {}
    kinds: dict[str, list[int]] = {"semantic": [], "syntactic": [], "total": []}
    start = 0
    for name, questions in sections.items():
        numbers = range(start, start + len(questions))
        groups[name] = numbers
        kinds["syntactic" if name.startswith(_SYNTACTIC) else "semantic"] += numbers
        kinds["total"] += numbers
        start = numbers.stop
    if not kinds["semantic"] or not kinds["syntactic"]:
        kinds = {"total": kinds["total"]}
    return {name: np.array(n) for name, n in (groups | kinds).items()}
