"""Which of a biLM's layers classify documents, and do learned weights pay?

``python benchmarks/elmo_layers.py MODEL --data DATA`` pools every layer of the biLM in
the folder MODEL once, and mixes them in each way: on subj by 5-fold cross-validation,
on trec by its test set. Beside them word2vec trained on the same corpora, in as many
dimensions.
"""

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
from senses import load_corpus
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skmeta import ELMoVectorizer, PretrainedVectorizer, Tokenizer, Word2VecVectorizer
from skmeta.elmo import LayerMix, load_bilm

MIXES = {
    "layer 0 (input)": "input",
    "layer 1": (0, 1, 0),
    "layer 2 (top)": "top",
    "mean": "mean",
    "learned": "learn",
}


def load(data, name):
    """Return texts and labels for training, and for testing if there are any."""
    folder = data / "classification" / name
    names = ("train", "test") if (folder / "test.csv.xz").exists() else ("all",)
    frames = [pd.read_csv(folder / f"{part}.csv.xz") for part in names]
    return [(frame["text"].astype(str), frame["label"]) for frame in frames]


def score(make_mixer, parts):
    """Return the accuracy of a logistic regression behind a mixer."""
    classifier = LogisticRegression(C=0.1, max_iter=1000)
    pipeline = make_pipeline(make_mixer(), StandardScaler(), classifier)
    (X, y), *tests = parts
    if tests:
        return pipeline.fit(X, y).score(*tests[0])
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    return cross_val_score(pipeline, X, y, cv=folds).mean()


def main():
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--tokens", type=int, default=5_000_000)
    parser.add_argument("--n-jobs", type=int, default=1)
    options = parser.parse_args()
    corpus = load_corpus(options.data, options.tokens)
    size = load_bilm(options.model).vector_size
    word2vec = Word2VecVectorizer(vector_size=size, sg=1, random_state=0)
    static = PretrainedVectorizer(word2vec.fit(corpus).word_vectors_)
    table = {}
    for name in ("subj", "trec"):
        parts = load(options.data, name)
        documents = [Tokenizer().fit_transform(texts) for texts, _ in parts]
        elmo = ELMoVectorizer(
            options.model, layer_weights="all", n_jobs=options.n_jobs
        ).fit(documents[0])
        pooled = [(elmo.transform(d), y) for d, (_, y) in zip(documents, parts)]
        column = {
            mix: score(lambda mix=mix: LayerMix(3, layer_weights=MIXES[mix]), pooled)
            for mix in MIXES
        }
        learned = LayerMix(3, layer_weights="learn").fit(*pooled[0]).layer_weights_
        static.fit(documents[0])
        of_static = [(static.transform(d), y) for d, (_, y) in zip(documents, parts)]
        column["word2vec of the same text"] = score(lambda: LayerMix(1), of_static)
        beside = [
            (np.hstack([rows, more]), y)
            for (rows, y), (more, _) in zip(pooled, of_static)
        ]
        column["all layers and word2vec"] = score(lambda: LayerMix(1), beside)
        table[name] = column
        print(f"{name}: learned weights {np.round(learned, 2).tolist()}", flush=True)
    print(pd.DataFrame(table).to_string(float_format="{:.3f}".format))


if __name__ == "__main__":
    main()
