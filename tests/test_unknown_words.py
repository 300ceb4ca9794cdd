import pickle
import re
from functools import partial

import numpy as np
import pytest
from gensim.models import FastText, Word2Vec
from gensim.test.utils import common_texts
from processes import outputs_of
from sklearn.base import clone
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline, make_pipeline

import skmeta
from skmeta import (
    Doc2VecVectorizer,
    MetaEmbeddings,
    Word2VecVectorizer,
    WordVectors,
)

# rows as pooled: they are compared with vectors of words
FastTextVectorizer = partial(skmeta.FastTextVectorizer, scale=1)
MetaEmbeddingVectorizer = partial(skmeta.MetaEmbeddingVectorizer, scale=1)
PretrainedVectorizer = partial(skmeta.PretrainedVectorizer, scale=1)

SIZES = {"vector_size": 5, "min_count": 1, "workers": 1, "seed": 0}
FASTTEXT = FastText(common_texts * 5, bucket=99, **SIZES)
WORD2VEC = Word2Vec(common_texts * 5, **SIZES)
KNOWN = {"human": [1.0, 0.0], "computer": [0.6, 0.8], "humanoid": [0.0, 2.0]}
ODD = ["", "a", "\N{GRINNING FACE}", "서울", "long" * 2_500, "caf\ud800"]
DOCUMENTS = [
    ["human", "humanoid", "robots"],
    [],
    ["robots", "robots", "human"],
    ["xyz"],
    ODD,
    ["", "human", "", "trees"],
    ["time", "user"],
]
PRINT_ROWS = """
import hashlib
from gensim.test.utils import common_texts
from skmeta import FastTextVectorizer, MetaEmbeddingVectorizer
fasttext = FastTextVectorizer(vector_size=8, min_count=1, bucket=99, random_state=0)
known = {"human": [1.0, 0.0], "humanoid": [0.0, 1.0]}
meta = MetaEmbeddingVectorizer([("f", fasttext), ("k", known)], unknown="subword")
rows = meta.fit(common_texts).transform([["human", "robot"], ["xyz", "humanoid", ""]])
print(hashlib.sha256(rows.tobytes()).hexdigest())
"""


def vectorizers(**parameters):
    """Return one of each kind, all of which have n-grams."""
    sources = [("fasttext", FASTTEXT), ("known", KNOWN)]

    def meta(**more):
        return MetaEmbeddingVectorizer(sources, **parameters, **more)

    fasttext = FastTextVectorizer(
        vector_size=5, min_count=1, bucket=99, random_state=0, **parameters
    )
    return {
        "pretrained": PretrainedVectorizer(FASTTEXT, **parameters),
        "fasttext": fasttext,
        "meta": meta(),
        "meta regress": meta(missing="regress"),
        "meta neighbors": meta(missing="neighbors", combiner="average"),
        "meta center": meta(center=True),
        "meta svd": meta(combiner="svd"),
        "meta intersection": meta(vocabulary="intersection"),
        "meta document": meta(level="document"),
    }


@pytest.fixture(params=vectorizers())
def name(request):
    return request.param


def mean_of(keyed_vectors, document):
    vectors = [keyed_vectors[word] for word in document if word]
    return np.mean(vectors, axis=0) if vectors else np.zeros(5)


def test_words_made_of_n_grams_are_those_of_gensim():
    documents = [d for d in DOCUMENTS if d is not ODD] + [ODD[:-1]]
    rows = PretrainedVectorizer(FASTTEXT, unknown="subword").fit_transform(documents)
    expected = [mean_of(FASTTEXT.wv, document) for document in documents]
    np.testing.assert_allclose(rows, expected, atol=1e-7)
    one_by_one = PretrainedVectorizer(FASTTEXT, unknown="subword", pooling="sum")
    rows = one_by_one.fit_transform([[word] for word in ("robots", *ODD[1:-1])])
    expected = [FASTTEXT.wv[word] for word in ("robots", *ODD[1:-1])]
    np.testing.assert_array_equal(rows, expected)


