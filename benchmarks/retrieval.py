"""Which sources find relevant documents, alone and together with BM25?

python benchmarks/retrieval.py --data DATA

Collections in DATA/retrieval, all with the same settings; nDCG@10 and MAP of each
source alone and added to BM25 with equal weights, with the difference in nDCG@10 to
BM25 and its paired bootstrap interval of 95 %. Then weights learned from the judged
queries, with nDCG@10 on the folds that were held out. With --expansion, only
queries of BM25 that are expanded by neighbors; with --speed, only times of exact search
and of BM25; with --memory, only memory of a search of rows mapped from a folder.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
import json
import multiprocessing
import resource
import tempfile
import time
import tracemalloc
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.sparse import issparse, vstack
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import make_pipeline

from skmeta import (
    BM25Vectorizer,
    Doc2VecVectorizer,
    FastTextVectorizer,
    MetaEmbeddings,
    MetaRetriever,
    PPMIVectorizer,
    PretrainedVectorizer,
    QueryExpansion,
    Tokenizer,
    Word2VecVectorizer,
    load_vectors,
)
from skmeta.datasets import load_docstrings, load_retrieval
from skmeta.evaluate import retrieval

FILES = {"googlenews": "googlenews_w2v_300d_8k", "glove": "glove6b_50d_9k"}
METRICS = ("ndcg@10", "map")
GCCA = "gcca of all four"


def letters(document):
    """Return the letter n-grams within the words of a document."""
    return [
        f" {word} "[i : i + n]
        for word in document
        for n in (3, 4, 5)
        for i in range(max(len(word) + 3 - n, 0))
    ]


class GivenRows:
    """A source whose rows are there: documents and queries are their numbers."""

    def __init__(self, rows):
        self.rows = rows

    def get_params(self, deep=True):
        """Return no parameter that is copied."""
        return {"rows": self.rows}

    def __sklearn_clone__(self):
        return self

    def fit(self, X, y=None):
        """Learn nothing."""
        return self

    def transform(self, X):
        """Return rows by their numbers."""
        return self.rows[[int(number) for [number] in X]]


class GivenProducts(GivenRows):
    """The same for rows that are multiplied, not compared by cosines."""

    transform_queries = GivenRows.transform


def embed(source, documents, queries):
    """Fit a source once, and return a source of the rows it makes."""
    source.fit(documents)
    is_product = hasattr(source, "transform_queries")
    parts = [source.transform(documents)]
    parts.append(
        (source.transform_queries if is_product else source.transform)(queries)
    )
    rows = vstack(parts, "csr") if issparse(parts[0]) else np.concatenate(parts)
    return (GivenProducts if is_product else GivenRows)(rows)


def make_vectors(documents, folder):
    """Return word vectors by their names: own, given, and all four together."""
    settings = {"vector_size": 100, "sg": 1, "random_state": 0}
    own = Word2VecVectorizer(**settings).fit(documents).word_vectors_
    fasttext = FastTextVectorizer(**settings).fit(documents).word_vectors_
    given = {n: load_vectors(folder / f"{f}.txt.gz") for n, f in FILES.items()}
    vectors = {"word2vec": own, "fasttext": fasttext, **given}
    metas = {
        f"{combiner} of all four": MetaEmbeddings(
            list(vectors.values()), combiner=combiner
        )
        for combiner in ("svd", "gcca")
    }
    return vectors, metas


def make_sources(documents, folder):
    """Return every source by its name, to be fitted."""
    tfidf = TfidfVectorizer(analyzer=list, sublinear_tf=True)
    lsi = make_pipeline(tfidf, TruncatedSVD(200, random_state=0))
    vectors, metas = make_vectors(documents, folder)
    sources = {
        "TF-IDF": tfidf,
        "TF-IDF of letters": TfidfVectorizer(analyzer=letters, sublinear_tf=True),
        "LSI": lsi,
        "Doc2Vec": Doc2VecVectorizer(vector_size=100, random_state=0),
    }
    for name, weightings in {
        "word2vec": (None, "idf", "sif", "usif"),
        "fasttext": ("idf", "usif"),
        "googlenews": (None, "idf", "usif"),
        "glove": ("idf", "usif"),
    }.items():
        for weighting in weightings:
            label = f"{name}, {weighting or 'mean'}"
            sources[label] = PretrainedVectorizer(vectors[name], weighting=weighting)
    sources["word2vec, partition"] = PretrainedVectorizer(
        vectors["word2vec"], pooling="partition", weighting="idf"
    )
    for name, meta in metas.items():
        for weighting in ("idf", "usif"):
            label = f"{name}, {weighting}"
            sources[label] = PretrainedVectorizer(meta, weighting=weighting)
    return sources


FUSIONS = {
    "letters + gcca": ("TF-IDF of letters", "gcca of all four, idf"),
    "letters + LSI": ("TF-IDF of letters", "LSI"),
    "letters + fasttext": ("TF-IDF of letters", "fasttext, idf"),
    "letters + LSI + fasttext": ("TF-IDF of letters", "LSI", "fasttext, idf"),
    "letters + LSI + gcca": ("TF-IDF of letters", "LSI", "gcca of all four, idf"),
}


def describe(row):
    """Return a difference with its interval."""
    low, high = row["ndcg@10_difference_low"], row["ndcg@10_difference_high"]
    return f"{row['ndcg@10_difference']:+.3f} ({low:+.3f} {high:+.3f})"


def judge(collection, folder):
    """Return a table of one collection: a source a row, alone and with BM25."""
    documents, queries = (
        Tokenizer().transform(collection[part].to_list())
        for part in ("documents", "queries")
    )
    sources = {
        name: embed(source, documents, queries)
        for name, source in make_sources(documents, folder).items()
    }
    n = len(documents)
    numbered = {
        "documents": pd.Series([[str(i)] for i in range(n)]),
        "queries": pd.Series([[str(i + n)] for i in range(len(queries))]),
    }
    for part, series in numbered.items():
        series.index = collection[part].index
    numbered["relevance"] = collection.relevance
    bm25 = ("BM25", embed(BM25Vectorizer(), documents, queries))
    searched = {"BM25": ()}
    for name in sources:
        searched[name] = None
        searched[f"BM25 + {name}"] = (name,)
    searched |= {f"BM25 + {name}": parts for name, parts in FUSIONS.items()}
    models, learned = {}, {}
    for name, parts in searched.items():
        several = [bm25, *((part, sources[part]) for part in parts or ())]
        if parts is None:
            several = [(name, sources[name])]
        models[name] = MetaRetriever(several).fit(numbered["documents"])
        if name.removeprefix("BM25 + ") not in FUSIONS:
            continue
        by_rank = MetaRetriever(several, fusion="rank")
        models[f"{name}, by rank"] = by_rank.fit(numbered["documents"])
        retriever = MetaRetriever(several, weights="learn").fit(
            numbered["documents"],
            queries=numbered["queries"],
            relevance=collection.relevance,
        )
        learned[name] = {
            "equal": retriever.cv_scores_["(equal)"],
            "learned, held out": retriever.cv_scores_["(learned)"],
            "weights": " ".join(f"{weight:.2f}" for weight in retriever.weights_),
        }
    table = retrieval(models, numbered, metrics=METRICS)
    shown = table[list(METRICS)].assign(difference=table.apply(describe, axis=1))
    return shown, pd.DataFrame(learned).T


def judge_expansion(collection, folder):
    """Return a table of BM25 with expanded queries, alone and with other sources."""
    documents = Tokenizer().transform(collection.documents.to_list())
    vectors, metas = make_vectors(documents, folder)
    vectors["PPMI"] = PPMIVectorizer().fit(documents).word_vectors_
    vectors |= metas
    gcca = vectors[GCCA]
    tfidf = TfidfVectorizer(analyzer=letters, sublinear_tf=True)
    others = {
        "": [],
        " + gcca": [("gcca", PretrainedVectorizer(gcca, weighting="idf"))],
        " + letters": [("letters", tfidf)],
    }
    tables = []
    for other, sources in others.items():
        models = {}
        for name in (None, *(vectors if not other else ["word2vec", "PPMI", GCCA])):
            expansion = None if name is None else QueryExpansion(vectors[name])
            bm25 = [("BM25", BM25Vectorizer(expansion=expansion))]
            label = f"BM25{other}" + (f", expanded by {name}" if name else "")
            models[label] = MetaRetriever(bm25 + sources).fit(collection.documents)
        table = retrieval(models, collection, metrics=METRICS)
        shown = table[list(METRICS)].assign(difference=table.apply(describe, axis=1))
        tables.append(shown)
    return pd.concat(tables)


def best_seconds(functions, n_rounds=4):
    """Return the least processor time of each function, in interleaved rounds."""
    seconds = {name: [] for name in functions}
    for _ in range(n_rounds):
        for name, function in functions.items():
            start = time.process_time()
            function()
            seconds[name].append(time.process_time() - start)
    return {name: min(values) for name, values in seconds.items()}


def time_dense_search(n_documents, n_queries, size=300):
    """Compare exact search of the first ten with the product alone."""
    rng = np.random.default_rng(0)
    rows = rng.standard_normal((n_documents + n_queries, size), dtype=np.float32)
    source = GivenRows(rows)
    documents = [[str(i)] for i in range(n_documents)]
    queries = [[str(i + n_documents)] for i in range(n_queries)]
    retriever = MetaRetriever([("rows", source)]).fit(documents)
    x, y = rows[n_documents:], np.ascontiguousarray(rows[:n_documents])
    at_once = max((1 << 25) // n_documents, 1)

    def multiply():
        for start in range(0, n_queries, at_once):
            x[start : start + at_once] @ y.T

    seconds = best_seconds(
        {"product": multiply, "search": lambda: retriever.kneighbors(queries, 10)}
    )
    tracemalloc.start()
    retriever.kneighbors(queries, 10)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    ratio = seconds["search"] / seconds["product"]
    print(
        f"{n_documents:,} x {size}, {n_queries:,} queries: product "
        f"{seconds['product']:.2f} s, search {seconds['search']:.2f} s ({ratio:.2f}x), "
        f"peak of the search {peak / 1e6:,.0f} MB"
    )


def peakmem_mapped_search(n_documents, n_queries, size=300):
    """Search rows that are mapped from a folder, in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        words = [f"word{i}" for i in range(1_000)]
        rng = np.random.default_rng(0)
        vectors = dict(zip(words, rng.standard_normal((1_000, size))))
        MetaRetriever([("rows", vectors)]).fit([words]).save(folder)
        settings = Path(folder, "retriever.json")
        found = json.loads(settings.read_text()) | {"n_documents": n_documents}
        settings.write_text(json.dumps(found))
        rows = np.lib.format.open_memmap(
            Path(folder, "rows-0-dense.npy"), "w+", np.float32, (n_documents, size)
        )
        for start in range(0, n_documents, 10_000):
            block = rows[start : start + 10_000]
            block[:] = rng.standard_normal(block.shape, np.float32)
            block /= np.linalg.norm(block, axis=1, keepdims=True)
        rows.flush()
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            report = pool.apply(search_mapped, (folder, words, n_queries))
    print(f"{n_documents:,} x {size} in a folder, {n_queries:,} queries: {report}")


