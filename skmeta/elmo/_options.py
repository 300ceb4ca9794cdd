"""Validate the options of a biLM, as in the file options.json."""

from __future__ import annotations

from typing import Any

from skmeta._documents._check import short_repr
from skmeta.elmo._characters import N_CHARACTERS

__all__ = ["complete_options", "count_bytes"]

_ACTIVATIONS = ("relu", "tanh")
_MOST_CHARACTERS = 1_024  # of a token; published models have 50
_BYTES_PER_LAYER = 10_000  # overhead of a torch module


def complete_options(options: Any, where: str = "the options") -> dict[str, Any]:
    """Check options, and add defaults for entries that files may lack.

    Parameters
    ----------
    options : dict
        Of options.json; other entries (of training) are ignored.
    where : str
        The name of the options in messages.

    Returns
    -------
    options : dict
        As :class:`skmeta.elmo.BiLM` takes them.

    Raises
    ------
    ValueError
        If an entry is missing or invalid.
    """
    lstm = _entry(options, "lstm", dict, where)
    if "char_cnn" not in options:
        raise ValueError(
            f"Found no 'char_cnn' in {where}: a model that reads whole words; expected "
            "one that reads characters, as all published ones do."
        )
    characters = _entry(options, "char_cnn", dict, where)
    n_characters = characters.get("n_characters", N_CHARACTERS)
    if n_characters not in (N_CHARACTERS, N_CHARACTERS + 1):  # with a mask
        raise ValueError(
            f"Found n_characters={short_repr(n_characters)} in {where}, expected "
            f"{N_CHARACTERS} or {N_CHARACTERS + 1}: bytes and marks. Models of other "
            "alphabets (those of ELMoForManyLangs) are another architecture."
        )
    filters = _entry(characters, "filters", list | tuple, where)
    if not filters or not all(_is_filter(entry) for entry in filters):
        raise ValueError(
            f"Found filters={short_repr(filters)} in {where}, expected [width, number] "
            "pairs of positive integers."
        )
    activation = characters.get("activation", "relu")
    if activation not in _ACTIVATIONS:
        raise ValueError(
            f"Found activation={short_repr(activation)} in {where}, expected 'relu' or "
            "'tanh'."
        )
    embedding = _entry(characters, "embedding", dict, where)
    size, n_filters = _whole(lstm, "projection_dim", where), sum(n for _, n in filters)
    widest = max(width for width, _ in filters)
    max_characters = _whole(characters, "max_characters_per_token", where, 50)
    if not max(widest, 3) <= max_characters <= _MOST_CHARACTERS:
        raise ValueError(
            f"Found max_characters_per_token={short_repr(max_characters)} in {where}, "
            f"expected from {max(widest, 3)} to {_MOST_CHARACTERS}: a mark needs 3, "
            f"the widest filter {short_repr(widest)}."
        )
    return {
        "lstm": {
            "cell_clip": _limit(lstm, "cell_clip", where),
            "proj_clip": _limit(lstm, "proj_clip", where),
            "use_skip_connections": bool(lstm.get("use_skip_connections", False)),
            "n_layers": _whole(lstm, "n_layers", where),
            "projection_dim": size,
            "dim": _whole(lstm, "dim", where),
        },
        "char_cnn": {
            "embedding": {"dim": _whole(embedding, "dim", where)},
            "filters": [list(entry) for entry in filters],
            "n_highway": _whole(characters, "n_highway", where, 0, at_least=0),
            "n_characters": N_CHARACTERS + 1,
            "max_characters_per_token": max_characters,
            "activation": activation,
            "projection": bool(characters.get("projection", n_filters != size)),
        },
    }


def count_bytes(options: dict[str, Any]) -> int:
    """Return the size of a model with these options in bytes, before it is created.

    Parameters
    ----------
    options : dict
        As :func:`complete_options` returns them.
    """
    lstm, characters = options["lstm"], options["char_cnn"]
    size, n_cells, n_layers = lstm["projection_dim"], lstm["dim"], lstm["n_layers"]
    character_size, n_highways = characters["embedding"]["dim"], characters["n_highway"]
    filters = characters["filters"]
    n_filters = sum(number for _, number in filters)
    numbers = N_CHARACTERS * character_size
    numbers += sum(n * (width * character_size + 1) for width, n in filters)
    numbers += n_highways * 2 * n_filters * (n_filters + 1)
    if characters["projection"]:
        numbers += (n_filters + 1) * size
    projection = size * n_cells if size != n_cells else 0
    numbers += n_layers * 2 * (4 * n_cells * (2 * size + 1) + projection)
    n_modules = n_layers + n_highways + len(filters)
    return 4 * numbers + _BYTES_PER_LAYER * n_modules


def _limit(options: dict, name: str, where: str) -> float | None:
    """Return the limit that numbers are clipped at, None if there is none."""
    limit = options.get(name)
    is_number = isinstance(limit, int | float) and not isinstance(limit, bool)
    if limit is not None and not (is_number and 0 <= limit < float("inf")):
        raise ValueError(
            f"Found {name}={short_repr(limit)} in {where}, expected a positive number "
            "or null."
        )
    return limit


def _entry(options: Any, name: str, kind: Any, where: str) -> Any:
    """Return an entry of that type."""
    if not isinstance(options, dict) or not isinstance(options.get(name), kind):
        found = options.get(name) if isinstance(options, dict) else options
        raise ValueError(
            f"Found {name}={short_repr(found)} in {where}, expected what the "
            "options.json of a published ELMo model has there."
        )
    return options[name]


def _whole(
    options: dict, name: str, where: str, default: int | None = None, at_least: int = 1
) -> int:
    """Return an integer entry."""
    number = options.get(name, default)
    if not _is_whole(number, at_least):
        raise ValueError(
            f"Found {name}={short_repr(number)} in {where}, expected an integer "
            f"of at least {at_least}."
        )
    return number  # type: ignore[return-value]


def _is_whole(number: Any, at_least: int = 1) -> bool:
    """Return whether a value is a size."""
    is_number = isinstance(number, int) and not isinstance(number, bool)
    return is_number and number >= at_least


def _is_filter(entry: Any) -> bool:
    """Return whether a value is a pair of a width and a number."""
    return (
        isinstance(entry, list | tuple)
        and len(entry) == 2
        and all(map(_is_whole, entry))
    )
