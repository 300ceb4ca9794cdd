import copy
import json
import os
import pickle
import subprocess
import sys
import time

import joblib
import numpy as np
import pytest
from gensim.models import Doc2Vec, FastText, KeyedVectors, Word2Vec
from gensim.models.doc2vec import TaggedDocument
from gensim.test.utils import common_texts
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from skmeta import VectorFormatError, WordVectors, load_vectors, save_vectors
from skmeta._io.formats import FORMATS_TO_SAVE


@pytest.fixture
def saved(word_vectors, tmp_path):
    word_vectors.save(tmp_path / "folder")
    return tmp_path / "folder"


def test_words_vectors_and_counts(word_vectors):
    counted = WordVectors(["a", "b"], [[1, 2], [3, 4]], counts=[5, 6])
    assert counted.words == ("a", "b")
    assert counted.vectors.dtype == np.float32
    assert counted.counts.tolist() == [5, 6]
    assert counted.counts.dtype == np.int64
    assert (len(counted), counted.vector_size) == (2, 2)
    assert list(counted) == ["a", "b"]
    assert "a" in counted
    assert "c" not in counted
    np.testing.assert_array_equal(counted["b"], [3, 4])
    np.testing.assert_array_equal(counted[["b", "a"]], [[3, 4], [1, 2]])
    assert repr(counted) == "WordVectors(2 words x 2)"
    assert word_vectors.counts is None


def test_float32_is_not_copied():
    vectors = np.ones((2, 3), dtype=np.float32)
    assert np.shares_memory(WordVectors(["a", "b"], vectors).vectors, vectors)
    assert vectors.flags.writeable


def test_nothing_can_be_written(word_vectors):
    with pytest.raises(ValueError, match="read-only"):
        word_vectors.vectors[0, 0] = 1
    with pytest.raises(ValueError, match="read-only"):
        word_vectors["word0"][:] = 1
    with pytest.raises(AttributeError):
        word_vectors.vectors = np.ones((80, 6))


def test_copies_are_the_object_itself(word_vectors):
    assert copy.copy(word_vectors) is word_vectors
    assert copy.deepcopy([word_vectors])[0] is word_vectors


@pytest.mark.parametrize(
    ("words", "vectors", "counts", "error", "message"),
    [
        (["a"], [[1.0], [2.0]], None, ValueError, r"1 word and vectors of shape \(2"),
        (["a", "b"], [1.0, 2.0], None, ValueError, "shape"),
        ([], np.empty((0, 3)), None, ValueError, "at least one word"),
        (
            ["a", "b", "a"],
            np.ones((3, 1)),
            None,
            ValueError,
            "'a' twice, in rows 0 and",
        ),
        (["a", 1], np.ones((2, 1)), None, TypeError, "word 1 of type int"),
        (["a", "b"], [[1.0], [np.nan]], None, ValueError, "1 words .* 'b' in row 1"),
        (["a", "b"], [[np.inf], [0.0]], None, ValueError, "NaN or infinity"),
        (["a"], [[1e300]], None, ValueError, "NaN or infinity"),
        (["a"], [[1.0]], [1, 2], ValueError, "counts of shape"),
        (["a"], [[1.0]], [0.5], ValueError, "one integer for each"),
        (["a"], [[1.0]], [-1], ValueError, "count -1"),
        (["a", None], np.ones((2, 1)), None, TypeError, "None of type NoneType in row"),
        ([None], np.ones((1, 1)), None, TypeError, "every word to be a str"),
        ([float("nan")], np.ones((1, 1)), None, TypeError, "word nan of type float"),
        ([b"a"], np.ones((1, 1)), None, TypeError, "type bytes"),
        (["a"], np.array([[1j]]), None, TypeError, "dtype complex128, expected real"),
        (["a"], np.array([["2026-01-01"]], "M8[D]"), None, TypeError, "datetime64"),
        (["a"], np.ones((1, 1), "m8[s]"), None, TypeError, "timedelta64"),
        (["a"], np.ones((1, 1), [("x", "f4")]), None, TypeError, "dtype .*'x'"),
    ],
)
@pytest.mark.filterwarnings("ignore:overflow:RuntimeWarning")
def test_unsound_vectors_are_refused(words, vectors, counts, error, message):
    with pytest.raises(error, match=message):
        WordVectors(words, vectors, counts)


