"""What the command says: help without delay, advice in options, nothing raw."""

import os
import re
import subprocess
import sys
from typing import get_args

import pandas as pd
import pytest
from command import run_command

import skmeta
from skmeta import load_vectors
from skmeta._io.formats import FORMATS_TO_SAVE
from skmeta._io.formats._options import ERRORS
from skmeta._meta._align_words import VOCABULARIES
from skmeta.cli import _vectors_commands as faces
from skmeta.cli._advice import in_options
from skmeta.combine._by_name import COMBINERS, MISSING

NAME = "\x1b]0;owned\x07[red]:smile:$\\frac{$"  # what a name of a file may hold


@pytest.fixture
def csv(tmp_path):
    """Return a CSV file whose name and labels hold what terminals obey."""
    texts = [f"{'good fine' if i % 2 else 'bad poor'} word{i % 7}" for i in range(40)]
    frame = pd.DataFrame({"text": texts, "label": ["\x1b[31mbad", "good"] * 20})
    frame.to_csv(tmp_path / f"{NAME}.csv", index=False)
    return tmp_path / f"{NAME}.csv"


@pytest.fixture
def vectors(tmp_path):
    """Return a file of vectors, whose second row is no UTF-8 and third too short."""
    path = tmp_path / f"{NAME}.txt"
    path.write_bytes(b"\x1b[31mgood 1 2\n\xe9lan 2 1\nshort 1\nbad 0 1\nfine 3 3\n")
    return path


def python(*arguments, **environment):
    return subprocess.run(
        [sys.executable, *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
    )


@pytest.mark.parametrize(
    "arguments",
    [[], ["--help"], ["--version"], *([name, "-h"] for name in (
        "compare", "evaluate", "explain", "info", "convert", "combine", "transform"
    ))],
    ids=" ".join,
)  # fmt: skip
def test_help_and_version_import_nothing_heavy(arguments):
    code = "import sys; from skmeta.__main__ import main\n"
    code += "try: main()\nfinally:\n heavy = {'gensim', 'pandas', 'scipy', 'sklearn'}\n"
    code += " print(heavy & set(sys.modules))"
    done = python("-c", code, *arguments)
    assert done.returncode == 0
    assert done.stdout.splitlines()[-1] == "set()", done.stderr
    assert done.stderr == ""


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("compare nowhere.csv", "There is no file"),
        ("compare folder", "is a folder"),
        ("compare empty.csv", "is empty"),
        ("compare one.csv", "has the one value 'a'"),
        ("compare two.csv", "too few for 5 folds"),
        ("compare two.csv --label kind", "has no column 'kind'"),
        ("compare many.csv --vectors nowhere.txt", "There is no file"),
        ("compare many.csv --vectors empty.csv", "is empty, expected a file of word"),
        ("compare many.csv --encoder nowhere", "There is no folder"),
        ("compare many.csv --output folder", "is a folder"),
        ("explain nowhere.skops text", "There is no file"),
        ("explain nowhere text", "There is no file"),
        ("explain nowhere.txt text", "There is no file"),
        ("explain folder text", "folder' is not a file, expected a fitted model"),
        ("explain many.csv text", "many.csv' ends in '.csv', expected a fitted model"),
        ("info nowhere.txt", "There is no file"),
        ("evaluate nowhere.txt", "There is no file 'nowhere.txt' to read word vectors"),
        ("evaluate many.csv nowhere.txt", "There is no file"),
        ("evaluate many.csv empty.csv", "is empty, expected a file of word vectors"),
        ("evaluate many.csv --similarity nowhere.csv", "'nowhere.csv' is not there"),
        ("evaluate many.csv --similarity folder", "There is no file of pairs in"),
        ("evaluate many.csv --analogy folder", "'folder' is a folder, expected a text"),
        ("evaluate many.csv --sts two.csv --sts no.tsv", "'no.tsv' is not there"),
        ("evaluate many.csv --retrieval nowhere", "'nowhere' is not a folder"),
        ("evaluate many.csv --retrieval folder", "no file 'documents' or 'corpus'"),
        ("convert nowhere.txt out.bin", "There is no file 'nowhere.txt'"),
        ("convert many.csv out.bin --vocabulary nowhere", "'nowhere' does not exist"),
        ("convert many.csv out.bin --vocabulary empty.csv", "holds no words"),
        ("convert nowhere.txt out.foo", "does not determine a format"),
        ("combine many.csv nowhere.txt -o out.bin", "There is no file 'nowhere.txt'"),
        ("combine many.csv empty.csv -o out.bin", "'empty.csv' is empty, expected"),
        ("combine many.csv -o out.bin", "Found 1 file, expected two or more"),
        ("combine many.csv nowhere.txt -o no/out.bin", "There is no folder 'no'"),
        ("transform nowhere.skops many.csv -o out", "There is no file"),
        ("transform many.csv many.csv -o out", "expected a fitted model in .skops or"),
        ("transform m.joblib nowhere.parquet -o out", "There is no Parquet file"),
        ("transform m.joblib folder -o out", "nor a folder of such"),
    ],
    ids=lambda value: value,
)
def test_wrong_files_are_refused_before_anything_heavy(arguments, message, tmp_path):
    (tmp_path / "folder").mkdir()
    rows = {"empty": None, "one": ["a"] * 9, "two": ["a", "b"], "many": ["a", "b"] * 9}
    for name, labels in rows.items():
        lines = [] if labels is None else ["text,label", *(f"x,{y}" for y in labels)]
        (tmp_path / f"{name}.csv").write_text("".join(f"{line}\n" for line in lines))
    if arguments.startswith("transform"):
        pytest.importorskip("pyarrow")
    (tmp_path / "m.joblib").touch()
    code = (
        "import os, sys; from skmeta.__main__ import main; os.chdir(sys.argv.pop())\n"
    )
    code += "try: main()\nfinally: print({'gensim', 'sklearn'} & set(sys.modules))"
    done = python("-c", code, *arguments.split(), str(tmp_path))
    assert done.returncode == 1
    assert done.stdout == "set()\n"
    assert message in done.stderr
    assert done.stderr.startswith("Error: ")
    assert done.stderr.count("\n") == 1


