"""Documents and word vectors to rows: pooling, common components, unknown words."""
