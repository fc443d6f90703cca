"""What every command is given by the global options: where the workspace is, and whether to keep quiet."""

from dataclasses import dataclass
from pathlib import Path

import click


@dataclass(frozen=True)
class Session:
    """The global options of one call."""

    workspace: Path
    quiet: bool


pass_session = click.make_pass_decorator(Session)