def search_mapped(folder, words, n_queries):
    """Return what the load and the search of a folder take."""

    def peak():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

    before = peak()
    rng = np.random.default_rng(1)
    queries = [rng.choice(words, 5).tolist() for _ in range(n_queries)]
    retriever = MetaRetriever.load(folder)
    start = time.process_time()
    tracemalloc.start()
    retriever.kneighbors(queries, 10)
    allocated = tracemalloc.get_traced_memory()[1] / 1e6
    seconds = time.process_time() - start
    return (
        f"{seconds:.1f} CPU s, {allocated:,.0f} MB allocated at most; the process "
        f"{before:,.0f} MB before and {peak():,.0f} at most, mapped pages included"
    )


def time_bm25(n_documents, n_queries):
    """Compare BM25 with bm25s: fit, and search of the first ten."""
    import bm25s

    found, _ = load_docstrings()
    rng = np.random.default_rng(0)
    documents = [list(found[i]) for i in rng.integers(len(found), size=n_documents)]
    queries = [
        list(dict.fromkeys(rng.choice(documents[i], 6).tolist()))
        for i in rng.integers(n_documents, size=n_queries)
    ]
    ours = MetaRetriever([("bm25", BM25Vectorizer())])
    theirs = bm25s.BM25(method="lucene", k1=1.2, b=0.75)

    def fit_theirs():
        theirs.index(documents, show_progress=False)

    def search_theirs():
        theirs.retrieve(queries, k=10, show_progress=False)

    for what, mine, other in (
        ("fit", lambda: ours.fit(documents), fit_theirs),
        ("search", lambda: ours.kneighbors(queries, 10), search_theirs),
    ):
        seconds = best_seconds({"skmeta": mine, "bm25s": other})
        ratio = seconds["skmeta"] / seconds["bm25s"]
        print(
            f"BM25, {n_documents:,} docstrings, {what}: skmeta "
            f"{seconds['skmeta']:.2f} s, bm25s {seconds['bm25s']:.2f} s ({ratio:.2f}x)"
        )


def main():
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=os.environ.get("SKMETA_DATA"))
    parser.add_argument("--collections", nargs="+", default=["cranfield", "cisi"])
    parser.add_argument("--expansion", action="store_true", help="Of queries, only.")
    parser.add_argument("--speed", action="store_true", help="Time, do not judge.")
    parser.add_argument("--memory", action="store_true", help="Measure it, only.")
    parser.add_argument("--documents", type=int, default=100_000)
    parser.add_argument("--queries", type=int, default=1_000)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    if options.speed:
        time_dense_search(options.documents, options.queries)
        time_bm25(options.documents, options.queries)
        return
    if options.memory:
        peakmem_mapped_search(options.documents, options.queries)
        return
    for name in options.collections:
        collection = load_retrieval(options.data / "retrieval" / name)
        if options.expansion:
            table = judge_expansion(collection, options.data / "vectors")
            print(
                f"\n{name}\n{table.to_string(float_format='{:.3f}'.format)}", flush=True
            )
            continue
        tables = judge(collection, options.data / "vectors")
        print(f"\n{name}")
        for table in tables:
            print(table.to_string(float_format="{:.3f}".format))


if __name__ == "__main__":
    main()
