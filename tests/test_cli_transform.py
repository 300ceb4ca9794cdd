import multiprocessing
import random
import subprocess
import sys
import time
from functools import partial

import joblib
import numpy as np
import pandas as pd
import pytest
from command import run_command
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from skmeta import PretrainedVectorizer, Tokenizer, WordVectors

pytest.importorskip("typer")
pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")
transform = pytest.importorskip("skmeta.cli._transform").transform
only_run = pytest.importorskip("skmeta._io._unfinished_folder").only_run
pytestmark = pytest.mark.timeout(180)


@pytest.fixture
def model(word_vectors, documents, tmp_path):
    path = tmp_path / "model.joblib"
    joblib.dump(PretrainedVectorizer(word_vectors).fit(documents), path)
    return path


@pytest.fixture
def source(documents, tmp_path):
    path = tmp_path / "documents.parquet"
    text = [" ".join(document) for document in documents]
    columns = {"id": range(40), "tokens": documents, "text": text}
    pq.write_table(pa.table(columns), path, row_group_size=15)
    return path


def files_of(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_columns_of_vectors_stand_beside_those_that_are_kept(
    model, source, documents, tmp_path, capsys
):
    out = tmp_path / "out.parquet"
    command = [sys.executable, "-m", "skmeta", "transform", model, source]
    command += ["-o", out, "--keep", "id"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "40 rows x 6" in done.stdout
    assert "Transforming: 100%" in done.stderr
    table = pd.read_parquet(tmp_path / "out.parquet")
    vectorizer = joblib.load(model)
    assert list(table.columns) == ["id", *vectorizer.get_feature_names_out()]
    assert table["id"].tolist() == list(range(40))
    vectors = table.drop(columns="id").to_numpy()
    assert vectors.dtype == np.float32
    np.testing.assert_array_equal(vectors, vectorizer.transform(documents))
    assert len(list((tmp_path / "out.parquet").glob("part-*.parquet"))) == 3
    before = files_of(tmp_path / "out.parquet")
    transform(model, source, tmp_path / "out.parquet", keep=["id"])
    assert "was finished before: 40 rows x 6" in capsys.readouterr().out
    assert files_of(tmp_path / "out.parquet") == before


def test_a_pipeline_in_skops_takes_texts_of_a_folder(
    source, word_vectors, documents, tmp_path
):
    skops = pytest.importorskip("skops.io")
    pipeline = make_pipeline(Tokenizer(), PretrainedVectorizer(word_vectors))
    texts = [" ".join(document) for document in documents]
    skops.dump(pipeline.fit(texts), tmp_path / "model.skops")
    folder = tmp_path / "in"
    folder.mkdir()
    for name in ("a", "b"):
        (folder / f"{name}.parquet").write_bytes(source.read_bytes())
    out = tmp_path / "out.parquet"
    transform(tmp_path / "model.skops", folder, out, column="text")
    np.testing.assert_array_equal(
        pd.read_parquet(out).to_numpy(), pipeline.transform(texts + texts)
    )


@pytest.mark.parametrize("on", ["tokens", "text"])
def test_a_cluster_writes_the_same_files(on, cluster, model, source, tmp_path):
    if on == "text":
        vectorizer = joblib.load(model)
        joblib.dump(make_pipeline(Tokenizer(), vectorizer), model)
    transform(model, source, tmp_path / "one", column=on)
    address = cluster.scheduler.address
    transform(model, source, tmp_path / "two", column=on, dask=address)
    assert files_of(tmp_path / "one") == files_of(tmp_path / "two")


def test_killed_ten_times_the_result_is_the_same_to_the_byte(tmp_path, capsys):
    rng = np.random.default_rng(0)
    words = [f"word{i}" for i in range(2_000)]
    vectors = rng.standard_normal((2_000, 50), dtype=np.float32)
    vectorizer = PretrainedVectorizer(WordVectors(words, vectors)).fit([["word1"]])
    joblib.dump(vectorizer, tmp_path / "model.joblib")
    numbers = rng.integers(0, 2_000, 400_000)
    column = pa.ListArray.from_arrays(
        np.arange(0, 400_001, 10), pa.array(words).take(pa.array(numbers))
    )
    source = tmp_path / "in.parquet"
    pq.write_table(pa.table({"tokens": column}), source, row_group_size=100)
    arguments = (tmp_path / "model.joblib", source)
    transform(*arguments, tmp_path / "whole")
    out, unfinished = tmp_path / "out", tmp_path / ".out-unfinished"
    processes = multiprocessing.get_context("forkserver")  # imports once for all
    processes.set_forkserver_preload(["skmeta.cli._transform", "skmeta._io._parquet"])
    moments, kept = random.Random(0), [0]
    for _ in range(10):
        process = processes.Process(target=transform, args=(*arguments, out))
        process.start()
        while process.is_alive():  # until it wrote something
            if len(list(unfinished.glob("part-*"))) > kept[-1]:
                break
            time.sleep(0.002)
        time.sleep(moments.uniform(0, 0.04))
        assert process.is_alive()
        process.kill()
        process.join()
        kept.append(len(list(unfinished.glob("part-*"))))
        assert not out.exists()
    assert kept == sorted(set(kept))  # each goes on where the one before was
    transform(*arguments, out)
    assert f"{100 * kept[-1]:,} rows of them before" in capsys.readouterr().out
    assert files_of(out) == files_of(tmp_path / "whole")
    assert not unfinished.exists()


@pytest.mark.parametrize(
    ("files", "options", "message"),
    [
        (("model", "nowhere"), {}, "There is no Parquet file"),
        (("model", "model"), {}, "is not a Parquet file"),
        (("model", "source"), {"column": "x"}, "has no column 'x'"),
        (("model", "source"), {"keep": ["x"]}, "Set --keep to the name of one"),
        (("source", "source"), {}, "expected a fitted model in .skops"),
        (("model", "source"), {"column": "text"}, "expected a list of tokens"),
    ],
)
def test_the_user_is_told_what_to_mend(
    files, options, message, model, source, tmp_path
):
    paths = {"model": model, "source": source, "nowhere": tmp_path / "nowhere"}
    with pytest.raises((OSError, TypeError, ValueError), match=message):
        transform(*(paths[name] for name in files), tmp_path / "out", **options)
    assert not (tmp_path / "out").exists()


def test_what_is_of_another_run_is_not_touched(model, source, tmp_path):
    transform(model, source, tmp_path / "out")
    before = files_of(tmp_path / "out")
    with pytest.raises(FileExistsError, match="of another model, input or column"):
        transform(model, source, tmp_path / "out", keep=["id"])
    assert files_of(tmp_path / "out") == before


@pytest.fixture
def damaged(tmp_path):
    """Return a file with a page that holds fewer rows than its metadata says."""
    path = tmp_path / "damaged.parquet"
    texts = [f"word{i % 50} b" for i in range(2_000)]
    table = pa.table({"text": texts})
    pq.write_table(table, path, data_page_size=500, write_batch_size=50)
    sound, random_numbers = path.read_bytes(), random.Random(0)
    for _ in range(4_000):
        data = bytearray(sound)
        data[random_numbers.randrange(4, len(data) - 400)] = random_numbers.randrange(
            256
        )
        path.write_bytes(data)
        try:
            n_rows = len(pq.read_table(path))
        except (OSError, ValueError):
            continue
        if n_rows < 2_000:
            return path
    return pytest.skip("this version of pyarrow finds every damage itself")


def text_model(word_vectors, folder):
    path = folder / "text_model.joblib"
    pipeline = make_pipeline(Tokenizer(), PretrainedVectorizer(word_vectors))
    joblib.dump(pipeline.fit(["word1"]), path)
    return path


def test_rows_that_a_damaged_page_lacks_are_missed(damaged, word_vectors, tmp_path):
    model = text_model(word_vectors, tmp_path)
    with pytest.raises(ValueError, match=r"damaged\.parquet' is damaged: .* of 2,000"):
        transform(model, damaged, tmp_path / "out", column="text")
    assert not (tmp_path / "out").exists()
    assert not list((tmp_path / ".out-unfinished").glob("part-*"))


@pytest.mark.parametrize("options", [{}, {"write_page_checksum": True}], ids=str)
def test_a_damaged_file_is_an_error_or_has_all_rows(
    options, word_vectors, documents, tmp_path
):
    model = text_model(word_vectors, tmp_path)
    path, out = tmp_path / "in.parquet", tmp_path / "out"
    texts = [" ".join(document) for document in documents] * 10
    table = pa.table({"text": texts})
    pq.write_table(table, path, data_page_size=500, write_batch_size=20, **options)
    sound, random_numbers = path.read_bytes(), random.Random(0)
    n_whole = 0
    for number in range(60):
        data = bytearray(sound)
        data[random_numbers.randrange(4, len(data) - 8)] ^= random_numbers.randrange(
            256
        )
        path.write_bytes(data)
        target = out.with_name(f"out{number}")
        try:
            transform(model, path, target, column="text")
        except ValueError as error:
            assert "in.parquet" in str(error)  # noqa: PT017
            assert not target.exists()
        else:
            n_whole += 1
            assert len(pq.read_table(target)) == 400
    assert 0 < n_whole < 60


def test_rows_that_were_not_written_are_missed(model, source, tmp_path, monkeypatch):
    write = pq.ParquetWriter.write_batch
    monkeypatch.setattr(
        pq.ParquetWriter, "write_batch", lambda self, batch: write(self, batch[:7])
    )
    with pytest.raises(OSError, match=r"has 7 rows after it was written, expected 15"):
        transform(model, source, tmp_path / "out")
    monkeypatch.undo()
    transform(model, source, tmp_path / "out")
    assert len(pq.read_table(tmp_path / "out")) == 40


@pytest.mark.parametrize(
    "content", [b"", b"PAR1", None], ids=["empty", "short", "other"]
)
def test_a_part_that_was_damaged_since_is_written_again(
    content, model, source, tmp_path, monkeypatch
):
    transform(model, source, tmp_path / "whole")
    if content is None:
        pq.write_table(pa.table({"x": [1]}), tmp_path / "x.parquet")
        content = (tmp_path / "x.parquet").read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr(
            "skmeta._io._unfinished_folder.finish", lambda folder, target: None
        )
        transform(model, source, tmp_path / "out")
    part = "part-000001.parquet"
    (tmp_path / ".out-unfinished" / part).write_bytes(content)
    transform(model, source, tmp_path / "out")
    assert files_of(tmp_path / "out") == files_of(tmp_path / "whole")
    (tmp_path / "out" / part).write_bytes(content)
    with pytest.raises(FileExistsError, match=rf"'{part}' .*expected 15 rows"):
        transform(model, source, tmp_path / "out")


def test_two_runs_to_one_target_do_not_mix(model, source, tmp_path):
    with (
        only_run(tmp_path / "out"),
        pytest.raises(BlockingIOError, match="Another skmeta transform writes to"),
    ):
        transform(model, source, tmp_path / "out")
    with only_run(tmp_path / "other"):
        transform(model, source, tmp_path / "out")
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"model.joblib", "documents.parquet", "out"}


def test_a_killed_run_holds_no_lock(model, source, tmp_path):
    code = (
        "import os, sys; from pathlib import Path\n"
        "from skmeta._io._unfinished_folder import only_run\n"
        "with only_run(Path(sys.argv[1])): os.kill(os.getpid(), 9)\n"
    )
    subprocess.run([sys.executable, "-c", code, tmp_path / "out"])
    transform(model, source, tmp_path / "out")
    assert {path.name for path in tmp_path.glob(".*")} == set()


def test_a_folder_of_others_is_not_written_to(model, source, tmp_path):
    folder = tmp_path / ".out-unfinished"
    folder.mkdir()
    (folder / "notes.txt").write_text("mine")
    with pytest.raises(FileExistsError, match="already exists"):
        transform(model, source, tmp_path / "out")
    assert [path.name for path in folder.iterdir()] == ["notes.txt"]


def test_a_column_that_is_kept_twice_is_written_once(model, source, tmp_path):
    out = tmp_path / "out"
    run_command(
        *("transform", model, source, "-o", out, "--keep", "id", "--keep", "id")
    )
    table = pd.read_parquet(out)
    assert list(table.columns)[:2] == ["id", "pretrainedvectorizer0"]
    assert table["id"].tolist() == list(range(40))


def test_columns_of_one_name_are_refused(model, source, tmp_path):
    twice = pa.table([[1], [2], [["word1"]]], names=["id", "id", "tokens"])
    pq.write_table(twice, tmp_path / "twice.parquet")
    with pytest.raises(ValueError, match="has 2 columns 'id', expected one"):
        transform(model, tmp_path / "twice.parquet", tmp_path / "out", keep=["id"])
    names = pa.table({"tokens": [["word1"]], "pretrainedvectorizer0": [1]})
    pq.write_table(names, tmp_path / "names.parquet")
    with pytest.raises(ValueError, match="the name of a column of vectors too"):
        transform(
            *(model, tmp_path / "names.parquet", tmp_path / "out"),
            keep=["pretrainedvectorizer0"],
        )
    vectorizer = joblib.load(model)
    columns = [f"word{i % 3}" for i in range(6)]
    vectorizer.get_feature_names_out = partial(list, columns)
    joblib.dump(vectorizer, model)
    with pytest.raises(ValueError, match="has 2 columns that are named 'word0'"):
        transform(model, source, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_help_says_that_joblib_runs_code():
    found = run_command("transform", "--help").stdout
    assert "which can run code" in " ".join(found.replace("│", " ").split())


def test_a_classifier_is_refused(source, word_vectors, documents, tmp_path):
    pipeline = make_pipeline(PretrainedVectorizer(word_vectors), LogisticRegression())
    joblib.dump(pipeline.fit(documents, [0, 1] * 20), tmp_path / "model.joblib")
    with pytest.raises(TypeError, match="which has no transform"):
        transform(tmp_path / "model.joblib", source, tmp_path / "out")
