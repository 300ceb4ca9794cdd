import pickle
from functools import partial

import numpy as np
import pandas as pd
import pytest
from gensim.models import FastText, KeyedVectors, Word2Vec
from gensim.similarities import WordEmbeddingSimilarityIndex
from gensim.test import test_keyedvectors as gensim_tests
from gensim.test.utils import common_texts, datapath
from sklearn.frozen import FrozenEstimator

from skmeta import MetaEmbeddings, PretrainedVectorizer, WordVectors
from skmeta._meta._embeddings import name_sources
from skmeta.combine import SVD, Average, Concatenate

side_by_side = partial(MetaEmbeddings, combiner="concatenate")


@pytest.fixture
def sources(word_vectors):
    rng = np.random.default_rng(5)
    words = [f"word{i}" for i in range(119, 39, -1)]  # forty are shared
    other = WordVectors(words, rng.standard_normal((80, 9)), range(200, 120, -1))
    return [word_vectors, other]


def unit(vector):
    return vector / np.linalg.norm(vector)


def test_words_of_both_sources_keep_their_cosines(sources):
    meta = side_by_side(sources)
    assert len(meta) == 120
    for one, other in [("word40", "word41"), ("word79", "word50")]:
        cosines = [unit(s[one]) @ unit(s[other]) for s in sources]
        assert np.isclose(meta.wv.similarity(one, other), np.mean(cosines), atol=1e-6)


def test_vectors_are_the_unit_rows_of_the_sources(sources):
    meta = side_by_side(sources)
    both = np.concatenate([unit(sources[0]["word60"]), unit(sources[1]["word60"])])
    np.testing.assert_allclose(meta["word60"], both, atol=1e-6)
    only = np.concatenate([unit(sources[0]["word1"]), np.zeros(9)])
    np.testing.assert_allclose(meta["word1"], only, atol=1e-6)
    raw = side_by_side(sources, normalize=False)
    np.testing.assert_array_equal(raw["word60"][:6], sources[0]["word60"])


def test_average_is_over_the_sources_that_have_the_word(sources):
    meta = side_by_side(sources, combiner="average")
    np.testing.assert_allclose(meta["word1"][:6], unit(sources[0]["word1"]), atol=1e-6)
    expected = unit(sources[1]["word60"])
    expected[:6] += unit(sources[0]["word60"])
    np.testing.assert_allclose(meta["word60"], expected / 2, atol=1e-6)


def test_weights_of_sources(sources):
    combiner = Concatenate(weights={"big": 3, "small": 1})
    meta = side_by_side(sources, combiner=combiner, names=["small", "big"])
    assert np.isclose(np.linalg.norm(meta["word60"][6:]), 3, atol=1e-5)
    assert meta.combiner is not combiner


def test_vocabulary_is_the_union_or_the_intersection(sources):
    union = side_by_side(sources)
    assert set(union.wv.index_to_key) == {f"word{i}" for i in range(120)}
    shared = side_by_side(sources, vocabulary="intersection")
    assert set(shared.wv.index_to_key) == {f"word{i}" for i in range(40, 80)}
    np.testing.assert_array_equal(shared["word60"], union["word60"])


def test_words_stand_by_their_best_place(sources):
    words = side_by_side(sources).word_vectors.words
    assert words[:4] == ("word0", "word119", "word1", "word118")
    places = [min(s.key_to_index.get(word, 999) for s in sources) for word in words]
    assert places == sorted(places)


def test_counts_are_added_where_all_sources_have_them(sources):
    assert side_by_side(sources).word_vectors.counts is None
    counted = WordVectors(sources[0].words, sources[0].vectors, range(80))
    meta = side_by_side([counted, sources[1]])
    counts = dict(zip(meta.word_vectors.words, meta.word_vectors.counts))
    assert counts["word3"] == 3
    assert counts["word119"] == 200
    assert counts["word60"] == 60 + 200 - 59
    assert meta.wv.get_vecattr("word60", "count") == counts["word60"]


def test_wv_is_gensims_and_works_like_it(sources):
    meta = side_by_side(sources)
    assert isinstance(meta.wv, KeyedVectors)
    assert meta.wv is meta.wv
    plain = KeyedVectors(15)
    plain.add_vectors(list(meta.word_vectors.words), meta.word_vectors.vectors)
    assert meta.wv.most_similar("word60") == plain.most_similar("word60")
    assert meta.wv.most_similar(
        positive=["word1", "word2"], negative=["word3"], topn=3, restrict_vocab=50
    ) == plain.most_similar(["word1", "word2"], ["word3"], topn=3, restrict_vocab=50)
    assert meta.wv.doesnt_match(["word1", "word2", "word119"]) == plain.doesnt_match(
        ["word1", "word2", "word119"]
    )
    assert np.isclose(
        meta.wv.n_similarity(["word1"], ["word2", "word60"]),
        plain.n_similarity(["word1"], ["word2", "word60"]),
    )


