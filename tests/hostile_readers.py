"""Every reader of files, with small sound files to damage."""

import gzip
import json
import zipfile

import numpy as np
import pandas as pd
import pytest
from gensim.models import Doc2Vec, FastText, Word2Vec
from gensim.models.doc2vec import TaggedDocument
from gensim.models.fasttext import save_facebook_model
from gensim.test.utils import common_texts

from skmeta import (
    BM25Vectorizer,
    MetaEmbeddings,
    MetaRetriever,
    PretrainedVectorizer,
    VectorFormatError,
    WordVectors,
    load_vectors,
    save_vectors,
)
from skmeta._io._saved_models import load_model
from skmeta._io.formats import load_doc2vec
from skmeta.datasets import (
    TextFiles,
    load_analogies,
    load_csv,
    load_retrieval,
    load_sts,
    load_word_pairs,
)
from skmeta.evaluate._sets import open_sets
from skmeta.postprocess._lexicon import neighbors_of

SIZES = {"vector_size": 4, "min_count": 1, "workers": 1, "epochs": 1}
SETTINGS = {"seed": "0", "dropout": "0.1"}
WORDS = ["the", "cat", "고양이", "sat", "on", "mat"]


def sound_vectors():
    rng = np.random.default_rng(0)
    return WordVectors(WORDS, rng.standard_normal((6, 4)), range(6, 0, -1))


def check_vectors(loaded):
    assert len(loaded.words) == len(loaded.vectors) > 0
    assert len(loaded.key_to_index) == len(loaded.words)


def check_finite(loaded):
    check_vectors(loaded)
    assert np.isfinite(loaded.vectors).all()


def vectors_saved_as(format):
    def make(path):
        save_vectors(sound_vectors(), path, format=format)

    return make


def make_text(path):
    save_vectors(sound_vectors(), path, format="word2vec")
    return path.read_bytes()


def make_glove(path):
    path.write_bytes(make_text(path).partition(b"\n")[2])


def make_gzip(path):
    path.write_bytes(gzip.compress(make_text(path), mtime=0))


def make_zip(path):
    content = make_text(path)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("vectors.txt", content)


def make_word2vec(path):
    Word2Vec(common_texts, **SIZES).save(str(path))


def make_parts_beside(path):
    Word2Vec(common_texts, **SIZES).save(str(path), sep_limit=1)


def make_fasttext(path):
    FastText(common_texts, bucket=20, **SIZES).save(str(path))


def make_facebook(path):
    save_facebook_model(FastText(common_texts, bucket=20, **SIZES), str(path))


def make_doc2vec(path):
    tagged = [TaggedDocument(words, [i]) for i, words in enumerate(common_texts)]
    Doc2Vec(tagged, **SIZES).save(str(path))


def make_npy(path):
    with path.open("wb") as file:
        np.save(file, sound_vectors().vectors)
    path.with_suffix(".txt").write_text("\n".join(WORDS), "utf-8")


def make_model2vec(path):
    path.mkdir()
    arrays = {
        "embeddings": sound_vectors().vectors,
        "mapping": np.arange(6)[::-1].astype("<i8"),
        "weights": np.linspace(1, 2, 6).astype("<f4"),
    }
    names = {"f": "F32", "i": "I64"}
    header, offset = {}, 0
    for name, array in arrays.items():
        offsets = [offset, offset + array.nbytes]
        kind = names[array.dtype.kind]
        header[name] = {"dtype": kind, "shape": array.shape, "data_offsets": offsets}
        offset += array.nbytes
    text = json.dumps(header).encode()
    content = b"".join(array.tobytes() for array in arrays.values())
    start = len(text).to_bytes(8, "little")
    (path / "model.safetensors").write_bytes(start + text + content)
    vocabulary = {word: row for row, word in enumerate(WORDS)}
    (path / "tokenizer.json").write_text(json.dumps({"model": {"vocab": vocabulary}}))


def make_meta(path):
    sources = [sound_vectors(), WordVectors(["cat", "dog"], [[1.0, 0.0], [0.0, 1.0]])]
    MetaEmbeddings(sources, combiner="concatenate").save(path)


def check_meta(meta):
    check_vectors(meta.word_vectors)
    assert len(meta.coverage()) == len(meta.names)
    assert "MetaEmbeddings" in repr(meta)


