"""
Search by meaning
=================

Documents that say alike what a query says, found by scikit-learn's ``NearestNeighbors``
among the news of gensim's bundled Lee corpus.
"""

from gensim.test.utils import lee_corpus_list
from sklearn.neighbors import NearestNeighbors
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import Normalizer

from skmeta import Word2VecVectorizer

news = lee_corpus_list
print(len(news), "news, the first:", " ".join(news[0][:15]))

# %%
# ``weighting="usif"`` lets rare words count more and removes what all rows have in
# common. For likeness of texts it is the weighting to begin with (:doc:`/pooling`).

embed = make_pipeline(
    Word2VecVectorizer(
        vector_size=50, sg=1, epochs=30, min_count=2, weighting="usif", random_state=0
    ),
    Normalizer(),
)
index = NearestNeighbors(n_neighbors=3, metric="cosine").fit(embed.fit_transform(news))

# %%
# A query is a document like any other: a list of tokens.

for query in ["fires near sydney homes", "cricket test match against south africa"]:
    distances, places = index.kneighbors(embed.transform([query.split()]))
    print(f"\n{query}")
    for distance, place in zip(distances[0], places[0]):
        print(f"  {1 - distance:.2f}  {' '.join(news[place][:11])} ...")
