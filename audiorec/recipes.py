"""Recipes: flat TOML files that say which numbers or which training, strictly loaded.

A recipe class lives beside the code that it steers; this file only knows how to read, check, override and
fingerprint one. It does not know which kinds there are.
"""

import hashlib
import json
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import pydantic

from audiorec import shipped_files
from audiorec.errors import RecipeError


class Reference(pydantic.BaseModel):
    """What a recipe must give: the data, split, metric, value and tolerance, and the command that measures it."""

    model_config = pydantic.ConfigDict(strict=True, extra="forbid", frozen=True, use_attribute_docstrings=True)

    data: str
    """Name of the data set."""
    split: str
    """How it was divided."""
    metric: str
    """What was measured."""
    value: float
    """The value that it must give."""
    tolerance: float
    """How far another run may lie from it."""
    command: str
    """What measures it."""


class Recipe(pydantic.BaseModel):
    """What every recipe has: strict types, no unknown keys, a seed, and the result that it must give."""

    model_config = pydantic.ConfigDict(strict=True, extra="forbid", frozen=True, use_attribute_docstrings=True)

    seed: int = 0
    """Seed of everything that is drawn."""
    reference: Reference | None = None
    """The result that the recipe must give."""


R = TypeVar("R", bound=Recipe)


def load(source: str | Path, kind: type[R], overrides: Sequence[str] = ()) -> R:
    """Read a recipe from a file, or by the name of a shipped one such as `training/neumf`.

    `overrides` are `key=value` texts, as given to `--set`; values are read as TOML (`true`, `3`, `[1, 2]`), else as
    text.
    Raises RecipeError for a missing file, a broken file, an unknown key or a value of the wrong type.
    """
    path = _find(source)
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RecipeError(f"recipe {path} is not valid TOML: {error}") from error
    values.update(_parse_override(text) for text in overrides)
    try:
        return kind.model_validate(_lists_to_tuples(values))
    except pydantic.ValidationError as error:
        raise RecipeError(f"recipe {path}: {_first_problem(error, kind)}") from error


def from_plain(values: Mapping[str, Any], kind: type[R]) -> R:
    """A recipe from the plain values that a checkpoint keeps; raises RecipeError where they do not fit any more."""
    try:
        return kind.model_validate(_lists_to_tuples(dict(values)))
    except pydantic.ValidationError as error:
        raise RecipeError(f"a stored {kind.__name__} does not fit: {_first_problem(error, kind)}") from error


def digest(recipe: Recipe, without: Sequence[str] = ()) -> str:
    """Fingerprint of everything in a recipe that changes its result, some keys left out: 16 hex digits."""
    values = recipe.model_dump(mode="json", exclude={"reference", *without})
    text = json.dumps([type(recipe).__name__, values], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def origin(recipe: Recipe, name: str) -> str:
    """Which shipped recipe, as it is now, has these values; empty for values that somebody chose (`--set`, a file)."""
    is_shipped = digest(recipe) == digest(load(name, type(recipe)))
    return f"{name} {shipped_files.file_digest(name)}" if is_shipped else ""


def to_toml(recipe: Recipe) -> str:
    """A recipe as the text of a file that `load` reads back; what it must give is left out, as it was not measured."""
    values = recipe.model_dump(mode="json", exclude={"reference"})
    # JSON's texts, numbers, truth values and lists are TOML's.
    return "".join(f"{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in values.items())


def _find(source: str | Path) -> Path:
    known = shipped_files.shipped()
    if str(source) in known:
        return known[str(source)]
    path = Path(source)
    if path.is_file():
        return path
    raise RecipeError(f"no recipe {source}: give a TOML file or one of {', '.join(known)}")


def _parse_override(text: str) -> tuple[str, Any]:
    key, equals, value = text.partition("=")
    if not equals or not key.strip():
        raise RecipeError(f"--set {text}: write it as key=value, for example --set epochs=20")
    try:
        return key.strip(), tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        return key.strip(), value.strip()


def _lists_to_tuples(values: dict[str, Any]) -> dict[str, Any]:
    # TOML knows only arrays; frozen recipes hold tuples, and strict pydantic takes no list for a tuple.
    return {key: tuple(value) if isinstance(value, list) else value for key, value in values.items()}


def _first_problem(error: pydantic.ValidationError, kind: type[Recipe]) -> str:
    problem = error.errors()[0]
    key = ".".join(str(part) for part in problem["loc"])
    if problem["type"] == "extra_forbidden":
        return f"unknown key {key!r}; known keys are {', '.join(sorted(kind.model_fields))}"
    return f"key {key!r}: {problem['msg']} (got {problem['input']!r})"
