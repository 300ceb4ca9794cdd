"""Quotes in tables enclose fields, or belong to texts."""

import csv
import io

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skmeta.datasets import load_csv, load_retrieval, load_sts, load_table
from skmeta.datasets._csv import parse_table
from skmeta.datasets._quotes import inspect_quotes

UNQUOTED = {  # texts of one line each, with quotes of their own
    "next text": ['"Good movie', "bad", '"another one', "so so"],
    "later text": ['"Good movie', 'a "bad" one', "so so"],
    "last text": ["so so", "bad", '"Good movie'],
    "only text": ['"Good movie'],
    "three": ['"""Good movie', "bad", "so so"],
    "some in quotes": ['"Good" movie', '"Bad', "so so", 'as "they" say', '"What'],
}


def parse(content, sep="\t"):
    return parse_table(lambda: io.StringIO(content, newline=""), "table.tsv", sep)


@pytest.mark.parametrize("label_is_first", [False, True])
@pytest.mark.parametrize("ending", ["\n", "\r\n"], ids=["unix", "windows"])
@pytest.mark.parametrize("sep", ["\t", ",", ";"], ids=["tab", "comma", ";"])
@pytest.mark.parametrize("name", UNQUOTED)
def test_quotes_of_texts_do_not_join_lines(name, sep, ending, label_is_first, tmp_path):
    texts = UNQUOTED[name]
    labels = [str(i) for i in range(len(texts))]
    rows = [("text", "label"), *zip(texts, labels)]
    lines = [sep.join(row[::-1] if label_is_first else row) for row in rows]
    path = tmp_path / "unquoted.tsv"
    path.write_bytes("".join(line + ending for line in lines).encode())
    for load in (load_csv, load_table):
        found, classes = load(path)
        assert found.to_list() == texts
        assert classes.to_list() == labels


def test_scored_pairs_and_collections_are_read_so_too(tmp_path):
    pairs = 'text1\ttext2\tscore\n"He said\tso .\t1\nand "left"\tthen\t2\n'
    (tmp_path / "pairs.tsv").write_text(pairs)
    table = load_sts(tmp_path / "pairs.tsv")
    assert table["text1"].to_list() == ['"He said', 'and "left"']
    (tmp_path / "documents.tsv").write_text('id\ttext\na\t"Good\nb\tbad "one" .\n')
    (tmp_path / "queries.tsv").write_text("id\ttext\n1\tgood\n")
    (tmp_path / "relevance.tsv").write_text("query\tdocument\trelevance\n1\ta\t1\n")
    documents = load_retrieval(tmp_path).documents
    assert documents.to_dict() == {"a": '"Good', "b": 'bad "one" .'}


LETTERS = st.text(alphabet='ab" \t,\n', max_size=6)


@given(
    texts=st.lists(LETTERS, min_size=1, max_size=5),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    sep=st.sampled_from(["\t", ","]),
)
@pytest.mark.filterwarnings("ignore:Lines . to .* are read as one row")
def test_well_formed_tables_are_read_as_pandas_reads_them(texts, quoting, sep):
    frame = pd.DataFrame({"label": "x", "text": texts, "n": "1"}, dtype=str)
    content = frame.to_csv(sep=sep, index=False, quoting=quoting)
    pd.testing.assert_frame_equal(parse(content, sep), frame)


@given(st.text(alphabet='a"\t\n', max_size=12))
def test_closed_quotes_are_those_that_the_strict_parser_accepts(content):
    lines = io.StringIO(content, newline="")
    try:
        list(csv.reader(io.StringIO(content, newline=""), delimiter="\t", strict=True))
        expected = True
    except csv.Error:
        expected = False
    assert inspect_quotes(lines, "\t").are_closed is expected


def test_texts_of_several_lines_are_read_without_a_warning(recwarn):
    for content in (
        'text\tlabel\n"Good ""movie""\n\nindeed"\tpos\nbad\tneg\n',
        'label\ttext\npos\t"Good\nindeed"\n',
    ):
        assert "indeed" in parse(content)["text"][0]
    content = 'label,text\na,"Dear all\nme, too"\nb,"one, two"\n'
    assert parse(content, ",")["text"].to_list() == ["Dear all\nme, too", "one, two"]
    assert not recwarn.list


def test_lines_that_could_be_rows_are_joined_with_a_warning():
    content = 'text\tlabel\nfine\t1\n"I went .\t1\nHe said so ."\t0\n'
    with pytest.warns(UserWarning, match=r"Lines 3 to 4 of 'table.tsv' are read as"):
        table = parse(content)
    assert table["text"].to_list() == ["fine", "I went .\t1\nHe said so ."]
    with pytest.warns(UserWarning, match=r"Lines 2 to 3 of 'table.tsv' are read as"):
        parse('text\tlabel\n"a\t1\nb "c" d\t0\na line with one field\n')


def test_lines_joined_by_a_quote_within_a_field_are_told_of():
    content = 'text,label\n"a, b",x\n"open one,y\nc,z\nd,w\n"quoted" e,v\n'
    with pytest.warns(UserWarning, match=r"Lines 3 to 6 of 'table.tsv' are read as"):
        parse(content, ",")


def test_a_quote_that_is_missing_among_texts_in_quotes_is_an_error():
    rows = ['"a"\t"1"', '"b\t1', 'c"\t1', '"c ""d"""\t"0"', '"e" f\t1']
    content = "\n".join(["text\tlabel", *rows, ""])
    with pytest.raises(ValueError, match=r"Line 3 of 'table.tsv' opens a quote that"):
        parse(content)


@pytest.mark.parametrize(
    ("content", "line", "odd"),
    [
        ('text\tlabel\n"a\t1\nb\n', 2, "header, unlike line 3. Close"),
        ('text\tlabel\nb\tc\td\n\n"a\t1\n', 4, "header, unlike line 2. Close"),
        ('text\tlabel\n"a"\t1\n\n"b ""c""\t1\nd', 4, "header, unlike line 5. Close"),
        ('text\n"a\nb\n', 2, "header. Close"),
    ],
    ids=["short row", "long row", "among quotes", "one column"],
)
def test_a_quote_that_no_line_closes_is_named(content, line, odd, tmp_path):
    with pytest.raises(ValueError, match=f"line {line} opens a quote that .*{odd}"):
        parse(content)
    path = tmp_path / "table.tsv"
    path.write_text(content)
    for load in (load_csv, load_table):
        with pytest.raises(ValueError, match=f"table.tsv' could .* line {line} opens"):
            load(path)


def test_other_damage_is_an_error_as_before():
    with pytest.raises(ValueError, match="Expected 2 fields in line 3, saw 3"):
        parse('text\tlabel\n"a"\t1\nb\tc\td\n')
