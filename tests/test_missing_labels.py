import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array

from skmeta import MetaEmbeddingVectorizer, PretrainedVectorizer, text_pipeline
from skmeta._documents._missing_labels import raise_if_missing

TEXTS = ["a good film", "good fun", "a bad film", "bad acting"] * 3
MISSING = {
    "list of names and NaN": ["pos", "neg"] * 5 + ["pos", np.nan],
    "list of names and None": ["pos", "neg"] * 5 + ["pos", None],
    "list of numbers": [0.0, 1.0] * 5 + [0.0, np.nan],
    "array": np.array([0.0, 1.0] * 5 + [0.0, np.nan]),
    "object array": np.array(["pos", "neg"] * 5 + ["pos", None], dtype=object),
    "series of objects": pd.Series(["pos", "neg"] * 5 + ["pos", np.nan], dtype=object),
    "series of strings": pd.Series(["pos", "neg"] * 5 + ["pos", None], dtype="string"),
    "categories": pd.Series(["pos", "neg"] * 5 + ["pos", None], dtype="category"),
    "integers": pd.Series([0, 1] * 5 + [0, None], dtype="Int64", index=range(9, 21)),
}


@pytest.mark.parametrize("y", MISSING.values(), ids=MISSING)
def test_missing_labels_are_named(y):
    documents = [text.split() for text in TEXTS]
    vectors = {"good": [1.0, 0.5], "bad": [0.0, 1.0], "film": [1.0, 1.0]}
    source = PretrainedVectorizer(vectors, weighting="log_odds")
    learned = MetaEmbeddingVectorizer(
        [("a", vectors), ("b", vectors)], level="document", weights="learn"
    )
    fits = [(text_pipeline(effort="fast"), TEXTS)]
    fits += [(source, documents), (learned, documents)]
    for estimator, X in fits:
        with pytest.raises(ValueError, match=r"Label 11 of y is .*Drop the documents"):
            estimator.fit(X, y)


@pytest.mark.parametrize(
    "y",
    [
        ["a", "nan", ""],
        [[0, 1], [1, 0]],
        [["a", "b"], ["a"]],
        np.array([0.5, np.inf]),
        csr_array(np.eye(2)),
        pd.DataFrame({"a": [0, 1], "b": [1, 0]}),
        pd.Series(["a", "b"], dtype="category"),
        (),
    ],
    ids=str,
)
def test_other_labels_are_left_to_others(y):
    raise_if_missing(y)


def test_missing_indicators_are_named():
    with pytest.raises(ValueError, match="Label 1 of y is nan"):
        raise_if_missing(np.array([[0.0, 1.0], [np.nan, 1.0]]))
