"""Unknown tokens are looked up lower-cased, in title case, and upper-cased."""

import pickle

import numpy as np
import pytest
from gensim.models import FastText
from gensim.test.utils import common_texts
from sklearn.base import clone
from sklearn.pipeline import make_pipeline

from skmeta import (
    MetaEmbeddings,
    MetaEmbeddingVectorizer,
    PretrainedVectorizer,
    WordVectors,
    load_vectors,
    save_vectors,
)
from skmeta._vectors import _word_index

FORMS = ("lower", "title", "upper")
RNG = np.random.default_rng(0)
CASED = WordVectors(
    ["The", "the", "Paris", "USA", "of", "New_York"],
    RNG.standard_normal((6, 3)),
    counts=[50, 900, 8, 7, 400, 3],
)
LOWER = WordVectors(
    ["the", "of", "paris", "usa", "straße"],
    RNG.standard_normal((5, 2)),
    counts=[800, 500, 9, 6, 1],
)
DOCUMENTS = [
    ["THE", "paris", "of", "usa"],
    ["the", "Paris", "PARIS", "unheard"],
    ["The", "new_york", "new_york"],
    ["Unheard", "OF"],
    [],
    ["Usa", "the", "of", "Straße"],
] * 2
LABELS = [0, 1, 0, 1, 0, 1] * 2
WRITTEN = {  # what a reader of CASED's words finds, by hand
    "THE": "the",
    "paris": "Paris",
    "PARIS": "Paris",
    "usa": "USA",
    "Usa": "USA",
    "OF": "of",
    "new_york": "New_York",
}
BY_HAND = [[WRITTEN.get(token, token) for token in d] for d in DOCUMENTS]


def test_forms_are_tried_in_order_where_a_word_is_unknown():
    found = CASED.with_fallback(FORMS)
    for token, word in WRITTEN.items():
        assert token not in CASED
        assert token in found
        np.testing.assert_array_equal(found[token], CASED[word])
        np.testing.assert_array_equal(found.vector(token), CASED[word])
        assert found.index[token] == CASED.key_to_index[word]
    np.testing.assert_array_equal(found["The"], CASED["The"])  # not that of "the"
    np.testing.assert_array_equal(
        found[["THE", "usa"]], CASED[["the", "USA"]], strict=True
    )
    titles_first = CASED.with_fallback(("title", "lower"))
    np.testing.assert_array_equal(titles_first["THE"], CASED["The"])
    assert "usa" not in titles_first
    assert "unheard" not in found
    with pytest.raises(KeyError, match="'unheard' is not among the 6 words"):
        found["unheard"]


def test_words_and_vectors_are_shared():
    found = CASED.with_fallback("lower")
    assert found.vectors is CASED.vectors
    assert found.key_to_index is CASED.key_to_index
    assert found.words is CASED.words
    assert (found.fallback, CASED.fallback) == (("lower",), ())
    assert found.with_fallback(()) is CASED
    assert found.with_fallback(FORMS).with_fallback(()) is CASED
    assert "fallback=('lower',)" in repr(found)
    assert list(found.to_gensim().key_to_index) == list(CASED.words)


@pytest.mark.parametrize("compiled", [True, False], ids=["kernels", "numpy"])
@pytest.mark.parametrize("weighting", [None, "idf", "sif", "usif", "log_odds"])
def test_rows_are_those_of_tokens_rewritten_by_hand(weighting, compiled, monkeypatch):
    if not compiled:
        monkeypatch.setattr(_word_index, "kernels", None)
    vectors = WordVectors(CASED.words, CASED.vectors, CASED.counts)  # without a table
    falling_back = PretrainedVectorizer(vectors, weighting=weighting, fallback=FORMS)
    plain = PretrainedVectorizer(vectors, weighting=weighting)
    np.testing.assert_array_equal(
        falling_back.fit_transform(DOCUMENTS, LABELS),
        plain.fit_transform(BY_HAND, LABELS),
    )
    for X in (DOCUMENTS, iter(DOCUMENTS), DOCUMENTS[1:2], np.array(DOCUMENTS, object)):
        expected = plain.transform(BY_HAND[1:2] if len_of(X) == 1 else BY_HAND)
        np.testing.assert_array_equal(falling_back.transform(X), expected)


def len_of(X):
    return len(X) if hasattr(X, "__len__") else None


