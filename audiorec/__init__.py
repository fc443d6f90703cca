"""audiorec: from a folder of music and a record of listens to recommendations, new songs included."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from audiorec.library import Library

__all__ = ["Library", "__version__"]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    # Importing audiorec takes no time: `Library` is looked up when it is asked for.
    if name == "Library":
        from audiorec.library import Library

        return Library
    raise AttributeError(f"module 'audiorec' has no attribute {name!r}")
