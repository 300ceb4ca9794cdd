import ast
import re
import unicodedata
from importlib.metadata import metadata
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

import skmeta
from skmeta._messages import count_of, missing_package, printable, verb_of

ROOT = Path(skmeta.__file__).parent
FILES = sorted(ROOT.rglob("*.py"))


@pytest.mark.parametrize(
    "extra", ["autoencoder", "cli", "dask", "elmo", "excel", "parquet", "plot"]
)
def test_hints_name_an_extra_that_exists_and_work_in_any_shell(extra):
    assert extra in metadata("skmeta").get_all("Provides-Extra")
    text = missing_package("What is used", "package", extra)
    assert text.startswith("What is used needs package. Install it with: ")
    assert f'pip install "skmeta[{extra}]"' in text  # brackets are patterns of zsh
    assert f'pip install ".[{extra}]"' in text


def test_text_stays_as_it_is():
    for text in (
        "",
        "word",
        "élève 고양이 किताब",
        "[red]:smile:[/red]",
        "a\tb\nc",
        "👩‍🔬",
    ):
        assert printable(text) == text


def test_no_control_character_is_left():
    everything = "".join(map(chr, range(0x110000)))
    left = printable(everything, one_line=True)
    kinds = {unicodedata.category(character) for character in left}
    assert not {"Cc", "Cs", "Zl", "Zp"} & kinds
    assert not {c for c in left if unicodedata.bidirectional(c) in ("RLO", "LRO")}
    left.encode("utf-8")


def test_escapes_are_those_of_python():
    assert printable("\x1b[31m\u202e\x9b") == r"\x1b[31m\u202e\x9b"
    assert printable("a\nb\tc\rd", one_line=True) == r"a\nb\tc\rd"


def test_counts_have_their_nouns():
    assert count_of(0, "document") == "0 documents"
    assert count_of(1, "document") == "1 document"
    assert count_of(np.int64(1_234), "query", "queries") == "1,234 queries"
    assert verb_of(1, "is", "are") == "is"
    assert [verb_of(n, "is", "are") for n in (0, 2)] == ["are", "are"]


NOUNS = re.compile(
    r" (\w+ )?(documents|words|rows|tokens|sources|views|queries|judgements|classes|"
    r"columns|numbers|dimensions|texts|labels|pairs|records|names|models|vectors)\b"
)
NO_COUNTS = {
    *("error", "what"),  # texts: "ELMo needs rows", "Training learns nothing"
    *("lengths", "n_rows", "views.dimensions"),  # several
    *("model.max_final_vocab", "self._speed()"),  # "of 3 such words", words a second
    "expected",  # "3 columns for queries and 4 for documents"
}


def bare_counts(code):
    """Yield the numbers in f-strings that stand before a plural as they are."""
    for text in ast.walk(ast.parse(code)):
        if not isinstance(text, ast.JoinedStr):
            continue
        for value, after in pairwise(text.values):
            if (
                isinstance(value, ast.FormattedValue)
                and value.conversion == -1  # no !r
                and isinstance(after, ast.Constant)
                and NOUNS.match(after.value)
            ):
                yield ast.unparse(value.value)


def test_bare_counts_are_found():
    assert list(bare_counts("f'{n:,} rows'")) == ["n"]
    assert list(bare_counts("f'{len(x)} distinct words of {path!r} words'")) == [
        "len(x)"
    ]
    assert list(bare_counts("f'{count_of(n, \"row\")} of 2'")) == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_numbers_of_things_agree_with_their_nouns(path):
    assert [
        value
        for value in bare_counts(path.read_text("utf-8"))
        if not value.isupper()  # constants
        and not re.search(r"join|short_repr|type\(|^list|if |or |_of\(", value)
        and value not in NO_COUNTS
    ] == []