def test_keys_that_are_no_words(word_vectors):
    with pytest.raises(KeyError, match="'pear' is not among the 80 words"):
        word_vectors["pear"]
    with pytest.raises(KeyError, match="'pear'"):
        word_vectors[["word1", "pear"]]
    with pytest.raises(TypeError, match="expected a word or a list"):
        word_vectors[3]


def small_models():
    tagged = [TaggedDocument(text, [i]) for i, text in enumerate(common_texts)]
    sizes = {"vector_size": 5, "min_count": 1, "workers": 1, "epochs": 1}
    return {
        "Word2Vec": Word2Vec(common_texts, **sizes),
        "FastText": FastText(common_texts, bucket=50, **sizes),
        "Doc2Vec": Doc2Vec(tagged, **sizes),
    }


@pytest.mark.parametrize("model", small_models().values(), ids=small_models())
def test_gensim_models_share_their_vectors(model):
    for source in (model, model.wv):
        word_vectors = WordVectors.from_gensim(source)
        assert list(word_vectors.words) == model.wv.index_to_key
        assert np.shares_memory(word_vectors.vectors, model.wv.vectors)
        expected = [model.wv.get_vecattr(word, "count") for word in word_vectors]
        assert word_vectors.counts.tolist() == expected


def test_subwords_of_a_gensim_model_are_shared():
    model = small_models()["FastText"]
    for source in (model, model.wv):
        word_vectors = WordVectors.from_gensim(source)
        subwords = word_vectors.subwords
        assert np.shares_memory(subwords.ngram_vectors, model.wv.vectors_ngrams)
        for word in ("human", "humans", "x", "", "\N{GRINNING FACE}", "long" * 2_500):
            np.testing.assert_array_equal(word_vectors.vector(word), model.wv[word])
    sizes = {"vector_size": 5, "min_count": 1, "workers": 1}
    without = FastText(common_texts, min_n=4, max_n=3, **sizes)
    assert WordVectors.from_gensim(without).subwords is None


def test_to_gensim_and_back():
    model = small_models()["Word2Vec"]
    word_vectors = WordVectors.from_gensim(model)
    keyed_vectors = word_vectors.to_gensim()
    assert np.shares_memory(keyed_vectors.vectors, model.wv.vectors)
    assert keyed_vectors.most_similar("human") == model.wv.most_similar("human")
    assert keyed_vectors.get_vecattr("human", "count") == 2
    again = WordVectors.from_gensim(keyed_vectors)
    assert again.words == word_vectors.words
    np.testing.assert_array_equal(again.vectors, word_vectors.vectors)


def test_gensim_can_add_to_it_without_touching_ours(word_vectors):
    keyed_vectors = word_vectors.to_gensim()
    keyed_vectors.add_vectors(["new", "newer"], np.ones((2, 6)))
    assert "new" in keyed_vectors
    assert "new" not in word_vectors
    assert len(word_vectors.key_to_index) == len(word_vectors) == 80


def test_made_up_counts_of_gensim_are_left_out(word_vectors, tmp_path):
    word_vectors.to_gensim().save_word2vec_format(tmp_path / "vectors.txt")
    keyed_vectors = KeyedVectors.load_word2vec_format(tmp_path / "vectors.txt")
    assert keyed_vectors.get_vecattr("word0", "count") == 80  # made up
    assert WordVectors.from_gensim(keyed_vectors).counts is None


def test_other_things_are_no_gensim_model():
    with pytest.raises(TypeError, match="Found a dict"):
        WordVectors.from_gensim({"a": [1.0]})


def test_saved_folder_opens_equal_and_mapped(word_vectors, saved):
    opened = WordVectors.open(saved)
    assert opened.words == word_vectors.words
    assert opened.counts is None
    np.testing.assert_array_equal(opened.vectors, word_vectors.vectors)
    assert isinstance(opened.vectors, np.memmap)
    assert opened.folder == str(saved)
    assert repr(opened).endswith(f"from {str(saved)!r})")
    assert WordVectors.open(saved) is opened


