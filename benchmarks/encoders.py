"""What does a sentence encoder add to TF-IDF, and what does it cost?

It needs the folder of an encoder (model.onnx, tokenizer.json) and one of data sets.
Everything is decided on the training part. subj: the first 3 of 10 folds.
"""

import argparse
import time
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import make_pipeline

from skmeta import MetaEmbeddingVectorizer, SentenceEncoderVectorizer

SETS = ("trec", "subj", "banking77", "nsmc", "r8", "20newsgroups", "imdb")
MOST = dict.fromkeys(("nsmc", "20newsgroups", "imdb"), 2_000)  # texts of each part
WAYS = {
    "TF-IDF": (["words"], {}),
    "encoder": (["encoder"], {}),
    "both": (["words", "encoder"], {"weights": "learn"}),
    "both, centred": (["words", "encoder"], {"weights": "learn", "center": True}),
}


def read(folder, name, part):
    table = pd.read_csv(folder / "classification" / name / f"{part}.csv.xz")
    if len(table) > MOST.get(name, len(table)):
        table = table.sample(MOST[name], random_state=0)
    return table["text"].fillna("").to_numpy(), table["label"].to_numpy()


def splits(folder, name):
    if name != "subj":
        yield *read(folder, name, "train"), *read(folder, name, "test")
        return
    X, y = read(folder, name, "all")
    folds = StratifiedKFold(10, shuffle=True, random_state=0).split(X, y)
    for (train, test), _ in zip(folds, range(3)):
        yield X[train], y[train], X[test], y[test]


def score(way, encoder, X, y, X_test, y_test):
    names, parameters = WAYS[way]
    words = TfidfVectorizer(sublinear_tf=True, dtype=np.float32)
    sources = [(n, {"words": words, "encoder": encoder}[n]) for n in names]
    meta = MetaEmbeddingVectorizer(sources, level="document", **parameters)
    pipeline = make_pipeline(meta, LogisticRegression(max_iter=1_000))
    return pipeline.fit(X, y).score(X_test, y_test)


def time_encode(encoder, texts):
    """Return texts a second of processor time."""
    encoder.fit(texts[:1]).transform(texts[:8])
    start = time.process_time()
    encoder.transform(texts)
    return len(texts) / (time.process_time() - start)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--encoder", type=Path, required=True)
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--sets", nargs="+", default=SETS)
    given = parser.parse_args()
    texts = read(given.data, "trec", "train")[0][:512]
    speed = time_encode(SentenceEncoderVectorizer(given.encoder), texts)
    print(f"{speed:.0f} questions a second")
    encoder = SentenceEncoderVectorizer(given.encoder, cache=given.cache, verbose=1)
    print("|", " | ".join(["", *WAYS]), "|")
    for name in given.sets:
        parts = list(splits(given.data, name))
        found = [np.mean([score(w, encoder, *part) for part in parts]) for w in WAYS]
        print("|", " | ".join([name, *(f"{100 * s:.1f}" for s in found)]), "|")


if __name__ == "__main__":
    main()
