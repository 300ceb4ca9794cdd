"""What every estimator adds to scikit-learn's base: short displays, dated pickles."""
