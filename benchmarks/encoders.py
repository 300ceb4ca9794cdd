"""What does a sentence encoder add to TF-IDF, and what does it cost?

It needs the folder of an encoder (model.onnx, tokenizer.json) and one of data sets.
Everything is decided on the training part. subj: the first 3 of 10 folds, or --folds.
"""

import argparse
import time
from pathlib import Path

import numpy as np
import onnxruntime
import pandas as pd
import tokenizers
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import make_pipeline

from skmeta import (
    MetaEmbeddingVectorizer,
    SentenceEncoderVectorizer,
    text_pipeline,
)

SETS = ("trec", "subj", "banking77", "nsmc", "r8", "20newsgroups", "imdb")
MOST = dict.fromkeys(("nsmc", "20newsgroups", "imdb"), 2_000)  # texts of each part
WAYS = {
    "TF-IDF": (["words"], {}),
    "encoder": (["encoder"], {}),
    "both": (["words", "encoder"], {"weights": "learn"}),
    "both, centred": (["words", "encoder"], {"weights": "learn", "center": True}),
    "text_pipeline, fast, alone": "fast",
    "text_pipeline, fast": "fast",
    "text_pipeline, alone": "default",
    "text_pipeline": "default",
}


def read(folder, name, part):
    table = pd.read_csv(folder / "classification" / name / f"{part}.csv.xz")
    if len(table) > MOST.get(name, len(table)):
        table = table.sample(MOST[name], random_state=0)
    return table["text"].fillna("").to_numpy(), table["label"].to_numpy()


def splits(folder, name, n_folds=3):
    if name != "subj":
        yield *read(folder, name, "train"), *read(folder, name, "test")
        return
    X, y = read(folder, name, "all")
    folds = StratifiedKFold(10, shuffle=True, random_state=0).split(X, y)
    for (train, test), _ in zip(folds, range(n_folds)):
        yield X[train], y[train], X[test], y[test]


def make_pipeline_of(way, encoder):
    """Return the unfitted classifier of a row of the table."""
    if isinstance(WAYS[way], str):
        used = None if way.endswith("alone") else encoder
        return text_pipeline(encoder=used, effort=WAYS[way])
    names, parameters = WAYS[way]
    words = TfidfVectorizer(sublinear_tf=True, dtype=np.float32)
    sources = [(n, {"words": words, "encoder": encoder}[n]) for n in names]
    meta = MetaEmbeddingVectorizer(sources, level="document", **parameters)
    return make_pipeline(meta, LogisticRegression(max_iter=1_000))


def score(way, encoder, X, y, X_test, y_test):
    return make_pipeline_of(way, encoder).fit(X, y).score(X_test, y_test)


class BareSession:
    """A model run by hand: texts sorted by length, in padded batches of 32."""

    def __init__(self, folder):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        model = str(folder / "model.onnx")
        self.session = onnxruntime.InferenceSession(model, options)
        self.names = {given.name for given in self.session.get_inputs()}
        self.tokenizer = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.no_padding()
        self.tokenizer.enable_truncation(256)

    def transform(self, texts):
        """Return the rows of texts."""
        encoded = [e.ids for e in self.tokenizer.encode_batch(texts)]
        order = sorted(range(len(texts)), key=lambda i: len(encoded[i]))
        batches = [order[start : start + 32] for start in range(0, len(order), 32)]
        parts = [self.run([encoded[i] for i in batch]) for batch in batches]
        return np.concatenate(parts)[np.argsort(order)]

    def run(self, batch):
        """Return the rows of texts that are padded to the longest."""
        fed = np.zeros((3, len(batch), max(map(len, batch))), np.int64)
        for row, ids in enumerate(batch):
            fed[:2, row, : len(ids)] = [ids, [1] * len(ids)]
        names = "input_ids", "attention_mask", "token_type_ids"
        given = {name: some for name, some in zip(names, fed) if name in self.names}
        tokens = self.session.run(None, given)[0]
        rows = np.einsum("btd,bt->bd", tokens, fed[1].astype(np.float32))
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def time_encoders(folder, texts):
    """Print texts a second of processor time, interleaved, and the difference."""
    vectorizer = SentenceEncoderVectorizer(folder, scale=1).fit(texts[:1])
    encoders = {"skmeta": vectorizer, "a bare session": BareSession(folder)}
    best, rows = {}, {}
    for number in range(4):
        for name, encoder in encoders.items():
            start = time.process_time()
            rows[name] = encoder.transform(texts[:8] if not number else texts)
            speed = len(texts) / (time.process_time() - start)
            if number:
                best[name] = max(speed, best.get(name, 0))
    difference = np.abs(np.subtract(*rows.values())).max()
    found = ", ".join(f"{name} {speed:.0f}" for name, speed in best.items())
    print(f"questions a second: {found}; rows differ by {difference:.1e}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--encoder", type=Path, required=True)
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--sets", nargs="+", default=SETS)
    parser.add_argument("--ways", nargs="+", default=list(WAYS), choices=WAYS)
    parser.add_argument("--folds", type=int, default=3, help="of subj, at most 10")
    given = parser.parse_args()
    time_encoders(given.encoder, list(read(given.data, "trec", "train")[0][:512]))
    encoder = SentenceEncoderVectorizer(given.encoder, cache=given.cache, verbose=1)
    print("|", " | ".join(["", *given.ways]), "|", flush=True)
    for name in given.sets:
        parts = list(splits(given.data, name, given.folds))
        found = [
            np.mean([score(w, encoder, *part) for part in parts]) for w in given.ways
        ]
        print(
            "|", " | ".join([name, *(f"{100 * s:.2f}" for s in found)]), "|", flush=True
        )


if __name__ == "__main__":
    main()
