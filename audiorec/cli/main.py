"""The command `audiorec`: global options, the list of commands, and the one place where errors become exit codes.

0 done, 2 a mistake that the user can mend (one line that says how), 1 a bug (a traceback), 130 interrupted.
A command's file is imported when it is asked for, and imports what is heavy inside its functions: all start at once.
"""

import errno
import sys
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path

import click

from audiorec import __version__
from audiorec.cli.commands import COMMANDS
from audiorec.cli.console import visible
from audiorec.cli.session import Session
from audiorec.errors import AudiorecError

_FULL = "no space is left on the disk: free some"
_AWAY = "a disk or share failed ({error}): see whether it is there"
_CLOSED = "a file may not be read or written ({error}): see to its permissions"
_OF_THE_DISK = {
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT), _FULL),
    **dict.fromkeys((errno.EIO, errno.ESTALE, errno.ENOTCONN, errno.ETIMEDOUT, errno.EHOSTDOWN), _AWAY),
    **dict.fromkeys((errno.EROFS, errno.EACCES, errno.EPERM), _CLOSED),
}


class Commands(click.Group):
    """The commands, each imported when it is asked for: all of them are a third of what `status` takes."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of all, in order."""
        return [*dict.fromkeys([*(name for part in COMMANDS.values() for name in part), *self.commands])]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, None where there is none."""
        if cmd_name not in self.commands and any(cmd_name in part for part in COMMANDS.values()):
            file = {"import": "import_"}.get(cmd_name, cmd_name.replace("-", "_"))
            self.add_command(import_module(f"audiorec.cli.{file}").command)
        return super().get_command(ctx, cmd_name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that is called; one that is nearly so named is asked for."""
        if self.get_command(ctx, args[0]) is None and (near := get_close_matches(args[0], self.list_commands(ctx), 1)):
            ctx.fail(f"No such command '{args[0]}'. Did you mean {near[0]}?")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Each part with its commands, their names as wide as the widest of all."""
        wide = max(len(name) for part in COMMANDS.values() for name in part)
        for title, part in COMMANDS.items():
            with formatter.section(title):
                formatter.write_dl([(name.ljust(wide), line) for name, line in part.items()])


def _default_workspace() -> Path:
    from audiorec.library import default_workspace

    return default_workspace()


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--workspace",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="AUDIOREC_WORKSPACE",
    default=_default_workspace,
    show_default="the platform's data folder",
    help="Folder that keeps features, listens and models.",
)
@click.option("--quiet", is_flag=True, help="Print results only.")
@click.version_option(__version__, prog_name="audiorec")
@click.pass_context
def cli(ctx: click.Context, workspace: Path, quiet: bool) -> None:
    """Recommend music from its sound, its lyrics and who listens to it: songs that nobody has played yet included.

    New here? Run `audiorec serve --open`, whose page loads a demo library. With your own music: extract FOLDER, import
    auto FILE, train, recommend --user NAME.
    """
    ctx.obj = Session(workspace, quiet)


def main() -> None:
    """Entry point of the console script; commands return nothing."""
    try:
        # Without standalone mode click returns the code of `ctx.exit` instead of leaving.
        sys.exit(cli(standalone_mode=False) or 0)
    except click.exceptions.Abort:
        click.echo("interrupted; what was finished is kept, run the same command again to go on", err=True)
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except AudiorecError as error:
        click.echo(f"audiorec: {visible(str(error))}", err=True)
        sys.exit(2)
    except BrokenPipeError:
        # The reader of a pipe (head, less) has gone: that is no error of ours.
        sys.stderr.close()
    except OSError as error:
        if error.errno not in _OF_THE_DISK:
            raise
        what = visible(_OF_THE_DISK[error.errno].format(error=error))
        click.echo(f"audiorec: {what} and run the same command again; what was done is kept", err=True)
        sys.exit(2)