def test_a_document_alone_has_its_row_of_the_batch(name, monkeypatch):
    vectorizer = vectorizers(unknown="subword")[name].fit(common_texts)
    rows = vectorizer.transform(DOCUMENTS)
    alone = [vectorizer.transform([document])[0] for document in DOCUMENTS]
    np.testing.assert_allclose(rows, alone, atol=1e-6)
    turned = vectorizer.transform([d[::-1] for d in DOCUMENTS[::-1]])
    np.testing.assert_allclose(rows, turned[::-1], atol=1e-6)
    monkeypatch.setattr("skmeta._pooling._pool._TOKENS_BLOCK_SIZE", 3)
    np.testing.assert_allclose(vectorizer.transform(DOCUMENTS), rows, atol=1e-6)


def test_known_words_are_unchanged(name):
    known = [["human", "computer"], [], ["human"], ["computer", "computer"]]
    rows = [
        vectorizers(unknown=unknown)[name].fit(common_texts).transform(documents)
        for unknown in ("ignore", "subword", "error")
        for documents in [known]
    ]
    np.testing.assert_array_equal(rows[0], rows[1])
    np.testing.assert_array_equal(rows[0], rows[2])


def test_words_without_an_n_gram_are_ignored(name):
    vectorizer = vectorizers(unknown="subword")[name].fit(common_texts)
    rows = vectorizer.transform([["human", "", ""], ["human"], [""]])
    np.testing.assert_allclose(rows[0], rows[1], atol=1e-7)
    assert not rows[2].any()


def test_unknown_words_are_ignored_by_default(name):
    vectorizer = vectorizers()[name].fit(common_texts)
    rows = vectorizer.transform([["human", "robots", *ODD], ["human"], ["robots"]])
    np.testing.assert_allclose(rows[0], rows[1], atol=1e-7)
    assert not rows[2].any()


def test_clones_and_pickles_do_the_same(name):
    vectorizer = vectorizers(unknown="subword")[name].fit(common_texts)
    expected = vectorizer.transform(DOCUMENTS)
    again = pickle.loads(pickle.dumps(vectorizer))
    np.testing.assert_array_equal(again.transform(DOCUMENTS), expected)
    cloned = clone(vectorizer)
    assert cloned.unknown == "subword"
    np.testing.assert_array_equal(
        cloned.fit(common_texts).transform(DOCUMENTS), expected
    )


@pytest.mark.timeout(60)
def test_rows_are_the_same_in_any_process():
    assert len(outputs_of(PRINT_ROWS)) == 1


def test_it_can_be_searched():
    pipeline = make_pipeline(PretrainedVectorizer(FASTTEXT), LogisticRegression())
    grid = {"pretrainedvectorizer__unknown": ["ignore", "subword"]}
    search = GridSearchCV(pipeline, grid, cv=2).fit(DOCUMENTS * 2, [0, 1] * 7)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    meta = MetaEmbeddingVectorizer([("fasttext", FASTTEXT), ("known", KNOWN)])
    pipeline = Pipeline([("meta", meta), ("clf", LogisticRegression())])
    grid = {"meta__unknown": ["ignore", "subword"], "meta__level": ["word", "document"]}
    search = GridSearchCV(pipeline, grid, cv=2).fit(DOCUMENTS * 2, [0, 1] * 7)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()


def test_weights_of_unknown_words_are_those_of_words_never_seen():
    idf = PretrainedVectorizer(FASTTEXT, unknown="subword", weighting="idf")
    idf.fit(common_texts)
    human = idf.word_weights_[idf.word_vectors_.key_to_index["human"]]
    never = np.log(1 + len(common_texts)) + 1
    expected = human * FASTTEXT.wv["human"] + never * FASTTEXT.wv["robots"]
    row = idf.transform([["human", "robots"]])[0]
    np.testing.assert_allclose(row, expected / (human + never), atol=1e-7)


# Several sources.


@pytest.mark.parametrize("missing", ["zero", "mean", "neighbors", "regress"])
@pytest.mark.parametrize("vocabulary", ["union", "intersection"])
@pytest.mark.parametrize("combiner", ["concatenate", "average", "svd"])
def test_words_are_combined_as_meta_embeddings_combine_them(
    missing, vocabulary, combiner
):
    settings = {"missing": missing, "vocabulary": vocabulary, "combiner": combiner}
    model = MetaEmbeddings([FASTTEXT, KNOWN], **settings)
    meta = MetaEmbeddingVectorizer(
        [("fasttext", FASTTEXT), ("known", KNOWN)], unknown="subword", **settings
    )
    words = ["human", "humanoid", "robots", "trees"]  # of one, two sources, of letters
    rows = meta.fit(common_texts).transform([[word] for word in words])
    expected = [model.vector(word) for word in words]
    np.testing.assert_allclose(rows, expected, atol=1e-6)


