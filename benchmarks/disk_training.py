"""Does training from a file need more memory than the model, and who reads fastest?

    python benchmarks/disk_training.py --data DATA [--folder FOLDER] [--gigabytes 1]
        [--ways fit ...] [--threads 1] [--dimensions 100] [--rounds 1]

The text is that of DATA/corpora, lower-cased words alone, over and over until the file
is large enough. In the first repetition words are as they are, in the others each ends
in the repetition's number, as if the text were in another language: the vocabulary
grows with the text, and rare words stay as rare among the others as they are in fact.

Word2Vec is trained (one epoch, else defaults), each time in a fresh process, on one
thread of BLAS. Memory is the highest resident memory less what was resident when all
was imported. The model is its two matrices, and words with what belongs to each:
the string, its places in a list and in a dict, and the arrays of gensim, summed up by
``sys.getsizeof`` and ``nbytes``. Seconds are those of all, words a second those of the
training alone, without the pass for the vocabulary.

- fit: ``Word2VecVectorizer.fit(TextFiles(file))``
- stream: the same with a function of our own to split lines: never read by gensim
- gensim: ``Word2Vec`` on gensim's ``LineSentence(file)``
- corpus_file: ``Word2Vec`` with gensim's own reader of files, in threads of its own
"""

import argparse
import os

for _library in ("OMP", "OPENBLAS", "MKL"):
    os.environ[f"{_library}_NUM_THREADS"] = "1"

import json
import lzma
import re
import subprocess
import sys
import tempfile
import time
from itertools import count
from pathlib import Path

from gensim.models.word2vec import LineSentence, Word2Vec

from skmeta import Word2VecVectorizer
from skmeta.datasets import TextFiles

CORPORA = "enwiki-articles", "imdb-unlabelled"
WORD = re.compile(r"\w+")
HEAD = """\
way          vocabulary    words read      s    words/s  imported  peak MB  model  ratio
"""
ROW = "{:11}  {:10,}  {:12,}  {:5.0f}  {:9,.0f}  {:8,.0f}  {:7,.0f}  {:5,.0f}  {:5.2f}"


def write_text(data, path, n_bytes):
    """Repeat the corpora with other words until there are enough bytes."""
    with open(path, "wb") as out:
        for number in count():
            ending = f"_{number}" if number else ""
            for name in CORPORA:
                corpus = Path(data, "corpora", f"{name}.txt.xz")
                with lzma.open(corpus, "rt", encoding="utf-8") as lines:
                    for line in lines:
                        words = [word + ending for word in WORD.findall(line.lower())]
                        n_bytes -= out.write(f"{' '.join(words)}\n".encode())
                        if n_bytes <= 0:
                            return


def resident(which):
    """Read the resident memory of this process, in bytes: VmRSS now, VmHWM at most."""
    lines = Path("/proc/self/status").read_text().splitlines()
    [line] = [line for line in lines if line.startswith(which)]
    return int(line.split()[1]) * 1024


def size_of(model):
    """Add up what a model occupies: matrices, words, and what belongs to each word."""
    wv = model.wv
    arrays = [wv.vectors, model.syn1neg, model.cum_table, *wv.expandos.values()]
    objects = [wv.index_to_key, *wv.index_to_key, wv.key_to_index]
    objects += wv.key_to_index.values()
    return sum(array.nbytes for array in arrays) + sum(map(sys.getsizeof, objects))


class Timed(Word2Vec):
    """gensim's model, which tells how long training took without the vocabulary."""

    def train(self, *args, **kwargs):
        """Train, and keep the seconds."""
        start = time.perf_counter()
        super().train(*args, **kwargs)
        self.seconds = time.perf_counter() - start


class Kept(Word2VecVectorizer):
    """Ours, which keeps gensim's model."""

    def _make_model(self):
        self.model = Timed(**self._training_parameters())
        return self.model


def train(way, path, threads, dimensions):
    """Train in this process; tell words, seconds and memory."""
    imported = resident("VmRSS")
    settings = {"vector_size": dimensions, "epochs": 1}
    start = time.perf_counter()
    if way in ("fit", "stream"):
        split = str.split if way == "fit" else lambda text: text.split()
        vectorizer = Kept(**settings, n_jobs=threads, random_state=0)
        model = vectorizer.fit(TextFiles(path, tokenizer=split)).model
    else:
        theirs = way == "corpus_file"
        corpus = {"corpus_file": path} if theirs else {"sentences": LineSentence(path)}
        model = Timed(**corpus, **settings, workers=threads, seed=0)
    seconds = time.perf_counter() - start
    sizes = [imported, resident("VmHWM") - imported, size_of(model)]
    n_words, sizes = model.corpus_total_words, [size / 1e6 for size in sizes]
    return len(model.wv), n_words, seconds, n_words / model.seconds, *sizes


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", help="a folder that has corpora/*.txt.xz")
    parser.add_argument("--folder", help="where the text goes for the time being")
    parser.add_argument("--gigabytes", type=float, default=1)
    parser.add_argument("--ways", nargs="+", default=["fit", "gensim"])
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--dimensions", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--one", nargs=4, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        way, path, threads, dimensions = options.one
        print(json.dumps(train(way, path, int(threads), int(dimensions))))
        return
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        path = Path(folder, "text.txt")
        write_text(options.data, path, options.gigabytes * 1e9)
        print(HEAD, end="", flush=True)
        for _ in range(options.rounds):
            for way in options.ways:
                one = [way, path, str(options.threads), str(options.dimensions)]
                command = [sys.executable, __file__, "--one", *one]
                found = json.loads(subprocess.check_output(command, text=True))
                print(ROW.format(way, *found, found[-2] / found[-1]), flush=True)


if __name__ == "__main__":
    main()
