"""Partitions of texts become the rows that sources of texts make in memory."""

import numpy as np
import pandas as pd
import pytest
from encoder_models import TEXTS, make_folder
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import make_pipeline

from skmeta import MetaEmbeddingVectorizer, PretrainedVectorizer
from skmeta import SentenceEncoderVectorizer as Encoder

pytest.importorskip("distributed")
dask = pytest.importorskip("dask")
db = pytest.importorskip("dask.bag")
dd = pytest.importorskip("dask.dataframe")
skmeta_dask = pytest.importorskip("skmeta.dask")

pytestmark = pytest.mark.timeout(180)
TEXTS = [*TEXTS, "", "It was?", *TEXTS[:3]]


@pytest.fixture
def vectorizers(tmp_path):
    """Return vectorizers of texts, dense ones."""
    folder = str(make_folder(tmp_path / "model"))
    encoder = Encoder(folder, cache=str(tmp_path / "kept"))
    words = make_pipeline(TfidfVectorizer(), TruncatedSVD(3, random_state=0))
    given = {"good": [1.0, 0.0], "bad": [0.0, 1.0]}
    sources = [("words", words), ("encoder", encoder), ("given", given)]
    meta = MetaEmbeddingVectorizer(sources, level="document")
    static = PretrainedVectorizer(
        {"good": [1.0, 0.0], "##seen": [0.0, 1.0]},
        tokenizer=f"{folder}/tokenizer.json",
    )
    return {
        "encoder": Encoder(folder),
        "kept": encoder,
        "meta": meta,
        "pipeline": make_pipeline(meta, TruncatedSVD(2, random_state=0)),
        "static": static,
    }


@pytest.mark.parametrize("name", ["encoder", "kept", "meta", "pipeline", "static"])
@pytest.mark.parametrize("n_partitions", [1, 4])
def test_rows_of_partitions_are_those_in_memory(vectorizers, name, n_partitions):
    vectorizer = vectorizers[name].fit(TEXTS)
    expected = vectorizer.transform(TEXTS)
    with dask.config.set(scheduler="sync"):
        bag = db.from_sequence(TEXTS, npartitions=n_partitions)
        rows = skmeta_dask.transform(vectorizer, bag)
        assert rows.shape[1] == expected.shape[1]
        np.testing.assert_allclose(rows.compute(), expected, atol=1e-6)
        column = pd.Series(TEXTS, index=range(5, 5 + len(TEXTS)), dtype="string")
        frame = pd.DataFrame({"text": column, "other": 1})
        frame = dd.from_pandas(frame, npartitions=n_partitions)
        found = skmeta_dask.transform(vectorizer, frame, "text").compute()
    np.testing.assert_allclose(found.to_numpy(), expected, atol=1e-6)
    assert found.index.tolist() == column.index.tolist()
    assert found.columns.tolist() == vectorizer.get_feature_names_out().tolist()


def test_workers_open_an_encoder_by_its_path(vectorizers, cluster):
    vectorizer = vectorizers["meta"].fit(TEXTS)
    rows = skmeta_dask.transform(vectorizer, db.from_sequence(TEXTS, npartitions=3))
    found = cluster.compute(rows).result()
    np.testing.assert_allclose(found, vectorizer.transform(TEXTS), atol=1e-6)
