"""Search: BM25, exact nearest documents, fusion of sources, metrics of rankings."""