def test_version_is_shown():
    assert run_command("--version").stdout == f"skmeta {skmeta.__version__}\n"


def test_shells_complete_commands_and_names():
    words = [("skmeta c", {"compare", "convert", "combine"})]
    words += [("skmeta combine --missing re", {"regress"})]
    words += [("skmeta info --err", {"--errors"})]
    for line, expected in words:
        done = python(
            "-c",
            "import sys; sys.argv = ['skmeta']; from skmeta.cli import run; run()",
            _SKMETA_COMPLETE="complete_bash",
            COMP_WORDS=line,
            COMP_CWORD=str(line.count(" ")),
        )
        assert set(done.stdout.split()) == expected, done.stderr


def test_names_in_the_help_are_those_that_exist():
    for names, known in (
        (faces._Combiner, COMBINERS),
        (faces._Errors, ERRORS),
        (faces._Format, FORMATS_TO_SAVE),
        (faces._Missing, MISSING),
        (faces._Vocabulary, VOCABULARIES),
    ):
        assert sorted(get_args(names)) == sorted(known)


@pytest.mark.parametrize(
    ("message", "options", "expected"),
    [
        ("Name it with encoding=, or", ["encoding"], "Name it with --encoding, or"),
        ("skip with errors='skip'.", ["errors"], "skip with --errors skip."),
        ("with errors='skip'.", [], "with skmeta convert --errors skip."),
        ("Set text= or label= (n=3)", ["text", "label"], "Set --text or --label (n=3)"),
        ("codec can't: errors='skip'", ["errors"], "codec can't: --errors skip"),
        ("'text=1.csv' lacks text=", ["text"], "'text=1.csv' lacks --text"),
        ("/a/text=1/b", ["text"], "/a/text=1/b"),
        ("at least min_count=2 times", [], "at least min_count=2 times"),
        ("Use n_jobs=2", ["n_jobs"], "Use --n-jobs 2"),
        ("or by format=.", [], "or by load_vectors(..., format=...) in Python."),
        ("with trusted=True.", [], "with load_vectors(..., trusted=True) in Python."),
        ("a larger max_bytes.", [], "a larger max_bytes in Python."),
        ("Name one by split=.", ["limit"], "Name one by split= in Python."),
        ("Set n_components lower", ["dim"], "Set --dim lower"),
        ("few for n_components=5: 3", ["dim"], "few for --dim 5: 3"),
        ("SVD(n_components=5) is", ["dim"], "SVD(n_components=5) is"),
        ("Set n_components lower", [], "Set n_components lower"),
    ],
)  # fmt: skip
def test_advice_names_options_of_the_command(message, options, expected):
    assert in_options(message, options) == expected


