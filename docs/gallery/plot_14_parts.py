"""
Partition pooling: documents by topic
=====================================

The mean of word vectors blurs the topics of a document: a report about cricket and
courts lies halfway between the two. Partition pooling divides the vocabulary into
topics and adds up the vectors of each topic separately.
"""

import matplotlib.pyplot as plt
import numpy as np
from gensim.test.utils import lee_corpus_list

from skmeta import PretrainedVectorizer, Word2VecVectorizer
from skmeta.pooling import Partition

documents = lee_corpus_list  # 300 short Australian news articles
vectors = (
    Word2VecVectorizer(vector_size=50, sg=1, min_count=5, random_state=0)
    .fit(documents)
    .word_vectors_
)

# %%
# A partition is learned from the word vectors and the counts of the words. Each word is
# assigned to the parts that it is closest to, with shares that add up to 1.

partition = Partition(n_parts=8).fit(vectors.vectors, vectors.counts)
parts = partition.assign(vectors.vectors)
for word in ["cricket", "court", "the"]:
    row = vectors.key_to_index[word]
    shares = parts.shares[row].astype(float).round(2)
    print(word, dict(zip(parts.numbers[row].tolist(), shares.tolist())))

# %%
# The typical words of a part are close to its center and not rare. The topics are
# learned without supervision, and therefore have no names.

nearest = parts.numbers[:, 0]
unit = vectors.vectors / np.linalg.norm(vectors.vectors, axis=1, keepdims=True)
cosines = np.einsum("ij,ij->i", unit, partition.directions_[nearest])
scores = cosines**3 * np.log(vectors.counts)
typical = [
    sorted(np.flatnonzero(nearest == part), key=lambda i: -scores[i])[:5]
    for part in range(8)
]
labels = [", ".join(vectors.words[i] for i in rows) for rows in typical]

# %%
# The lengths of the parts of six articles show which topics they are about.

vectorizer = PretrainedVectorizer(
    vectors, pooling=Partition(n_parts=8), weighting="idf", scale=1
)
rows = vectorizer.fit_transform(documents)
print(rows.shape)  # 8 parts of 50 dimensions
lengths = np.linalg.norm(rows.reshape(len(rows), 8, 50), axis=2)
shown = [lengths[:, part].argmax() for part in range(8)][:6]
openings = [" ".join(documents[i][:4]) + " ..." for i in shown]

fig, ax = plt.subplots(figsize=(8, 4), layout="constrained")
image = ax.imshow(lengths[shown].T, cmap="Blues", aspect="auto")
ax.set_xticks(range(6), openings, rotation=25, ha="right")
ax.set_yticks(range(8), labels)
ax.tick_params(length=0)
fig.colorbar(image, label="length of the part")
plt.show()

# %%
# Partition pooling is intended for long documents with several topics; a single
# sentence has few topics to separate. See :doc:`/pooling`.
