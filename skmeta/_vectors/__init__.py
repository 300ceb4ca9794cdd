"""Words and their vectors: look-up, n-grams, the folder on disk."""
