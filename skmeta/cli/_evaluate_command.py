"""The parameters of `skmeta evaluate`; help and completion import nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["evaluate"]


def evaluate(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILES", help="Word vectors in any format."),
    ],
    similarity: Annotated[
        list[Path] | None,
        typer.Option(
            help="Pairs of words with scores: a file (word, word, score), or a folder "
            "of such files. Repeatable."
        ),
    ] = None,
    analogy: Annotated[
        Path | None,
        typer.Option(help="Questions in the format of questions-words.txt."),
    ] = None,
    sts: Annotated[
        list[Path] | None,
        typer.Option(
            help="Pairs of texts with scores: a file (score, text, text), or a folder "
            "of such files. Repeatable."
        ),
    ] = None,
    retrieval: Annotated[
        Path | None,
        typer.Option(
            help="A folder of documents, queries and relevance (three files, or the "
            "layout of BEIR)."
        ),
    ] = None,
    own: Annotated[
        bool, typer.Option("--own", help="Evaluate each file on all items it covers.")
    ] = False,
    limit: Annotated[
        int | None, typer.Option(min=1, help="Rows to read per file.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option(help="Write the results to this CSV file.")
    ] = None,
) -> None:
    """Evaluate word vectors: word similarity, analogies, text similarity, search.

    Files are compared on the words that all of them have; in a search, each
    file alone and combined with BM25. Without --similarity, --analogy, --sts
    and --retrieval, the data sets that come with gensim are used: WordSim-353,
    SimLex-999, Google's analogies and Lee's news.
    """
    from skmeta.cli._evaluate_input import check_evaluation

    check_evaluation(files, similarity or [], analogy, sts or [], retrieval, output)
    from skmeta.cli._evaluate import run_evaluation

    run_evaluation(files, similarity, analogy, sts, retrieval, own, limit, output)