def test_relative_paths_are_remembered_whole(saved, monkeypatch):
    monkeypatch.chdir(saved.parent)
    opened = WordVectors.open("folder")
    monkeypatch.chdir("/")
    assert pickle.loads(pickle.dumps(opened)) is opened


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(words=st.lists(st.text(), min_size=1, unique=True), seed=st.integers(0, 99))
def test_any_words_survive_saving_and_pickling(words, seed, tmp_path):
    rng = np.random.default_rng(seed)
    vectors = rng.standard_normal((len(words), 2), dtype=np.float32)
    made = WordVectors(words, vectors, rng.integers(0, 1 << 40, len(words)))
    made.save(tmp_path / "any")
    for again in (WordVectors.open(tmp_path / "any"), pickle.loads(pickle.dumps(made))):
        assert again.words == made.words
        np.testing.assert_array_equal(again.vectors, made.vectors)
        np.testing.assert_array_equal(again.counts, made.counts)


@pytest.mark.parametrize(
    "words", [["\ud800", "a\nb", "a\r", "\x00", " ", "", "\u2028", '"', "\ud83d\ude00"]]
)
def test_odd_words_survive(words, tmp_path):
    made = WordVectors(words, np.ones((len(words), 1)))
    made.save(tmp_path)
    assert WordVectors.open(tmp_path).words == tuple(words)
    assert pickle.loads(pickle.dumps(made)).words == tuple(words)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(
    words=st.lists(
        st.one_of(
            st.text(st.characters(), max_size=5),  # lone surrogates too
            st.text(st.characters(), max_size=5).map(np.str_),
            st.sampled_from([None, 3, b"a", float("nan"), ("a",)]),
            st.sampled_from(["None", "nan", "null", "\ufeff", "\x00", "a b", "1 2"]),
        ),
        min_size=1,
        max_size=5,
        unique_by=str,
    )
)
def test_whatever_words_are_accepted_survive_every_round_trip(words, tmp_path):
    vectors = np.arange(2.0 * len(words), dtype=np.float32).reshape(len(words), 2)
    if not all(isinstance(word, str) for word in words):
        with pytest.raises(TypeError, match="expected every word to be a str"):
            WordVectors(words, vectors)
        return
    made = WordVectors(words, vectors)
    copies = [pickle.loads(pickle.dumps(made)), joblib_round_trip(made, tmp_path)]
    for format in FORMATS_TO_SAVE:
        path = tmp_path / format
        try:
            save_vectors(made, path, format=format)
        except VectorFormatError:
            assert format.startswith("word2vec")  # which cannot hold every word
        else:
            copies.append(load_vectors(path, format=format))
    assert len(copies) >= 5
    for copied in copies:
        assert copied.words == tuple(words)
        assert set(map(type, copied.words)) == {str}
        np.testing.assert_array_equal(copied.vectors, vectors)


def joblib_round_trip(word_vectors, folder):
    joblib.dump(word_vectors, folder / "joblib")
    return joblib.load(folder / "joblib")


@pytest.mark.parametrize("offset", [1, 2, 3])
def test_unaligned_vectors_are_copied(offset):
    data = bytearray(8 * 4 + offset)
    unaligned = np.frombuffer(data, np.float32, 8, offset).reshape(4, 2)
    unaligned[:] = np.arange(8).reshape(4, 2)
    assert not unaligned.flags.aligned
    made = WordVectors(list("abcd"), unaligned)
    assert made.vectors.flags.aligned
    np.testing.assert_array_equal(made.vectors, np.arange(8).reshape(4, 2))


def test_vectors_in_memory_pickle_with_their_numbers(word_vectors):
    again = pickle.loads(pickle.dumps(word_vectors))
    assert again.words == word_vectors.words
    np.testing.assert_array_equal(again.vectors, word_vectors.vectors)
    assert not again.vectors.flags.writeable


