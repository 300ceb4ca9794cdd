import gzip

import numpy as np
import pandas as pd
import pytest
from gensim.models import KeyedVectors
from scipy import stats

from skmeta import (
    MetaEmbeddings,
    PretrainedVectorizer,
    Word2VecVectorizer,
    WordVectors,
    load_vectors,
)
from skmeta.evaluate import word_similarity
from skmeta.evaluate._sets import gensim_file

DIFFERENCES = ["difference", "difference_low", "difference_high"]
COLUMNS = ["spearman", "low", "high", *DIFFERENCES, "pairs", "covered"]


@pytest.fixture
def pairs():
    """Return pairs of a hundred words, of which the vectors know eighty."""
    rng = np.random.default_rng(2)
    words = [f"word{i}" for i in range(100)]
    rows = [(*rng.choice(words, 2), rng.integers(10)) for _ in range(200)]
    return [(str(a), str(b), float(score)) for a, b, score in rows]


@pytest.fixture
def other():
    """Return vectors of the last eighty of the hundred words."""
    rng = np.random.default_rng(3)
    words = [f"word{i}" for i in range(20, 100)]
    return WordVectors(words, rng.standard_normal((80, 5)))


def spearman_of(vectors, pairs):
    def cosine(a, b):
        x, y = (vectors[w].astype(float) for w in (a, b))
        return x @ y / np.sqrt((x @ x) * (y @ y))

    rows = [(cosine(a, b), score) for a, b, score in pairs]
    return stats.spearmanr(np.array(rows)).statistic


def test_models_are_judged_on_the_pairs_that_all_cover(pairs, word_vectors, other):
    table = word_similarity({"one": word_vectors, "two": other}, pairs)
    assert table.index.to_list() == [("pairs", "one"), ("pairs", "two")]
    assert table.index.names == ["dataset", "model"]
    assert table.columns.to_list() == COLUMNS
    common = [
        p for p in pairs if all(w in m for m in (word_vectors, other) for w in p[:2])
    ]
    for model, row in zip((word_vectors, other), table.itertuples()):
        np.testing.assert_allclose(row.spearman, spearman_of(model, common))
        assert row.pairs == len(common)
        assert row.low < row.spearman < row.high
        covered = [all(word in model for word in pair[:2]) for pair in pairs]
        assert np.isclose(row.covered, np.mean(covered))


def test_each_model_on_its_own_pairs(pairs, word_vectors, other):
    together = word_similarity([word_vectors, other], pairs, common=False)
    assert together[DIFFERENCES].isna().all(axis=None)
    for model, (_, row) in zip((word_vectors, other), together.iterrows()):
        own = [pair for pair in pairs if all(word in model for word in pair[:2])]
        np.testing.assert_allclose(row["spearman"], spearman_of(model, own))
        assert row["pairs"] == len(own)
        [alone] = word_similarity(model, pairs).to_dict("records")
        assert all(
            np.isclose(row[c], alone[c]) for c in COLUMNS if c not in DIFFERENCES
        )


def test_difference_to_the_first_model_draw_by_draw(pairs, word_vectors, other):
    table = word_similarity([word_vectors, other, word_vectors], pairs)
    assert (table.iloc[[0, 2]][DIFFERENCES] == 0).all(axis=None)
    difference = table["spearman"].iloc[1] - table["spearman"].iloc[0]
    assert np.isclose(table["difference"].iloc[1], difference)
    low, high = table[["difference_low", "difference_high"]].iloc[1]
    assert low < difference < high
    turned = word_similarity([other, word_vectors], pairs)
    expected = [-difference, -high, -low]
    np.testing.assert_allclose(turned[DIFFERENCES].iloc[1], expected)


def test_order_of_models_and_scale_of_scores_do_not_matter(pairs, word_vectors, other):
    models = {"one": word_vectors, "two": other}
    table = word_similarity(models, pairs).drop(columns=DIFFERENCES)
    turned = word_similarity(dict(reversed(models.items())), pairs)
    pd.testing.assert_frame_equal(turned.loc[table.index, table.columns], table)
    scaled = [(a, b, np.exp(score) - 7) for a, b, score in pairs]
    scaled = word_similarity(models, scaled).drop(columns=DIFFERENCES)
    pd.testing.assert_frame_equal(scaled, table)


