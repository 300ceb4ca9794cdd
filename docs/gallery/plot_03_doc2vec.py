"""
Paragraph vectors: combine DBOW and DM
======================================

Doc2Vec learns a vector for every document. Its authors recommend combining its two
variants, DBOW and DM: a meta-embedding at ``level="document"`` concatenates them.
"""

import matplotlib.pyplot as plt
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
# A vector depends on its document alone, not on other documents, their order, or the
# run. Only rounding errors remain.

again = both.transform(lee_corpus_list[5:6])
print("largest difference:", np.abs(again - rows[5:6]).max())

# %%
# ``sources_`` contains the fitted sources. These training documents are most similar to
# a new one:

dbow = both.sources_["dbow"]
new = ["firefighters", "battle", "bushfires", "around", "sydney"]
for number, cosine in dbow.most_similar(new, topn=3):
    print(f"{cosine:.2f}  {' '.join(lee_corpus_list[int(number)][:11])} ...")

# %%
# The two variants disagree about similarities. Each point shows the cosine similarity
# of the first document and another one:

cosines = []
for name in ("dbow", "dm"):
    vectors = both.sources_[name].transform(lee_corpus_list)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    cosines.append(vectors[1:] @ vectors[0])
fig, ax = plt.subplots(figsize=(5, 4), layout="constrained")
ax.scatter(*cosines, s=10, color="#0072B2")
ax.set(xlabel="cosine similarity, DBOW", ylabel="cosine similarity, DM")
plt.show()
