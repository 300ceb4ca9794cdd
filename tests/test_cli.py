import re
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from command import run_command
from rich.console import Console

from skmeta import WordVectors
from skmeta.cli._compare import _print

DOCUMENTS = 60


@pytest.fixture
def csv(tmp_path):
    rng = np.random.default_rng(0)
    good, bad, filler = "good fine nice", "bad poor ugly", "the a of it and so on"
    texts, labels = [], []
    for i in range(DOCUMENTS):
        words = rng.choice((good if i % 2 else bad).split(), 3).tolist()
        texts.append(" ".join([*words, *rng.choice(filler.split(), 5).tolist()]))
        labels.append("positive" if (i + (i % 5 == 0)) % 2 else "negative")
    path = tmp_path / "data.csv"
    pd.DataFrame({"text": texts, "label": labels}).to_csv(path, index=False)
    return path


@pytest.fixture
def vectors(tmp_path):
    words = ["good", "fine", "nice", "bad", "poor", "never"]
    path = tmp_path / "lexicon.v1.txt"
    made = WordVectors(words, [[1, 0], [1, 0.1], [0.9, 0], [0, 1], [0.1, 1], [1, 1]])
    made.to_gensim().save_word2vec_format(path)
    return path


def test_compare_prints_a_table_and_writes_files(csv, vectors, tmp_path):
    output, plot = tmp_path / "results.csv", tmp_path / "compare.png"
    done = run_command(
        "compare",
        csv,
        "--quick",
        "--vectors",
        vectors,
        "--output",
        output,
        "--plot",
        plot,
    )
    assert f"{DOCUMENTS} documents, 480 tokens, 2 classes; 3 folds" in done.stdout
    results = pd.read_csv(output, index_col=0)
    assert list(results.index) == [
        "TF-IDF",
        "TF-IDF of words and pairs",
        "word2vec CBOW",
        "word2vec skip-gram",
        "PPMI",
        "lexicon.v1",
        "meta word concatenate",
        "meta document concatenate",
        "meta document SVD",
        "meta text_pipeline",
    ]
    for name, row in results.iterrows():
        line = rf"{re.escape(name)} +{row['accuracy']:.3f} ± {row['accuracy_std']:.3f} "
        assert re.search(line, done.stdout)
    best = results["accuracy"].max()
    marked = re.findall(r"^ *\* (.*?)  +\d", done.stdout, re.MULTILINE)
    assert marked == list(results.index[results["accuracy"] == best])
    assert results.loc["lexicon.v1", "dimensions"] == 2
    assert results.loc["lexicon.v1", "coverage"] < 0.5
    assert plot.read_bytes().startswith(b"\x89PNG")
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "compare.png",
        "data.csv",
        "lexicon.v1.txt",
        "results.csv",
    ]
    assert max(map(len, done.stdout.splitlines()[1:])) <= 100  # a title may be long


@pytest.mark.parametrize("width", [60, 80, 87, 99, 100, 140])
def test_the_table_is_complete_in_terminals_of_any_width(width, monkeypatch, capsys):
    monkeypatch.setattr(Console, "is_terminal", True)
    monkeypatch.setenv("COLUMNS", str(width))
    names = ["TF-IDF of words and pairs", "meta document concatenate", "text_pipeline"]
    scores = {"accuracy": 0.987, "accuracy_std": 0.012, "macro_f1": 0.934}
    scores |= {"difference": -0.0456, "p_value": 0.251, "coverage": 1}
    scores |= {"fit_seconds": 123.4, "transform_seconds": 1.25, "dimensions": 1_313_571}
    _print(pd.DataFrame(scores, names), "9 documents")
    shown = re.sub(r"\x1b\[[\d;]*m", "", capsys.readouterr().out)
    lines = shown.splitlines()
    assert max(map(len, lines)) <= max(width, 80)
    numbers = ["0.987 ± 0.012", "-0.046 (0.25)", "0.934", "100.0%", "123.4", "1.25"]
    pattern = " +".join(map(re.escape, [*numbers, "1,313,571"]))
    assert len([line for line in lines if re.search(rf" {pattern}$", line)]) == 3
    assert "text_pipeline" in shown
    if width > 87:
        assert all(name in shown for name in names)
    assert "Size: dimensions." in " ".join(shown.split())


def test_warnings_of_processes_are_notes(tmp_path, capfd):
    rare = "is{0} of{0} no{0} use{0} to{0} any{0} one{0} who{0} pays{0}"
    texts = [f"{['good', 'bad'][i % 2]} film {rare.format(i)}" for i in range(12)]
    path = tmp_path / "few.csv"
    pd.DataFrame({"text": texts, "label": [0, 1] * 6}).to_csv(path, index=False)
    done = run_command("compare", path, "--cv", 2, "--n-jobs", 2)
    assert "Note: The word vectors of Word2VecVectorizer know" in done.stderr
    assert "Warning" not in done.stderr + capfd.readouterr().err