def test_every_kind_of_model(pairs, word_vectors, documents, tmp_path):
    word_vectors.save(tmp_path / "saved")
    models = {
        "vectors": word_vectors,
        "gensim": word_vectors.to_gensim(),
        "meta": MetaEmbeddings([word_vectors], combiner="concatenate"),
        "path": tmp_path / "saved",
        "text path": str(tmp_path / "saved"),
        "dict": dict(zip(word_vectors.words, word_vectors.vectors)),
        "table": pd.DataFrame(word_vectors.vectors, index=word_vectors.words),
        "pair": (word_vectors.words, word_vectors.vectors),
        "vectorizer": PretrainedVectorizer(word_vectors).fit(documents),
    }
    table = word_similarity(models, pairs)
    assert table.index.get_level_values("model").to_list() == list(models)
    np.testing.assert_allclose(table["spearman"], table["spearman"].iloc[0])
    assert word_similarity(word_vectors, pairs).index[0][1] == "wordvectors"
    assert word_similarity([str(tmp_path / "saved")], pairs).index[0][1] == "saved"


@pytest.mark.parametrize(
    ("models", "message"),
    [
        ({}, "0 models, expected at least 1"),
        ([], "0 models, expected at least 1"),
        ({"apple": [1.0, 0.0]}, "a dict of words and their vectors"),
        ([Word2VecVectorizer()], "not fitted"),
        (["nowhere.txt"], "no file"),
        (3, "expected a WordVectors"),
    ],
)
def test_what_is_no_model_is_refused(models, message, pairs):
    with pytest.raises((TypeError, ValueError, OSError), match=message):
        word_similarity(models, pairs)


def test_every_kind_of_pairs(pairs, word_vectors, tmp_path):
    frame = pd.DataFrame(pairs, columns=["word1", "word2", "score"])
    (tmp_path / "sets").mkdir()
    files = [tmp_path / "sets" / "a.tsv", tmp_path / "sets" / "b.txt.gz"]
    frame.to_csv(files[0], sep="\t", index=False)
    files[1].write_bytes(gzip.compress(files[0].read_bytes()))
    for name in ("README.txt", ".hidden.txt", "notes.md"):
        (tmp_path / "sets" / name).write_text("no pairs")
    given = {
        "list": pairs,
        "frame": frame[["score", "word2", "word1"]],
        "unnamed": frame.set_axis(["x", "y", "z"], axis=1),
        "folder": files[0].parent,
        "file": str(files[0]),
    }
    table = word_similarity(word_vectors, given)
    names = ["list", "frame", "unnamed", "folder/a", "folder/b", "file"]
    assert table.index.get_level_values("dataset").to_list() == names
    np.testing.assert_allclose(table["spearman"], table["spearman"].iloc[0])
    alone = word_similarity(word_vectors, [files[0].parent, files[1]])
    assert [name for name, _ in alone.index] == ["a", "b-1", "b-2"]


@pytest.mark.parametrize(
    ("pairs", "message"),
    [
        ("nowhere.tsv", "is not there"),
        ([("word1", "word2")], r"a DataFrame with the columns word1, word2 and score"),
        (pd.DataFrame({"word1": ["a"]}), "DataFrame with the columns"),
        (3, "Found the pairs 3 of type int"),
        ({}, "no sets of pairs"),
        ([("word1", "word2", "high")], "Pair 0 has the score 'high'"),
        ([("word1", "word2", None)], "expected a finite number"),
        ([("word1", ["word2"], 1)], r"Found \['word2'\] of type list"),
        ([("word1", None, 1)], "Found None of type NoneType"),
        ([(None, None, 1), ("word1", "word2", 2)], "Found None of type NoneType"),
        ([("word1", float("nan"), 1)], "Found nan of type float"),
        ([("cat", "dog", 1), ("cat", "cow", 2)], "0 by wordvectors are covered"),
    ],
)
def test_what_is_no_set_of_pairs_is_refused(pairs, message, word_vectors):
    with pytest.raises((TypeError, ValueError, OSError), match=message):
        word_similarity(word_vectors, pairs)


def test_a_folder_without_files_of_pairs(word_vectors, tmp_path):
    with pytest.raises(FileNotFoundError, match="no file of pairs in the folder"):
        word_similarity(word_vectors, tmp_path)


