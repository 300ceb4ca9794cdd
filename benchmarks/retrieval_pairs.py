"""Does a search by several sources lose to BM25 on collections it was not made for?

python benchmarks/retrieval_pairs.py --data DATA

A query is the first line of a document, which is its only relevant document and does
not hold that line: the summary of docstrings of installed packages, and the subject of
messages of 20 newsgroups that no other message has. Sources are combined with the
defaults of MetaRetriever, as on the page on search.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
import ast
import warnings
from collections import Counter
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd
from retrieval import describe, letters
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import make_pipeline

from skmeta import BM25Vectorizer, FastTextVectorizer, MetaRetriever
from skmeta.evaluate import retrieval

FUSIONS = ("letters", "LSI", "fasttext", "letters fasttext", "letters LSI fasttext")


def read_docstrings(data):
    """Yield summaries and the rest of docstrings."""
    for package in ("numpy", "scipy", "sklearn", "pandas"):
        for file in sorted(Path(find_spec(package).origin).parent.rglob("*.py")):
            if "tests" in file.parts:
                continue
            for node in ast.walk(ast.parse(file.read_bytes())):
                if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                    summary, _, body = (ast.get_docstring(node) or "").partition("\n\n")
                    yield summary, body


def read_messages(data):
    """Yield subjects and bodies of messages."""
    path = data / "classification" / "20newsgroups" / "train.csv.xz"
    for message in pd.read_csv(path)["text"]:
        head, _, body = str(message).partition("\n\n")
        for line in head.splitlines():
            if line.startswith("Subject:"):
                yield line.removeprefix("Subject:").strip(), body


def make_collection(pairs, n_documents, n_queries):
    """Return a collection of some pairs of a query and its document."""
    pairs = [
        pair for pair in pairs if len(pair[0].split()) >= 4 <= len(pair[1].split()) / 5
    ]
    times = Counter(query.lower().removeprefix("re: ") for query, _ in pairs)
    once = [pair for pair in pairs if times[pair[0].lower().removeprefix("re: ")] == 1]
    rng = np.random.default_rng(0)
    chosen = rng.permutation(len(once))[:n_documents]
    documents = pd.Series([once[i][1] for i in chosen])
    queries = pd.Series([once[i][0] for i in chosen[:n_queries]])
    relevance = pd.DataFrame(
        {"query": queries.index, "document": queries.index, "relevance": 1}
    )
    return {"documents": documents, "queries": queries, "relevance": relevance}


def judge(collection):
    """Return a table: BM25, other sources alone, and both together."""
    sources = {
        "letters": TfidfVectorizer(analyzer=letters, sublinear_tf=True),
        "LSI": make_pipeline(
            TfidfVectorizer(analyzer=list, sublinear_tf=True),
            TruncatedSVD(200, random_state=0),
        ),
        "fasttext": FastTextVectorizer(
            vector_size=100, sg=1, weighting="idf", random_state=0
        ),
    }
    bm25 = ("BM25", BM25Vectorizer())
    searched = {"BM25": [bm25]}
    searched |= {name: [(name, source)] for name, source in sources.items()}
    for names in FUSIONS:
        parts = [(name, sources[name]) for name in names.split()]
        searched[f"BM25 + {names.replace(' ', ' + ')}"] = [bm25, *parts]
    models = {
        name: MetaRetriever(parts).fit(collection["documents"])
        for name, parts in searched.items()
    }
    table = retrieval(models, collection, metrics=("ndcg@10", "map"))
    return table[["ndcg@10", "map"]].assign(difference=table.apply(describe, axis=1))


def main():
    """Print a table of each collection."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=os.environ.get("SKMETA_DATA"))
    parser.add_argument("--documents", type=int, default=5_000)
    parser.add_argument("--queries", type=int, default=1_000)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    readers = {"docstrings": read_docstrings, "20newsgroups": read_messages}
    for name, read in readers.items():
        pairs = read(options.data)
        collection = make_collection(pairs, options.documents, options.queries)
        sizes = {part: f"{len(collection[part]):,}" for part in collection}
        print(f"\n{name}, {sizes['documents']} documents, {sizes['queries']} queries")
        table = judge(collection)
        print(table.to_string(float_format="{:.3f}".format), flush=True)


if __name__ == "__main__":
    main()
