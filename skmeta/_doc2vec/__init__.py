"""Paragraph vectors: Doc2VecVectorizer, tags, inference."""