def test_a_source_without_n_grams_is_absent():
    meta = MetaEmbeddingVectorizer(
        [("fasttext", FASTTEXT), ("known", KNOWN)], unknown="subword"
    )
    [row] = meta.fit(common_texts).transform([["robots"]])
    unit = FASTTEXT.wv["robots"] / np.linalg.norm(FASTTEXT.wv["robots"])
    np.testing.assert_allclose(row, [*unit, 0, 0], atol=1e-6)


def test_words_that_only_one_source_knows_are_made_of_it():
    meta = MetaEmbeddingVectorizer(
        [("fasttext", FASTTEXT), ("known", KNOWN)],
        vocabulary="intersection",
        unknown="subword",
        normalize=False,
    ).fit(common_texts)
    assert set(meta.word_vectors_.words) == {"human", "computer"}
    [row] = meta.transform([["humanoid"]])
    np.testing.assert_allclose(row, [*FASTTEXT.wv["humanoid"], 0, 2], atol=1e-6)


def test_at_level_document_sources_without_n_grams_ignore_unknown_words():
    meta = MetaEmbeddingVectorizer(
        [
            ("fasttext", FASTTEXT),
            ("known", KNOWN),
            ("w2v", Word2VecVectorizer(vector_size=3, min_count=1)),
        ],
        level="document",
        unknown="subword",
    ).fit(common_texts)
    found = {name: source.unknown for name, source in meta.sources_.items()}
    assert found == {"fasttext": "subword", "known": "ignore", "w2v": "ignore"}
    [row] = meta.transform([["robots"]])
    assert row[:5].all()
    assert not row[5:].any()


def test_at_level_document_n_grams_of_a_vectorizer_suffice():
    fasttext = FastTextVectorizer(
        vector_size=3, min_count=1, bucket=9, unknown="subword"
    )
    meta = MetaEmbeddingVectorizer(
        [("fasttext", fasttext), ("known", KNOWN)], level="document", unknown="subword"
    )
    assert meta.fit(common_texts).transform([["robots"]]).any()


# Coverage.


def test_coverage_tells_what_is_made_of_n_grams():
    documents = [["human", "robots", "robots", ""], ["xyz", "humanoid"]]
    pretrained = PretrainedVectorizer(FASTTEXT, unknown="subword").fit(documents)
    [row] = pretrained.coverage(documents).to_dict("records")
    assert row["known_tokens"] == row["known_words"] == 1
    assert (row["subword_tokens"], row["subword_words"]) == (4, 3)
    ignoring = PretrainedVectorizer(FASTTEXT).fit(documents).coverage(documents)
    assert not any("subword" in column for column in ignoring)


@pytest.mark.parametrize("vocabulary", ["union", "intersection"])
def test_coverage_of_several_sources_tells_it_of_each(vocabulary):
    documents = [["human", "robots", "robots", ""], ["xyz", "humanoid", "trees"]]
    meta = MetaEmbeddingVectorizer(
        [("fasttext", FASTTEXT), ("known", KNOWN)],
        vocabulary=vocabulary,
        unknown="subword",
    ).fit(documents)
    coverage = meta.coverage(documents)
    assert coverage["subword_tokens"].to_dict() == {
        "fasttext": 4,
        "known": 0,
        "(together)": 3 if vocabulary == "union" else 5,  # else trees and humanoid too
    }
    made = coverage["subword_words"] + coverage["known_words"]
    assert made["(together)"] == 5
    meta.set_params(level="document", vocabulary="union").fit(documents)
    coverage = meta.coverage(documents)
    assert coverage["subword_tokens"].to_list() == [4, 0, 3]
    assert coverage["known_tokens"].to_list() == [2, 2, 3]


# Refusals.


