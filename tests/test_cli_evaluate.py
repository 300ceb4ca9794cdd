import re

import numpy as np
import pandas as pd
import pytest
from command import run_command
from rich.console import Console
from typer.testing import CliRunner

from skmeta import WordVectors, save_vectors
from skmeta.cli._app import app
from skmeta.cli._evaluate import _print
from skmeta.evaluate import analogies, document_similarity, word_similarity


@pytest.fixture
def files(word_vectors, tmp_path):
    """Return two files of vectors, of pairs of words and texts, and of questions."""
    rng = np.random.default_rng(0)
    names = ["one.txt", "two.bin", "pairs.tsv", "texts.tsv", "questions.txt"]
    paths = {name.partition(".")[0]: tmp_path / name for name in names}
    save_vectors(word_vectors, paths["one"], format="word2vec")
    other = WordVectors(word_vectors.words, rng.standard_normal((80, 5)))
    save_vectors(other, paths["two"], format="word2vec_binary")
    drawn = [(*rng.choice(90, 2), i % 7) for i in range(60)]
    lines = [f"word{a}\tword{b}\t{score}" for a, b, score in drawn]
    paths["pairs"].write_text("\n".join(lines))
    lines = [f"{score}\tword{a} word{b}\tword{b} word1" for a, b, score in drawn]
    paths["texts"].write_text("\n".join(lines))
    lines = [f"word{a} word{b} word{a + 1} word{b + 1}" for a, b, _ in drawn]
    paths["questions"].write_text("\n".join([": gram1", *lines, ": other", lines[0]]))
    return paths


def evaluate(*arguments, check=True):
    return run_command("evaluate", *arguments, check=check)


@pytest.mark.parametrize("own", [False, True])
def test_all_tasks_are_printed_and_written(own, files, tmp_path):
    output = tmp_path / "table.csv"
    done = evaluate(
        files["one"], files["two"], "--similarity", files["pairs"],
        "--analogy", files["questions"], "--sts", files["texts"], "--output", output,
        *(["--own"] if own else []),
    )  # fmt: skip
    models = {"one": files["one"], "two": files["two"]}
    tables = {
        "spearman": word_similarity(models, files["pairs"], common=not own),
        "accuracy": analogies(models, files["questions"], common=not own),
        "pearson": document_similarity(models, files["texts"], common=not own),
    }
    written = pd.read_csv(output)
    for measure, table in tables.items():
        rows = written[written["measure"] == measure].iloc[-len(table) :]
        if measure == "spearman":
            rows = written[written["task"] == "word similarity"]
        assert list(zip(rows["set"], rows["model"])) == table.index.to_list()
        np.testing.assert_allclose(rows["value"], table[measure])
        np.testing.assert_allclose(rows["difference_high"], table["difference_high"])
        np.testing.assert_allclose(rows["items"], table.iloc[:, -2])
        for (_, model), value in table[measure].items():
            assert re.search(rf"{model} +{value:.3f} \(", done.stdout)
    for text in ("Word similarity", "Analogies", "Document similarity", "pairs"):
        assert text in done.stdout
    assert ("difference" in done.stdout) != own
    assert ("4/4" if own else "3/3") in done.stderr
    assert "it [" not in done.stderr  # no step beyond the total


def test_sets_that_come_with_gensim(files):
    path = files["one"].with_name("words.txt")
    path.write_text("cat 1 2\ndog 2 1\ntiger 3 1\nthe 1 0\nof 0 1\nman 1 1\nking 2 2\n")
    with path.open("a") as file:
        file.write("love 1 3\nsex 3 4\nold 1 5\nnew 2 7\nboy 0 2\ngirl 1 2\nhe 2 3\n")
        file.write("she 3 3\nbig 3 1\nlarge 3 2\nplane 5 1\ncar 4 1\nprincess 1 9\n")
        file.write("smart 1 4\nintelligent 1 5\n")
    done = evaluate(path)
    for text in ("wordsim353", "simlex999", "family", "lee", "1,225"):
        assert text in done.stdout
    assert "Note: Of the" in done.stderr
    assert "UserWarning" not in done.stderr


