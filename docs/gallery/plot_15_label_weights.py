"""
Words that tell the classes apart
=================================

Where there are labels, they say which words matter. ``weighting="log_odds"`` lets a
word count the more, the better it tells the classes apart, and takes care that the
training rows do not know their own labels.
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
# The weights of some frequent words, and of words that some package prefers:

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
# Do they help? The same vectors with and without them, on documents not seen so far:

for weighting in (None, "idf", "log_odds"):
    pipeline = make_pipeline(
        PretrainedVectorizer(vectors, weighting=weighting), LogisticRegression()
    )
    accuracy = pipeline.fit(X_train, y_train).score(X_test, y_test)
    print(f"{weighting}: {accuracy:.3f}")

# %%
# A row that is weighted by its own label is easier to classify than any row to come. It
# shows with labels that mean nothing, of which nobody can guess more than a half, and
# with the many columns of TF-IDF, which ``FeatureWeighter`` weighs in the same way:

rng = np.random.default_rng(0)
random_labels = rng.permutation(np.arange(len(X_train)) % 2)
counts = TfidfVectorizer(analyzer=list).fit_transform(X_train)
weighter = FeatureWeighter()
told = weighter.fit(counts, random_labels).transform(counts)
cross_fitted = weighter.fit_transform(counts, random_labels)
for name, rows in {"fit, transform": told, "fit_transform": cross_fitted}.items():
    scores = cross_val_score(LogisticRegression(), rows, random_labels, cv=5)
    print(f"{name}: {scores.mean():.3f}")

# %%
# ``fit_transform``, which is what a pipeline calls, weighs each fifth of the documents
# by what the other four fifths say. :doc:`More about weights </pooling>`.
