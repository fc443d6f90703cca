"""The command `audiorec`: global options, the list of commands, and the one place where errors become exit codes.

0 done, 2 a mistake that the user can mend (one line that says how), 1 a bug (a traceback), 130 interrupted.
A command's file is imported when it is asked for, and imports what is heavy inside its functions: all start at once.
"""

import errno
import sys
from importlib import import_module
from pathlib import Path

import click

from audiorec import __version__
from audiorec.cli.console import visible
from audiorec.cli.session import Session
from audiorec.errors import AudiorecError

# Each is the file of this folder of that name.
_COMMANDS = (
    "augment", "clusters", "demo", "encoder", "evaluate", "export", "extract", "feedback", "import", "lyrics",
    "network", "playlists", "recipe", "recommend", "serve", "similar", "status", "tracks", "train", "train-cf",
    "train-cnn", "train-hybrid", "train-lyrics", "train-moods", "train-network", "train-svm", "unmatched", "users",
)  # fmt: skip


class Commands(click.Group):
    """The commands, each imported when it is asked for: all of them are a third of what `status` takes."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of all, in order."""
        return sorted({*_COMMANDS, *self.commands})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, None where there is none."""
        if cmd_name in _COMMANDS and cmd_name not in self.commands:
            file = {"import": "import_"}.get(cmd_name, cmd_name.replace("-", "_"))
            self.add_command(import_module(f"audiorec.cli.{file}").command)
        return super().get_command(ctx, cmd_name)


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

    New here? Run `audiorec demo`. With your own music: extract FOLDER, import auto FILE, train, recommend --user NAME.
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
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        click.echo(
            "audiorec: no space is left on the disk: free some and run the same command again; what was done is kept",
            err=True,
        )
        sys.exit(2)
