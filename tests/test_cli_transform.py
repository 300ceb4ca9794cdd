import multiprocessing
import random
import subprocess
import sys
import time

import joblib
import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from skmeta import PretrainedVectorizer, Tokenizer, WordVectors

pytest.importorskip("typer")
pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")
transform = pytest.importorskip("skmeta.cli._transform").transform
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
    assert "Transforming [" in done.stderr
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
    assert "finished before" in capsys.readouterr().out
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
        (("model", "source"), {"keep": ["x"]}, "has no column 'x'"),
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


def test_a_classifier_is_refused(source, word_vectors, documents, tmp_path):
    pipeline = make_pipeline(PretrainedVectorizer(word_vectors), LogisticRegression())
    joblib.dump(pipeline.fit(documents, [0, 1] * 20), tmp_path / "model.joblib")
    with pytest.raises(TypeError, match="which has no transform"):
        transform(tmp_path / "model.joblib", source, tmp_path / "out")
