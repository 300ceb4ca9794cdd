"""
Evaluate a search
=================

In this example, the summary line of each docstring is a query, and the rest of the
docstring is its only relevant document. Installed packages thus provide thousands of
queries with relevance judgements, without a download.
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
print(f"{len(queries):,} queries; the first one: {queries[0]!r}")

# %%
# BM25 matches words. TF-IDF of character n-grams also matches parts of words:
# "normalize" and "normalization" have most n-grams in common. Word vectors, trained on
# the documents, also match different words that occur in similar contexts.

bm25 = ("bm25", BM25Vectorizer())
characters = TfidfVectorizer(  # joins tokens, counts n-grams within words
    analyzer="char_wb", ngram_range=(3, 5), preprocessor=" ".join
)
characters = ("characters", characters)
w2v = Word2VecVectorizer(
    vector_size=100, sg=1, epochs=5, weighting="idf", n_jobs=2, random_state=0
)

searches = {
    "BM25": [bm25],
    "characters": [characters],
    "word2vec": [("w2v", w2v)],
    "BM25 + characters": [bm25, characters],
    "BM25 + characters + word2vec": [bm25, characters, ("w2v", w2v)],
}
models = {
    name: MetaRetriever(sources).fit(documents) for name, sources in searches.items()
}
table = retrieval(models, collection, metrics=("ndcg@10", "recall@100"))
print(table[["ndcg@10", "recall@100"]].round(3).to_string())

# %%
# BM25 alone has an nDCG@10 of 0.51, character n-grams 0.47, and word vectors 0.27. BM25
# with character n-grams has 0.54, which is 0.03 more than BM25, and the paired
# confidence interval is far from 0. Adding word vectors does not improve it further.

best = table["ndcg@10"].idxmax()
row = table.loc[best]
low, high = row["ndcg@10_difference_low"], row["ndcg@10_difference_high"]
print(
    f"{best}: {row['ndcg@10_difference']:+.3f} against BM25 ({low:+.3f} to {high:+.3f})"
)

# %%
# The results of the best combination for a new query:

_, numbers = models[best].kneighbors(
    ["how far apart are two probability distributions"], 3
)
for number in numbers[0]:
    print("-", queries[number])

# %%
# All results with 95 % confidence intervals:

fig, ax = plt.subplots(figsize=(6, 3), layout="constrained")
score = table["ndcg@10"]
errors = [score - table["ndcg@10_low"], table["ndcg@10_high"] - score]
ax.barh(table.index, score, xerr=errors, color="#0072B2")
ax.invert_yaxis()
ax.set(xlabel="nDCG@10")
plt.show()
