"""Folders of word vectors are checked when they are opened, without reading them."""

import json
import os
import tracemalloc

import numpy as np
import pytest

from skmeta import MetaEmbeddings, VectorFormatError, WordVectors, load_vectors
from skmeta._vectors._subwords import Subwords
from skmeta._vectors._word_vectors import save_with


@pytest.fixture
def folder(tmp_path):
    """Return a folder of two words with counts, n-grams and masks of two sources."""
    first = {"apple": [1.0, 0.0], "pear": [0.6, 0.8]}
    meta = MetaEmbeddings([first, first], combiner="average")
    subwords = Subwords(np.ones((7, 2), np.float32), 3, 6)
    counted = WordVectors(meta.word_vectors.words, meta.word_vectors.vectors, [3, 2])
    with_subwords = WordVectors(counted.words, counted.vectors, [3, 2], subwords)
    masks, settings = meta._masks(), meta._saved()
    save_with(with_subwords, tmp_path / "folder", masks, settings)
    return tmp_path / "folder"


def replace_part(folder, part, array):
    manifest = json.loads((folder / "word_vectors.json").read_text())
    np.save(folder / manifest["files"][part], array, allow_pickle=True)


def edit_manifest(folder, edit):
    path = folder / "word_vectors.json"
    manifest = json.loads(path.read_text())
    edit(manifest)
    path.write_text(json.dumps(manifest))


def test_sound_folders_open(folder):
    opened = WordVectors.open(folder)
    assert opened.counts.tolist() == [3, 2]
    np.testing.assert_array_equal(opened.vector("xyz"), [1, 1])
    assert MetaEmbeddings.load(folder).coverage()["words"].to_list() == [2, 2]
    assert opened.check() is opened


@pytest.mark.parametrize(
    ("part", "array"),
    [
        ("ngrams", np.ones((0, 2), np.float32)),
        ("ngrams", np.ones((0, 1_000_000), np.float32)),
        ("ngrams", np.ones((7, 3), np.float32)),
        ("ngrams", np.ones((7, 2), np.float64)),
        ("ngrams", np.ones(14, np.float32)),
        ("ngrams", np.asfortranarray(np.ones((7, 2), np.float32))),
        ("vectors", np.ones((2, 2), np.float64)),
        ("vectors", np.ones((2, 2), ">f4")),
        ("vectors", np.ones((2, 2), np.complex64)),
        ("vectors", np.ones((0, 2), np.float32)),
        ("vectors", np.ones((3, 2), np.float32)),
        ("vectors", np.ones((2, 2, 1), np.float32)),
        ("vectors", np.float32(1)),
        ("counts", np.ones(3, np.int64)),
        ("counts", np.ones(2)),
        ("counts", np.ones((2, 1), np.int64)),
        ("counts", np.array([3, None], object)),
        ("known", np.ones((2, 3), np.uint8)),
        ("known", np.ones((3, 2), np.uint8)),
        ("known", np.ones(2, np.uint8)),
        ("known", np.ones((2, 2), np.float32)),
        ("generated", np.ones((2, 2), bool)),
    ],
    ids=lambda value: (
        value if isinstance(value, str) else f"{value.dtype}-{np.shape(value)}"
    ),
)
def test_parts_of_other_dtypes_and_shapes_are_refused(part, array, folder):
    replace_part(folder, part, array)
    for load in (WordVectors.open, MetaEmbeddings.load):
        with pytest.raises(ValueError, match=r"[Ss]ave .* again") as caught:
            load(folder)
        assert type(caught.value) is ValueError
        assert str(folder) in str(caught.value)
    with pytest.raises(VectorFormatError):
        load_vectors(folder)


