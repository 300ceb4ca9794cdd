import bz2
import gzip

import numpy as np
import pandas as pd
import pytest

from skmeta.datasets import load_analogies, load_sts, load_word_pairs
from skmeta.evaluate._sets import gensim_file


def write(folder, text, name="file.txt"):
    path = folder / name
    path.write_bytes(text.encode())
    return path


@pytest.mark.parametrize(
    "text",
    [
        "a\tb\t1.5\nc\td\t2\n",
        "\ufeff# a comment\r\na\tb\t1.5\r\n\r\nc\td\t2\r\n",
        "word1\tword2\tscore\na\tb\t1.5\nc\td\t2",
        "Word 1,Word 2,Human (mean)\na,b,1.5\nc,d,2\n",
        "a b 1.5\nc d 2\n",
        'a;"b";1.5\nc;d;2.0\n',
        "word1\tword2\tPOS\tSimLex999\tconc\na\tb\tA\t1.5\t9\nc\td\tN\t2\t8\n",
    ],
)
def test_pairs_of_words_in_the_usual_layouts(text, tmp_path):
    pairs = load_word_pairs(write(tmp_path, text))
    assert pairs.columns.to_list() == ["word1", "word2", "score"]
    assert pairs.to_numpy().tolist() == [["a", "b", 1.5], ["c", "d", 2.0]]


@pytest.mark.parametrize("compress", [gzip.compress, bz2.compress])
def test_compressed_files(compress, tmp_path):
    path = tmp_path / "pairs.tsv.packed"
    path.write_bytes(compress(b"a\tb\t1\nc\td\t2\n"))
    assert load_word_pairs(path)["score"].to_list() == [1, 2]


@pytest.mark.parametrize(
    ("load", "text", "message"),
    [
        (load_word_pairs, "a\tb\t1\nc\td\tx\n", "Line 2 of .* two words and a number"),
        (load_word_pairs, "a\tb\t1\nc\t\t2\n", "Line 2"),
        (load_word_pairs, "a\tb\t1\nc\td\tnan\n", "Line 2"),
        (load_word_pairs, "x y z\na b c\n", "Line 2"),
        (load_word_pairs, "# nothing\n", "holds no line"),
        (load_word_pairs, "word1\tword2\tscore\n", "holds no line"),
        (load_sts, "1\ttext\n", "Line 1 of .* a score and two texts"),
        (load_sts, "1\ta\tb\nx\ta\tb\n", "Line 2"),
        (load_sts, "text1,text2,score\na,b,c\n", "has 'c' in the column 'score'"),
        (load_sts, "", "holds no line"),
        (load_analogies, ": one\na b c d\na b c\n", "Line 3 of .* four words"),
        (load_analogies, ": one\n", "holds no line"),
    ],
)
def test_lines_that_are_something_else_are_named(load, text, message, tmp_path):
    with pytest.raises(ValueError, match=message):
        load(write(tmp_path, text))


@pytest.mark.parametrize("load", [load_word_pairs, load_sts, load_analogies])
def test_paths_that_are_no_text_files(load, tmp_path):
    with pytest.raises(FileNotFoundError, match="is not there"):
        load(tmp_path / "nowhere.tsv")
    with pytest.raises(IsADirectoryError, match="is a folder"):
        load(tmp_path)
    (tmp_path / "latin").write_bytes(b"caf\xe9\tbar\t1\n")
    with pytest.raises(ValueError, match="not text in UTF-8"):
        load(tmp_path / "latin")


@pytest.mark.parametrize(
    "text",
    [
        '4.5\tA "cat", sat.\tTwo\n0\tThree\tFour \n',
        'news\tf\t2012\t01\t4.5\tA "cat", sat.\tTwo\n'
        "news\tf\t2012\t02\t0\tThree\tFour\tsource\tsource\n",
        'text1,text2,score\n"A ""cat"", sat.",Two,4.5\nThree,Four,0\n',
        'id\tscore\ttext1\ttext2\n1\t4.5\t"A ""cat"", sat."\tTwo\n2\t0\tThree\tFour\n',
    ],
)
def test_pairs_of_texts_in_the_usual_layouts(text, tmp_path):
    pairs = load_sts(write(tmp_path, text))
    assert pairs.columns.to_list() == ["text1", "text2", "score"]
    rows = [['A "cat", sat.', "Two", 4.5], ["Three", "Four", 0.0]]
    assert pairs.to_numpy().tolist() == rows


