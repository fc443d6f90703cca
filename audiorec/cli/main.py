"""The command `audiorec`: global options, the list of commands, and the one place where errors become exit codes.

0 done, 2 a mistake that the user can mend (one line that says how), 1 a bug (a traceback), 130 interrupted.
Commands import what is heavy inside themselves, so that `--help` starts at once.
"""

import errno
import sys
from pathlib import Path

import click
import platformdirs

from audiorec import __version__
from audiorec.cli import (
    augment,
    clusters,
    demo,
    encoder,
    evaluate,
    export,
    extract,
    feedback,
    import_,
    lyrics,
    network,
    playlists,
    recipe,
    recommend,
    serve,
    similar,
    status,
    tracks,
    train,
    train_cf,
    train_cnn,
    train_hybrid,
    train_lyrics,
    train_moods,
    train_network,
    train_svm,
    unmatched,
    users,
)
from audiorec.cli.console import visible
from audiorec.cli.session import Session
from audiorec.errors import AudiorecError


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--workspace",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="AUDIOREC_WORKSPACE",
    default=lambda: platformdirs.user_data_path("audiorec"),
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


for _command in (
    augment.command,
    clusters.command,
    demo.command,
    encoder.command,
    evaluate.command,
    export.command,
    extract.command,
    feedback.command,
    import_.command,
    lyrics.command,
    network.command,
    recipe.command,
    playlists.command,
    recommend.command,
    serve.command,
    similar.command,
    status.command,
    tracks.command,
    train.command,
    train_cf.command,
    train_cnn.command,
    train_hybrid.command,
    train_lyrics.command,
    train_moods.command,
    train_network.command,
    train_svm.command,
    unmatched.command,
    users.command,
):
    cli.add_command(_command)


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
