"""Base classes of vectorizers, and the vectorizers of one source."""