@pytest.mark.parametrize("command", ["info", "convert", "combine"])
def test_advice_can_be_followed(command, vectors, tmp_path):
    out = tmp_path / "out.txt"
    arguments = {"info": [vectors], "convert": [vectors, out]}
    arguments["combine"] = [vectors, vectors, "--out", out]
    refused = run_command(command, *arguments[command], check=False)
    assert refused.returncode == 1
    assert "with --encoding" in refused.stderr
    assert "with --errors skip" in refused.stderr
    done = run_command(command, *arguments[command], "--errors", "skip")
    assert len(re.findall("^Note: 2 ", done.stderr, re.MULTILINE)) == 1
    if command != "info":
        assert len(load_vectors(out)) == 3
    done = run_command(
        command, *arguments[command], "--errors", "skip", "--encoding", "latin-1"
    )
    assert "élan" in (done.stdout if command == "info" else out.read_text("utf-8"))


def test_info_advises_nothing_that_it_cannot_take(tmp_path):
    path = tmp_path / "notes.rtf"
    path.write_bytes(b"{\\rtf1 no vectors}")
    done = run_command("info", path, check=False)
    assert "load_vectors(..., format=...) in Python" in done.stderr


def test_advice_for_vectors_in_a_comparison_is_another_command(csv, vectors):
    done = run_command("compare", csv, "--vectors", vectors, check=False)
    assert "with skmeta convert --encoding" in done.stderr
    assert "with skmeta convert --errors skip" in done.stderr


def test_nothing_raw_reaches_the_terminal(csv, vectors, tmp_path):
    runs = [
        ("info", vectors, "--errors", "skip"),
        ("info", f"{NAME}.nowhere"),
        ("convert", vectors, tmp_path / f"{NAME}.kv", "--errors", "skip"),
        ("combine", vectors, vectors, "-o", tmp_path / NAME, "--errors", "skip"),
        ("convert", vectors, tmp_path / f"a{NAME}/b.txt", "--errors", "skip"),
        ("compare", csv, "--text", NAME),
        ("compare", csv, "--label", "text", "--cv", "30"),
        ("compare", csv, NAME),
        ("evaluate", vectors, "--sts", csv),
        (NAME,),
    ]
    for arguments in runs:
        done = run_command(*arguments, check=False)
        for shown in (done.stdout, done.stderr):
            assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", shown), arguments
            assert "smile" not in shown or ":smile:" in shown
            assert "owned" not in shown or "[red]" in shown


@pytest.mark.timeout(240)
def test_odd_names_compare_and_plot(csv, tmp_path):
    vectors = tmp_path / f"{NAME}.txt"
    vectors.write_text("good 1 2\nbad 2 1\nfine 0 1\n")
    plot, report = tmp_path / "plot.svg", tmp_path / "report.html"
    done = run_command(
        "compare", csv, "--cv", 2, "--n-jobs", 1, "--vectors", vectors,
        "--plot", plot, "--report", report,
    )  # fmt: skip
    assert plot.read_bytes()
    assert report.read_bytes()
    assert r"\x1b]0;owned\x07[red]:smile:$\frac{$" in done.stdout
    assert "\x1b" not in done.stdout + done.stderr


