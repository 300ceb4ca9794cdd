"""Writing to disk: space is reserved, and no file is left half-written."""