def test_evaluations_and_similarities_of_gensim():
    plain = KeyedVectors.load_word2vec_format(
        datapath("euclidean_vectors.bin"), binary=True
    )
    meta = side_by_side([plain], normalize=False)
    pairs = datapath("wordsim353.tsv")
    assert meta.wv.evaluate_word_pairs(pairs) == plain.evaluate_word_pairs(pairs)
    questions = datapath("questions-words.txt")
    score, _ = meta.wv.evaluate_word_analogies(questions)
    assert score == plain.evaluate_word_analogies(questions)[0]
    index = WordEmbeddingSimilarityIndex(meta.wv)
    expected = WordEmbeddingSimilarityIndex(plain)
    word = plain.index_to_key[50]
    assert list(index.most_similar(word)) == list(expected.most_similar(word))
    assert meta.wv.rank(word, "the") == plain.rank(word, "the")
    assert meta.wv.closer_than(word, "the") == plain.closer_than(word, "the")


def test_wv_saves_and_loads_as_gensims(sources, tmp_path):
    meta = side_by_side(sources)
    meta.wv.save(str(tmp_path / "meta.kv"))
    meta.wv.save_word2vec_format(tmp_path / "meta.txt")
    native = KeyedVectors.load(str(tmp_path / "meta.kv"))
    text = KeyedVectors.load_word2vec_format(tmp_path / "meta.txt")
    for again in (native, text):
        assert (
            again.most_similar("word60")[0][0] == meta.wv.most_similar("word60")[0][0]
        )


def test_any_kind_of_source(sources, tmp_path):
    one = sources[0]
    one.save(tmp_path / "folder")
    one.to_gensim().save_word2vec_format(tmp_path / "some.vectors.txt")
    fitted = PretrainedVectorizer(one).fit([["word1"]])
    kinds = {
        "wordvectors": one,
        "keyedvectors": one.to_gensim(),
        "folder": tmp_path / "folder",
        "some.vectors": str(tmp_path / "some.vectors.txt"),
        "dict": dict(zip(one.words, one.vectors)),
        "dataframe": pd.DataFrame(one.vectors, index=one.words),
        "pretrainedvectorizer": fitted,
        "frozenestimator": FrozenEstimator(fitted),
        "metaembeddings": side_by_side([one], normalize=False),
    }
    meta = side_by_side(list(kinds.values()), normalize=False)
    assert list(meta.sources) == list(kinds)
    expected = np.tile(one.vectors, len(kinds))
    np.testing.assert_allclose(meta.word_vectors.vectors, expected, rtol=1e-6)


@pytest.mark.parametrize(
    ("files", "taken", "names"),
    [
        (["glove.6B.50d.txt.gz", "x.vec"], (), ["glove.6B.50d", "x"]),
        (["a.txt", "a.bin", "a-1.txt"], (), ["a-1", "a-2", "a-1-1"]),
        (["a-1.txt", "b/a.txt", "c/a.txt"], (), ["a-1", "a-2", "a-3"]),
        (["level.txt", "TF-IDF.txt"], ("level", "TF-IDF"), ["level-1", "TF-IDF-1"]),
        (["a___b__c.txt", ".txt"], (), ["a_b_c", "source"]),
    ],
)
def test_sources_have_different_names_that_parameters_can_have(files, taken, names):
    assert name_sources(files, taken) == names


def test_gensim_models_combine():
    models = [
        Word2Vec(common_texts, vector_size=size, min_count=1, sg=sg, workers=1)
        for size, sg in [(5, 0), (7, 1)]
    ]
    meta = side_by_side(models)
    assert meta["human"].shape == (12,)
    assert list(meta.sources) == ["word2vec-1", "word2vec-2"]
    assert repr(meta) == (
        "MetaEmbeddings(12 words x 12 of word2vec-1, word2vec-2; Concatenate())"
    )


def test_coverage_of_sources(sources):
    coverage = side_by_side(sources, names=["one", "other"]).coverage()
    assert coverage.loc["one"].to_dict() == {
        "words": 80,
        "share": 80 / 120,
        "shared_by_all": 40,
        "unique": 40,
        "generated": 0,
    }
    assert list(coverage.index) == ["one", "other"]


def test_words_and_length(sources):
    meta = side_by_side(sources)
    assert "word1" in meta
    assert "pear" not in meta
    assert meta[["word1", "word2"]].shape == (2, 15)
    with pytest.raises(KeyError, match="'pear' is not among the 120 words"):
        meta["pear"]