def test_tasks_that_nobody_chose_may_fail(files):
    path = files["one"].with_name("few.txt")
    path.write_text("tiger 1 2\ncat 2 1\nsex 1 1\nlove 0 1\nold 1 9\nnew 2 3\n")
    done = CliRunner().invoke(app, ["evaluate", str(path)])
    assert done.exit_code == 0
    assert "wordsim353" in done.output
    assert "Note: No analogies: Of the 506 questions of" in done.output
    path.write_text("고양이 1 2\n개 3 4\n", "utf-8")
    done = CliRunner().invoke(app, ["evaluate", str(path)])
    assert "No document similarity: Of the 1,225 pairs" in str(done.exception)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere.txt"], "There is no file"),
        (["{one}", "--similarity", "nowhere.tsv"], "'nowhere.tsv' is not there"),
        (["{one}", "--similarity", "{questions}"], "expected two words and a number"),
        (["{one}", "--analogy", "{pairs}"], "expected four words"),
        (["{one}", "--sts", "{pairs}"], "expected a score and two texts"),
        (["{one}", "--output", "no/folder/o.csv"], "no folder 'no/folder'"),
        (["{one}", "--output", "{one}"], "is named twice"),
    ],
)
def test_errors_before_the_work(arguments, message, files):
    arguments = [argument.format(**files) for argument in arguments]
    done = CliRunner().invoke(app, ["evaluate", *arguments])
    assert message in str(done.exception)
    assert done.output == ""


def test_models_without_a_word_in_common(files):
    files["two"].write_text("고양이 1 2\n개 3 4\n", "utf-8")
    done = evaluate(
        files["one"], files["two"], "--similarity", files["pairs"], check=False
    )
    assert done.returncode == 1
    assert "0 by two are covered, 0 by all models" in done.stderr
    assert "--own" in done.stderr


def test_retrieval_is_judged_beside_bm25(files, tmp_path):
    folder = tmp_path / "library"
    folder.mkdir()
    rng = np.random.default_rng(1)
    texts = [" ".join(f"word{i}" for i in rng.choice(90, 8)) for _ in range(60)]
    table = pd.DataFrame({"id": range(60), "text": texts})
    table.to_csv(folder / "documents.csv", index=False)
    queries = pd.DataFrame({"id": range(25), "text": texts[:25]})
    queries.loc[0, "text"] = "unknown"
    queries.to_csv(folder / "queries.csv", index=False)
    judged = pd.DataFrame({"query": range(25), "document": range(25), "relevance": 1})
    judged.to_csv(folder / "relevance.csv", index=False)
    output = tmp_path / "table.csv"
    arguments = [files["one"], files["two"], "--retrieval", folder, "--output", output]
    done = CliRunner().invoke(app, ["evaluate", *map(str, arguments)])
    assert done.exit_code == 0
    written = pd.read_csv(output).set_index(["measure", "model"])
    assert set(written["task"]) == {"retrieval"}
    assert set(written["set"]) == {"library"}
    models = ["BM25", "one", "BM25 + one", "two", "BM25 + two"]
    assert written.loc["ndcg@10"].index.to_list() == models
    assert written.loc[("ndcg@10", "BM25"), "value"] == pytest.approx(24 / 25)
    assert (written["items"] == 25).all()
    assert written.loc[("map", "one"), "covered"] == pytest.approx(24 / 25)
    assert "Difference: to BM25" in re.sub(r"\s+", " ", done.output)
    for name in models:
        assert name in done.output


@pytest.mark.parametrize("width", [60, 80, 95, 130])
@pytest.mark.parametrize("measures", [["accuracy"], ["ndcg@10", "map", "recall@100"]])
def test_tables_are_complete_in_terminals_of_any_width(
    measures, width, monkeypatch, capsys
):
    monkeypatch.setattr(Console, "is_terminal", True)
    monkeypatch.setenv("COLUMNS", str(width))
    models = ["glove.6B.50d", "BM25 + glove.6B.50d"]
    sets = ["gram6-nationality-adjective", "library"]
    row = {}
    for name in measures:
        prefix = "" if name == "accuracy" else f"{name}_"
        row |= {name: -0.123, f"{prefix}low": -0.25, f"{prefix}high": -0.75}
    row |= {"difference": -0.456, "difference_low": -0.65, "difference_high": -0.35}
    row |= {"queries": 10_558, "covered": 1.0}
    index = pd.MultiIndex.from_product([sets, models], names=["collection", "model"])
    _print("retrieval", pd.DataFrame(row, index), models, False, "The caption.")
    shown = re.sub(r"\x1b\[[\d;]*m", "", capsys.readouterr().out)
    lines = shown.splitlines()
    assert max(map(len, lines)) <= max(width, 80)
    assert shown.count("-0.123") == shown.count("(-0.25 -0.75)") == 4 * len(measures)
    assert shown.count("-0.456") == shown.count("(-0.65 -0.35)*") == 4
    assert shown.count("10,558  100.0%") + shown.count("10,558   100.0%") == 4
    for name in (*measures, "difference", "queries", "covered", "The caption."):
        assert name in shown
    first = [line[: line.find(" -0.123")] for line in lines if "-0.123" in line]
    assert all(re.search("BM25|glove", part) for part in first)
    is_tight = width < 100 and len(measures) > 1  # long names are folded
    words = ["library", "BM25"] if is_tight else [*sets, *" ".join(models).split()]
    assert all(word in shown for word in words)