@pytest.mark.timeout(240)
def test_what_cannot_be_written_after_all_loses_no_table(csv, tmp_path, monkeypatch):
    def fail(*arguments, **options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pd.DataFrame, "to_csv", fail)
    done = run_command(
        "compare", csv, "--cv", 2, "--n-jobs", 1, "--output", tmp_path / "o.csv",
        check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "No space left on device" in done.stderr
    assert "meta text_pipeline" in done.stdout
    assert not (tmp_path / "o.csv").exists()


SOME = range(9)
UNTIDY = {
    "empty": b"",
    "two documents": b"text,label\ngood day,a\nbad day,b\n",
    "no word twice": b"text,label\n" + b"".join(b"w%d,%d\n" % (i, i % 2) for i in SOME),
    "no words": b"text,label\n" + b"!!!,a\n???,b\n" * 9,
    "blank texts": b"text,label\n" + b" ,a\n,b\n" * 9,
    "no labels": b"text,label\n" + b"good day,\n" * 9,
    "one class": b"text,label\n" + b"good day,a\n" * 9,
    "other columns": b"body;kind\n" + b"good;a\nbad;b\n" * 9,
    "binary": bytes(range(256)) * 30,
    "JSON": b'{"a": 1}\n' * 9,
}  # fmt: skip


@pytest.mark.parametrize("kind", UNTIDY)
def test_untidy_files_end_in_one_clear_line(kind, tmp_path):
    path = tmp_path / "data.csv"
    path.write_bytes(UNTIDY[kind])
    done = run_command("compare", path, "--cv", 2, "--n-jobs", 1, check=False)
    assert done.returncode == 1
    *before, last = done.stderr.splitlines()
    assert last.startswith("Error: ")
    assert 40 < len(last) < 500
    assert all(
        line.startswith(("Note: ", "Comparing vectorizers: ")) for line in before
    )
    assert done.stdout == ""
    assert path.read_bytes() == UNTIDY[kind]


@pytest.mark.timeout(240)
def test_classes_of_one_document_and_missing_cells_are_noted(tmp_path):
    texts = [f"{'good fine' if i % 2 else 'bad poor'} word{i}" for i in range(40)]
    labels = ["a", "b"] * 18 + ["alone", "", "", ""]
    pd.DataFrame({"text": texts, "label": labels}).to_csv(
        tmp_path / "data.tsv", sep=";", encoding="utf-16", index=False
    )
    done = run_command("compare", tmp_path / "data.tsv", "--cv", 2, "--n-jobs", 1)
    notes = [line for line in done.stderr.splitlines() if line.startswith("Note: ")]
    assert notes[0].startswith("Note: 3 of 40 rows of")
    assert "least populated class" in notes[1]
    assert "37 documents" in done.stdout


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="is root")
def test_folders_without_permission_are_refused_before_the_work(csv, tmp_path):
    (tmp_path / "closed").mkdir(mode=0o500)
    output = tmp_path / "closed" / "o.csv"
    done = run_command("compare", csv, "--output", output, check=False)
    assert "may not be written to" in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("option", "name", "package"),
    [
        ("--plot", "p.png", "matplotlib"),
        ("--report", "r.html", "matplotlib"),
        ("--report", "r.html", "jinja2"),
    ],
)
def test_a_missing_package_is_named_before_the_work(
    option, name, package, csv, tmp_path, monkeypatch
):
    monkeypatch.setattr(
        "skmeta.cli._compare_input.find_spec",
        lambda other: None if other == package else 1,
    )
    done = run_command("compare", csv, option, tmp_path / name, check=False)
    assert f'{option} needs {package}. Install it with: pip install "skm' in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize("arguments", [
    ["combine", "a", "b", "-o", "c", "--combiner", "pca"],
    ["info", "a", "--errors", "drop"],
], ids=lambda arguments: arguments[0])  # fmt: skip
def test_a_wrong_choice_is_one_plain_sentence(arguments):
    done = run_command(*arguments, check=False)
    assert done.returncode == 2
    assert f"Invalid value for '{arguments[-2]}': '{arguments[-1]}' is not one of" in (
        done.stderr
    )


@pytest.mark.parametrize(
    "command",
    ["compare", "evaluate", "explain", "info", "convert", "combine", "transform"],
)
def test_help_is_laid_out_for_80_columns(command, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    intro, boxes = run_command(command, "--help").stdout.split("╭", 1)
    lines = [line.strip() for line in intro.splitlines()]
    assert not [line for line in lines if 0 < len(line) < 10]  # a word on its own
    assert "|ski" not in boxes  # choices broken in two
