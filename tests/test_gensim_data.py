"""Every file of vectors in gensim's own test data loads as gensim loads it."""

import logging
import warnings
from functools import partial
from pathlib import Path

import gensim
import numpy as np
import pytest
from gensim.models import KeyedVectors
from gensim.models.fasttext import load_facebook_vectors
from gensim.utils import SaveLoad

from skmeta import VectorFormatError, load_vectors

FOLDER = Path(gensim.__file__).parent / "test" / "test_data"
SAMPLES = sorted(p for p in FOLDER.rglob("*") if p.is_file() and p.suffix != ".npy")
WAYS = {
    "word2vec": KeyedVectors.load_word2vec_format,
    "word2vec_binary": partial(KeyedVectors.load_word2vec_format, binary=True),
    "gensim": SaveLoad.load,
    "fasttext": load_facebook_vectors,
}
SKIPPED = {  # path: why it is not compared as it is
    "cp852_fasttext.bin": "words in code page 852, compared with encoding=",
    "non_ascii_fasttext.bin": "words in code page 1250, compared with encoding=",
    "w2v_keyedvectors_load_test.modeldata": "words in latin-1 and windows-1252",
}


def load_with_gensim(path):
    """Return the KeyedVectors that gensim loads from a file, by whichever way."""
    start = path.read_bytes()[:2]
    for format, load in WAYS.items():
        if format == "gensim" and start[:1] != b"\x80" and start != b"\x1f\x8b":
            continue
        if format == "fasttext" and path.suffix != ".bin":
            continue  # on other files gensim reads for ever
        try:
            model = load(str(path))
        except Exception:  # gensim says no in many ways
            continue
        vectors = getattr(model, "wv", model)
        if isinstance(vectors, KeyedVectors) and len(getattr(vectors, "vectors", ())):
            return format, vectors
    return None, None


@pytest.fixture(scope="module")
def outcomes():
    """Return what gensim and skmeta make of every file."""
    logging.disable(logging.CRITICAL)
    found = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for path in SAMPLES:
            try:
                ours = load_vectors(path)
            except VectorFormatError as error:  # and nothing else
                ours = error
            found[str(path.relative_to(FOLDER))] = (*load_with_gensim(path), ours)
    logging.disable(logging.NOTSET)
    return found


def test_what_gensim_loads_loads_equal(outcomes, capsys):
    n_equal, lines = 0, []
    for name, (format, theirs, ours) in outcomes.items():
        if theirs is None:
            continue
        if name in SKIPPED:
            lines.append(f"skipped {name}: {SKIPPED[name]}")
            continue
        assert not isinstance(ours, Exception), f"{name} ({format}): {ours}"
        if format == "word2vec_binary" and ours.vectors.dtype != theirs.vectors.dtype:
            continue
        if list(ours.words) != theirs.index_to_key and format == "word2vec_binary":
            lines.append(f"skipped {name}: text, which gensim misreads as binary")
            continue
        assert list(ours.words) == theirs.index_to_key, name
        np.testing.assert_allclose(
            ours.vectors, theirs.vectors, atol=1e-6, err_msg=name
        )
        n_equal += 1
    assert n_equal >= 10
    with capsys.disabled():
        print(f"\n{n_equal} files of gensim's load equal", *lines, sep="\n  ")


@pytest.mark.parametrize(
    ("name", "n_words"),
    [
        ("d2v-lee-v0.13.0", 1750),
        ("fasttext_old_sep", 12),
        ("ft_kv_3.6.0.model.gz", 12),
        ("old_w2v_models/w2v_0.12.0.mdl", None),
        ("old_w2v_models/w2v_3.4.0.mdl", None),
        ("old_d2v_models/d2v_1.0.0.mdl", None),
        ("word2vec_pre_kv_sep_py2", 9),
        ("model-from-gensim-3.8.0.w2v", None),
        ("old_keyedvectors_320.dat", None),
    ],
)
def test_models_of_old_gensim_load_too(outcomes, name, n_words):
    _, _, ours = outcomes[name]
    assert not isinstance(ours, Exception), ours
    assert n_words is None or len(ours) == n_words
    assert np.isfinite(ours.vectors).all()


@pytest.mark.parametrize(
    "name", ["crime-and-punishment.bin", "lee_fasttext.bin", "lee_fasttext_new.bin"]
)
def test_unknown_words_have_the_vectors_of_gensim(name):
    theirs = load_facebook_vectors(str(FOLDER / name))
    ours = load_vectors(FOLDER / name)
    for word in ("unseenword", "Ünïcödé", "a", "zzzzzz", *theirs.index_to_key[:20]):
        np.testing.assert_allclose(ours.vector(word), theirs[word], atol=1e-6)


@pytest.mark.parametrize(
    ("name", "encoding"),
    [("cp852_fasttext.bin", "cp852"), ("non_ascii_fasttext.bin", "cp1250")],
)
def test_other_encodings(name, encoding):
    if not (FOLDER / name).exists():
        pytest.skip(f"gensim has no {name}")
    theirs = load_facebook_vectors(str(FOLDER / name), encoding=encoding)
    ours = load_vectors(FOLDER / name, encoding=encoding)
    assert list(ours.words) == theirs.index_to_key
    np.testing.assert_allclose(ours.vectors, theirs.vectors, atol=1e-6)
