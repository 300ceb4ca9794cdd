"""Several sources combined: MetaEmbeddings, MetaEmbeddingVectorizer."""
