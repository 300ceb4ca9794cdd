"""`skmeta compare --encoder`: rows of a sentence encoder; each text is encoded once."""

import numpy as np
import pandas as pd
import pytest
from command import run_command
from encoder_models import TEXTS, embed, make_folder
from sklearn.feature_extraction.text import TfidfVectorizer

from skmeta import MetaEmbeddingVectorizer, SentenceEncoderVectorizer
from skmeta._encoders._onnx_encoder import OnnxEncoder
from skmeta.evaluate import compare_vectorizers

LABELS = ["good", "bad"] * (len(TEXTS) // 2)


class Encoder:
    """Counts the texts that it encodes."""

    fingerprint = "test"

    def __init__(self):
        self.seen = []

    def __call__(self, texts):
        self.seen += texts
        return np.array([embed(text.lower()) for text in texts])


def test_texts_reach_those_who_take_texts():
    texts = [f"{text}?" for text in TEXTS]  # tokens have no question mark
    model = Encoder()
    encoder = SentenceEncoderVectorizer(model, cache="memory")
    marks = TfidfVectorizer(token_pattern=r"\?|\w+")
    vectorizers = {
        "tokens": TfidfVectorizer(analyzer=list),
        "texts": marks,
        "encoder": encoder,
        "both": MetaEmbeddingVectorizer(
            [("marks", marks), ("encoder", encoder)], level="document"
        ),
    }
    table, predictions = compare_vectorizers(
        vectorizers, texts, LABELS, cv=2, return_predictions=True
    )
    assert sorted(model.seen) == sorted(texts)  # each once, with its mark
    n_words = len({word for text in TEXTS for word in text.split()})
    assert table.loc["texts", "dimensions"] <= n_words + 1
    assert np.isnan(table.loc["encoder", "coverage"])
    assert 0 < table.loc["tokens", "coverage"] <= 1
    assert len(predictions) == len(texts)
    alone = compare_vectorizers({"encoder": encoder}, texts, LABELS, cv=2)
    assert alone.loc["encoder", "accuracy"] == table.loc["encoder", "accuracy"]
    again = compare_vectorizers(vectorizers, iter(texts), LABELS, cv=2)
    pd.testing.assert_series_equal(again["accuracy"], table["accuracy"])


@pytest.fixture
def csv(tmp_path):
    path = tmp_path / "data.csv"
    rng = np.random.default_rng(0)
    texts = [" ".join(rng.permutation(f"{t} it was {i}".split())) for i, t in
             enumerate(TEXTS * 3)]  # fmt: skip
    frame = pd.DataFrame({"text": texts, "label": LABELS * 3})
    frame.to_csv(path, index=False)
    return path


def test_compare_has_rows_of_an_encoder(csv, tmp_path, monkeypatch):
    encoded = []
    encode = OnnxEncoder.encode

    def count(self, texts, *args, **kwargs):
        encoded.extend(texts)
        return encode(self, texts, *args, **kwargs)

    monkeypatch.setattr(OnnxEncoder, "encode", count)
    folder, output = make_folder(tmp_path / "tiny"), tmp_path / "table.csv"
    options = ["--quick", "--cv", "2", "--n-jobs", "1", "--output", output]
    done = run_command("compare", csv, "--encoder", folder, *options)
    table = pd.read_csv(output, index_col=0)
    assert list(table.index[-3:]) == [
        "meta text_pipeline",
        "tiny",
        "meta text_pipeline, tiny",
    ]
    assert table.loc["tiny", "dimensions"] == 6
    sizes = table["dimensions"]
    assert sizes["meta text_pipeline, tiny"] == sizes["meta text_pipeline"] + 6
    assert "tiny" in done.stdout
    texts = pd.read_csv(csv)["text"]
    assert sorted(t for t in encoded if t != "a") == sorted(texts.unique())


def test_a_folder_without_an_encoder_is_refused_before_documents_are_read(tmp_path):
    done = run_command(
        "compare", tmp_path / "none.csv", "--encoder", tmp_path, check=False
    )
    assert done.returncode == 1
    assert "model.onnx" in done.stderr
