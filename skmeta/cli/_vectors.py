"""`skmeta info`, `convert` and `combine`: inspect and write files of vectors."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import numpy as np
from rich import box
from rich.table import Table

from skmeta._io.formats import detect_format, load_vectors, save_vectors
from skmeta._io.formats._format_to_save import FormatToSave
from skmeta._io.formats._types import Errors
from skmeta._messages import count_of, verb_of
from skmeta._meta._embeddings import MetaEmbeddings, name_sources
from skmeta._vectors._word_vectors import WordVectors
from skmeta.cli._console import cell, make_console, say
from skmeta.combine._by_name import COMBINERS, MissingName, get_combiner

__all__ = ["run_combination", "run_conversion", "run_info"]

_SAMPLE = 5


def run_info(file: Path, limit: int | None, encoding: str, errors: Errors) -> None:
    """Run the command `skmeta info`."""
    word_vectors = load_vectors(
        file, limit=limit, encoding=encoding, errors=errors, verbose=1
    )
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
        **{f"near {word!r}": near for word, near in _neighbors(word_vectors)},
    }
    table = Table(box=box.SIMPLE, show_header=False, pad_edge=False)
    for name, value in rows.items():
        table.add_row(cell(name), cell(value))
    make_console().print(table, soft_wrap=True)


def run_conversion(
    file: Path,
    out: Path,
    format: FormatToSave,
    limit: int | None,
    vocabulary: Path | None,
    wanted: list[str] | None,
    encoding: str,
    errors: Errors,
) -> None:
    """Run the command `skmeta convert`, whose arguments have been checked."""
    word_vectors = load_vectors(
        file,
        limit=limit,
        vocabulary=wanted,
        encoding=encoding,
        errors=errors,
        verbose=1,
    )
    save_vectors(word_vectors, out, format=format, verbose=1)
    if wanted is not None:
        missing = [word for word in dict.fromkeys(wanted) if word not in word_vectors]
        if missing:
            say(
                f"Note: {len(missing):,} of {count_of(len(set(wanted)), 'word')} of "
                f"{vocabulary} {verb_of(len(missing), 'is', 'are')} not in {file}, "
                f"e.g. {', '.join(map(repr, missing[:_SAMPLE]))}"
            )
    say(f"Wrote {out}: {count_of(len(word_vectors), 'word')}, {format}")


def run_combination(
    files: list[Path],
    out: Path,
    format: FormatToSave,
    combiner: str,
    vocabulary: Literal["union", "intersection"],
    missing: MissingName,
    dim: int | None,
    center: bool,
    encoding: str,
    errors: Errors,
) -> None:
    """Run the command `skmeta combine`, whose paths have been checked."""
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
    names = name_sources(files)
    for file in files:
        detect_format(file)  # raises before any of them is read
    sources = [
        load_vectors(file, encoding=encoding, errors=errors, verbose=1)
        for file in files
    ]
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
        table.add_row(cell(name), *cells)
    make_console().print(table, soft_wrap=True)
    size = f"{count_of(len(meta), 'word')} x {meta.word_vectors.vector_size}"
    say(f"Wrote {out}: {size}, {format}")


def _describe_subwords(word_vectors: WordVectors) -> str:
    """Describe the n-grams."""
    subwords = word_vectors.subwords
    if subwords is None:
        return "none"
    rows = count_of(len(subwords.ngram_vectors), "row")
    return f"{subwords.min_n} to {subwords.max_n} characters, {rows}"


def _neighbors(word_vectors: WordVectors) -> list[tuple[str, str]]:
    """Return the nearest words of some words, spread over the first thousand."""
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
