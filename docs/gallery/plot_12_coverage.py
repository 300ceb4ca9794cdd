"""
How much of my documents does a source know?
============================================

A source has no vectors for words that it has not seen. Check the coverage before you
trust a score.
"""

import matplotlib.pyplot as plt
from gensim.test.utils import common_texts, lee_corpus_list

from skmeta import FastTextVectorizer, MetaEmbeddingVectorizer, Word2VecVectorizer
from skmeta.plot import CoverageDisplay

train, new = lee_corpus_list[:200], lee_corpus_list[200:]
meta = MetaEmbeddingVectorizer(
    [
        ("frequent", Word2VecVectorizer(vector_size=20, min_count=10, random_state=0)),
        ("all", Word2VecVectorizer(vector_size=20, min_count=2, random_state=0)),
    ]
).fit(train)
meta.coverage(new)

# %%
# As a plot:

CoverageDisplay.from_estimator(meta, new)
plt.show()

# %%
# ``unknown="subword"`` computes vectors of unknown words from their character n-grams;
# they are counted separately.

fasttext = FastTextVectorizer(
    vector_size=20, min_count=5, unknown="subword", random_state=0
).fit(train)
fasttext.coverage(new).T

# %%
# ``unknown="error"`` raises an error for unknown tokens.

strict = Word2VecVectorizer(
    vector_size=20, min_count=1, unknown="error", random_state=0
).fit(common_texts)
try:
    strict.transform([["human", "machine"]])
except ValueError as error:
    print(error)
