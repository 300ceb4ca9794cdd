"""
Compare embeddings by cross-validation
======================================

``compare_vectorizers`` evaluates embeddings on the same folds with the same classifier,
and reports their accuracy and cost in a table and a plot.
"""

import matplotlib.pyplot as plt
from sklearn.feature_extraction.text import TfidfVectorizer

from skmeta import MetaEmbeddingVectorizer, Word2VecVectorizer
from skmeta.datasets import load_docstrings
from skmeta.evaluate import compare_vectorizers
from skmeta.plot import ComparisonDisplay

X, y = load_docstrings(["numpy", "gensim"])
X, y = X[::2], y[::2]

cbow = Word2VecVectorizer(vector_size=40, epochs=10, random_state=0)
skipgram = Word2VecVectorizer(vector_size=40, sg=1, random_state=0)
tfidf = TfidfVectorizer(analyzer=list)
sources = [("cbow", cbow), ("skipgram", skipgram)]
table = compare_vectorizers(
    {
        "CBOW": cbow,
        "skip-gram": skipgram,
        "both": MetaEmbeddingVectorizer(sources),
        "TF-IDF": tfidf,
        "all three": MetaEmbeddingVectorizer(
            [*sources, ("tfidf", tfidf)], level="document"
        ),
    },
    X,
    y,
    cv=3,
)
table[["accuracy", "accuracy_std", "macro_f1", "coverage", "dimensions"]].round(3)

# %%
ComparisonDisplay.from_comparison(table)
plt.show()

# %%
# TF-IDF is hard to beat on docstrings, because single words are nearly sufficient to
# classify them. Adding embeddings to it gains most on short questions: see
# :doc:`/benchmarks`.
