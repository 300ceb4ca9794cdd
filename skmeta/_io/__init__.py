"""Files: atomic writes, saved estimators, Parquet, rows to .npy, formats of vectors."""
