"""Text files load as exactly their words and numbers, or are refused."""

import re
import time

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from skmeta import VectorFormatError, load_vectors, save_vectors
from skmeta._io.formats import detect_format

ROWS = "cat .1 .2 .3\ndog .4 .5 .6\nfox .7 .8 .9\n"
WORDS = ("cat", "dog", "fox")
VECTORS = np.array([[0.1, 0.2, 0.3], [0.4, 0.5, 0.6], [0.7, 0.8, 0.9]], np.float32)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "vectors.txt"


@pytest.mark.parametrize(
    "text",
    [
        ROWS.replace(" ", "  "),
        ROWS.replace(" ", " \t"),
        "3 3\n" + ROWS.replace(" ", "   "),
        "3\t3\n" + ROWS,
        " 3  3 \n" + ROWS,
        "3 3\n" + ROWS.replace(" ", "\t"),
        ROWS.replace("cat ", "cat   ").replace("dog", "  dog"),
        ROWS.replace("\n", "  \n"),
        ROWS.replace("\n", "\r"),
        "3 3\n".replace("\n", "\r") + ROWS.replace("\n", "\r"),
        ROWS.replace("\n", "\r\n") + "\r\n",
        ROWS.replace("cat ", "cat\t"),
        ROWS + "\n \n",
    ],
)
def test_blanks_tabs_and_line_ends_of_every_kind(text, path):
    path.write_bytes(text.encode())
    loaded = load_vectors(path)
    assert loaded.words == WORDS
    np.testing.assert_array_equal(loaded.vectors, VECTORS)
    assert load_vectors(path, vocabulary=["dog"]).words == ("dog",)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("3 5 19\n" + ROWS, r"Row 1 .*\('3'\) has 2 numbers, expected 3.* header"),
        ("dim 300\n" + ROWS, r"Row 1 .*\('dim'\) has 1 number, expected 3.* header"),
        ("400,000 3\n" + ROWS, r"Row 1 .*'400,000'\) has 1 number.* two integers"),
        ("3.0 3.0\n" + ROWS, r"Row 1 .* has 1 number, expected 3"),
        ("words: 3 dims: 3\n" + ROWS, "Row 1 .* expected 3 numbers|has 1 number"),
        ("3 2\n" + ROWS, r"Row 1 .*\('cat'\) has 3 numbers, expected 2"),
        ("3 4\n" + ROWS, r"Row 1 .*\('cat'\) has 3 numbers, expected 4"),
        ("3 2\na 1\nb 2\nc 3\n", "'3 2'.* expected '3 1'.* '4 1'"),
        ("3 2 5 7\n" + ROWS, "'3 2 5 7'.* expected '3 3'.* '4 3'"),
        (ROWS + "owl 1 2 3 4\n", r"Row 4 .*\('owl'\) has 4 numbers, expected 3"),
        ("4 3\n" + ROWS + "owl 1 2 3 4\n", r"Row 4 .*\('owl'\) has 4 numbers"),
        (ROWS.replace(" ", "\t") + "owl\t1\t2\t3\t4\n", "Row 4 .* has 4 numbers"),
        (ROWS + "owl 1\t2 3 4\n", "Row 4 .* has 4 numbers"),
        (ROWS + "owl 1 2\n", r"Row 4 .*\('owl'\) has 2 numbers, expected 3"),
        (ROWS + "owl nan 1 2 3\n", r"Row 4 .*\('owl'\) has 4 numbers"),
        ("route 66 1 2 3\n" + ROWS, r"Row 1 .*'route'\) has 4 .* end words with a tab"),
        ("cat .1 .2 .3 owl 1 2 3\n" + ROWS, "Row 1 .* a line end is missing"),
        ("cat .1 .2 .3owl 1 2 3\n" + ROWS, "Row 1 .* a line end is missing"),
        (ROWS.replace("dog", "dog\r"), r"Row 2 .* carriage return"),
        (ROWS + "\nowl 1 2 3\n", "Row 4 .* has 0 numbers"),
        (ROWS.replace(" ", "\t") + "\t1\t2\t3\n", "Row 4 .* a word there"),
        ("2 2\na 0,1 0,2\nb 0,3 0,4\n", "Row 1 .*'0,1'.* decimal points"),
        ("a 0,1 0,2\nb 0,3 0,4\n", "decimal commas"),
        ("a 0,1 0.2\nb 0,3 0.4\n", "Row 1 .* numbers within its word"),
        (ROWS.replace(" ", ","), r"separated by ','.* pandas.read_csv"),
        (ROWS.replace(" ", ";"), r"separated by ';'.* pandas.read_csv"),
        (ROWS.replace(" ", "; "), r"Row 1 .* separated by spaces or tabs"),
        (ROWS.replace(" ", ", "), r"Row 1 .* separated by spaces or tabs"),
        (ROWS.replace(".2", "1_0"), r"Row 1 .*'1_0' in place of a number"),
        (ROWS.replace(".2", "\uff11"), "Row 1 .* in place of a number"),
    ],
)
def test_numbers_never_become_part_of_a_word(text, message, path):
    path.write_bytes(text.encode())
    with pytest.raises(VectorFormatError, match=message) as caught:
        load_vectors(path)
    assert str(path) in str(caught.value)
    assert "expected" in str(caught.value).lower()


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-16-le", "utf-32"])
def test_wide_encodings_are_recognised(encoding, path):
    path.write_bytes(ROWS.encode(encoding))
    with pytest.raises(VectorFormatError, match=f"text in {encoding.upper()}"):
        load_vectors(path)
    with pytest.raises(VectorFormatError, match="Convert the file to UTF-8"):
        load_vectors(path, format="glove", encoding=encoding)


