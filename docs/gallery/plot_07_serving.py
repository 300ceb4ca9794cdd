"""
Serve one document at a time
============================

A service answers single requests. Fit once, save word vectors to a folder that every
process maps into memory, and keep ``transform`` for the request.
"""

import tempfile
import timeit
from pathlib import Path

from gensim.test.utils import lee_corpus_list

from skmeta import PretrainedVectorizer, Word2VecVectorizer, WordVectors

w2v = Word2VecVectorizer(vector_size=50, min_count=2, random_state=0).fit(
    lee_corpus_list
)
folder = Path(tempfile.mkdtemp()) / "news-vectors"
w2v.word_vectors_.save(folder)
sorted(path.name for path in folder.iterdir())

# %%
# In the service. Opening reads nothing but a few lines; processes share one copy, and
# there is no pickle in it that could run code.

vectorizer = PretrainedVectorizer(WordVectors.open(folder)).fit([["fire"]])

request = ["police", "said", "the", "fire", "was", "out"]
vectorizer.transform([request])  # the first call makes the table of words
seconds = min(timeit.repeat(lambda: vectorizer.transform([request]), number=100)) / 100
print(f"{seconds * 1e6:.0f} microseconds a request")

# %%
# A request without a known word is a row of zeros, never an error or a NaN; so is an
# empty one. ``coverage`` tells how much of a request is known.

print(vectorizer.transform([[], ["zzz"]]).any())
vectorizer.coverage([request])
