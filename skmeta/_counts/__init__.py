"""Word vectors from counts: co-occurrences, mutual information, decomposition."""
