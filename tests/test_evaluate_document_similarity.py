import numpy as np
import pandas as pd
import pytest
from scipy import stats
from sklearn.exceptions import NotFittedError
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics.pairwise import cosine_similarity

from skmeta import MetaEmbeddings, MetaEmbeddingVectorizer, PretrainedVectorizer
from skmeta.evaluate import document_similarity

DIFFERENCES = ["difference", "difference_low", "difference_high"]
COLUMNS = ["pearson", "pearson_low", "pearson_high"]
COLUMNS += ["spearman", "spearman_low", "spearman_high"]
COLUMNS += [*DIFFERENCES, "pairs", "covered"]


@pytest.fixture
def pairs(documents):
    """Return pairs of token lists; the last document is empty."""
    rng = np.random.default_rng(5)
    numbers = [rng.choice(len(documents), 2, replace=False) for _ in range(80)]
    return [(documents[i], documents[j], float(rng.integers(6))) for i, j in numbers]


@pytest.fixture
def models(documents, word_vectors):
    return {
        "mean": word_vectors,
        "TF-IDF": TfidfVectorizer(analyzer=list).fit(documents),
        "document": MetaEmbeddingVectorizer(
            [("a", PretrainedVectorizer(word_vectors, pooling="max"))], level="document"
        ).fit(documents),
        "table": PretrainedVectorizer(word_vectors)
        .set_output(transform="pandas")
        .fit(documents),
        "gensim": word_vectors.to_gensim(),
        "meta": MetaEmbeddings([word_vectors], combiner="concatenate", normalize=False),
    }


def test_correlations_of_cosines_with_scores(pairs, models, word_vectors):
    table = document_similarity(models, pairs)
    assert table.columns.to_list() == COLUMNS
    assert table.index.names == ["dataset", "model"]
    mean = PretrainedVectorizer(word_vectors).fit([["word0"]])
    covered = [
        all(any(w in word_vectors for w in d) for d in pair[:2]) for pair in pairs
    ]
    used = [pair for pair, is_covered in zip(pairs, covered) if is_covered]
    assert 0 < len(used) < len(pairs)
    scores = [score for *_, score in used]
    for name, model in models.items():
        transform = model.transform if hasattr(model, "transform") else mean.transform
        x, y = (transform([pair[i] for pair in used]) for i in (0, 1))
        cosines = np.diag(cosine_similarity(x, y)).round(6)
        row = table.loc[("pairs", name)]
        expected = stats.pearsonr(cosines, scores).statistic
        np.testing.assert_allclose(row["pearson"], expected, atol=1e-5)
        expected = stats.spearmanr(cosines, scores).statistic
        np.testing.assert_allclose(row["spearman"], expected, atol=1e-3)
        assert row["pairs"] == len(used)
        assert row["pearson_low"] < row["pearson"] < row["pearson_high"]
        assert row["spearman_low"] < row["spearman"] < row["spearman_high"]
    np.testing.assert_allclose(
        table.loc[("pairs", "mean"), "covered"], np.mean(covered)
    )
    assert (table.loc[("pairs", "meta"), DIFFERENCES] == 0).all()


def test_difference_is_of_pearson_to_the_first(pairs, models):
    table = document_similarity(models, pairs).loc["pairs"]
    difference = table["pearson"] - table["pearson"].iloc[0]
    np.testing.assert_allclose(table["difference"], difference)
    own = document_similarity(models, pairs, common=False)
    assert own[DIFFERENCES].isna().all(axis=None)


def test_order_of_models_and_scale_of_scores_do_not_matter(pairs, models):
    table = document_similarity(models, pairs).drop(columns=DIFFERENCES)
    turned = document_similarity(dict(reversed(models.items())), pairs)
    pd.testing.assert_frame_equal(turned.loc[table.index, table.columns], table)
    scaled = [(a, b, 3 * score - 1) for a, b, score in pairs]
    scaled = document_similarity(models, scaled).drop(columns=DIFFERENCES)
    pd.testing.assert_frame_equal(scaled, table)


def test_strings_are_split_and_files_read(word_vectors, tmp_path):
    rows = [
        ("Word1, word2!", "word3", 1.0),
        ("word4", "WORD5 word6", 2.0),
        ("word4", "Word4", 5.0),
    ]
    frame = pd.DataFrame(rows, columns=["text1", "text2", "score"])
    frame.to_csv(tmp_path / "texts.csv", index=False)
    frame[["score", "text1", "text2"]].to_csv(
        tmp_path / "texts.tsv", sep="\t", index=False, header=False
    )
    (tmp_path / "00-readme.tsv").write_text("nothing")
    (tmp_path / "readme.txt").write_text("nothing")
    tokens = [
        (["word1", "word2"], ["word3"], 1.0),
        (["word4"], ["word5", "word6"], 2.0),
        (["word4"], ["word4"], 5.0),
    ]
    given = {"rows": rows, "frame": frame, "tokens": tokens, "folder": tmp_path}
    table = document_similarity(word_vectors, given)
    names = [name for name, _ in table.index]
    assert names == ["rows", "frame", "tokens", "folder/texts-1", "folder/texts-2"]
    assert (table["pearson"] == table["pearson"].iloc[0]).all()


def test_same_documents_are_transformed_once(pairs, word_vectors):
    seen = []

    class Counting(PretrainedVectorizer):
        def transform(self, X):
            seen.extend(map(tuple, X))
            return super().transform(X)

    document_similarity(Counting(word_vectors).fit([["a"]]), {"a": pairs, "b": pairs})
    assert len(seen) == len(set(seen))


@pytest.mark.parametrize(
    ("pairs", "error", "message"),
    [
        ([("a", ["b"], 1), ("a", "b", 2)], TypeError, "Tokenize first"),
        ([(1, 2, 3)], TypeError, "expected a list of tokens"),
        ([("a", "b", "c")], ValueError, "has the score 'c'"),
        ([("cat", "dog", 1), ("cow", "dog", 2)], ValueError, "Check that language"),
        ("nowhere.tsv", FileNotFoundError, "is not there"),
        ([("word1", "word2")], TypeError, "the columns text1, text2 and score"),
    ],
)
def test_what_is_no_set_of_pairs_is_refused(pairs, error, message, word_vectors):
    with pytest.raises(error, match=message):
        document_similarity(word_vectors, pairs)


def test_a_vectorizer_that_is_not_fitted_is_refused(pairs, word_vectors):
    with pytest.raises(NotFittedError):
        document_similarity(PretrainedVectorizer(word_vectors), pairs)


def test_lee_comes_with_gensim(word_vectors):
    vectors = {"the": [1.0, 0.0], "of": [0.0, 1.0], "to": [0.5, 0.6]}
    table = document_similarity([vectors])
    assert table.index.to_list() == [("lee", "dict")]
    assert table["pairs"].item() == 1225


@pytest.mark.timeout(200)
def test_real_sets(data):
    names = ["glove6b_50d_9k", "googlenews_w2v_300d_8k"]
    paths = [data / "vectors" / f"{name}.txt.gz" for name in names]
    given = {
        name: data / "sts" / name for name in ("2012", "2013", "stsbenchmark", "lee")
    }
    table = document_similarity(paths, given, n_bootstraps=50)
    assert len(table) == (6 + 3 + 2 + 1) * 2
    assert (table["pearson"] > 0.2).all()
    assert (table["covered"] > 0.9).all()
