"""The parameters of `skmeta info`, `convert` and `combine`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, get_args

import typer

__all__ = ["combine", "convert", "info"]

# A test compares these with those of the package.
_Format = Literal["word2vec", "word2vec_binary", "gensim", "safetensors", "skmeta"]
_Combiner = Literal[
    "autoencoder",
    "average",
    "concatenate",
    "gcca",
    "geometry_aware",
    "locally_linear",
    "one_to_n",
    "procrustes",
    "svd",
]
_Missing = Literal["mean", "neighbors", "regress", "zero"]
_Vocabulary = Literal["intersection", "union"]
_Errors = Literal["strict", "ignore", "replace", "skip"]

_OUT = (
    "The output. Its extension determines the format: .txt, .bin, .kv, .safetensors; "
    "without one, a folder that is memory-mapped."
)
_FORMAT = typer.Option(
    "--format", metavar="NAME", help=f"Format of OUT: {', '.join(get_args(_Format))}."
)
_LIMIT = typer.Option(min=1, help="Rows to read per file.")
_ENCODING = typer.Option(help="Encoding of words in text and binary files.")
_ERRORS = typer.Option(
    metavar="NAME",
    help="How to read words that are not valid text. strict: raise an error; ignore, "
    "replace: drop or replace the bytes; skip: skip these rows, and malformed ones.",
)


def info(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A file or a folder of word vectors.")
    ],
    limit: Annotated[int | None, _LIMIT] = None,
    encoding: Annotated[str, _ENCODING] = "utf-8",
    errors: Annotated[_Errors, _ERRORS] = "strict",
) -> None:
    """Show the contents of a file of word vectors."""
    from skmeta._io.formats._check_path import check_path

    check_path(file)
    from skmeta.cli._vectors import run_info

    run_info(file, limit, encoding, errors)


def convert(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="Word vectors in any format.")
    ],
    out: Annotated[Path, typer.Argument(metavar="OUT", help=_OUT)],
    to: Annotated[_Format | None, _FORMAT] = None,
    limit: Annotated[int | None, _LIMIT] = None,
    vocabulary: Annotated[
        Path | None, typer.Option(help="Keep only the words of this text file.")
    ] = None,
    encoding: Annotated[str, _ENCODING] = "utf-8",
    errors: Annotated[_Errors, _ERRORS] = "strict",
) -> None:
    """Write word vectors in another format."""
    from skmeta.cli._vectors_input import check_conversion

    format, words = check_conversion(file, out, to, vocabulary)
    from skmeta.cli._vectors import run_conversion

    run_conversion(file, out, format, limit, vocabulary, words, encoding, errors)


def combine(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILES", help="Word vectors in any format."),
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help=_OUT)],
    combiner: Annotated[
        _Combiner,
        typer.Option(
            metavar="NAME",
            help=f"How to combine vectors: {', '.join(get_args(_Combiner))}.",
        ),
    ] = "svd",
    vocabulary: Annotated[
        _Vocabulary,
        typer.Option(help="union: words of any file; intersection: of all."),
    ] = "union",
    missing: Annotated[
        _Missing,
        typer.Option(
            metavar="NAME",
            help="Vectors of words that a file lacks: "
            f"{', '.join(get_args(_Missing))}.",
        ),
    ] = "zero",
    dim: Annotated[
        int | None, typer.Option(min=1, help="Dimensions, for combiners that reduce.")
    ] = None,
    center: Annotated[
        bool, typer.Option("--center", help="Subtract each file's mean vector.")
    ] = False,
    to: Annotated[_Format | None, _FORMAT] = None,
    encoding: Annotated[str, _ENCODING] = "utf-8",
    errors: Annotated[_Errors, _ERRORS] = "strict",
) -> None:
    """Combine files of word vectors into meta-embeddings."""
    from skmeta.cli._vectors_input import check_combination

    format = check_combination(files, out, to)
    from skmeta.cli._vectors import run_combination

    run_combination(
        files,
        out,
        format,
        combiner,
        vocabulary,
        missing,
        dim,
        center,
        encoding,
        errors,
    )
