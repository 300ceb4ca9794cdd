"""What every estimator adds to scikit-learn's base: displays, refits, versions."""