def test_opened_vectors_pickle_as_their_path(saved):
    opened = WordVectors.open(saved)
    data = pickle.dumps(opened)
    assert len(data) < 600
    assert pickle.loads(data) is opened
    code = (
        "import pickle, sys; wv = pickle.loads(sys.stdin.buffer.read()); "
        "print(len(wv), type(wv.vectors).__name__, wv.folder)"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, input=data, capture_output=True, check=True)
    assert done.stdout.decode().split() == ["80", "memmap", str(saved)]


def test_pickle_of_a_changed_folder_is_refused(word_vectors, saved):
    data = pickle.dumps(WordVectors.open(saved))
    WordVectors(["a"], [[1.0]]).save(saved)
    with pytest.raises(ValueError, match=r"were changed .* found .* expected"):
        pickle.loads(data)
    assert len(WordVectors.open(saved)) == 1


def test_pickle_of_touched_vectors_is_refused(saved):
    opened = WordVectors.open(saved)
    data = pickle.dumps(opened)
    [file] = saved.glob("vectors-*.npy")
    os.utime(file, ns=(0, 0))
    with pytest.raises(ValueError, match="were changed after this pickle"):
        pickle.loads(data)


def test_pickle_of_a_vanished_folder_is_refused(saved):
    data = pickle.dumps(WordVectors.open(saved))
    saved.rename(saved.with_name("elsewhere"))
    with pytest.raises(FileNotFoundError, match="is not there any more"):
        pickle.loads(data)


def test_opened_words_outlive_a_later_save(saved, word_vectors):
    opened = WordVectors.open(saved)
    WordVectors(["new"], [[1.0]]).save(saved)
    assert opened.words == word_vectors.words
    np.testing.assert_array_equal(opened.vectors, word_vectors.vectors)
    assert WordVectors.open(saved).words == ("new",)


def test_a_broken_folder_can_be_saved_to(saved, word_vectors):
    (saved / "word_vectors.json").write_text("broken")
    word_vectors.save(saved)
    assert WordVectors.open(saved).words == word_vectors.words


@pytest.mark.parametrize(
    "name",
    [
        *("results-20240115.json", "checkpoint-10000000", "embeddings-20231231.npy"),
        *("vectors-0123abcd.npy", "words-0123abcd.json", "word_vectors.json-0123abcd"),
        *("notes.txt", ".1a2b3c4d-unfinished-notes.txt", "part-000000.parquet"),
    ],
)
def test_saving_leaves_the_files_of_others(name, word_vectors, tmp_path):
    (tmp_path / name).write_text("mine")
    os.utime(tmp_path / name, (0, 0))
    for _ in range(2):
        word_vectors.save(tmp_path)
        assert (tmp_path / name).read_text() == "mine"


@pytest.mark.parametrize("name", ["thesis.txt", "vectors.npy", "vectors-20240115.py"])
def test_files_that_a_manifest_takes_for_parts_stay(name, word_vectors, saved):
    manifest = json.loads((saved / "word_vectors.json").read_text())
    (saved / name).write_text("mine")
    manifest["files"]["vectors"] = name
    (saved / "word_vectors.json").write_text(json.dumps(manifest))
    word_vectors.save(saved)
    assert (saved / name).read_text() == "mine"


