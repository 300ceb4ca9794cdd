"""What a document is: checks, streams, batches, Arrow columns, text files, coverage."""
