"""Why embeddings decided as they did on the documents that a report shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup
from sklearn.base import clone
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import Normalizer
from sklearn.utils.parallel import Parallel, delayed

from skmeta._warnings import WithWarnings, repeat_warnings
from skmeta.evaluate._comparison import sources_in
from skmeta.inspection import explain
from skmeta.inspection._tokens import place_contributions
from skmeta.plot._explanation_html import Panel, render_text

__all__ = ["Why", "fit_pipelines"]


def fit_pipelines(
    vectorizers: Mapping[str, Any],
    documents: Sequence[list[str]],
    labels: np.ndarray,
    held_out: np.ndarray,
    n_jobs: int | None = None,
) -> dict[str, Any]:
    """Fit vectorizers and the comparison's classifier to all but some documents.

    Parameters
    ----------
    vectorizers : dict of str to vectorizer
        Those that are sources of others are fitted once.
    documents : sequence of token lists
    labels : ndarray of shape (n_documents,)
    held_out : int ndarray
        The documents that are explained; nothing is learned from them.
    n_jobs : int, default=None

    Returns
    -------
    pipelines : dict of str to fitted Pipeline
        Empty if a single class is left.
    """
    kept = np.setdiff1d(np.arange(len(documents)), held_out)
    some, its_labels = [documents[i] for i in kept.tolist()], labels[kept]
    if len(np.unique(its_labels)) < 2:
        return {}
    reused = {name: sources_in(vectorizers, name) for name in vectorizers}
    fitted: dict[str, Any] = {}
    for names in (
        [name for name in vectorizers if not reused[name]],
        [name for name in vectorizers if reused[name]],
    ):
        found = Parallel(n_jobs=n_jobs)(
            delayed(WithWarnings(_fit))(
                vectorizers[name],
                {
                    source: FrozenEstimator(fitted[other][0])
                    for source, other in reused[name].items()
                },
                some,
                its_labels,
            )
            for name in names
        )
        fitted.update(zip(names, repeat_warnings(found)))
    return {name: fitted[name] for name in vectorizers}


def _fit(
    vectorizer: Any, sources: dict[str, Any], documents: list, labels: np.ndarray
) -> Any:
    """Fit one vectorizer, and the classifier that compare_vectorizers has."""
    vectorizer = clone(vectorizer).set_params(**sources)
    classifier = LogisticRegression(C=10, solver="newton-cg")
    return make_pipeline(vectorizer, Normalizer(), classifier).fit(documents, labels)


class Why:
    """Explain the documents of a report by pipelines that did not learn from them.

    Parameters
    ----------
    pipelines : dict of str to fitted Pipeline
    documents : dict of int to list of str
        Those that are shown, as far as they are shown, by their numbers.
    """

    def __init__(
        self, pipelines: Mapping[str, Any], documents: Mapping[int, list[str]]
    ) -> None:
        self._pipelines = pipelines
        self._documents = documents
        self._explained: dict[str, dict[int, pd.DataFrame]] = {}

    def __call__(self, name: str, number: int, label: Any, other: Any) -> Markup | None:
        """Render a document: which words speak for one label, and which for another.

        None if a label is unknown to the classifier, or the document is not explained.
        """
        if number not in self._documents or name not in self._pipelines:
            return None
        classes = list(self._pipelines[name].classes_)
        if label not in classes or other not in classes:
            return None
        rows = self._explain(name)[number]
        keys = ["word", "source"]
        if len(classes) == 2:
            sign = 1 if label == classes[1] else -1
            rows = rows.assign(contribution=sign * rows["contribution"])
        else:
            one, two = (rows[rows["class"] == value] for value in (label, other))
            against = two.assign(contribution=-two["contribution"])
            rows = pd.concat([one, against])
        sums = (
            rows.assign(word=rows["word"].astype(object), source=name)
            .groupby(keys, dropna=False, sort=False)["contribution"]
            .sum()
            .reset_index()
        )
        tokens = self._documents[number]
        placed, left = place_contributions(sums, tokens)
        values = placed.sum(axis=1).to_numpy()
        score = float(sums["contribution"].sum())
        panel = Panel(number, str(label), score, tokens, None, placed, left)
        largest = float(np.abs(values).max(initial=0))
        return Markup(render_text(panel, values, largest))

    def _explain(self, name: str) -> dict[int, pd.DataFrame]:
        """Explain all documents by one pipeline, once."""
        if name not in self._explained:
            numbers = list(self._documents)
            documents = [self._documents[number] for number in numbers]
            why = explain(self._pipelines[name], documents)
            self._explained[name] = {
                number: why[why["document"] == place]
                for place, number in enumerate(numbers)
            }
        return self._explained[name]