@pytest.mark.timeout(60)
def test_opening_while_another_process_saves(tmp_path, word_vectors):
    word_vectors.save(tmp_path)
    code = (
        "import sys; from skmeta import WordVectors\n"
        "wv = WordVectors.open(sys.argv[1]); print('ready', flush=True)\n"
        "while True: wv.save(sys.argv[1])\n"
    )
    command = [sys.executable, "-c", code, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as saving:
        saving.stdout.readline()
        for _ in range(500):
            assert WordVectors.open(tmp_path).words == word_vectors.words
        saving.kill()


def test_saving_again_replaces_and_leaves_no_rubbish(word_vectors, saved):
    opened = WordVectors.open(saved)
    opened.save(saved)  # onto the very files that it maps
    assert len(list(saved.iterdir())) == 3
    np.testing.assert_array_equal(WordVectors.open(saved).vectors, word_vectors.vectors)
    np.testing.assert_array_equal(opened.vectors, word_vectors.vectors)


def test_failed_saving_keeps_the_old_content(word_vectors, saved, monkeypatch):
    files = sorted(saved.iterdir())

    def fail(*args, **kwargs):
        raise OSError("No space left on device")

    monkeypatch.setattr(np, "save", fail)
    with pytest.raises(OSError, match="No space"):
        WordVectors(["a"], [[1.0]]).save(saved)
    assert sorted(saved.iterdir()) == files
    assert len(WordVectors.open(saved)) == 80


@pytest.mark.timeout(120)
def test_killed_saving_leaves_the_old_content_or_the_new(tmp_path):
    code = (
        "import sys, numpy as np; from skmeta import WordVectors\n"
        "n = int(sys.argv[2]); words = [str(i) for i in range(n)]\n"
        "wv = WordVectors(words, np.full((n, 100), n, np.float32))\n"
        "print('ready', flush=True)\n"
        "while True: wv.save(sys.argv[1])\n"
    )
    WordVectors(["old"], [[0.0] * 100]).save(tmp_path)
    for n in (20_000, 30_000):
        command = [sys.executable, "-c", code, str(tmp_path), str(n)]
        saving = subprocess.Popen(command, stdout=subprocess.PIPE)
        saving.stdout.readline()
        time.sleep(0.05 + n / 1e6)
        saving.kill()
        saving.wait()
        saving.stdout.close()
        opened = WordVectors.open(tmp_path)
        assert len(opened.words) == len(opened) in (1, 20_000, 30_000)
        assert (opened.vectors == (0 if len(opened) == 1 else len(opened))).all()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "does not describe word vectors"),
        ("[]", "does not describe word vectors"),
        ('{"format": "skmeta word vectors", "version": 9, "files": {}}', "version"),
        (
            json.dumps(
                {
                    "format": "skmeta word vectors",
                    "version": 1,
                    "files": {"words": "../../w.json", "vectors": "v.npy"},
                }
            ),
            "does not describe word vectors",
        ),
    ],
)
def test_strange_folders_are_refused(text, message, saved):
    (saved / "word_vectors.json").write_text(text)
    with pytest.raises(ValueError, match=message):
        WordVectors.open(saved)


def test_folders_that_are_none(tmp_path, saved):
    with pytest.raises(FileNotFoundError, match="does not exist"):
        WordVectors.open(tmp_path / "nowhere")
    with pytest.raises(FileNotFoundError, match=r"has no word_vectors\.json"):
        WordVectors.open(tmp_path)
    next(saved.glob("vectors-*.npy")).unlink()
    with pytest.raises(FileNotFoundError, match="lack the file 'vectors-"):
        WordVectors.open(saved)


def test_joblib_sends_one_copy_to_its_workers(word_vectors):
    big = WordVectors([str(i) for i in range(5000)], np.ones((5000, 100)))
    sent = joblib.Parallel(n_jobs=2)(joblib.delayed(_is_mapped)(big) for _ in range(2))
    assert sent == [True, True]


def _is_mapped(word_vectors):
    return isinstance(word_vectors.vectors, np.memmap) and "4999" in word_vectors


def test_notebooks_show_the_first_words_escaped():
    words = ["<b>bold</b>", "x" * 100, *"abcdef"]
    vectors = np.arange(48.0).reshape(8, 6)
    shown = WordVectors(words, vectors, counts=np.arange(1000, 1008))._repr_html_()
    assert "<p>WordVectors(8 words x 6)</p>" in shown
    assert "<th>&lt;b&gt;bold&lt;/b&gt;</th><td>0.000</td><td>1.000</td>" in shown
    assert "<b>" not in shown
    assert "x" * 41 not in shown
    assert "<td>1,000</td>" in shown
    assert shown.count("<tr>") == 6


def test_notebooks_do_not_make_mapped_words_be_read(tmp_path):
    WordVectors(["a", "b"], np.eye(2)).save(tmp_path)
    opened = WordVectors.open(tmp_path)
    assert "<table>" not in opened._repr_html_()
    assert opened._words is None
    assert "WordVectors(2 words x 2, from" in opened._repr_html_()
    assert opened.words == ("a", "b")
    assert "<th>a</th><td>1.000</td>" in opened._repr_html_()
