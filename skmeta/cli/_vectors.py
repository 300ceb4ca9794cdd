"""`skmeta info`, `convert` and `combine`: look at and make files of word vectors."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from skmeta._documents._encodings import find_wide_encoding
from skmeta._io.formats import (
    FORMATS_TO_SAVE,
    detect_format,
    format_of_name,
    load_vectors,
    save_vectors,
)
from skmeta._meta._align_words import VOCABULARIES
from skmeta._meta._embeddings import MetaEmbeddings, name_sources
from skmeta._vectors._word_vectors import WordVectors
from skmeta.combine._by_name import COMBINERS, MISSING, get_combiner, get_imputer

__all__ = ["combine", "convert", "info"]

_SAMPLE = 5

_OUT = (
    "What to write. The ending tells the format: .txt, .bin, .kv, .safetensors; none: "
    "a folder that opens at once."
)
_FORMAT = typer.Option("--format", help=f"Of OUT: {', '.join(FORMATS_TO_SAVE)}.")
_COMBINER = typer.Option(help=f"How vectors become one: {', '.join(COMBINERS)}.")
_MISSING = typer.Option(
    help=f"What stands for words that a file lacks: {', '.join(MISSING)}."
)
_VOCABULARY = typer.Option(help="union: words of any file; intersection: of every.")


def info(
    file: Annotated[Path, typer.Argument(help="A file or a folder of word vectors.")],
    limit: Annotated[int | None, typer.Option(min=1, help="Rows to read.")] = None,
) -> None:
    """Tell what a file of word vectors holds."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        word_vectors = load_vectors(file, limit=limit, verbose=1)
    norms = np.linalg.norm(np.asarray(word_vectors.vectors, np.float64), axis=1)
    rows = {
        "format": detect_format(file),
        "words": f"{len(word_vectors):,}",
        "dimensions": f"{word_vectors.vector_size:,}",
        "counts": "none" if word_vectors.counts is None else "yes",
        "subwords": _describe_subwords(word_vectors),
        "lengths of vectors": f"{norms.min():.3g} to {norms.max():.3g}, median "
        f"{np.median(norms):.3g}",
        "zero vectors": f"{int((norms == 0).sum()):,}",
        "first words": ", ".join(map(repr, word_vectors.words[:_SAMPLE])),
        **{f"near {word!r}": near for word, near in _neighbours(word_vectors)},
    }
    for warning in caught:
        rows["note"] = str(warning.message)
    table = Table(box=box.SIMPLE, show_header=False, pad_edge=False)
    for name, value in rows.items():
        table.add_row(Text(name), Text(value))
    _console().print(table)


def convert(
    file: Annotated[Path, typer.Argument(help="Word vectors in any format.")],
    out: Annotated[Path, typer.Argument(help=_OUT)],
    to: Annotated[str | None, _FORMAT] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Rows to read.")] = None,
    vocabulary: Annotated[
        Path | None, typer.Option(help="Keep only the words of this text file.")
    ] = None,
) -> None:
    """Write word vectors in another format."""
    format = _format_of(out, to)
    wanted = None if vocabulary is None else _read_words(vocabulary)
    word_vectors = load_vectors(file, limit=limit, vocabulary=wanted, verbose=1)
    save_vectors(word_vectors, out, format=format, verbose=1)
    console = _console()
    if wanted is not None:
        missing = [word for word in dict.fromkeys(wanted) if word not in word_vectors]
        if missing:
            console.print(
                f"Note: {len(missing):,} of {len(set(wanted)):,} words of {vocabulary} "
                f"are not in {file}, e.g. {', '.join(map(repr, missing[:_SAMPLE]))}"
            )
    console.print(f"Wrote {out}: {len(word_vectors):,} words, {format}")


