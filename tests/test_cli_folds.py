"""Copies of a document are in one fold of `skmeta compare`."""

import numpy as np
import pandas as pd
import pytest
from command import run_command
from hypothesis import given
from hypothesis import strategies as st
from processes import outputs_of
from sklearn.model_selection import StratifiedKFold

from skmeta.cli._folds import find_copies, split_documents

WORDS = [f"word{i}" for i in range(12)]


@given(
    st.lists(st.lists(st.sampled_from(["a", "b"]), max_size=4), min_size=12),
    st.integers(2, 3),
    st.integers(0, 5),
)
@pytest.mark.filterwarnings("ignore:The least populated class")
def test_copies_are_tested_together(documents, cv, seed):
    distinct = [["w", *document] for document in ([], "a", "b", "aa", "bb", "ab")]
    documents = [*distinct, *documents]
    labels = np.array([["x", "y"][len(d) % 2] for d in documents], object)
    copies = find_copies(documents, labels)
    folds = split_documents(copies, labels, cv, seed)
    tested = np.concatenate([test for _, test in folds])
    assert sorted(tested) == list(range(len(documents)))
    for train, test in folds:
        assert sorted([*train, *test]) == list(range(len(documents)))
        known = {tuple(documents[i]) for i in train} - {()}
        assert not known & {tuple(documents[i]) for i in test}


def test_folds_without_copies_are_those_of_scikit_learn():
    documents = [[WORDS[i % 12]] * (1 + i // 12) for i in range(60)]
    documents[10] = documents[20] = []  # none has a word, so that none repeats another
    labels = np.array(["x", "y", "y"] * 20, object)
    copies = find_copies(documents, labels)
    assert copies.describe() == ""
    found = split_documents(copies, labels, 5, 3)
    expected = StratifiedKFold(5, shuffle=True, random_state=3).split(labels, labels)
    for pair, other in zip(found, expected, strict=True):
        for rows, others in zip(pair, other, strict=True):
            np.testing.assert_array_equal(rows, others)


def test_each_class_has_its_share_of_distinct_documents_in_each_fold():
    documents = [[WORDS[i % 12], str(i % 60)] for i in range(300)]  # each five times
    labels = np.array([f"class {i % 3}" for i in range(300)], object)
    copies = find_copies(documents, labels)
    for _, test in split_documents(copies, labels, 5, 0):
        assert len(test) == 60
        assert np.unique(labels[test], return_counts=True)[1].tolist() == [20, 20, 20]


@pytest.mark.parametrize(
    ("others", "expected"),
    [
        ([], ""),
        (
            ["a"],
            "1 document (25.0%) repeats the words of an earlier one; copies are in one "
            "fold",
        ),
        (
            ["b", "a"],
            "2 documents (40.0%) repeat the words of an earlier one, 1 of them with "
            "another label; copies are in one fold",
        ),
    ],
    ids=["none", "one", "two"],
)
def test_copies_are_counted(others, expected):
    documents = [["same"], ["other"], ["third"], *(["same"] for _ in others)]
    labels = np.array(["a", "b", "b", *others], object)
    assert find_copies(documents, labels).describe() == expected


FOLDS = """
import numpy as np
from skmeta.cli._folds import find_copies, split_documents
documents = [[f"word{i * i % 17}"] for i in range(90)]
labels = np.array(["x", "y", "z"] * 30, object)
copies = find_copies(documents, labels)
print([test.tolist() for _, test in split_documents(copies, labels, 3, 0)])
print(copies.describe())
"""


def test_folds_are_the_same_in_every_process():
    assert len(outputs_of(FOLDS)) == 1


def test_what_is_learned_by_heart_is_not_rewarded(tmp_path):
    rng = np.random.default_rng(0)
    texts = [" ".join(rng.choice(WORDS, 5)) for _ in range(60)]
    table = pd.DataFrame({"text": texts, "label": rng.permutation(["a", "b"] * 30)})
    path, output = tmp_path / "noise.csv", tmp_path / "out.csv"
    pd.concat([table] * 5).to_csv(path, index=False)
    arguments = ["--cv", 3, "--n-jobs", 1, "--output", output]
    shown = run_command("compare", path, *arguments).stdout.splitlines()
    assert shown[1] == (
        "240 documents (80.0%) repeat the words of an earlier one; copies are in one "
        "fold"
    )
    assert pd.read_csv(output, index_col=0)["accuracy"].max() < 0.75
    pd.concat([table.drop_duplicates("label")] * 9).to_csv(path, index=False)
    done = run_command("compare", path, "--cv", 3, "--n-jobs", 1, check=False)
    assert "1 different document, too few for 3 folds. Lower --cv" in done.stderr
