"""The `skmeta` command; one file for each of its commands."""

from skmeta.cli._app import run

__all__ = ["run"]
