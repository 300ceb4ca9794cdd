"""
Transform one document per request
==================================

A web service answers single requests. Fit once, save the word vectors to a folder that
every process memory-maps, and only call ``transform`` for each request.
"""

import tempfile
import timeit
from pathlib import Path

import matplotlib.pyplot as plt
from gensim.test.utils import lee_corpus_list

from skmeta import PretrainedVectorizer, Word2VecVectorizer, WordVectors

w2v = Word2VecVectorizer(vector_size=50, min_count=2, random_state=0).fit(
    lee_corpus_list
)
folder = Path(tempfile.mkdtemp()) / "news-vectors"
w2v.word_vectors_.save(folder)
sorted(path.name for path in folder.iterdir())

# %%
# In the service, opening the folder memory-maps the vectors, which all processes share.
# The folder contains no pickle, so that loading it does not run code.

vectorizer = PretrainedVectorizer(WordVectors.open(folder)).fit([["fire"]])

request = ["police", "said", "the", "fire", "was", "out"]
vectorizer.transform([request])  # the first call builds the index of words
seconds = min(timeit.repeat(lambda: vectorizer.transform([request]), number=100)) / 100
print(f"{seconds * 1e6:.0f} microseconds per request")

# %%
# Transforming several requests in one call is faster, because the call has a fixed
# cost:

sizes = [1, 2, 5, 10, 20, 50, 100]
times = []
for size in sizes:
    requests = [request] * size
    seconds = timeit.repeat(
        "vectorizer.transform(requests)", number=50, globals=globals()
    )
    times.append(min(seconds) / 50 / size * 1e6)
fig, ax = plt.subplots(figsize=(5, 3.5), layout="constrained")
ax.loglog(sizes, times, "o-", color="#0072B2")
ax.set(xlabel="requests in one call", ylabel="microseconds per request")
plt.show()

# %%
# A request without a known word, or an empty one, becomes a row of zeros, never an
# error or a NaN. ``coverage`` returns the share of known tokens.

print(vectorizer.transform([[], ["zzz"]]).any())
vectorizer.coverage([request])
