"""
Classify documents and tune the embedding
=========================================

This example predicts which package a docstring belongs to. Vectorizers are steps of a
pipeline, and all their parameters can be searched, such as the size of the vectors and
the pooling.
"""

import matplotlib.pyplot as plt
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.pipeline import Pipeline

from skmeta import Word2VecVectorizer
from skmeta.datasets import load_docstrings

X, y = load_docstrings(["numpy", "gensim"])
X_train, X_test, y_train, y_test = train_test_split(
    X, y, test_size=0.25, stratify=y, random_state=0
)
print(len(X), "documents, the first one:", " ".join(X[0][:12]))

# %%
# The search compares six candidates. The vectors are trained again in every fold, on
# the training documents of that fold only.

pipeline = Pipeline(
    [
        ("w2v", Word2VecVectorizer(vector_size=50, sg=1, random_state=0)),
        ("classifier", LogisticRegression(C=10, max_iter=500)),
    ]
)
grid = {
    "w2v__vector_size": [20, 50],
    "w2v__pooling": ["mean", "max", ("mean", "max")],
}
search = GridSearchCV(pipeline, grid, cv=2).fit(X_train, y_train)
search.best_params_

# %%
# The scores of all candidates:

results = search.cv_results_
names = [
    f"{p['w2v__vector_size']}, {p['w2v__pooling']}".replace("'", "")
    for p in results["params"]
]
fig, ax = plt.subplots(figsize=(6, 3), layout="constrained")
ax.errorbar(results["mean_test_score"], names, xerr=results["std_test_score"], fmt="o")
ax.set(xlabel="accuracy in cross-validation", ylabel="vector_size, pooling")
plt.show()

# %%
# The accuracy of the best candidate on the test documents, which the search has not
# seen:

print(f"accuracy {search.score(X_test, y_test):.3f}")

# %%
# Single words are nearly sufficient for this task, so compare with TF-IDF. See
# :doc:`/benchmarks` for where embeddings help and where they do not.

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import make_pipeline

tfidf = make_pipeline(TfidfVectorizer(analyzer=list), LogisticRegression(C=10))
print(f"TF-IDF: {tfidf.fit(X_train, y_train).score(X_test, y_test):.3f}")
