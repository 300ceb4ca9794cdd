"""
Word vectors from counts and from prediction
============================================

Word vectors can be learned by prediction (skip-gram) or from counts (a factorization of
positive pointwise mutual information). This example compares both on the same
docstrings.
"""

import matplotlib.pyplot as plt
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline

from skmeta import MetaEmbeddingVectorizer, PPMIVectorizer, Word2VecVectorizer
from skmeta.datasets import load_docstrings
from skmeta.plot import AgreementDisplay

documents, labels = load_docstrings(["numpy", "pandas"])
documents, labels = documents[::2], labels[::2]
counted = PPMIVectorizer(vector_size=50)
predicted = Word2VecVectorizer(vector_size=50, sg=1, epochs=5, random_state=0)

# %%
# Counting needs no epochs and no learning rate. The singular values show how much each
# column contributes:

counted.fit(documents)
pd.Series(counted.singular_values_).plot(xlabel="column", ylabel="singular value")
plt.show()

# %%
# The nearest neighbors of "array":

predicted.fit(documents)
models = {"counted": counted, "predicted": predicted}
pd.DataFrame(
    {
        name: [
            word
            for word, _ in model.word_vectors_.to_gensim().most_similar("array", topn=8)
        ]
        for name, model in models.items()
    }
)

# %%
# How much the two models agree on the nearest neighbors of words:

AgreementDisplay.from_sources(models, n_words=1_000)
plt.show()

# %%
# The accuracy of classifying docstrings by package, with each model alone and with
# both:

models["both"] = MetaEmbeddingVectorizer(list(models.items()), level="document")
pd.Series(
    {
        name: cross_val_score(
            make_pipeline(model, LogisticRegression(max_iter=500)),
            documents,
            labels,
            cv=3,
        ).mean()
        for name, model in models.items()
    }
).round(3)
