"""
Homonyms: one word, several vectors
===================================

"bank" beside a river is another word than "bank" in finance. Word vectors have one
vector for both; ELMo reads the sentence and has one for each use. A small model is
trained here on made-up sentences; published ones know the language.
"""

import random

import numpy as np

from skmeta import ELMoVectorizer, Word2VecVectorizer

river = {
    "who": ["a fisherman", "the otter", "an old heron", "the boatman"],
    "did": ["rested on", "slept near", "walked along", "swam to"],
    "of": ["the muddy", "the green", "the steep", "the quiet"],
    "end": ["of the river", "below the bridge", "under the willows", "by the water"],
}
money = {
    "who": ["a lawyer", "the company", "an investor", "the minister"],
    "did": ["borrowed from", "paid into", "sued", "bought shares in"],
    "of": ["the national", "the rich", "the bankrupt", "the savings"],
    "end": ["for a loan", "with cash", "at high interest", "after the crash"],
}


def make_sentences(parts, n_sentences, rng):
    """Compose sentences about a bank."""
    sentences = []
    for _ in range(n_sentences):
        who, did, of, end = (rng.choice(parts[part]) for part in parts)
        sentences.append(f"{who} {did} {of} bank {end}".split())
    return sentences


rng = random.Random(0)
train = make_sentences(river, 200, rng) + make_sentences(money, 200, rng)
rng.shuffle(train)

# %%
# Train on all of them. Nothing tells the model that there are two kinds.

elmo = ELMoVectorizer(
    vector_size=32, hidden_size=48, epochs=6, layer_weights="top", random_state=0
).fit(train)

# %%
# The vectors of "bank" in new sentences, ten of each kind: how alike are they?

new = make_sentences(river, 10, rng) + make_sentences(money, 10, rng)
banks = np.stack(
    [
        tokens[sentence.index("bank")]
        for sentence, tokens in zip(new, elmo.token_vectors(new))
    ]
)
banks -= banks.mean(axis=0)
banks /= np.linalg.norm(banks, axis=1, keepdims=True)
cosines = banks @ banks.T
print(f"same sense:  {(cosines[:10, :10].mean() + cosines[10:, 10:].mean()) / 2:.2f}")
print(f"other sense: {cosines[:10, 10:].mean():.2f}")

# %%
# As a picture: two groups of uses, found by what stands around the word.

import matplotlib.pyplot as plt

fig, ax = plt.subplots(figsize=(5, 4), layout="constrained")
image = ax.imshow(cosines, cmap="cividis", vmin=-1, vmax=1)
ax.set(xticks=[4.5, 14.5], yticks=[4.5, 14.5])
ax.set_xticklabels(["river", "money"])
ax.set_yticklabels(["river", "money"])
fig.colorbar(image, label="cosine of two uses of “bank”")
plt.show()

# %%
# word2vec has one vector for all of them:

w2v = Word2VecVectorizer(vector_size=32, min_count=1, random_state=0).fit(train)
print(w2v.word_vectors_["bank"].shape)
