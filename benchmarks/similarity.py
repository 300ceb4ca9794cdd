"""Which combiner, and what for missing words, agrees best with what people say?

python benchmarks/similarity.py --data DATA

Four crops of published vectors, alone and combined in every way, on the pairs of eight
sets of word similarity: those that every source covers, and those that the union of the
sources covers. Means of Spearman's rho over the sets, weighted by their numbers of
pairs, and MEN and SimLex-999 with bootstrap intervals of 95 %.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd

from skmeta import MetaEmbeddings, combine, load_vectors
from skmeta.evaluate import word_similarity

FILES = {
    "googlenews": "googlenews_w2v_300d_8k",
    "glove": "glove6b_50d_9k",
    "lexicon": "lexicon_svd_100d_13k",
    "twitter": "glove_twitter27b_25d_12k",
}
COMBINERS = {
    "concatenate": combine.Concatenate(),
    "average": combine.Average(),
    "svd": combine.SVD(),
    "svd, power 1": combine.SVD(power=1),
    "svd, power 0": combine.SVD(power=0),
    "procrustes": combine.Procrustes(),
    "procrustes, googlenews": combine.Procrustes("googlenews"),
    "gcca": combine.GCCA(),
    "gcca, power 1/2": combine.GCCA(power=0.5),
    "gcca, regularization 0.1": combine.GCCA(regularization=0.1),
    "one_to_n": combine.OneToN(),
    "geometry_aware": combine.GeometryAware(),
    "locally_linear": getattr(combine, "LocallyLinear", combine.Average)(),
    "autoencoder": combine.Autoencoder(random_state=0),
}
MISSING = ("zero", "neighbors", "regress")


def judge(models, sets, names):
    """Return one row for each model."""
    table = word_similarity(models, sets, random_state=0)
    rows = {}
    for model in names:
        scores = table.xs(model, level="model")
        row = {"mean": np.average(scores["spearman"], weights=scores["pairs"])}
        for name in ("men", "simlex-999"):
            one = scores.loc[name]
            row[name] = f"{one.spearman:.3f} ({one.low:.3f}-{one.high:.3f})"
        rows[model] = row
    return rows, int(table.groupby("dataset")["pairs"].first().sum())


def main():
    """Print two tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=os.environ.get("SKMETA_DATA"))
    parser.add_argument("--combiners", nargs="+", default=list(COMBINERS))
    parser.add_argument("--center", action="store_true", help="Centre the sources.")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    files = {n: options.data / "vectors" / f"{f}.txt.gz" for n, f in FILES.items()}
    sources = {name: load_vectors(file) for name, file in files.items()}
    sets = {
        file.stem: file for file in sorted((options.data / "similarity").glob("*.tsv"))
    }
    models, seconds = {}, {}
    for name in options.combiners:
        for missing in MISSING:
            start = time.process_time()
            models[f"{name} | {missing}"] = MetaEmbeddings(
                list(sources.values()),
                names=list(sources),
                combiner=COMBINERS[name],
                missing=missing,
                center=options.center,
            )
            seconds[f"{name} | {missing}"] = time.process_time() - start
    common = [n for n in models if n.endswith("zero")]  # nothing is missing there
    rows, n_pairs = judge(
        {**sources, **{n: models[n] for n in common}}, sets, [*sources, *common]
    )
    print(f"\nPairs that every source covers: {n_pairs}")
    print(pd.DataFrame(rows).T.to_string(float_format="{:.3f}".format))
    rows, n_pairs = judge(models, sets, list(models))
    for name in rows:
        rows[name]["seconds"] = round(seconds[name], 1)
    print(f"\nPairs that any source covers: {n_pairs}")
    print(pd.DataFrame(rows).T.to_string(float_format="{:.3f}".format))


if __name__ == "__main__":
    main()
