"""Labelled texts from tables of any kind, tidy or not."""

import gzip
import json
import os
import zipfile

import pandas as pd
import pytest

from skmeta.datasets import load_csv, load_table

TEXTS, LABELS = ["red, and; round", "élan\tvital", "a|b 고양이"], ["1", "2", "1"]
FRAME = pd.DataFrame({"id": [7, 8, 9], "text": TEXTS, "label": [1, 2, 1]})
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-32"]


def check(found):
    texts, labels = found
    assert texts.to_list() == TEXTS
    assert labels.to_list() == LABELS
    assert isinstance(texts, pd.Series)


@pytest.mark.parametrize("encoding", [*ENCODINGS, "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("sep", [",", ";", "\t", "|"], ids=["comma", ";", "tab", "bar"])
def test_separator_and_encoding_are_found(sep, encoding, tmp_path):
    path = tmp_path / "data.csv"
    text = FRAME.head(2).to_csv(sep=sep, index=False)
    path.write_bytes(text.encode(encoding))
    for load in (load_csv, load_table):
        texts, labels = load(path)
        assert texts.to_list() == TEXTS[:2]
        assert labels.to_list() == LABELS[:2]


def test_separator_and_encoding_can_be_given(tmp_path):
    path = tmp_path / "data.csv"
    path.write_bytes("text#label\nélan#a\n".encode("cp1252"))
    texts, labels = load_csv(path, sep="#", encoding="cp1252")
    assert (texts[0], labels[0]) == ("élan", "a")
    with pytest.raises(ValueError, match="Set encoding= to that of the file"):
        load_csv(path, sep="#")
    for name in ("nothing", "base64"):
        with pytest.raises(ValueError, match=f"encoding='{name}', expected the name"):
            load_csv(path, encoding=name)
    with pytest.raises(ValueError, match="sep='ab', expected one character"):
        load_table(path, sep="ab", encoding="cp1252")


def test_header_may_be_padded_and_line_ends_are_any(tmp_path):
    for ending in ("\n", "\r\n", "\r"):
        path = tmp_path / "data.csv"
        path.write_bytes(ending.join(["text, label", "a,x", "b,y", ""]).encode())
        assert load_table(path)[1].to_list() == ["x", "y"]


def test_excel(tmp_path):
    pytest.importorskip("openpyxl")
    FRAME.to_excel(tmp_path / "data.xlsx", index=False)
    check(load_table(tmp_path / "data.xlsx"))
    (tmp_path / "data.xlsx").rename(tmp_path / "data.bin")  # the content tells
    check(load_table(tmp_path / "data.bin"))


def test_parquet(tmp_path):
    pytest.importorskip("pyarrow")
    path = tmp_path / "data"
    FRAME.astype({"text": "category"}).to_parquet(path)
    check(load_table(path))
    with pytest.raises(ValueError, match="no column 'body', its columns are 'id', "):
        load_table(path, text="body")


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("name", ["data.jsonl", "data.txt", "data.json"])
def test_json_lines_and_lists(name, encoding, tmp_path):
    path = tmp_path / name
    is_list = name == "data.json"
    text = FRAME.to_json(orient="records", lines=not is_list, force_ascii=False)
    path.write_bytes(text.encode(encoding))
    check(load_table(path))


def test_compression_is_told_by_the_content(tmp_path):
    path = tmp_path / "data.csv.xz"
    path.write_bytes(gzip.compress(FRAME.to_csv(index=False).encode()))
    check(load_table(path))
    path.write_text(FRAME.to_csv(index=False), "utf-8")
    check(load_csv(path))


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet", "xlsx"])
def test_rows_that_lack_something_are_counted(kind, tmp_path):
    path = tmp_path / f"data.{kind}"
    frame = pd.DataFrame(
        {"text": ["a", None, " ", "d", "e"], "label": ["x", "y", "z", None, " v "]}
    )
    if kind == "csv":
        frame.to_csv(path, index=False)
    elif kind == "jsonl":
        frame.to_json(path, orient="records", lines=True)
    elif kind == "parquet":
        pytest.importorskip("pyarrow")
        frame.to_parquet(path)
    else:
        pytest.importorskip("openpyxl")
        frame.to_excel(path, index=False)
    with pytest.warns(UserWarning, match="rows of") as caught:
        texts, labels = load_table(path)
    assert [str(warning.message) for warning in caught] == [
        f"1 of 5 rows of '{path}' has no 'label' and is left out.",
        f"2 of 5 rows of '{path}' have no 'text' and are left out.",
    ]
    assert texts.to_list() == ["a", "e"]
    assert labels.to_list() == ["x", "v"]
    assert texts.index.to_list() == labels.index.to_list() == [0, 1]


UNTIDY = {
    "empty": (b"", "is empty"),
    "header alone": (b"text,label\n", "has a header but no rows"),
    "nothing in both": (b"text,label\na,\n,b\n", "2 rows, none of which has both"),
    "open quote": (b'text,label\n"a', "could not be read as a table"),
    "long row": (b"text,label\na,b\na,b,c\n", "Expected 2 fields in line 3, saw 3. "),
    "long rows": (b"text,label\na,b,c\n", "more fields than the 2 of its header"),
    "no columns": (b"body;kind\na;b\n", "its columns are 'body', 'kind'. Set text="),
    "no header": (b"a b,pos\nc d,neg\n", "If the first line is not a header, add one"),
    "other case": (b"Text,Labels\na,b\n", "Did you mean 'Text'?"),
    "no table": (b"just words\nmore\n", "or sep= to what separates columns"),
    "binary": (bytes(range(256)) * 20, "holds bytes that are not text"),
    "Latin-1": ("text,label\né,b\n".encode("latin-1"), "often 'cp1252'"),
    "old Excel": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" * 9, "Save it as .xlsx"),
    "Parquet": (b"PAR1" + b"x" * 99, "could not be read as Parquet"),
    "zip": (b"PK\x03\x04" + b"x" * 99, "is a damaged zip archive or workbook"),
    "gzip": (gzip.compress(os.urandom(999))[:500], "it is damaged or cut off"),
    "Zstandard": (b"\x28\xb5\x2f\xfd" + b"x" * 99, "it is damaged or cut off"),
    "JSON": (b'{"text": "a", "label": "b"}\n{oops\n', "as JSON after 1 record"),
    "deep JSON": (b"[{" + b'"a":[' * 99_999, "could not be read as JSON"),
    "JSON of numbers": (b'{"text": "a", "label": "b"}\n3\n', "found a int"),
    "nested JSON": (b'{"text": ["a"], "label": "b"}\n', "has a list in the column"),
}


@pytest.mark.parametrize("kind", UNTIDY)
def test_what_is_no_table_of_texts_is_refused(kind, tmp_path):
    if kind == "Zstandard":
        pytest.importorskip("zstandard")
    content, message = UNTIDY[kind]
    path = tmp_path / "data.csv"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"data\.csv") as caught:
        load_table(path)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_many_columns_are_not_all_shown(tmp_path):
    path = tmp_path / "data.json"
    path.write_text(json.dumps([{f"key {i} {'x' * 99}": i for i in range(5_000)}]))
    with pytest.raises(ValueError, match="and 4,992 more") as caught:
        load_table(path)
    assert len(str(caught.value)) < 700


def test_an_archive_of_several_files_is_refused_with_their_names(tmp_path):
    with zipfile.ZipFile(tmp_path / "data.zip", "w") as archive:
        for name in ("a.csv", "b.csv"):
            archive.writestr(name, "text,label\na,b\n")
    with pytest.raises(ValueError, match=r"2 files \('a.csv', 'b.csv'\)"):
        load_table(tmp_path / "data.zip")


def test_what_is_no_file_is_refused(tmp_path):
    with pytest.raises(IsADirectoryError, match="is a folder"):
        load_table(tmp_path)
    with pytest.raises(FileNotFoundError, match="no file 'nowhere"):
        load_table("nowhere.csv")
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe")
        with pytest.raises(ValueError, match="is a pipe or a device"):
            load_table(tmp_path / "pipe")


@pytest.mark.parametrize(("package", "extra"), [("openpyxl", "excel")])
def test_missing_packages_are_named(package, extra, tmp_path, monkeypatch):
    with zipfile.ZipFile(tmp_path / "data.xlsx", "w") as archive:
        archive.writestr("[Content_Types].xml", "")
    monkeypatch.setattr("skmeta.datasets._table.find_spec", lambda name: None)
    with pytest.raises(ImportError, match=rf'{package}.*pip install "skmeta\[{extra}'):
        load_table(tmp_path / "data.xlsx")


@pytest.mark.parametrize("part", ["word/document.xml", "ppt/presentation.xml"])
def test_an_office_document_without_a_sheet_is_not_taken_for_a_workbook(part, tmp_path):
    path = tmp_path / "report.csv"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(part, "<document/>")
    with pytest.raises(ValueError, match=r"is an Office document without a workbook"):
        load_table(path)
