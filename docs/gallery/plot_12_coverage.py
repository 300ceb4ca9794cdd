"""
Coverage of the vocabulary by a source
======================================

A source has no vectors for words that it has not seen. Check the coverage of your
documents before you trust a score.
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
# The same table as a plot:

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
# With ``unknown="error"``, unknown tokens raise an error.

strict = Word2VecVectorizer(
    vector_size=20, min_count=1, unknown="error", random_state=0
).fit(common_texts)
try:
    strict.transform([["human", "machine"]])
except ValueError as error:
    print(error)