def test_rows_that_cannot_be_fitted_are_left_out(tmp_path):
    texts = [f"this{i} text{i} is{i} {['good', 'bad'][i % 2]}{i}" for i in range(8)]
    path, output = tmp_path / "tiny.csv", tmp_path / "out.csv"
    pd.DataFrame({"text": texts, "label": [0, 1] * 4}).to_csv(path, index=False)
    given, report = tmp_path / "given.txt", tmp_path / "report.html"
    given.write_text(
        "\n".join(f"{w}{i} 1 {i % 2}" for w in ("good", "bad") for i in range(8))
    )
    options = ["--cv", 2, "--n-jobs", 2, "--output", output, "--report", report]
    done = run_command("compare", path, "--vectors", given, *options)
    rows = pd.read_csv(output, index_col="vectorizer").index.to_list()
    assert rows == ["TF-IDF", "TF-IDF of words and pairs", "given"]
    assert "Note: word2vec CBOW is left out: No word occurs at least" in done.stderr
    assert "Note: meta text_pipeline is left out: Its source '" in done.stderr
    assert "TF-IDF of words and pairs" in report.read_text("utf-8")


def test_same_seed_gives_the_same_numbers(csv, tmp_path):
    tables = []
    for n_jobs, seed in [(1, 3), (2, 3), (1, 4)]:
        output = tmp_path / "out.csv"
        run_command(
            "compare", csv, "--cv", 2, "--seed", seed, "--n-jobs", n_jobs,
            "--output", output,
        )  # fmt: skip
        table = pd.read_csv(output, index_col=0)
        tables.append(table.drop(columns=["fit_seconds", "transform_seconds"]))
    pd.testing.assert_frame_equal(tables[0], tables[1])
    assert not tables[0].equals(tables[2])


def test_other_columns(csv):
    frame = pd.read_csv(csv).rename(columns={"text": "body", "label": "kind"})
    frame.to_csv(csv, index=False)
    done = run_command("compare", csv, "--text", "body", "--label", "kind", "--cv", 2)
    assert "word2vec CBOW" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere.csv"], "There is no file 'nowhere.csv' of labeled texts"),
        (["{csv}", "--text", "body"], "columns are 'text', 'label'. Set --text and"),
        (["{csv}", "--label", "text"], "1 document, too few for 5 folds. Lower --cv"),
        (["{csv}", "--vectors", "nowhere.txt"], "There is no file"),
        (["{csv}", "--vectors", "{csv}"], "is of no known format"),
        (["{csv}", "--output", "no/folder/o.csv"], "no folder 'no/folder'"),
        (["{csv}", "--cv", "1"], "--cv"),
        (["{csv}", "--plot", "plot.foo"], "not the name of a picture that can"),
        (["{csv}", "--output", "{csv}"], "is named twice"),
        (["{csv}", "--output", "."], "is a folder"),
    ],
)
def test_errors_are_one_message_without_a_traceback(csv, arguments, message):
    done = run_command("compare", *[a.format(csv=csv) for a in arguments], check=False)
    assert done.returncode in (1, 2)
    assert message in done.stderr
    assert done.stdout == ""


def test_a_single_class_is_refused(csv):
    frame = pd.read_csv(csv).assign(label="same")
    frame.to_csv(csv, index=False)
    done = run_command("compare", csv, check=False)
    assert "has the one value 'same' in 'label', expected at least two" in done.stderr


def test_vectors_of_another_language_are_refused(csv, tmp_path):
    path = tmp_path / "korean.txt"
    path.write_text("고양이 1 2\n개 3 4\n", "utf-8")
    done = run_command("compare", csv, "--vectors", path, check=False)
    assert done.returncode == 1
    assert "holds no wanted words" in done.stderr


def test_help_names_the_options():
    text = run_command("compare", "--help").stdout
    for option in (
        "--text", "--label", "--vectors", "--cv", "--seed", "--n-jobs", "--quick",
        "--output", "--plot", "--report",
    ):  # fmt: skip
        assert option in text


@pytest.mark.parametrize("module", ["typer", "rich"])
def test_missing_extra_says_what_to_install(module):
    code = f"import sys; sys.modules['{module}'] = None\n"
    code += "from skmeta.__main__ import main; main()"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 1
    assert 'pip install "skmeta[cli]"' in done.stderr
    assert "Traceback" not in done.stderr