def test_unknown_words_are_refused_by_name(name):
    vectorizer = vectorizers(unknown="error")[name].fit(common_texts)
    documents = [["human"], [], ["computer", "robots", "xyz"], ["robots", "abc"]]
    message = (
        r"Document 2 has the unknown token 'robots', the first of 3 distinct ones: "
        r"\['robots', 'xyz', 'abc'\]; expected .* set unknown='ignore'"
    )
    with pytest.raises(ValueError, match=message):
        vectorizer.transform(documents)


def test_at_level_document_what_one_source_knows_is_known():
    meta = MetaEmbeddingVectorizer(
        [("fasttext", FASTTEXT), ("known", KNOWN)], level="document", unknown="error"
    )
    assert meta.fit_transform([["human", "humanoid", "trees"]]).any()
    with pytest.raises(ValueError, match="Document 1 has the unknown token 'robots'"):
        meta.fit_transform([["human"], ["robots"]])


def test_sources_that_do_not_tell_what_they_know_refuse_nothing():
    counts = make_pipeline(CountVectorizer(analyzer=list), TruncatedSVD(2))
    meta = MetaEmbeddingVectorizer(
        [("counts", counts)], level="document", unknown="error"
    )
    assert meta.fit_transform(common_texts).any()


def test_many_unknown_words_are_shortened():
    vectorizer = PretrainedVectorizer(KNOWN, unknown="error").fit([["human"]])
    documents = [["human", *(f"word{i}" for i in range(5_000))], ["long" * 2_500]]
    with pytest.raises(ValueError, match=r"of 5,001 distinct .*'word5', \.\.\.\]") as e:
        vectorizer.transform(documents)
    assert len(str(e.value)) < 500


@pytest.mark.parametrize(
    "vectorizer",
    [
        PretrainedVectorizer(KNOWN),
        PretrainedVectorizer(WORD2VEC),
        Word2VecVectorizer(min_count=1, epochs=10**6),
        FastTextVectorizer(min_count=1, max_n=2, epochs=10**6),
        FastTextVectorizer(min_count=1, bucket=0, epochs=10**6),
        MetaEmbeddingVectorizer([("known", KNOWN), ("w2v", WORD2VEC)]),
        MetaEmbeddingVectorizer(
            [("known", KNOWN), ("w2v", WORD2VEC)], level="document"
        ),
    ],
    ids=[
        "no n-grams",
        "word2vec",
        "trained word2vec",
        "long n-grams",
        "no buckets",
        "words",
        "documents",
    ],
)
@pytest.mark.timeout(30)
def test_n_grams_that_are_not_there_are_missed_in_fit(vectorizer):
    message = "no vectors of character n-grams .* Use FastTextVectorizer, load a fastT"
    vectorizer = clone(vectorizer).set_params(unknown="subword")
    with pytest.raises(ValueError, match=message):
        vectorizer.fit(common_texts)


def test_n_grams_that_are_not_there_are_missed_in_transform():
    vectorizer = PretrainedVectorizer(KNOWN).fit(common_texts)
    with pytest.raises(ValueError, match="no vectors of character n-grams"):
        vectorizer.set_params(unknown="subword").transform([["robots"]])


def test_other_ways_are_refused():
    with pytest.raises(ValueError, match="'unknown' parameter of Pretrained"):
        PretrainedVectorizer(KNOWN, unknown="skip").fit(common_texts)


def test_word_vectors_opened_from_a_folder_have_their_n_grams(tmp_path):
    WordVectors.from_gensim(FASTTEXT).save(tmp_path / "folder")
    opened = WordVectors.open(tmp_path / "folder")
    rows = [
        PretrainedVectorizer(source, unknown="subword").fit_transform(DOCUMENTS)
        for source in (opened, FASTTEXT)
    ]
    np.testing.assert_array_equal(*rows)


def test_threads_of_pooling_do_not_change_the_result(name):
    if name == "fasttext":
        return  # threads of training do
    rows = [
        vectorizers(unknown="subword", n_jobs=n_jobs)[name]
        .fit(common_texts)
        .transform(DOCUMENTS)
        for n_jobs in (None, 2, -1)
    ]
    np.testing.assert_array_equal(rows[0], rows[1])
    np.testing.assert_array_equal(rows[0], rows[2])