def test_lee_is_read_from_a_matrix_and_the_documents_beside_it(tmp_path):
    pairs = load_sts(gensim_file("similarities0-1.txt"))
    scores = np.loadtxt(gensim_file("similarities0-1.txt"))
    texts = gensim_file("lee.cor").read_text("latin-1").strip().split("\n")
    assert len(pairs) == 50 * 49 / 2
    row = pairs[(pairs["text1"] == texts[3]) & (pairs["text2"] == texts[7])]
    assert row["score"].to_list() == [scores[3, 7]]
    path = write(tmp_path, "1 2\n0 1\n", "similarities0-1.txt")
    with pytest.raises(FileNotFoundError, match=r"no documents 'lee\.cor' beside"):
        load_sts(path)
    write(tmp_path, "one\ntwo\nthree\n", "lee.cor")
    with pytest.raises(ValueError, match=r"shape \(2, 2\) for the 3 documents"):
        load_sts(path)


def test_analogies_by_section(tmp_path):
    path = write(tmp_path, "a b c d\n: one\ne f g h\n\ni j k l\n: empty\n")
    assert load_analogies(path) == {
        "questions": [("a", "b", "c", "d")],
        "one": [("e", "f", "g", "h"), ("i", "j", "k", "l")],
    }


def test_real_files(data):
    assert len(load_word_pairs(data / "similarity" / "men.tsv")) == 3000
    questions = load_analogies(data / "analogy" / "questions-words.txt")
    assert (len(questions), sum(map(len, questions.values()))) == (14, 19544)
    assert len(load_sts(data / "sts" / "stsbenchmark" / "sts-dev.csv.gz")) == 1500
    assert len(load_sts(data / "sts" / "2013" / "FNWN.test.tsv.gz")) == 189
    lee = load_sts(data / "sts" / "lee" / "similarities0-1.txt.gz")
    pd.testing.assert_frame_equal(lee, load_sts(gensim_file("similarities0-1.txt")))


@pytest.mark.parametrize(
    "text",
    [
        "\tno\tscore\n4.5\tOne\tTwo\n\tnone\teither\n0\tThree\tFour\n",
        " \tno\tscore\ta\tb\n4.5\tOne\tTwo\ta\tb\n\tx\ty\ta\tb\n0\tThree\tFour\ta\tb\n",
        "g\tf\t2015\t1\t\tno\tscore\ng\tf\t2015\t2\t4.5\tOne\tTwo\n"
        "g\tf\t2015\t3\t\tx\ty\ng\tf\t2015\t4\t0\tThree\tFour\n",
        "score,text1,text2\n,no,score\n4.5,One,Two\n ,x,y\n0,Three,Four\n",
    ],
    ids=["2015", "2016", "benchmark", "table"],
)
def test_pairs_that_were_not_judged_are_left_out_and_counted(text, tmp_path):
    with pytest.warns(UserWarning, match="2 of 4 pairs of .* have no score") as caught:
        pairs = load_sts(write(tmp_path, text))
    assert caught[0].filename == __file__
    assert pairs["text1"].to_list() == ["One", "Three"]
    assert pairs["score"].to_list() == [4.5, 0]
    assert pairs.index.to_list() == [0, 1]


def test_pairs_of_which_none_was_judged(tmp_path):
    for text in ("\ta\tb\n\tc\td\n", "score,text1,text2\n,a,b\n,c,d\n"):
        with pytest.raises(ValueError, match="2 pairs and no score"):
            load_sts(write(tmp_path, text))
    with pytest.raises(ValueError, match=r"Line 2 of .* a score and two"):
        load_sts(write(tmp_path, "\ta\tb\nhigh\tc\td\n"))
