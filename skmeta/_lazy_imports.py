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
    needs: Mapping[str, Collection[str]] | None = None,
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """Return ``__getattr__`` and ``__dir__`` for a package, given its globals.

    ``homes`` has the module of each name; ``import_home`` imports one for a name.
    Names in ``needs`` are listed if those packages are installed: completion by the Tab
    key gets the value of every listed name, and stops at the first error.
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
        from importlib.util import find_spec

        def is_missing(required: str) -> bool:
            spec = find_spec(required)
            return spec is None or spec.origin is None  # None: any folder of that name

        hidden = {
            name
            for name, required in (needs or {}).items()
            if name not in package and any(map(is_missing, required))
        }
        private = (name for name in package if name.startswith("_"))
        return sorted({*private, *package["__all__"], *submodules} - hidden)

    return __getattr__, __dir__
