"""
Combine a general and a domain model
====================================

A general model knows many words; one trained on your own documents knows what they mean
there. Here docstrings of numpy and pandas stand for the general collection, those
of gensim for the domain.
"""

import matplotlib.pyplot as plt
import pandas as pd

from skmeta import MetaEmbeddings, Word2VecVectorizer
from skmeta.datasets import load_docstrings
from skmeta.plot import WordMapDisplay

general_documents, _ = load_docstrings(["numpy", "pandas"])
domain_documents, _ = load_docstrings(["gensim"])

general = Word2VecVectorizer(vector_size=60, random_state=0).fit(general_documents)
domain = Word2VecVectorizer(vector_size=40, min_count=2, epochs=40, random_state=0).fit(
    domain_documents
)

# %%
# Fitted vectorizers are sources like any other. ``missing="regress"`` predicts the
# vector of a word that a source lacks from the vector in the other source.

meta = MetaEmbeddings([general, domain], names=["general", "domain"], missing="regress")
meta

# %%
# Which source knows how many of the words:

meta.coverage()

# %%
# The neighbours of "vector" in each source, and in both together:

models = {
    "general": general.word_vectors_.to_gensim(),
    "domain": domain.word_vectors_.to_gensim(),
    "meta": meta.wv,
}
pd.DataFrame(
    {
        name: [w for w, _ in kv.most_similar("vector", topn=8)]
        for name, kv in models.items()
    }
)

# %%
# The same as maps:

WordMapDisplay.from_neighbors(
    {"general": general, "domain": domain, "meta": meta}, "vector", n_neighbors=5
)
plt.show()