def test_words_of_several_parts(path):
    path.write_text("new  york .1 .2\n. . . .3 .4\nat x@y.z .5 .6\n1 a .7 .8\n")
    assert load_vectors(path).words == ("new  york", ". . .", "at x@y.z", "1 a")
    path.write_text("route 66\t.1\t.2\n1 2 3\t.3\t.4\n")
    assert load_vectors(path).words == ("route 66", "1 2 3")
    with pytest.raises(VectorFormatError, match="no way to tell"):
        save_vectors(load_vectors(path), path, format="word2vec")


def test_damaged_headers_and_rows_can_be_skipped(path):
    path.write_text("\n" + ROWS)
    with pytest.warns(UserWarning, match="1 invalid row"):
        assert load_vectors(path, errors="skip").words == WORDS
    with pytest.raises(VectorFormatError, match=r"Row 1 .* is empty"):
        load_vectors(path)
    path.write_text("dim 300\n" + ROWS + "owl 1 2 3 4\n")
    with pytest.warns(UserWarning, match="2 invalid rows"):
        assert load_vectors(path, errors="skip").words == WORDS


_part = st.text("abz09.,-é\u00a0\u2028", min_size=1, max_size=4)
_words = st.lists(_part, min_size=1, max_size=3).map(" ".join)
_SEPARATORS = [" ", "  ", "\t", "\t\t", " \t", "\t "]
_HEADERS = ["", "{n} {k}", "{n}\t{k}", "  {n}  {k} ", "{n} {k} 19", "dim {k}"]
_HEADERS += ["{n},000 {k}", "{n}.0 {k}.0", "{n} {more}", "{n} {less}"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=400)
@given(
    words=st.lists(_words, min_size=2, max_size=6, unique=True),
    size=st.integers(1, 4),
    separator=st.sampled_from(_SEPARATORS),
    header=st.sampled_from(_HEADERS),
    pads=st.tuples(st.sampled_from(["", " ", "  "]), st.sampled_from(["", " ", "\t"])),
    line_end=st.sampled_from(["\n", "\r\n", "\r"]),
    surplus=st.sampled_from([0, 0, 0, 1, -1]),
    data=st.data(),
)
def test_rows_load_as_they_are_or_are_refused(
    tmp_path, words, size, separator, header, pads, line_end, surplus, data
):
    are_clear = not any(_may_end_in_number(word) for word in words)
    is_sound_header = header == "" or re.fullmatch(r"\s*{n}\s+{k}\s*", header)
    # else the same bytes may be a sound file of other words and dimensions
    assume(are_clear or (header and is_sound_header and not surplus))
    assume(is_sound_header or not surplus)
    # eight bytes after each word are two numbers of a sound binary file
    assume((header, size, line_end) != ("{n} {more}", 1, "\r\n"))
    vectors = np.arange(len(words) * size).reshape(len(words), size) / 8 - 1
    rows = [[word, *map("{:.3f}".format, v)] for word, v in zip(words, vectors)]
    odd = data.draw(st.integers(0, len(words) - 1))
    rows[odd] = [*rows[odd], "0.5"] if surplus > 0 else rows[odd][: size + 1 + surplus]
    lines = [separator.join(row) for row in rows]
    lines[odd] = pads[0] + lines[odd] + pads[1]
    sizes = {"n": len(words), "k": size, "more": size + 1, "less": size - 1}
    if header:
        lines.insert(0, header.format(**sizes))
    path = tmp_path / "vectors.txt"
    path.write_bytes(line_end.join([*lines, ""]).encode())
    try:
        loaded = load_vectors(path)
    except VectorFormatError as error:
        refused = str(error)
    else:
        refused = ""
    if refused:
        assert "xpected" in refused
        assert not is_sound_header or not are_clear or surplus
        return
    if not is_sound_header and len(header.split()) == size + 1:  # a row like others
        assert loaded.words[1:] == tuple(words)
    else:
        assert is_sound_header
        assert not surplus
        assert loaded.words == tuple(words)
    np.testing.assert_array_equal(loaded.vectors[-len(words) :], vectors)


def _may_end_in_number(word):
    """Return whether a part of a word, after the first, has digits and no letters."""
    return any(
        set(part) & set("09") and set(part) <= set("09.,-")
        for part in word.split(" ")[1:]
    )


@pytest.mark.timeout(60)
@pytest.mark.parametrize("n", [20_000, 80_000])
@pytest.mark.parametrize("row", ["w {}x", "w {} y", "a {}, 1", "w\t{}x", "{} {}"])
def test_long_numbers_take_linear_time(row, n, path):
    path.write_text("5 1\n" + row.format("1" * n, "1" * n) + "\n")
    start = time.process_time()
    assert detect_format(path) == "word2vec"
    with pytest.raises(VectorFormatError):
        load_vectors(path)
    assert time.process_time() - start < 2
