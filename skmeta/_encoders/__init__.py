"""Sentence encoders: models that read a text as a whole and return one vector.

The modules that need onnxruntime and tokenizers are imported when a model is opened.
"""
