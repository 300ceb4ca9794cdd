"""
Two columns of text
===================

Messages have a subject and a body, and articles have a title and a text. A word in the
title can be more informative than the same word in the text. ``ColumnTransformer``
applies a separate vectorizer to each column.

The data are docstrings of SciPy: the first sentence is the title, the text before the
list of parameters is the body, and the module is the class.
"""

import inspect

import pandas as pd
import scipy.linalg
import scipy.ndimage
import scipy.optimize
import scipy.signal
import scipy.stats
from sklearn.compose import ColumnTransformer
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedShuffleSplit, cross_val_score
from sklearn.pipeline import make_pipeline

from skmeta import MetaEmbeddingVectorizer, PPMIVectorizer, Tokenizer

modules = [scipy.signal, scipy.stats, scipy.ndimage, scipy.linalg, scipy.optimize]
rows = []
for module in modules:
    for name, function in inspect.getmembers(module, inspect.isroutine):
        title, _, rest = (inspect.getdoc(function) or "").partition("\n\n")
        body = rest.partition("\n---")[0].rpartition("\n")[0]
        if not name.startswith("_") and rest:
            rows.append((title, body, module.__name__))
articles = pd.DataFrame(rows, columns=["title", "body", "module"])
articles.sample(3, random_state=0)

# %%
# The title is represented by TF-IDF of words and of character n-grams, the body by
# TF-IDF and word vectors from counts. A ``MetaEmbeddingVectorizer`` at level "document"
# accepts texts, and tokenizes them for sources of tokens. A body can be empty.

title = MetaEmbeddingVectorizer(
    [
        ("words", TfidfVectorizer(sublinear_tf=True)),
        ("characters", TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4))),
    ],
    level="document",
)
body = MetaEmbeddingVectorizer(
    [
        ("words", TfidfVectorizer(sublinear_tf=True)),
        ("counts", PPMIVectorizer(vector_size=50, random_state=0)),
    ],
    level="document",
)
both = ColumnTransformer([("title", title, "title"), ("body", body, "body")])

# %%
# The accuracy of each column alone and of both, trained on a hundred articles:

columns = {
    "title": ColumnTransformer([("title", title, "title")]),
    "body": ColumnTransformer([("body", body, "body")]),
    "both": both,
}
folds = StratifiedShuffleSplit(5, train_size=100, random_state=0)
scores = {
    name: cross_val_score(
        make_pipeline(features, LogisticRegression(max_iter=1_000)),
        articles,
        articles["module"],
        cv=folds,
    ).mean()
    for name, features in columns.items()
}
pd.Series(scores, name="accuracy").round(3)

# %%
# The feature names include the column and the source of each feature.

both.fit(articles).get_feature_names_out()[[0, -1]]

# %%
# Put steps that precede the vectorizer into the pipeline of the column.

pairs = make_pipeline(Tokenizer(ngram_range=(1, 2)), TfidfVectorizer(analyzer=list))
ColumnTransformer([("title", pairs, "title")]).fit_transform(articles).shape