def make_bilm_folder(path):
    pytest.importorskip("h5py")
    pytest.importorskip("torch")
    from elmo_models import make_bilm

    make_bilm().save(path)


def make_bilm_zip(path):
    folder = path.with_name("bilm-to-pack")
    make_bilm_folder(folder)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.iterdir()):
            archive.write(file, file.name)


def read_bilm(path):
    from skmeta.elmo import load_bilm

    return load_bilm(path)


def make_checkpoint(path):
    torch = pytest.importorskip("torch")
    from skmeta.elmo._checkpoint import write_checkpoint

    write_checkpoint(path, SETTINGS, {"epoch": 1, "model": {"w": torch.ones(3, 2)}})


def read_checkpoint(path):
    from skmeta.elmo._checkpoint import read_checkpoint

    return read_checkpoint(path, SETTINGS)


def make_skops(path):
    skops = pytest.importorskip("skops.io")
    model = PretrainedVectorizer(sound_vectors()).fit([["cat", "sat"]])
    skops.dump(model, path)


def make_parquet(path):
    pytest.importorskip("pyarrow")
    pd.DataFrame({"document": [["a", "cat"], ["sat"]]}).to_parquet(path)


def read_parquet(path):
    from skmeta._io._parquet import _open

    _open(path, "document", []).close()


def text_file(content):
    def make(path):
        path.write_text(content, "utf-8")

    return make


def packed_file(content):
    def make(path):
        path.write_bytes(gzip.compress(content.encode(), mtime=0))

    return make


def make_pairs_folder(path):
    path.mkdir()
    (path / "one.txt").write_text("cat\tmat\t7.5\nthe\ton\t1\n")
    (path / "two.csv").write_text("cat,mat,3\n")


def make_collection(path):
    path.mkdir()
    (path / "corpus.jsonl").write_text(
        '{"_id": "a", "title": "A cat", "text": "sat"}\n{"_id": "b", "text": "mat"}\n'
    )
    (path / "queries.csv").write_text("id,text\n1,cats\n2,mats\n")
    (path / "relevance.tsv").write_text(
        "query\tdocument\trelevance\n1\ta\t2\n2\tb\t1\n"
    )


def make_retriever(path):
    pytest.importorskip("skops")
    sources = [("bm25", BM25Vectorizer()), ("vectors", sound_vectors())]
    MetaRetriever(sources).fit([["cat", "sat"], ["mat"]]).save(path)


def check_retriever(retriever):
    scores, numbers = retriever.kneighbors([["cat", "mat"]], 2)
    assert scores.shape == numbers.shape == (1, 2)
    assert set(numbers[0]) <= {-1, 0, 1}


def check_collection(collection):
    assert len(collection.documents) > 0
    assert collection.documents.index.is_unique
    assert np.isfinite(collection.relevance["relevance"]).all()


def read_sets(path):
    columns = ["word1", "word2", "score"]
    return open_sets(path, columns, load_word_pairs, ["*.txt", "*.csv"])


def read_lexicon(path):
    rows = {word: row for row, word in enumerate(WORDS)}
    return neighbors_of(path, rows, len(rows), directed=False)


def read_strictly(path):
    return load_vectors(path)


def read_and_skip(path):
    return load_vectors(path, errors="skip")


PAIRS = "first\tsecond\tscore\ncat\tmat\t7.5\n# a remark\nthe\ton\t1\n"
TABLE = 'text,label\n"a cat, sat",x\nthe mat,y\n'
QUESTIONS = ": capitals\nAthens Greece Baghdad Iraq\n: family\nboy girl man woman\n"
STS = "4.5\tA cat sat.\tA cat was sitting.\n0\tA cat.\tStocks.\n"
LEXICON = "cat mat sat\nthe on\n"

