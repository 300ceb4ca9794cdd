"""
Weights of words learned from labels
====================================

With ``weighting="log_odds"``, words count more if they separate the classes better. The
weights are cross-fitted, so that no training row is weighted with the help of its own
label.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score, train_test_split
from sklearn.pipeline import make_pipeline

from skmeta import PretrainedVectorizer, Word2VecVectorizer
from skmeta.datasets import load_docstrings
from skmeta.weighting import FeatureWeighter

X, y = load_docstrings(["numpy", "pandas", "gensim"])
X, y = [document[:15] for document in X[::3]], np.asarray(y)[::3]  # their openings
X_train, X_test, y_train, y_test = train_test_split(
    X, y, test_size=0.4, stratify=y, random_state=0
)
vectors = Word2VecVectorizer(vector_size=20, sg=1, random_state=0).fit(X_train)
vectors = vectors.word_vectors_

# %%
# The weights of some frequent words, and of words that are typical of one package:

weighted = PretrainedVectorizer(vectors, weighting="log_odds").fit(X_train, y_train)
weights = weighted.word_weights_
frequent = np.argsort(-vectors.counts)[:300]
order = frequent[np.argsort(weights[frequent])]
shown = np.concatenate([order[:6], order[-12:]])

fig, ax = plt.subplots(figsize=(6, 4.5), layout="constrained")
colors = np.where(np.arange(len(shown)) < 6, "#999999", "#0072B2")
ax.barh([vectors.words[i] for i in shown], weights[shown], color=colors)
ax.axvline(1, color="black", linewidth=0.8)
ax.set(xlabel="weight (1: as likely in all packages)")
plt.show()

# %%
# The accuracy on the test documents with and without these weights:

for weighting in (None, "idf", "log_odds"):
    pipeline = make_pipeline(
        PretrainedVectorizer(vectors, weighting=weighting), LogisticRegression()
    )
    accuracy = pipeline.fit(X_train, y_train).score(X_test, y_test)
    print(f"{weighting}: {accuracy:.3f}")

# %%
# A row weighted with the help of its own label is easier to classify than a new row.
# Random labels, which cannot be predicted with an accuracy above 0.5, make this
# visible. Here they weight the columns of TF-IDF, with ``FeatureWeighter``:

rng = np.random.default_rng(0)
random_labels = rng.permutation(np.arange(len(X_train)) % 2)
counts = TfidfVectorizer(analyzer=list).fit_transform(X_train)
weighter = FeatureWeighter()
leaked = weighter.fit(counts, random_labels).transform(counts)
cross_fitted = weighter.fit_transform(counts, random_labels)
for name, rows in {"fit, transform": leaked, "fit_transform": cross_fitted}.items():
    scores = cross_val_score(LogisticRegression(), rows, random_labels, cv=5)
    print(f"{name}: {scores.mean():.3f}")

# %%
# ``fit_transform``, which pipelines call, weights each fifth of the documents with
# weights learned from the other four fifths. See :doc:`/pooling`.
