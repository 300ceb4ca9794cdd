"""What do other forms of unknown tokens bring, and what does their look-up cost?

    python benchmarks/fallback.py --data DATA [--sets trec subj] [--pipelines]

Texts, cased and lower-cased; crops of GoogleNews, whose words are cased, and of GloVe,
whose words are lower-cased; averaged, a logistic regression. With --pipelines instead
text_pipeline(vectors=...), whose tokens are lower-cased. subj: the mean of 3 of 10
folds.
"""

import argparse
import time
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from skmeta import (
    MetaEmbeddingVectorizer,
    PretrainedVectorizer,
    Tokenizer,
    load_vectors,
    text_pipeline,
)

FILES = {
    "news": "googlenews_w2v_300d_8k.txt.gz",
    "glove": "glove6b_50d_9k.txt.gz",
}
FORMS = ("lower", "title", "upper")


def read(folder, name, part):
    table = pd.read_csv(folder / "classification" / name / f"{part}.csv.xz")
    return table["text"].to_numpy(), table["label"].to_numpy()


def splits(folder, name):
    """Return pairs of a training and a test part."""
    if name != "subj":
        return [[read(folder, name, part) for part in ("train", "test")]]
    X, y = read(folder, name, "all")
    folds = StratifiedKFold(10, shuffle=True, random_state=0).split(X, y)
    return [[(X[some], y[some]) for some in parts] for parts, _ in zip(folds, range(3))]


def score(sources, fallback, train, test):
    vectorizers = [
        (name, PretrainedVectorizer(vectors, fallback=fallback))
        for name, vectors in sources.items()
    ]
    meta = MetaEmbeddingVectorizer(vectorizers).fit(train[0])
    classifier = LogisticRegression(max_iter=1_000)
    classifier.fit(meta.transform(train[0]), train[1])
    coverage = meta.coverage(test[0])["token_share"].iloc[-1]
    return classifier.score(meta.transform(test[0]), test[1]), coverage


def time_look_up(vectors, documents):
    """Return nanoseconds of processor time a token."""
    vectors.index.find_rows(documents)
    start = time.process_time()
    for _ in range(10):
        vectors.index.find_rows(documents)
    return (time.process_time() - start) * 1e8 / sum(map(len, documents))


def score_pipeline(sources, fallback, train, test):
    given = [
        PretrainedVectorizer(vectors, fallback=fallback) for vectors in sources.values()
    ]
    pipeline = text_pipeline(vectors=given).fit(list(train[0]), train[1])
    weights = dict(zip(("words", "characters", "vectors"), pipeline[1].weights_))
    return pipeline.score(list(test[0]), test[1]), weights["vectors"]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--sets", nargs="+", default=["trec", "subj"])
    parser.add_argument("--pipelines", action="store_true")
    given = parser.parse_args()
    folder = given.data
    vectors = {n: load_vectors(folder / "vectors" / file) for n, file in FILES.items()}
    for name in given.sets:
        compare(name, splits(folder, name), vectors, given.pipelines)
    if given.pipelines:
        return
    texts, _ = read(folder, "trec", "train")
    documents = Tokenizer(lowercase=False).transform(list(texts))
    for name, source in vectors.items():
        for fallback in ((), FORMS):
            found = source.with_fallback(fallback)
            print(f"{name} {fallback} {time_look_up(found, documents):.0f} ns a token")


def compare(name, halves, vectors, pipelines):
    """Print accuracies, and the share of known tokens or the weight of vectors."""
    for lowercase in [True] if pipelines else [False, True]:
        tokenizer = Tokenizer(lowercase=lowercase)
        if not pipelines:
            halves_of_tokens = [
                [(tokenizer.transform(list(X)), y) for X, y in half] for half in halves
            ]
        for names in (["news"], ["glove"], ["news", "glove"]):
            some = {name: vectors[name] for name in names}
            for fallback in ((), FORMS):
                if pipelines:
                    found = [score_pipeline(some, fallback, *half) for half in halves]
                else:
                    found = [score(some, fallback, *half) for half in halves_of_tokens]
                accuracy, other = np.mean(found, axis=0)
                case = "lower-cased" if lowercase else "cased"
                print(
                    f"{name} {case:11} {'+'.join(names):10} {fallback!s:27} "
                    f"{accuracy:.4f} {other:.3f}",
                    flush=True,
                )


if __name__ == "__main__":
    main()