# name: what makes a sound file, what reads it, its documented error, what must hold
READERS = {
    "word2vec": (make_text, read_strictly, VectorFormatError, check_finite),
    "word2vec, skipping": (make_text, read_and_skip, VectorFormatError, check_finite),
    "GloVe": (make_glove, read_and_skip, VectorFormatError, check_finite),
    "word2vec, gzip": (make_gzip, read_strictly, VectorFormatError, check_finite),
    "word2vec, zip": (make_zip, read_strictly, VectorFormatError, check_finite),
    "word2vec binary": (
        *(vectors_saved_as("word2vec_binary"), read_strictly, VectorFormatError),
        check_finite,
    ),
    "KeyedVectors": (
        *(vectors_saved_as("gensim"), read_strictly, VectorFormatError, check_finite),
    ),
    "Word2Vec": (make_word2vec, read_strictly, VectorFormatError, check_finite),
    "parts beside": (make_parts_beside, read_strictly, VectorFormatError, check_finite),
    "FastText": (make_fasttext, read_strictly, VectorFormatError, check_finite),
    "fastText .bin": (make_facebook, read_strictly, VectorFormatError, check_finite),
    "safetensors": (
        *(vectors_saved_as("safetensors"), read_strictly, VectorFormatError),
        check_finite,
    ),
    "npy": (make_npy, read_strictly, VectorFormatError, check_finite),
    "model2vec": (make_model2vec, read_strictly, VectorFormatError, check_finite),
    "folder": (
        *(vectors_saved_as("skmeta"), read_strictly, VectorFormatError),
        lambda loaded: None,  # the words are read when they are asked for
    ),
    "WordVectors.open": (
        *(vectors_saved_as("skmeta"), lambda path: WordVectors.open(path)),
        *((ValueError, FileNotFoundError), check_vectors),
    ),
    "MetaEmbeddings.load": (
        *(make_meta, MetaEmbeddings.load, (ValueError, FileNotFoundError), check_meta),
    ),
    "Doc2Vec": (make_doc2vec, load_doc2vec, VectorFormatError, lambda model: model.dv),
    "biLM folder": (make_bilm_folder, read_bilm, ValueError, lambda bilm: bilm.options),
    "biLM zip": (make_bilm_zip, read_bilm, ValueError, lambda bilm: bilm.options),
    "checkpoint": (make_checkpoint, read_checkpoint, ValueError, dict),
    "skops": (make_skops, load_model, ValueError, lambda model: model),
    "Parquet": (make_parquet, read_parquet, ValueError, lambda nothing: nothing),
    "word pairs": (text_file(PAIRS), load_word_pairs, ValueError, len),
    "word pairs, gzip": (packed_file(PAIRS), load_word_pairs, ValueError, len),
    "analogies": (text_file(QUESTIONS), load_analogies, ValueError, len),
    "STS": (text_file(STS), load_sts, ValueError, len),
    "CSV": (text_file(TABLE), load_csv, ValueError, len),
    "CSV, gzip": (packed_file(TABLE), load_csv, ValueError, len),
    "texts, gzip": (
        packed_file("a cat\nthe mat\n"),
        lambda path: list(TextFiles(path)),
        ValueError,
        len,
    ),
    "retrieval": (make_collection, load_retrieval, ValueError, check_collection),
    "MetaRetriever.load": (
        *(make_retriever, MetaRetriever.load, (ValueError, FileNotFoundError)),
        check_retriever,
    ),
    "sets of pairs": (make_pairs_folder, read_sets, ValueError, len),
    "lexicon": (packed_file(LEXICON), read_lexicon, ValueError, lambda found: found),
}


def mutate(data, rng):
    """Damage bytes in one of the ways in which files come damaged, or are forged."""
    data = bytearray(data)
    for _ in range(rng.choice([1, 1, 1, 2, 5])):
        at = rng.randrange(len(data) + 1)
        kind = rng.randrange(7)
        if kind == 0:
            del data[at:]
        elif kind == 1 and at < len(data):
            data[at] = rng.randrange(256)
        elif kind == 2:
            data[at:at] = rng.randbytes(rng.randrange(1, 9))
        elif kind == 3:
            del data[at : at + rng.randrange(1, 9)]
        elif kind == 4:
            data[at : at + 8] = rng.choice(
                [b"\xff" * 8, b"\x00" * 8, b"\xff" * 7 + b"\x7f"]
            )
        elif kind == 5:
            data[at:at] = rng.choice([b"99999999999 ", b"1e999", b"nan ", b"\n", b" "])
        else:
            data[at:at] = data[at : at + 40]
        if not data:
            break
    return bytes(data)