def test_wrong_arguments_are_refused(sources, word_vectors):
    with pytest.raises(TypeError, match="expected a list of sources"):
        side_by_side("vectors.txt")
    with pytest.raises(TypeError, match="expected a list of sources"):
        side_by_side(word_vectors)
    with pytest.raises(ValueError, match="at least one source"):
        side_by_side([])
    with pytest.raises(ValueError, match="a different name for each"):
        side_by_side(sources, names=["a", "a"])
    with pytest.raises(ValueError, match="2 sources and the names"):
        side_by_side(sources, names=["a"])
    with pytest.raises(ValueError, match="expected one of intersection, union"):
        side_by_side(sources, vocabulary="both")
    with pytest.raises(ValueError, match="expected one of autoencoder, average, con"):
        side_by_side(sources, combiner="sum")
    with pytest.raises(ValueError, match="share no word"):
        side_by_side([{"a": [1.0]}, {"b": [1.0]}], vocabulary="intersection")
    with pytest.raises(TypeError, match="not fitted"):
        side_by_side([PretrainedVectorizer(word_vectors)])
    with pytest.raises(ValueError, match="each of the sources"):
        side_by_side(sources, combiner=Average(weights=[1, 2, 3]))


def test_saved_model_loads_mapped_and_equal(sources, tmp_path):
    meta = side_by_side(sources, names=["one", "other"], combiner="average")
    meta.save(tmp_path)
    again = MetaEmbeddings.load(tmp_path)
    assert again.word_vectors.words == meta.word_vectors.words
    np.testing.assert_array_equal(again.word_vectors.vectors, meta.word_vectors.vectors)
    assert isinstance(again.word_vectors.vectors, np.memmap)
    pd.testing.assert_frame_equal(again.coverage(), meta.coverage())
    assert repr(again) == repr(meta)
    assert again.settings == {
        "combiner": "Average()",
        "vocabulary": "union",
        "missing": "zero",
        "normalize": True,
        "center": False,
    }
    assert again.wv.most_similar("word60") == meta.wv.most_similar("word60")
    with pytest.raises(KeyError, match="was loaded has no sources"):
        again.vector("unseen")
    sources[0].save(tmp_path)
    with pytest.raises(ValueError, match="no meta-embeddings"):
        MetaEmbeddings.load(tmp_path)


def test_gensim_may_write_to_the_vectors(sources, tmp_path):
    sources[0].to_gensim().save_word2vec_format(tmp_path / "new.txt")
    meta = side_by_side([sources[0]], normalize=False)
    meta.save(tmp_path / "folder")
    for model in (meta, MetaEmbeddings.load(tmp_path / "folder")):
        model.wv.vectors[:] = 0
        model.wv.intersect_word2vec_format(str(tmp_path / "new.txt"))
        expected = sources[0]["word3"]
        np.testing.assert_allclose(model.wv["word3"], expected, rtol=1e-5)
    saved = WordVectors.open(tmp_path / "folder").vectors
    np.testing.assert_array_equal(saved, sources[0].vectors)


def test_unknown_words_are_made_of_their_letters(sources, tmp_path):
    model = FastText(common_texts, vector_size=5, bucket=99, min_count=1, workers=1)
    model.save(str(tmp_path / "fasttext"))
    meta = side_by_side([sources[0], str(tmp_path / "fasttext")])
    expected = np.concatenate([np.zeros(6), unit(model.wv["humanoid"])])
    np.testing.assert_allclose(meta.vector("humanoid"), expected, atol=1e-6)
    np.testing.assert_array_equal(meta.vector("human"), meta["human"])
    with pytest.raises(KeyError, match="no source can make"):
        side_by_side(sources).vector("humanoid")


def test_pickle_and_notebook(sources):
    meta = side_by_side(sources, names=["<one>", "other"])
    assert meta.wv is not None
    again = pickle.loads(pickle.dumps(meta))
    assert again.wv.most_similar("word1") == meta.wv.most_similar("word1")
    shown = meta._repr_html_()
    assert "&lt;one&gt;" in shown
    assert "<one>" not in shown


@pytest.mark.filterwarnings("ignore:Call to deprecated:DeprecationWarning")
class TestWithGensimsOwnTests(gensim_tests.TestKeyedVectors):
    """What gensim asks of its KeyedVectors, asked of a combined model."""

    def setUp(self):
        super().setUp()
        self.vectors = side_by_side([self.vectors], normalize=False).wv


