"""What a command is given: the global options of the call, and its own options as one object."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import click

Options = TypeVar("Options")


@dataclass(frozen=True)
class Session:
    """The global options of one call."""

    workspace: Path
    quiet: bool


pass_session = click.make_pass_decorator(Session)


def as_one(kind: type[Options]) -> Callable[[Callable[[Session, Options], None]], Callable[..., None]]:
    """Hand a command its options as one object of a dataclass, whose fields bear the options' names."""

    def around(command: Callable[[Session, Options], None]) -> Callable[..., None]:
        @wraps(command)
        def call(session: Session, **values: Any) -> None:
            command(session, kind(**values))

        return call

    return around
