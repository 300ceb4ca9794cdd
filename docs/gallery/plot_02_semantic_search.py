"""
Semantic search
===============

This example uses scikit-learn's ``NearestNeighbors`` to find documents that are similar
in meaning to a query, among the news articles of the Lee corpus bundled with gensim.
"""

import matplotlib.pyplot as plt
from gensim.test.utils import lee_corpus_list
from sklearn.decomposition import PCA
from sklearn.neighbors import NearestNeighbors
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import Normalizer

from skmeta import Word2VecVectorizer

news = lee_corpus_list
print(len(news), "articles, the first one:", " ".join(news[0][:15]))

# %%
# ``weighting="usif"`` gives larger weights to rare words and removes common components.
# It is the weighting to start with for text similarity (see :doc:`/pooling`).

embed = make_pipeline(
    Word2VecVectorizer(
        vector_size=50, sg=1, epochs=30, min_count=2, weighting="usif", random_state=0
    ),
    Normalizer(),
)
rows = embed.fit_transform(news)
index = NearestNeighbors(n_neighbors=3, metric="cosine").fit(rows)

# %%
# A query is a document, that is, a list of tokens.

queries = ["fires near sydney homes", "cricket test match against south africa"]
for query in queries:
    distances, places = index.kneighbors(embed.transform([query.split()]))
    print(f"\n{query}")
    for distance, place in zip(distances[0], places[0]):
        print(f"  {1 - distance:.2f}  {' '.join(news[place][:11])} ...")

# %%
# The first two principal components of all articles and of the queries (stars). Open
# circles are the articles nearest to a query.

pca = PCA(2, random_state=0).fit(rows)
fig, ax = plt.subplots(figsize=(6, 4), layout="constrained")
ax.scatter(*pca.transform(rows).T, color="0.7", s=10, label="articles")
for color, query in zip(["#D55E00", "#0072B2"], queries):
    row = embed.transform([query.split()])
    near = rows[index.kneighbors(row, return_distance=False)[0]]
    ax.scatter(*pca.transform(near).T, s=80, facecolors="none", edgecolors=color)
    ax.scatter(*pca.transform(row).T, s=120, marker="*", color=color, label=query)
ax.set(xlabel="first component", ylabel="second component")
ax.legend(frameon=False)
plt.show()
