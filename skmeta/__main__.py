"""The `skmeta` command, also as `python -m skmeta`."""

import sys

from skmeta._messages import missing_package


def main() -> None:
    """Run the command, or say what it needs."""
    try:
        from skmeta.cli import run
    except ModuleNotFoundError as error:
        needed = str(error.name).partition(".")[0]
        if needed not in ("typer", "rich"):
            raise
        sys.exit(missing_package("The skmeta command", needed, "cli"))
    run()


if __name__ == "__main__":
    main()
