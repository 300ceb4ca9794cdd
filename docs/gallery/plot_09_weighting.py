"""
Weightings of words
===================

The word "the" says less about the topic of a document than "earthquake". Weightings
learn from the documents how much each word counts.
"""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from gensim.test.utils import lee_corpus_list

from skmeta import Word2VecVectorizer

fitted = {
    weighting: Word2VecVectorizer(
        vector_size=30, min_count=2, weighting=weighting, random_state=0
    ).fit(lee_corpus_list)
    for weighting in ["idf", "sif", "usif"]
}
index = fitted["idf"].word_vectors_.key_to_index
words = ["the", "said", "police", "australian", "cricket", "earthquake"]
table = pd.DataFrame(
    {
        name: [vectorizer.word_weights_[index[word]] for word in words if word in index]
        for name, vectorizer in fitted.items()
    },
    index=[word for word in words if word in index],
)
table.round(3)

# %%
# The weights of all words, relative to the largest weight of each weighting:

counts = fitted["idf"].word_vectors_.counts
ranks = np.unique(np.geomspace(1, len(counts), 50).astype(int))  # evenly on a log scale
order = np.argsort(-counts, kind="stable")[ranks - 1]
fig, ax = plt.subplots(figsize=(6, 3.5), layout="constrained")
styles = {"idf": ("#0072B2", "-"), "sif": ("#D55E00", "--"), "usif": ("#009E73", ":")}
for name, vectorizer in fitted.items():
    weights = vectorizer.word_weights_[order] / vectorizer.word_weights_.max()
    color, line = styles[name]
    ax.plot(ranks, weights, line, color=color, label=name)
ax.set(xscale="log", xlabel="rank of the word by frequency", ylabel="relative weight")
ax.legend(frameon=False)
plt.show()

# %%
# The weights are only one part of SIF and uSIF. The other part is the removal of common
# components, the directions that all documents share:

for name, vectorizer in fitted.items():
    common = vectorizer.common_components_
    print(name, None if common is None else common.shape)