def test_streams_and_arrow_columns_fall_back():
    pa = pytest.importorskip("pyarrow")
    plain = PretrainedVectorizer(CASED, weighting="sif").fit(BY_HAND)
    falling_back = PretrainedVectorizer(CASED, weighting="sif", fallback=FORMS)

    class Stream:
        def __iter__(self):
            return iter(DOCUMENTS)

    expected = plain.transform(BY_HAND)
    found = falling_back.fit(Stream()).transform(Stream())
    np.testing.assert_allclose(found, expected, rtol=1e-6)
    rows = falling_back.fit(DOCUMENTS).transform(pa.array(DOCUMENTS))
    np.testing.assert_array_equal(rows, expected)


def test_word_vectors_keep_their_own_fallback_unless_told():
    own = CASED.with_fallback(FORMS)
    documents = [["usa"], ["THE"]]
    assert PretrainedVectorizer(own).fit_transform(documents).any(axis=1).all()
    fitted = PretrainedVectorizer(own, fallback=()).fit(documents)
    assert not fitted.transform(documents).any()
    assert load_vectors(own).fallback == FORMS
    assert load_vectors(own, limit=2).fallback == FORMS
    assert load_vectors(own, vocabulary=["usa"]).words == ("USA",)
    assert load_vectors(own, fallback=()) is CASED


def test_fallback_comes_before_n_grams_and_is_known():
    model = FastText(common_texts, vector_size=4, min_count=1, epochs=1, bucket=50)
    documents = [["HUMAN", "Interfaces"], ["computer", "Human"]]
    fitted = PretrainedVectorizer(
        model, unknown="subword", fallback="lower", scale=1
    ).fit(documents)
    words = fitted.word_vectors_
    rows = fitted.transform([["HUMAN"], ["Interfaces"]])
    np.testing.assert_array_equal(rows[0], words.vectors[words.key_to_index["human"]])
    np.testing.assert_array_equal(rows[1], words.subwords.vector("Interfaces"))
    coverage = fitted.coverage(documents).iloc[0]
    assert coverage[["known_tokens", "fallback_tokens", "subword_tokens"]].tolist() == [
        3,
        2,
        1,
    ]
    refusing = PretrainedVectorizer(CASED, unknown="error", fallback=FORMS)
    refusing.fit_transform([["usa", "THE"]])
    with pytest.raises(ValueError, match="'unheard'"):
        refusing.transform([["usa"], ["unheard"]])


def test_coverage_counts_what_is_found_in_another_form():
    fitted = PretrainedVectorizer(CASED, fallback=FORMS).fit(DOCUMENTS)
    coverage = fitted.coverage(DOCUMENTS).iloc[0]
    tokens = [token for document in DOCUMENTS for token in document]
    known = [t for t in tokens if t in CASED]
    other = [t for t in tokens if t not in CASED and t in WRITTEN]
    assert coverage["tokens"] == len(tokens)
    assert coverage["known_tokens"] == len(known) + len(other)
    assert coverage["known_words"] == len({*known, *other})
    assert coverage["fallback_tokens"] == len(other)
    assert coverage["fallback_words"] == len(set(other))
    plain = PretrainedVectorizer(CASED).fit(DOCUMENTS).coverage(DOCUMENTS)
    assert "fallback_tokens" not in plain


@pytest.mark.parametrize("level", ["word", "document"])
def test_coverage_of_a_meta_embedding_counts_for_each_source(level):
    sources = [("cased", CASED.with_fallback(FORMS)), ("lower", LOWER)]
    meta = MetaEmbeddingVectorizer(sources, level=level).fit(DOCUMENTS)
    table = meta.coverage([["Paris", "usa", "THE", "of", "unheard"]])
    assert table["known_tokens"].to_dict() == {"cased": 4, "lower": 2, "(together)": 4}
    others = {"cased": 2, "lower": 0, "(together)": 1}  # LOWER has "usa" as written
    assert table["fallback_tokens"].to_dict() == others


def test_combined_words_fall_back_as_each_source_does():
    sources = [("cased", CASED), ("lower", LOWER)]
    sources = [(name, wv.with_fallback(FORMS)) for name, wv in sources]
    each = [
        PretrainedVectorizer(wv, pooling="sum", scale=1).fit_transform(DOCUMENTS)
        for _, wv in sources
    ]
    together = MetaEmbeddingVectorizer(
        sources, pooling="sum", normalize=False, scale=1
    ).fit_transform(DOCUMENTS)
    np.testing.assert_allclose(together, np.hstack(each), rtol=1e-6)


