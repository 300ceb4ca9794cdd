"""
Why a text has its class
========================

The score of a linear classifier on pooled vectors is a sum over words and sources.
``ExplanationDisplay`` shows it: blue words with a solid line speak for the class,
orange ones with a dashed line against it.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.model_selection import train_test_split

from skmeta import text_pipeline
from skmeta.datasets import load_docstrings
from skmeta.inspection import explain
from skmeta.plot import ExplanationDisplay, SourceImportanceDisplay

X, y = load_docstrings(["numpy", "pandas", "gensim"])
texts = [" ".join(document[:15]) for document in X[::3]]  # their openings
X_train, X_test, y_train, y_test = train_test_split(
    texts, np.asarray(y)[::3], test_size=0.4, stratify=y[::3], random_state=0
)
pipeline = text_pipeline(random_state=0).fit(X_train, y_train)
print(f"accuracy: {pipeline.score(X_test, y_test):.3f}")

# %%
# Contributions and the intercept sum to the score, here of three texts:

why = explain(pipeline, X_test[:3])
sums = why.groupby(["document", "class"], observed=True)["contribution"].sum()
print(np.allclose(sums, pipeline.decision_function(X_test[:3]).ravel(), atol=1e-4))
print(why.head())

# %%
# The same in color. Open "words by source" to see what each source makes of the words.

ExplanationDisplay.from_estimator(pipeline, X_test[:3])

# %%
# The largest contributions to the score of the first text, by source:

ExplanationDisplay.from_estimator(pipeline, X_test[:1]).plot(top=10)
plt.show()

# %%
# Which source earns its place? The fall of the accuracy without it, with an interval
# that accounts for the overlap of training sets. The number beside a name is how much
# the model relies on it; what others know as well does not matter if it is left out.

SourceImportanceDisplay.from_estimator(pipeline, X_train[:200], y_train[:200], cv=2)
plt.show()

# %%
# Texts keep their direction and their letters, in whatever language they are:

reviews = [
    ("정말 재미있는 영화였다", "good"),
    ("배우 연기가 정말 좋다", "good"),
    ("지루하고 재미없는 영화", "bad"),
    ("최악의 영화, 시간 낭비", "bad"),
    ("فيلم جميل جدا", "good"),
    ("تمثيل رائع وقصة جميلة", "good"),
    ("فيلم ممل وسيئ جدا", "bad"),
    ("قصة مملة وتمثيل سيئ", "bad"),
    ("סרט מצוין ומרגש", "good"),
    ("סרט גרוע ומשעמם", "bad"),
]
languages, classes = zip(*reviews)
small = text_pipeline(effort="fast").fit(languages, classes)
ExplanationDisplay.from_estimator(
    small, ["정말 좋다, 재미있는 영화", "فيلم ممل جدا", "סרט מרגש"]
)
