"""
How much of my documents does a source know?
============================================

Vectors say nothing about words that they do not hold. Ask before you trust a score.
"""

from gensim.test.utils import common_texts, lee_corpus_list

from skmeta import FastTextVectorizer, MetaEmbeddingVectorizer, Word2VecVectorizer

train, new = lee_corpus_list[:200], lee_corpus_list[200:]
meta = MetaEmbeddingVectorizer(
    [
        ("frequent", Word2VecVectorizer(vector_size=20, min_count=10, random_state=0)),
        ("all", Word2VecVectorizer(vector_size=20, min_count=2, random_state=0)),
    ]
).fit(train)
meta.coverage(new)

# %%
# ``unknown="subword"`` makes vectors of the letters of words never seen; they are
# counted apart.

fasttext = FastTextVectorizer(
    vector_size=20, min_count=5, unknown="subword", random_state=0
).fit(train)
fasttext.coverage(new).T

# %%
# ``unknown="error"`` refuses what is not known, where a gap would go unseen.

strict = Word2VecVectorizer(
    vector_size=20, min_count=1, unknown="error", random_state=0
).fit(common_texts)
try:
    strict.transform([["human", "machine"]])
except ValueError as error:
    print(error)