def combine(
    files: Annotated[list[Path], typer.Argument(help="Word vectors in any format.")],
    out: Annotated[Path, typer.Option("--out", "-o", help=_OUT)],
    combiner: Annotated[str, _COMBINER] = "svd",
    vocabulary: Annotated[str, _VOCABULARY] = "union",
    missing: Annotated[str, _MISSING] = "zero",
    dim: Annotated[
        int | None, typer.Option(min=1, help="Dimensions, of combiners that reduce.")
    ] = None,
    center: Annotated[
        bool, typer.Option("--center", help="Subtract each file's mean vector.")
    ] = False,
    to: Annotated[str | None, _FORMAT] = None,
) -> None:
    """Combine files of word vectors into meta-embeddings."""
    format = _format_of(out, to)
    if len(files) < 2:
        raise ValueError(
            f"Found {len(files)} file, expected two or more to combine. Use skmeta "
            "convert for one."
        )
    chosen = get_combiner(combiner)
    if dim is not None:
        if "n_components" not in chosen.get_params():
            reducing = [n for n in COMBINERS if hasattr(COMBINERS[n](), "n_components")]
            raise ValueError(
                f"Found --dim {dim} with --combiner {combiner}, which keeps its "
                f"dimensions; expected one of {', '.join(reducing)}. Leave --dim out, "
                "or choose one of them."
            )
        chosen.set_params(n_components=dim)
    get_imputer(missing)
    if vocabulary not in VOCABULARIES:
        raise ValueError(
            f"Found --vocabulary {vocabulary}, expected one of "
            f"{', '.join(VOCABULARIES)}."
        )
    names = name_sources(files)
    sources = [load_vectors(file, verbose=1) for file in files]
    meta = MetaEmbeddings(
        sources,
        names=names,
        combiner=chosen,
        vocabulary=vocabulary,
        missing=missing,
        center=center,
        out=out if format == "skmeta" else None,
        verbose=1,
    )
    if format != "skmeta":
        save_vectors(meta.word_vectors, out, format=format, verbose=1)
    console = _console()
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    coverage = meta.coverage()
    table.add_column("source", overflow="fold")
    for column in coverage.columns:
        table.add_column(column.replace("_", " "), justify="right", no_wrap=True)
    for name, row in zip(coverage.index, coverage.to_dict("records"), strict=True):
        cells = [
            f"{value:.1%}" if column == "share" else f"{value:,}"
            for column, value in row.items()
        ]
        table.add_row(Text(name), *cells)
    console.print(table)
    size = f"{len(meta):,} words x {meta.word_vectors.vector_size}"
    console.print(f"Wrote {out}: {size}, {format}")


def _console() -> Console:
    """Give where results are printed."""
    return Console(highlight=False, markup=False, soft_wrap=True)


def _format_of(out: Path, to: str | None) -> str:
    """Give the format to write, by option or by ending."""
    if to is not None:
        if to not in FORMATS_TO_SAVE:
            raise ValueError(
                f"Found --format {to}, expected one of {', '.join(FORMATS_TO_SAVE)}."
            )
        return to
    return format_of_name(out)


def _read_words(path: Path) -> list[str]:
    """Read the words of a text file."""
    content = path.read_bytes()
    encoding = find_wide_encoding(content)
    try:
        if encoding:
            raise ValueError(f"it seems to be {encoding}")
        return content.decode("utf-8-sig").split()
    except ValueError as error:
        raise ValueError(
            f"'{path}' is no text in UTF-8: {error}. Expected words. Convert it first."
        ) from error


def _describe_subwords(word_vectors: WordVectors) -> str:
    """Say what can be made of letters."""
    subwords = word_vectors.subwords
    if subwords is None:
        return "none"
    n_buckets = len(subwords.ngram_vectors)
    return f"{subwords.min_n} to {subwords.max_n} letters, {n_buckets:,} rows"


def _neighbours(word_vectors: WordVectors) -> list[tuple[str, str]]:
    """Give the nearest words of some, spread over the first thousand."""
    n_words = min(len(word_vectors), 1_000)
    rows = sorted({n_words // 10, n_words // 3, n_words - 1})
    keyed_vectors = word_vectors.to_gensim()
    found = []
    for row in rows:
        word = word_vectors.words[row]
        if len(word_vectors) > 1 and word_vectors.vectors[row].any():
            near = keyed_vectors.most_similar(word, topn=_SAMPLE)
            found.append((word, ", ".join(f"{w} {cos:.2f}" for w, cos in near)))
    return found