@pytest.mark.parametrize(
    "edit",
    [
        lambda manifest: manifest["settings"].update(subwords=[6, 3]),
        lambda manifest: manifest["settings"].update(subwords=[3]),
        lambda manifest: manifest["settings"].update(subwords=["3", "6"]),
        lambda manifest: manifest["settings"].update(subwords={"3": 6}),
        lambda manifest: manifest["settings"].update(subwords=[-1, 6]),
        lambda manifest: manifest["settings"].update(subwords=[True, 1.5]),
        lambda manifest: manifest["settings"].update(subwords=[0, 1 << 40]),
        lambda manifest: manifest["settings"].pop("subwords"),
        lambda manifest: manifest["settings"].update(meta_embeddings=[1]),
        lambda manifest: manifest["settings"]["meta_embeddings"].pop("names"),
        lambda manifest: manifest["settings"]["meta_embeddings"].update(names=["a"]),
        lambda manifest: manifest["settings"]["meta_embeddings"].update(names=[1, 2]),
        lambda manifest: manifest["settings"]["meta_embeddings"].pop("combiner"),
        lambda manifest: manifest["settings"]["meta_embeddings"].update(center="yes"),
        lambda manifest: manifest["files"].pop("known"),
        lambda manifest: manifest["files"].update(other=manifest["files"]["counts"]),
        lambda manifest: manifest["files"].update(words=manifest["files"]["counts"]),
        lambda manifest: manifest["files"].update(counts=manifest["files"]["words"]),
        lambda manifest: manifest["files"].update(counts=".."),
        lambda manifest: manifest.update(settings=[1]),
    ],
    ids=range(20),
)
def test_unsound_manifests_are_refused(edit, folder):
    edit_manifest(folder, edit)
    with pytest.raises(ValueError, match=r"[Ss]ave .* again") as caught:
        MetaEmbeddings.load(folder)
    assert type(caught.value) is ValueError
    assert str(folder) in str(caught.value)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="makes a pipe")
@pytest.mark.timeout(20)
@pytest.mark.parametrize("part", ["words", "vectors", "known"])
def test_parts_that_are_no_files_are_refused(part, folder):
    manifest = json.loads((folder / "word_vectors.json").read_text())
    path = folder / manifest["files"][part]
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(ValueError, match="not a regular file"):
        WordVectors.open(folder)
    path.unlink()
    path.mkdir()
    with pytest.raises(ValueError, match="not a regular file"):
        WordVectors.open(folder)


def test_opening_reads_no_vectors(tmp_path):
    """A file of 40 GB with a hole in place of vectors opens in no memory."""
    n_words, size = 100_000_000, 100
    WordVectors(["a"], np.ones((1, size), np.float32)).save(tmp_path)
    [vectors] = tmp_path.glob("vectors-*.npy")
    header = {"descr": "<f4", "fortran_order": False, "shape": (n_words, size)}
    with open(vectors, "wb") as file:
        np.lib.format.write_array_header_1_0(file, header)
        file.truncate(file.tell() + 4 * n_words * size)
    tracemalloc.start()
    assert len(WordVectors.open(tmp_path)) == n_words
    assert tracemalloc.get_traced_memory()[1] < 1_000_000
    tracemalloc.stop()


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("part", ["vectors", "ngrams"])
def test_numbers_that_are_not_finite_are_found_on_request(part, value, folder):
    manifest = json.loads((folder / "word_vectors.json").read_text())
    path = folder / manifest["files"][part]
    array = np.load(path)
    array[1, 1] = value
    np.save(path, array)
    where = "'pear' in row 1" if part == "vectors" else "row 1"
    with pytest.raises(ValueError, match=f"the first is {where}; expected finite"):
        WordVectors.open(folder).check()


def test_words_that_do_not_fit_are_found_on_request(folder):
    [words] = folder.glob("words-*.json")
    for text, message in (
        ('["apple","apple"]', "'apple' twice"),
        ('["apple"]', "1 words? for 2 vectors"),
        ('["apple",2]', "not a JSON list of strings"),
    ):
        words.write_text(text)
        with pytest.raises(ValueError, match=message):
            WordVectors.open(folder).check()