TITLES = [f"Word{'abcdefghij'[i % 10]}{'klmnopqrst'[i // 10]}" for i in range(60)]
CASED = WordVectors(TITLES, np.random.default_rng(0).standard_normal((60, 3)))
LOWER = WordVectors([w.lower() for w in TITLES], CASED.vectors)


def in_documents(change):
    return [[change(word) for word in TITLES[i : i + 6]] for i in range(0, 60, 3)]


@pytest.mark.parametrize("fit", ["fit", "fit_transform"])
@pytest.mark.parametrize(
    ("vectors", "change", "reason"),
    [
        (CASED, str.lower, r"are lower-cased and .*'Worddk' is known, 'worddk' is not"),
        (LOWER, str, r"are cased and .*'worddk' is known, 'Worddk' is not"),
        (CASED, lambda word: f"({word},", r"Punctuation stands at .*'Worddk' is known"),
        (LOWER, lambda word: f"{word}.", r"Punctuation .* and .*'worddk' is known"),
        (CASED, lambda word: f" {word}\n", r"Blanks stand around the tokens"),
        (CASED, lambda word: f"{word} and {word}", r"tokenize the texts first"),
        (CASED, lambda word: word[::-1], r"See coverage\(X\)"),
    ],
    ids=["lower", "cased", "marks", "cased marks", "blanks", "texts", "else"],
)
def test_a_fit_that_knows_nearly_no_token_warns(vectors, change, reason, fit):
    documents = in_documents(change)
    first = re.escape(repr(documents[0][3])[1:-1])
    message = rf"(?s)know 0\.0% of the tokens.*{first}.*, for example\. .*{reason}"
    with pytest.warns(UserWarning, match=message) as warned:
        getattr(PretrainedVectorizer(vectors), fit)(documents)
    assert len(warned) == 1
    assert warned[0].filename == __file__
    with pytest.warns(UserWarning, match=message):
        MetaEmbeddingVectorizer([("given", vectors)]).fit(documents)
    fitted = PretrainedVectorizer(vectors).fit([["any"]])
    with pytest.warns(UserWarning, match=message):
        fitted.transform(documents)
    with pytest.warns(UserWarning, match=message):
        fitted.transform(iter(documents))


def test_share_of_known_tokens_is_told():
    documents = [*in_documents(str.lower), ["Wordak"] * 6]
    with pytest.warns(UserWarning, match=r"know 4\.9% of the tokens"):
        PretrainedVectorizer(CASED).fit(documents)


def test_a_model_of_documents_and_a_small_intersection_warn():
    documents = in_documents(str)
    trained = Doc2VecVectorizer(min_count=1, vector_size=3, epochs=1).fit(documents)
    given = Doc2VecVectorizer(model=trained.model_)
    with pytest.warns(UserWarning, match=r"know 0\.0% .* are lower-cased"):
        given.fit(in_documents(str.lower))
    other = [f"other{i}" for i in range(60)]
    sources = [
        WordVectors([*TITLES[i : i + 30], *other], np.ones((90, 2))) for i in (0, 29)
    ]
    meta = MetaEmbeddingVectorizer(
        list(zip(["first", "last"], sources)), vocabulary="intersection"
    )
    with pytest.warns(UserWarning, match=r"know \d\.\d% of the tokens") as warned:
        meta.fit(documents)  # each source knows half of them
    assert len(warned) == 1


def test_rare_words_of_the_documents_are_blamed_on_min_count():
    documents = [*in_documents(str), ["often"] * 8]
    with pytest.warns(UserWarning, match=r"know 6\.\d% of .*Lower min_count"):
        Word2VecVectorizer(vector_size=3, min_count=8).fit(documents)


@pytest.mark.filterwarnings("error")
def test_nothing_is_said_where_tokens_are_known_or_few():
    fitted = PretrainedVectorizer(CASED).fit(in_documents(str))
    PretrainedVectorizer(CASED).fit([["placeholder"]])
    fitted.transform([["unknown"], []])
    mixed = [document[:2] for document in in_documents(str)] + in_documents(str.lower)
    PretrainedVectorizer(CASED).fit(mixed)  # a quarter is known
    with_ngrams = PretrainedVectorizer(FASTTEXT, unknown="subword")
    with_ngrams.fit_transform(in_documents(str.lower))