def test_models_without_a_common_pair(pairs, word_vectors):
    korean = {"고양이": [1.0, 2.0], "개": [2.0, 1.0]}
    models = {"english": word_vectors, "korean": korean}
    with pytest.raises(ValueError, match=r"0 by korean are covered, 0 by all models"):
        word_similarity(models, pairs)
    sets = {"english": pairs, "both": [("고양이", "개", 3), ("개", "개", 9)]}
    with pytest.warns(
        UserWarning, match="pairs of 'english' 126 by english, 0 by"
    ) as caught:
        table = word_similarity(
            models | {"none": korean | {"word1": [1, 2]}}, sets, common=False
        )
    assert caught[0].filename == __file__
    assert table.loc[("english", "korean"), "pairs"] == 0
    assert np.isnan(table.loc[("english", "korean"), "spearman"])
    assert table.loc[("both", "korean"), "spearman"] == 1


def test_words_as_written_come_before_those_in_other_capitals():
    vectors = np.eye(4) + 0.1 * np.arange(4)
    words = WordVectors(["Apple", "apple", "PEAR", "Pear"], vectors)
    pairs = [("apple", "pear", 1.0), ("Apple", "pear", 2.0), ("apple", "Apple", 3.0)]
    assert word_similarity(words, pairs)["covered"].item() == 1
    rows = {"apple": 1, "Apple": 0, "pear": 2}
    spelled = {word: words.vectors[row] for word, row in rows.items()}
    expected = spearman_of(spelled, pairs)
    assert np.isclose(word_similarity(words, pairs)["spearman"].item(), expected)
    with pytest.raises(ValueError, match="1 by wordvectors"):
        word_similarity(words, pairs, ignore_case=False)


def test_zeros_are_no_vector():
    words = {"a": [1.0, 0.0], "b": [0.0, 0.0], "c": [1.0, 1.0], "d": [0.0, 1.0]}
    pairs = [("a", "c", 1), ("a", "d", 2), ("a", "b", 3), ("c", "d", 4)]
    table = word_similarity([words], pairs)
    assert (table["pairs"].item(), table["covered"].item()) == (3, 0.75)


def test_without_intervals(pairs, word_vectors):
    table = word_similarity(word_vectors, pairs, n_bootstraps=0)
    assert table[["low", "high"]].isna().all(axis=None)
    assert np.isfinite(table["spearman"]).all()


def test_wider_intervals_of_more_confidence_and_other_seeds(pairs, word_vectors):
    narrow = word_similarity(word_vectors, pairs, confidence=0.5).iloc[0]
    wide = word_similarity(word_vectors, pairs, confidence=0.99).iloc[0]
    assert wide["low"] < narrow["low"] < narrow["high"] < wide["high"]
    other = word_similarity(word_vectors, pairs, confidence=0.5, random_state=1).iloc[0]
    assert other["spearman"] == narrow["spearman"]
    assert other["low"] != narrow["low"]


def test_progress_over_models_and_sets(pairs, word_vectors, capsys):
    word_similarity([word_vectors] * 2, {"a": pairs, "b": pairs}, verbose=1)
    assert "4/4" in capsys.readouterr().err


def test_gensim_gives_the_same_on_its_own_sets(word_vectors, data):
    paths = [
        data / "vectors" / f"{name}.txt.gz"
        for name in ("glove6b_50d_9k", "glove_twitter27b_25d_12k")
    ]
    for path in paths:
        table = word_similarity(load_vectors(path))
        theirs = KeyedVectors.load_word2vec_format(path)
        for name, file in [
            ("wordsim353", "wordsim353.tsv"),
            ("simlex999", "simlex999.txt"),
        ]:
            _, spearman, unknown = theirs.evaluate_word_pairs(gensim_file(file))
            row = table.xs(name).iloc[0]
            np.testing.assert_allclose(row["spearman"], spearman.statistic, atol=1e-6)
            np.testing.assert_allclose(row["covered"], 1 - unknown / 100)


@pytest.mark.timeout(200)
def test_real_sets(data):
    names = ["glove6b_50d_9k", "googlenews_w2v_300d_8k"]
    paths = [data / "vectors" / f"{name}.txt.gz" for name in names]
    models = dict(zip(names, paths)) | {"meta": MetaEmbeddings(paths)}
    table = word_similarity(models, data / "similarity")
    assert len(table) == 8 * 3
    assert (
        table.loc[("men", "meta"), "covered"] > table.loc[("men", names[0]), "covered"]
    )
    assert (table.loc["men", "spearman"] > 0.6).all()
    assert table["pairs"].groupby(level="dataset").nunique().eq(1).all()
