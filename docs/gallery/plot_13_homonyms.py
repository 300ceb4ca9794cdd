"""
Homonyms: contextual vectors of one word
========================================

The "bank" of a river and a "bank" in finance are different words with the same
spelling. Static word vectors have one vector for both; ELMo computes a different vector
in each context. This example trains a small model on artificial sentences; published
models are trained on large collections.
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
# Train on all sentences. The model is not told that the word has two senses.

elmo = ELMoVectorizer(
    vector_size=32, hidden_size=48, epochs=6, layer_weights="top", random_state=0
).fit(train)

# %%
# Compare the vectors of "bank" in new sentences, ten for each sense:

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
# The cosine similarities show two groups, which the model has separated by the context.

import matplotlib.pyplot as plt

fig, ax = plt.subplots(figsize=(5, 4), layout="constrained")
image = ax.imshow(cosines, cmap="cividis", vmin=-1, vmax=1)
ax.set(xticks=[4.5, 14.5], yticks=[4.5, 14.5])
ax.set_xticklabels(["river", "money"])
ax.set_yticklabels(["river", "money"])
fig.colorbar(image, label="cosine similarity of two uses of “bank”")
plt.show()

# %%
# word2vec has a single vector for all uses:

w2v = Word2VecVectorizer(vector_size=32, min_count=1, random_state=0).fit(train)
print(w2v.word_vectors_["bank"].shape)
