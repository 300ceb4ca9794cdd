"""Multi-byte encodings, recognized from the beginning of a file."""

from __future__ import annotations

import codecs

__all__ = ["find_wide_encoding"]

_MARKS = {  # UTF-32 first: its mark begins as that of UTF-16
    codecs.BOM_UTF32_LE: "UTF-32",
    codecs.BOM_UTF32_BE: "UTF-32",
    codecs.BOM_UTF16_LE: "UTF-16",
    codecs.BOM_UTF16_BE: "UTF-16",
}
_N_BYTES = 1_000


def find_wide_encoding(start: bytes) -> str | None:
    """Recognize text in UTF-16 or UTF-32.

    Parameters
    ----------
    start : bytes
        The beginning of a file.

    Returns
    -------
    encoding : {"UTF-16", "UTF-16-LE", "UTF-16-BE", "UTF-32"} or None
        From the byte order mark, or from the zeros that Latin letters leave in every
        other of the first thousand bytes.
    """
    for mark, encoding in _MARKS.items():
        if start.startswith(mark):
            return encoding
    start = start[: min(_N_BYTES, len(start) // 2 * 2)]
    evens, odds = start[::2], start[1::2]
    most = 0.6 * len(evens)  # spaces, digits and letters of Latin scripts
    if len(start) >= 4 and odds.count(0) > most and not evens.count(0):
        return "UTF-16-LE"
    if len(start) >= 4 and evens.count(0) > most and not odds.count(0):
        return "UTF-16-BE"
    return None
