"""
Text and other columns of a pandas DataFrame
============================================

For a DataFrame with text, numbers and categories, ``ColumnTransformer`` applies a
different transformer to each column, and ``set_output`` preserves the column names.
"""

import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from skmeta import Tokenizer, Word2VecVectorizer

tickets = pd.DataFrame(
    {
        "text": [
            "The app crashes when I open it",
            "Please send the invoice again",
            "Login fails with an error",
            "I was charged twice this month",
        ]
        * 10,
        "plan": ["free", "team", "free", "team"] * 10,
        "minutes": [3, 40, 5, 65] * 10,
        "team": ["technical", "billing", "technical", "billing"] * 10,
    }
)
tickets.head(4)

# %%
# Select the column of texts by a string: a vectorizer transforms a single column.

words = make_pipeline(
    Tokenizer(), Word2VecVectorizer(vector_size=4, min_count=1, random_state=0)
)
columns = ColumnTransformer(
    [
        ("words", words, "text"),
        ("plan", OneHotEncoder(sparse_output=False), ["plan"]),
        ("minutes", StandardScaler(), ["minutes"]),
    ]
).set_output(transform="pandas")
columns.fit_transform(tickets).head(4).round(3)

# %%
# The ``ColumnTransformer`` is the first step of a pipeline.

model = make_pipeline(columns, LogisticRegression()).fit(tickets, tickets["team"])
new = pd.DataFrame(
    {"text": ["The invoice is wrong"], "plan": ["team"], "minutes": [30]}
)
model.predict(new)
