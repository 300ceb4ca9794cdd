"""
Two columns of text
===================

Messages have a subject and a body, articles a title and a text. A word in the title may
say more than one in the text: give each column its own features. ``ColumnTransformer``
does so with any vectorizer of texts.

The data are docstrings of SciPy: the first sentence is the title, what stands before
the list of parameters the body, and the module is to be found.
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
# The title gets TF-IDF of words and of letters, the body TF-IDF and word vectors
# learned by counting. A ``MetaEmbeddingVectorizer`` at level "document" takes texts as
# they are, and makes tokens for the sources that want them. A body may be empty.

title = MetaEmbeddingVectorizer(
    [
        ("words", TfidfVectorizer(sublinear_tf=True)),
        ("letters", TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4))),
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
# Each alone, and both, from a hundred articles.

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
# The names of columns say where each number comes from.

both.fit(articles).get_feature_names_out()[[0, -1]]

# %%
# A step before the vectorizer stands in the pipeline of its column.

pairs = make_pipeline(Tokenizer(ngram_range=(1, 2)), TfidfVectorizer(analyzer=list))
ColumnTransformer([("title", pairs, "title")]).fit_transform(articles).shape
