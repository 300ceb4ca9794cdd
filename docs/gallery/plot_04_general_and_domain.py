"""
Combine a general and a domain model
====================================

A general model covers many words; a model trained on your own documents represents what
they mean there. In this example, the docstrings of numpy and pandas are the general
collection, and those of gensim are the domain.
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
# Fitted vectorizers can be sources. ``missing="regress"`` predicts the vector of a word
# that one source lacks from its vector in the other source.

meta = MetaEmbeddings([general, domain], names=["general", "domain"], missing="regress")
meta

# %%
# The number of words that each source knows:

meta.coverage()

# %%
# The nearest neighbors of "vector" in each source and in the meta-embedding:

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
# The neighborhoods as maps:

WordMapDisplay.from_neighbors(
    {"general": general, "domain": domain, "meta": meta}, "vector", n_neighbors=5
)
plt.show()
