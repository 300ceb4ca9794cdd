"""
Paragraph vectors: DM and DBOW side by side
===========================================

Doc2Vec learns a vector for every document. Its authors recommend its two kinds
together: a meta-embedding at ``level="document"``.
"""

import numpy as np
from gensim.test.utils import lee_corpus_list

from skmeta import Doc2VecVectorizer, MetaEmbeddingVectorizer

settings = {"vector_size": 40, "min_count": 2, "epochs": 30, "random_state": 0}
both = MetaEmbeddingVectorizer(
    [
        ("dbow", Doc2VecVectorizer(dm=0, **settings)),
        ("dm", Doc2VecVectorizer(dm=1, **settings)),
    ],
    level="document",
)
rows = both.fit_transform(lee_corpus_list)
rows.shape

# %%
# A vector depends on the document alone: not on its neighbours, their order, or the
# run. What is left is rounding.

again = both.transform(lee_corpus_list[5:6])
print("largest difference:", np.abs(again - rows[5:6]).max())

# %%
# Sources stay at hand, each with what it can do. Which training documents are most like
# a new one?

dbow = both.sources_["dbow"]
new = ["firefighters", "battle", "bushfires", "around", "sydney"]
for number, cosine in dbow.most_similar(new, topn=3):
    print(f"{cosine:.2f}  {' '.join(lee_corpus_list[int(number)][:11])} ...")