@pytest.mark.parametrize("combiner", ["concatenate", "average", "svd"])
@pytest.mark.parametrize("missing", ["zero", "mean"])
def test_forms_of_a_word_have_the_same_combined_vector(combiner, missing):
    sources = [("cased", CASED), ("lower", LOWER)]
    sources = [(n, PretrainedVectorizer(wv, fallback=FORMS)) for n, wv in sources]
    meta = MetaEmbeddingVectorizer(sources, combiner=combiner, missing=missing)
    meta.fit(DOCUMENTS)
    rows = meta.transform([["paris"], ["Paris"], ["PARIS"], ["uSa"], ["usa"], ["the"]])
    assert rows.any(axis=1).all()
    np.testing.assert_allclose(rows[:3], rows[[0] * 3], atol=1e-6)
    np.testing.assert_array_equal(rows[3], rows[4])
    assert np.abs(rows[0] - rows[5]).max() > 0.1
    words = meta.word_vectors_
    assert words.fallback == FORMS
    assert "PARIS" in words
    np.testing.assert_allclose(words["PARIS"], words["paris"], atol=1e-6)
    again = pickle.loads(pickle.dumps(meta))
    np.testing.assert_array_equal(again.transform(DOCUMENTS), meta.transform(DOCUMENTS))


def test_learned_and_label_weights_know_other_forms():
    cased, lower = CASED.with_fallback(FORMS), LOWER.with_fallback(FORMS)
    documents = [[t.upper(), "of"] for t in ("paris", "usa", "the")] * 12
    labels = [0, 1, 2] * 12
    meta = MetaEmbeddingVectorizer(
        [("cased", cased), ("lower", lower)], weights="learn", weighting="log_odds"
    )
    rows = meta.fit_transform(documents, labels)
    assert rows.any(axis=1).all()
    weights = dict(zip(meta.word_vectors_.words, meta.word_weights_))
    assert weights["paris"] > weights["of"] == 1


def test_vocabularies_of_different_case_meet_in_the_intersection(tmp_path):
    cased, lower = CASED.with_fallback(FORMS), LOWER.with_fallback(FORMS)
    meta = MetaEmbeddings(
        [cased, lower],
        names=["cased", "lower"],
        combiner="concatenate",
        vocabulary="intersection",
        normalize=False,
    )
    assert set(meta.word_vectors.words) == {
        *("The", "the", "of", "Paris", "paris", "USA", "usa")
    }
    expected = np.concatenate([CASED["Paris"], LOWER["paris"]])
    for word in ("Paris", "paris", "PARIS"):
        np.testing.assert_allclose(meta[word], expected, rtol=1e-6)
    counts = dict(zip(meta.word_vectors.words, meta.word_vectors.counts.tolist()))
    assert counts["the"] == 900 + 800
    assert counts["The"] == 50  # each word as it is written
    meta.save(tmp_path / "meta")
    assert "PARIS" in MetaEmbeddings.load(tmp_path / "meta")
    kept = MetaEmbeddings([cased, lower], names=["c", "l"], out=tmp_path / "out")
    assert kept.word_vectors.fallback == FORMS


def test_pickles_share_and_folders_keep_the_forms(tmp_path):
    found = CASED.with_fallback(FORMS)
    both = pickle.loads(pickle.dumps([CASED, found]))
    assert both[1].fallback == FORMS
    assert both[1].with_fallback(()) is both[0]
    np.testing.assert_array_equal(both[1]["usa"], CASED["USA"])
    index = pickle.loads(pickle.dumps(found.index))
    assert index["usa"] == found.index["usa"]
    found.save(tmp_path / "folder")
    opened = WordVectors.open(tmp_path / "folder")
    assert opened is WordVectors.open(tmp_path / "folder")
    assert opened.fallback == FORMS
    assert opened.with_fallback(()).fallback == ()
    assert isinstance(opened.vectors.base, np.memmap)
    copied = pickle.loads(pickle.dumps(opened.with_fallback(())))
    assert copied.fallback == ()
    again = pickle.loads(pickle.dumps(opened))
    assert again.vectors is opened.vectors  # mapped once
    assert len(pickle.dumps(opened)) < 2_000
    assert again.fallback == FORMS
    assert "usa" in again
    save_vectors(found, tmp_path / "found.txt")
    assert load_vectors(tmp_path / "found.txt").fallback == ()


