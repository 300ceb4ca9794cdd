"""The `skmeta` command, also as `python -m skmeta`."""

import sys


def main() -> None:
    """Run the command, or say what it needs."""
    try:
        from skmeta.cli import run
    except ModuleNotFoundError as error:
        needed = str(error.name).partition(".")[0]
        if needed not in ("typer", "rich"):
            raise
        sys.exit(
            f"The skmeta command needs {needed}. Install it with: "
            "pip install skmeta[cli]"
        )
    run()


if __name__ == "__main__":
    main()
