"""Download word vectors of the gensim-data collection by name."""

from __future__ import annotations

import difflib
import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import quote

from gensim.downloader import DATA_LIST_URL, DOWNLOAD_BASE_URL

from skmeta.datasets._download import download, read_url
from skmeta.datasets._home import find_home

__all__ = ["fetch_vectors"]

_LIST_URL, _FILES_URL = DATA_LIST_URL, DOWNLOAD_BASE_URL
_LONGEST_LIST = 4 << 20
_NAME = re.compile(r"[\w][\w.-]{0,100}")


def fetch_vectors(name: str, *, verbose: int = 1) -> Path:
    """Download pretrained word vectors by their name in gensim-data.

    Nothing else is fetched, and no code that lies beside the vectors is run, as
    ``gensim.downloader`` does. What was fetched before is not asked for again.

    Parameters
    ----------
    name : str
        For example "glove-wiki-gigaword-100", "glove-twitter-25",
        "word2vec-google-news-300", "fasttext-wiki-news-subwords-300",
        "conceptnet-numberbatch-17-06-300".
    verbose : int, default=1
        1 shows a progress bar.

    Returns
    -------
    path : Path
        Of the file, which :func:`skmeta.load_vectors` and every source takes. It lies
        in the folder that the environment variable SKMETA_HOME names, or in the user's
        cache folder.

    Raises
    ------
    ValueError
        If there are no vectors of that name, or what came has another checksum than
        the collection states.
    OSError
        If the server cannot be reached; the message says where to put the file.

    See Also
    --------
    fetch_model : Sentence encoders and static models.

    Notes
    -----
    An attempt that was interrupted is continued by the next one.

    Examples
    --------
    >>> from skmeta.datasets import fetch_vectors
    >>> fetch_vectors("glove-wiki-gigaword-100")  # doctest: +SKIP
    PosixPath('.../skmeta/vectors/glove-wiki-gigaword-100.gz')
    """
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise ValueError(
            f"Found name={name!r}, expected one of gensim-data, e.g. "
            "'glove-wiki-gigaword-100'."
        )
    folder = find_home() / "vectors"
    path = folder / f"{name}.gz"
    if path.is_file():
        return path
    try:
        entry = _find_entry(name)
        folder.mkdir(parents=True, exist_ok=True)
        file_name = entry["file_name"]
        url = f"{_FILES_URL}/{quote(name)}/{quote(file_name)}"
        size, md5 = int(entry["file_size"]), str(entry["checksum"])
        download(url, path, size=size, md5=md5, verbose=verbose, what=name)
    except OSError as error:
        raise OSError(
            f"'{name}' cannot be fetched: {error}. Check the connection and call "
            "again, which goes on where this ended; or put its file from elsewhere at "
            f"'{path}'."
        ) from error
    return path


def _find_entry(name: str) -> dict[str, Any]:
    """Return the entry of a file in the collection."""
    try:
        models = json.loads(read_url(_LIST_URL, _LONGEST_LIST))["models"]
        vectors = {n: e for n, e in models.items() if _is_sound(e)}
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ValueError(
            f"'{_LIST_URL}' is not the list of a collection, expected JSON with an "
            "entry 'models'. Try again later."
        ) from error
    if name not in vectors:
        close = difflib.get_close_matches(name, vectors, 3, 0.4) or sorted(vectors)[:5]
        raise ValueError(
            f"There are no vectors {name!r} in gensim-data, expected one of its names, "
            f"e.g. {', '.join(map(repr, close))}."
        )
    found: dict[str, Any] = vectors[name]
    return found


def _is_sound(entry: Any) -> bool:
    """Return whether an entry describes one file with a size and a checksum."""
    return (
        isinstance(entry.get("file_name"), str)
        and _NAME.fullmatch(entry["file_name"]) is not None
        and isinstance(entry.get("file_size"), int)
        and isinstance(entry.get("checksum"), str)
        and entry.get("parts", 1) == 1
    )
