"""What do other forms of unknown tokens bring, and what does their look-up cost?

    python benchmarks/fallback.py --data DATA

Questions of trec, cased and lower-cased; crops of GoogleNews, whose words are cased,
and of GloVe, whose words are lower-cased; averaged, a logistic regression.
"""

import argparse
import time
from pathlib import Path

import pandas as pd
from sklearn.linear_model import LogisticRegression

from skmeta import (
    MetaEmbeddingVectorizer,
    PretrainedVectorizer,
    Tokenizer,
    load_vectors,
)

FILES = {
    "news": "googlenews_w2v_300d_8k.txt.gz",
    "glove": "glove6b_50d_9k.txt.gz",
}
FORMS = ("lower", "title", "upper")


def read(folder, part):
    table = pd.read_csv(folder / "classification" / "trec" / f"{part}.csv.xz")
    return table["text"].tolist(), table["label"].to_numpy()


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


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    folder = parser.parse_args().data
    vectors = {n: load_vectors(folder / "vectors" / file) for n, file in FILES.items()}
    texts = {part: read(folder, part) for part in ("train", "test")}
    for lowercase in (False, True):
        tokenizer = Tokenizer(lowercase=lowercase)
        parts = [(tokenizer.transform(X), y) for X, y in texts.values()]
        for names in (["news"], ["glove"], ["news", "glove"]):
            some = {name: vectors[name] for name in names}
            for fallback in ((), FORMS):
                accuracy, coverage = score(some, fallback, *parts)
                case = "lower-cased" if lowercase else "cased"
                print(f"{case:11} {'+'.join(names):10} {fallback!s:27}", end=" ")
                print(f"{accuracy:.3f} {coverage:.3f}", flush=True)
    documents = Tokenizer(lowercase=False).transform(texts["train"][0])
    for name, source in vectors.items():
        for fallback in ((), FORMS):
            found = source.with_fallback(fallback)
            print(f"{name} {fallback} {time_look_up(found, documents):.0f} ns a token")


if __name__ == "__main__":
    main()
