"""
Search, judged
==============

A function's summary line as a query, the rest of its docstring as the one relevant
document: thousands of judged queries from installed packages, without a download.
"""

import ast
from importlib.util import find_spec
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
from sklearn.feature_extraction.text import TfidfVectorizer

from skmeta import BM25Vectorizer, MetaRetriever, Word2VecVectorizer
from skmeta.evaluate import retrieval

queries, documents = {}, {}
for package in ("numpy", "scipy", "sklearn", "pandas"):
    for file in sorted(Path(find_spec(package).origin).parent.rglob("*.py")):
        if "tests" in file.parts:
            continue
        for node in ast.walk(ast.parse(file.read_bytes())):
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                text = ast.get_docstring(node) or ""
                summary, _, body = text.partition("\n\n")
                if len(summary.split()) >= 4 and len(body.split()) >= 20:
                    queries[summary], documents[summary] = summary, body

queries, documents = pd.Series(queries), pd.Series(documents)
queries.index = documents.index = range(len(queries))
relevance = pd.DataFrame(
    {"query": queries.index, "document": queries.index, "relevance": 1}
)
collection = {"documents": documents, "queries": queries, "relevance": relevance}
print(f"{len(queries):,} queries; the first: {queries[0]!r}")

# %%
# BM25 counts words. TF-IDF of letters also knows their parts: "normalize" and
# "normalization" share most of them. Word vectors, learned from the documents, know
# words that stand in the same places.

bm25 = ("bm25", BM25Vectorizer())
letters = TfidfVectorizer(  # of n-grams within words; it gets tokens
    analyzer="char_wb", ngram_range=(3, 5), preprocessor=" ".join
)
letters = ("letters", letters)
w2v = Word2VecVectorizer(
    vector_size=100, sg=1, epochs=5, weighting="idf", n_jobs=2, random_state=0
)

searches = {
    "BM25": [bm25],
    "letters": [letters],
    "word2vec": [("w2v", w2v)],
    "BM25 + letters": [bm25, letters],
    "BM25 + letters + word2vec": [bm25, letters, ("w2v", w2v)],
}
models = {
    name: MetaRetriever(sources).fit(documents) for name, sources in searches.items()
}
table = retrieval(models, collection, metrics=("ndcg@10", "recall@100"))
print(table[["ndcg@10", "recall@100"]].round(3).to_string())

# %%
# Words alone reach an nDCG@10 of 0.51, letters 0.47, word vectors 0.25; words and
# letters together 0.54, which is 0.03 more than words, and the paired interval is far
# from 0. Word vectors add nothing to both here.

best = table["ndcg@10"].idxmax()
row = table.loc[best]
low, high = row["ndcg@10_difference_low"], row["ndcg@10_difference_high"]
print(f"{best}: {row['ndcg@10_difference']:+.3f} to BM25 ({low:+.3f} to {high:+.3f})")

# %%
# What the combination finds for a query of one's own:

_, numbers = models[best].kneighbors(
    ["how far apart are two probability distributions"], 3
)
for number in numbers[0]:
    print("-", queries[number])

# %%
# All of them as a picture, with intervals of 95 %.

fig, ax = plt.subplots(figsize=(6, 3), layout="constrained")
score = table["ndcg@10"]
errors = [score - table["ndcg@10_low"], table["ndcg@10_high"] - score]
ax.barh(table.index, score, xerr=errors, color="#0072B2")
ax.invert_yaxis()
ax.set(xlabel="nDCG@10")
plt.show()
