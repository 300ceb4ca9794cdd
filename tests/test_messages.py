import unicodedata
from importlib.metadata import metadata

import pytest

from skmeta._messages import missing_package, printable


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
