"""The `skmeta` command line."""

from skmeta.cli._app import run

__all__ = ["run"]
