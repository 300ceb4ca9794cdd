"""Import the public names of a package when they are first used."""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING: bool = False  # `import skmeta` needs nothing else of typing
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from typing import Any

__all__ = ["import_lazily"]


def import_lazily(
    package: dict[str, Any],
    homes: Mapping[str, str],
    submodules: Collection[str] = (),
    import_home: Callable[[str, str], Any] = lambda home, name: import_module(home),
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """Return ``__getattr__`` and ``__dir__`` for a package, given its globals.

    ``homes`` has the module of each name; ``import_home`` imports one for a name.
    """
    package_name = package["__name__"]

    def __getattr__(name: str) -> Any:
        if name in submodules:
            return import_module(f"{package_name}.{name}")
        if name not in homes:
            raise AttributeError(f"module {package_name!r} has no attribute {name!r}")
        value = package[name] = getattr(import_home(homes[name], name), name)
        return value

    def __dir__() -> list[str]:
        return sorted({*package, *package["__all__"], *submodules})

    return __getattr__, __dir__
