"""
Words that a source lacks
=========================

Two sources rarely have the same vocabulary. The parameter ``missing`` selects what
replaces the vector of a word that one of them lacks: nothing, the mean of the source,
the mean of the word's nearest neighbors, or a prediction.
"""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from skmeta import MetaEmbeddings, Word2VecVectorizer
from skmeta.datasets import load_docstrings

documents, _ = load_docstrings(["numpy", "gensim"])
train = {"vector_size": 40, "epochs": 10}
one = Word2VecVectorizer(random_state=0, **train).fit(documents).word_vectors_
two = Word2VecVectorizer(random_state=1, sg=1, **train).fit(documents).word_vectors_

# %%
# Both sources know the same words here. Hide a tenth of them from the second source,
# and compare what replaces them with the true vectors.

from skmeta import WordVectors

rng = np.random.default_rng(0)
hidden = rng.random(len(two)) < 0.1
kept = [word for word, is_hidden in zip(two.words, hidden) if not is_hidden]
lacking = WordVectors(kept, two[kept])

truth = two.vectors[hidden] / np.linalg.norm(two.vectors[hidden], axis=1, keepdims=True)
words = [word for word, is_hidden in zip(two.words, hidden) if is_hidden]

rows = {}
for missing in ["zero", "mean", "neighbors", "regress"]:
    meta = MetaEmbeddings(
        [one, lacking], names=["one", "two"], combiner="concatenate", missing=missing
    )
    guess = meta.word_vectors[words][:, 40:]
    lengths = np.linalg.norm(guess, axis=1)
    cosines = (guess * truth).sum(axis=1) / np.where(lengths == 0, 1, lengths)
    rows[missing] = {
        "cosine to the true vector": cosines.mean(),
        "generated": meta.generated.sum(),
    }
table = pd.DataFrame(rows).T
table.round(2)

# %%
# The same table as a plot:

fig, ax = plt.subplots(figsize=(5, 3), layout="constrained")
ax.barh(table.index, table["cosine to the true vector"], color="#0072B2")
ax.set(xlabel="cosine to the true vector", ylabel="missing")
plt.show()

# %%
# The default is "zero", which generates nothing. See :doc:`/missing` for when the other
# options are useful.
