"""
Korean text with a custom tokenizer
===================================

Korean attaches particles to words. ``Tokenizer`` accepts any callable that splits a
text into tokens, such as a morphological analyzer. In this example, a short function
that removes the most frequent particles replaces the analyzer.
"""

import re

from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from skmeta import FastTextVectorizer, Tokenizer

PARTICLES = re.compile(r"(은|는|이|가|을|를|에서|에게|에|도|와|과|의)$")


def cut_particles(text):
    """Split a text into words, and remove their particles."""
    return [PARTICLES.sub("", word) or word for word in re.findall(r"\w+", text)]


cut_particles("고양이가 의자에서 잔다")

# %%
# Pass an analyzer in the same way: ``Tokenizer(tokenizer=analyzer.morphs)``. For
# searches in several processes it must be picklable, as module-level functions are.

texts = [
    "영화가 정말 재미있다",
    "배우가 훌륭하고 이야기도 좋다",
    "다시 보고 싶은 영화",
    "음악과 화면이 아름답다",
    "영화가 너무 지루하다",
    "이야기는 뻔하고 배우도 별로다",
    "시간이 아까운 영화",
    "화면이 어둡고 음악도 나쁘다",
] * 5
labels = ["good", "good", "good", "good", "bad", "bad", "bad", "bad"] * 5

# %%
# fastText also learns vectors of character n-grams. With ``unknown="subword"``, forms
# that are not in the vocabulary, such as 재미있었다 and 지루했다, have vectors too.

pipeline = make_pipeline(
    Tokenizer(tokenizer=cut_particles),
    FastTextVectorizer(
        vector_size=30,
        min_count=1,
        min_n=1,
        max_n=3,
        epochs=40,
        unknown="subword",
        random_state=0,
    ),
    LogisticRegression(C=100),
).fit(texts, labels)

for text in ["정말 재미있었다", "너무 지루했다"]:
    print(text, pipeline.predict([text])[0])