def test_clones_share_vectors_and_searches_set_the_forms():
    vectorizer = PretrainedVectorizer(CASED, fallback="lower")
    copy = clone(vectorizer)
    assert copy.word_vectors is CASED
    assert copy.fallback == "lower"
    pipeline = make_pipeline(copy).set_params(pretrainedvectorizer__fallback=FORMS)
    pipeline.fit(DOCUMENTS)
    assert pipeline[0].word_vectors_.vectors is CASED.vectors
    skops = pytest.importorskip("skops.io")
    from skmeta._io._saved_models import trusted_types

    loaded = skops.loads(skops.dumps(pipeline), trusted=trusted_types())
    np.testing.assert_array_equal(
        loaded.transform(DOCUMENTS), pipeline.transform(DOCUMENTS)
    )


@pytest.mark.parametrize("ending", [".txt", ".bin", ".safetensors"])
@pytest.mark.parametrize("cache", [False, True], ids=["read", "cached"])
def test_other_forms_of_a_vocabulary_are_loaded(tmp_path, ending, cache):
    path = tmp_path / f"vectors{ending}"
    save_vectors(CASED, path)
    loaded = load_vectors(
        path, vocabulary=[["usa", "paris"], ["of"]], fallback=FORMS, cache=cache
    )
    assert loaded.words == ("Paris", "USA", "of")
    assert "usa" in loaded
    assert load_vectors(path, vocabulary=["of", "usa"]).words == ("of",)


@pytest.mark.parametrize("fallback", ["capital", ("lower", "x"), 3, [str.lower]])
def test_unknown_forms_are_refused(fallback):
    for refuse in (CASED.with_fallback, lambda f: load_vectors(CASED, fallback=f)):
        with pytest.raises(ValueError, match="expected some of 'lower', 'title'"):
            refuse(fallback)
    with pytest.raises(ValueError, match="fallback"):
        PretrainedVectorizer(CASED, fallback=fallback).fit(DOCUMENTS)


def test_folders_with_unknown_forms_are_refused(tmp_path):
    CASED.with_fallback("upper").save(tmp_path)
    [manifest] = [p for p in tmp_path.iterdir() if b'"upper"' in p.read_bytes()]
    manifest.write_text(manifest.read_text().replace('"upper"', '"rot13"'))
    with pytest.raises(ValueError, match="names of forms"):
        WordVectors.open(tmp_path)


def test_a_warning_names_the_source_and_the_forms():
    documents = [["paris", "usa", "in", "france"]] * 10
    names = [f"Word{i}" for i in range(5)] + ["Paris", "Usa", "France", "In"]
    given = WordVectors(names, np.ones((9, 2)))
    sources = [("news", given), ("all", {"paris": [1.0], "usa": [1.0], "in": [1.0]})]
    message = (
        r"^Source 'news': The word vectors of PretrainedVectorizer know 0\.0% of the "
        r"tokens, .* Unknown are 'paris', 'usa', 'in', for example\. The tokens are "
        r"lower-cased and .*'Paris' is known, .*Tokenizer\(lowercase=\.\.\.\), or .*"
        r"fallback=\('lower', 'title', 'upper'\)"
    )
    for level in ("word", "document"):
        with pytest.warns(UserWarning, match=message) as warned:
            MetaEmbeddingVectorizer(sources, level=level, n_jobs=2).fit(documents)
        assert len(warned) == 1
        outer = MetaEmbeddingVectorizer(
            [("inner", MetaEmbeddingVectorizer(sources, level=level))], level="document"
        )
        with pytest.warns(UserWarning, match="^Source 'inner__news': "):
            outer.fit(documents)


def test_a_stream_of_unknown_tokens_warns():
    class Stream:
        def __iter__(self):
            return iter([["UNHEARD", "of"] + ["Unheard"] * 8] * 30)

    with pytest.warns(UserWarning, match=r"know 10\.0% of the tokens") as warned:
        PretrainedVectorizer(LOWER).fit(Stream())
    assert len(warned) == 1


@pytest.mark.filterwarnings("error")
def test_nothing_is_said_where_another_form_is_known():
    documents = [["PARIS", "OF", "THE"]] * 10
    PretrainedVectorizer(LOWER, fallback="lower").fit(documents)