@pytest.mark.parametrize("missing", ["mean", "neighbors", "regress"])
def test_words_that_a_source_lacks_get_vectors_that_are_marked(sources, missing):
    meta = side_by_side(sources, names=["one", "other"], missing=missing)
    zero = side_by_side(sources, names=["one", "other"])
    assert meta.generated.shape == (2, 120)
    np.testing.assert_array_equal(
        meta.generated, zero.word_vectors.vectors[:, [0, 6]].T == 0
    )
    coverage = meta.coverage()
    assert coverage["generated"].tolist() == [40, 40]
    assert coverage["words"].tolist() == [80, 80]
    assert zero.coverage()["generated"].tolist() == [0, 0]
    blocks = meta.word_vectors.vectors[:, :6], meta.word_vectors.vectors[:, 6:]
    for block, generated in zip(blocks, meta.generated):
        lengths = np.linalg.norm(block, axis=1)
        assert (lengths > 0).all()
        np.testing.assert_allclose(lengths[~generated], 1, rtol=1e-5)
        if missing != "mean":
            np.testing.assert_allclose(lengths[generated], 1, rtol=1e-5)


def test_nothing_is_learned_from_generated_vectors(sources):
    for combiner in ("svd", "gcca", "procrustes", "one_to_n", "geometry_aware"):
        zero = side_by_side(sources, combiner=combiner)
        filled = side_by_side(sources, combiner=combiner, missing="regress")
        shared = ~filled.generated.any(axis=0)
        np.testing.assert_allclose(
            filled.word_vectors.vectors[shared],
            zero.word_vectors.vectors[shared],
            atol=1e-5,
        )


def test_combined_vectors_can_be_written_straight_to_a_folder(sources, tmp_path):
    expected = side_by_side(sources, combiner="svd", missing="regress")
    meta = side_by_side(
        sources, combiner="svd", missing="regress", out=tmp_path / "meta"
    )
    assert meta.word_vectors.folder == str(tmp_path / "meta")
    assert isinstance(meta.word_vectors.vectors, np.memmap)
    assert meta.word_vectors.words == expected.word_vectors.words
    np.testing.assert_array_equal(
        meta.word_vectors.vectors, expected.word_vectors.vectors
    )
    word = meta.word_vectors.words[3]
    assert meta.wv.most_similar(word) == expected.wv.most_similar(word)
    loaded = MetaEmbeddings.load(tmp_path / "meta")
    pd.testing.assert_frame_equal(loaded.coverage(), expected.coverage())
    np.testing.assert_array_equal(loaded.generated, expected.generated)
    assert loaded.settings == expected.settings
    assert "missing='regress'" not in repr(loaded)


def test_a_failed_combination_leaves_the_folder_as_it_was(sources, tmp_path):
    side_by_side(sources, out=tmp_path)
    before = WordVectors.open(tmp_path).vectors.copy()
    names = sorted(path.name for path in tmp_path.iterdir())
    with pytest.raises(ValueError, match="share no row"):
        side_by_side(
            [{"a": [1.0, 2.0]}, {"b": [1.0, 2.0]}], combiner="gcca", out=tmp_path
        )
    np.testing.assert_array_equal(WordVectors.open(tmp_path).vectors, before)
    assert sorted(path.name for path in tmp_path.iterdir()) == names


def test_weights_count_the_sources(sources):
    by_name = side_by_side(
        sources, names=["one", "other"], weights={"one": 2, "other": 1}
    )
    by_combiner = side_by_side(sources, combiner=Concatenate(weights=[2, 1]))
    np.testing.assert_array_equal(
        by_name.word_vectors.vectors, by_combiner.word_vectors.vectors
    )


def test_centred_sources_have_their_means_removed(sources):
    plain = side_by_side(sources, normalize=False, vocabulary="intersection")
    centred = side_by_side(
        sources, normalize=False, center=True, vocabulary="intersection"
    )
    vectors = plain.word_vectors.vectors
    np.testing.assert_allclose(
        centred.word_vectors.vectors, vectors - vectors.mean(axis=0), atol=1e-5
    )
    assert centred.settings["center"] is True


def test_no_way_to_fill_in_is_refused(sources):
    with pytest.raises(ValueError, match="expected one of mean, neighbors, regress"):
        side_by_side(sources, missing="drop")
    with pytest.raises(TypeError, match="expected one of mean, neighbors, regress"):
        side_by_side(sources, missing=None)


def test_by_default_it_is_the_svd(sources):
    meta = MetaEmbeddings(sources)
    assert meta.word_vectors.vector_size == 9
    assert repr(meta.combiner) == "SVD()"
    explicit = MetaEmbeddings(sources, combiner=SVD(power=0.5))
    np.testing.assert_array_equal(
        meta.word_vectors.vectors, explicit.word_vectors.vectors
    )


def test_progress_is_shown_when_asked_for(sources, capsys, tmp_path):
    quiet = MetaEmbeddings(sources)
    assert capsys.readouterr().err == ""
    loud = MetaEmbeddings(sources, verbose=1, out=tmp_path)
    shown = capsys.readouterr().err
    assert "Learning to combine: 100%" in shown
    assert "Combining words: 100%, 120/120" in shown
    np.testing.assert_allclose(
        loud.word_vectors.vectors, quiet.word_vectors.vectors, atol=1e-6
    )
