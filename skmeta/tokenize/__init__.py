"""Texts to token lists, and words that belong together to one token."""

from skmeta.tokenize._phrase_joiner import PhraseJoiner
from skmeta.tokenize._tokenizer import Tokenizer

__all__ = ["PhraseJoiner", "Tokenizer"]
