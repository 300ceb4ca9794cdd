"""Which weighting, with components removed or not, agrees best with what people say?

python benchmarks/sentence_similarity.py --data DATA

Two crops of published vectors and their meta-embeddings, on the pairs of sentences of
STS 2012, 2013 and the STS benchmark (dev). Everything is fitted to the sentences of the
set that is judged, without the scores, as the papers do. Word probabilities come from
these sentences or from counts in Wikipedia. Correlations of the cosines with the
scores, in percent: the means over the sets of a year.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
import warnings
from csv import QUOTE_NONE
from pathlib import Path

import pandas as pd
from sklearn.base import clone

from skmeta import (
    MetaEmbeddingVectorizer,
    PretrainedVectorizer,
    Tokenizer,
    load_vectors,
)
from skmeta.datasets import load_sts
from skmeta.evaluate import document_similarity
from skmeta.weighting import SIF, USIF

FILES = {"googlenews": "googlenews_w2v_300d_8k", "glove": "glove6b_50d_9k"}
SETS = {
    "2012": "2012/*.test.tsv.gz",
    "2013": "2013/*.tsv.gz",
    "benchmark": "stsbenchmark/sts-dev.csv.gz",
}


def make_vectorizers(sources):
    """Return what is compared but for the weighting, by name."""
    vectorizers = {
        name: PretrainedVectorizer(vectors, scale=1)  # else a component is shortened
        for name, vectors in sources.items()
    }
    for combiner in ("concatenate", "svd"):
        vectorizers[combiner] = MetaEmbeddingVectorizer(
            list(sources.items()), combiner=combiner, scale=1
        )
    return vectorizers


def make_settings(word_counts):
    """Return parameters by weighting and the number of components removed."""
    weightings = {
        "mean": (None, 1),
        "idf": ("idf", 1),
        "sif": (SIF(), 1),
        "sif, a=1e-2": (SIF(a=1e-2), 1),
        "sif, Wikipedia": (SIF(word_counts=word_counts), 1),
        "usif": (USIF(), 5),
        "usif, Wikipedia": (USIF(word_counts=word_counts), 5),
    }
    return {
        (name, removed): {"weighting": weighting, "remove_components": removed}
        for name, (weighting, most) in weightings.items()
        for removed in (0, most)
    }


def sentences_of(files):
    """Return the tokens of all texts."""
    tables = [load_sts(file) for file in files]
    texts = [text for table in tables for text in (*table["text1"], *table["text2"])]
    return Tokenizer().transform(texts)


def judge(file, sentences, vectorizers, settings):
    """Fit everything to sentences, and correlate on one set."""
    names = [(source, *setting) for source in vectorizers for setting in settings]
    models = [
        clone(vectorizer).set_params(**parameters).fit(sentences)
        for vectorizer in vectorizers.values()
        for parameters in settings.values()
    ]
    numbered = {str(number): model for number, model in enumerate(models)}
    table = document_similarity(numbered, {file.name: file}, n_bootstraps=0)
    table[["source", "weighting", "removed"]] = names
    return table.reset_index()


def open_data(folder):
    """Load the sources, and how often words occur in Wikipedia."""
    files = {name: folder / "vectors" / f"{f}.txt.gz" for name, f in FILES.items()}
    word_counts = pd.read_csv(
        folder / "vectors" / "enwiki_word_counts.txt.gz",
        sep=" ",
        names=["word", "count"],
        index_col="word",
        keep_default_na=False,  # "null" is a word
        quoting=QUOTE_NONE,
    )["count"]
    return {name: load_vectors(file) for name, file in files.items()}, word_counts


def tabulate(scores, measure, column):
    """Return means over sets, in percent."""
    rows = ["source", "weighting", "removed"]
    means = scores.pivot_table(measure, rows, column, sort=False)
    return (100 * means.assign(mean=means.mean(axis=1))).round(1).to_string()


def main():
    """Print tables: by year, and by set."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    data = os.environ.get("SKMETA_DATA", Path(__file__).parents[2] / "shared/data")
    parser.add_argument("--data", type=Path, default=data)
    parser.add_argument("--together", action="store_true", help="Fit to all sets.")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    sources, word_counts = open_data(options.data)
    vectorizers, settings = make_vectorizers(sources), make_settings(word_counts)
    years = {
        file: year
        for year, pattern in SETS.items()
        for file in sorted((options.data / "sts").glob(pattern))
    }
    together = sentences_of(years) if options.together else None
    scores = pd.concat(
        judge(file, together or sentences_of([file]), vectorizers, settings).assign(
            year=year
        )
        for file, year in years.items()
    )
    scores["set"] = scores["dataset"].str.split(".").str[0] + " " + scores["year"]
    print(scores.groupby("set", sort=False)["pairs"].first().to_string())
    for measure in ("pearson", "spearman"):
        print(f"\n{measure}\n{tabulate(scores, measure, 'year')}")
    print(f"\npearson\n{tabulate(scores, 'pearson', 'set')}")


if __name__ == "__main__":
    main()
