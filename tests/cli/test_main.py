"""The command line's frame: exit codes, one-line mistakes, and what lands on which stream."""

import json
import subprocess
import sys
from pathlib import Path

import click
import pytest

from audiorec import __version__
from audiorec.cli import main as frame
from audiorec.cli.commands import COMMANDS
from audiorec.errors import InputError


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "audiorec", *arguments], capture_output=True, text=True)


def test_version() -> None:
    assert run("--version").stdout.strip() == f"audiorec, version {__version__}"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--workspace", "WS", "status"], "run audiorec extract FOLDER first"),
        (["no-such-command"], "No such command 'no-such-command'"),
        (["statsu"], "No such command 'statsu'. Did you mean status?"),
        (["--workspace", "/proc/none", "serve"], "cannot write a workspace at /proc/none"),
        (["--workspace", "WS", "serve", "--host", "nowhere.invalid"], "name one with --host"),
        (["status", "--no-such-option"], "No such option"),
        (["--workspace", "no\x1b[31m", "status"], "no␛[31m"),
    ],
)
def test_a_mistake_is_named_and_exits_2(tmp_path: Path, arguments: list[str], message: str) -> None:
    arguments = [str(tmp_path / "none") if word == "WS" else word for word in arguments]
    done = run(*arguments)
    assert done.returncode == 2
    assert message in done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr


def test_help_says_each_command_on_a_line_of_its_own() -> None:
    told = run("--help").stdout
    for name, line in (pair for part in COMMANDS.values() for pair in part.items()):
        assert any(words.split() == [name, *line.split()] for words in told.splitlines()), name
    files = {path.stem for path in Path(frame.__file__).parent.glob("*.py")}
    assert {name.replace("-", "_") for part in COMMANDS.values() for name in part} - files == {"import"}


def call(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> int | str | None:
    @click.command("fail")
    def fail() -> None:
        raise error

    monkeypatch.setitem(frame.cli.commands, "fail", fail)
    monkeypatch.setattr(sys, "argv", ["audiorec", "fail"])
    with pytest.raises(SystemExit) as caught:
        frame.main()
    return caught.value.code


def test_mistakes_and_interruptions(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(monkeypatch, InputError("give a folder")) == 2
    assert capsys.readouterr().err == "audiorec: give a folder\n"
    assert call(monkeypatch, KeyboardInterrupt()) == 130
    assert "run the same command again" in capsys.readouterr().err


def test_a_bug_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    @click.command("crash")
    def crash() -> None:
        raise ZeroDivisionError

    monkeypatch.setitem(frame.cli.commands, "crash", crash)
    monkeypatch.setattr(sys, "argv", ["audiorec", "crash"])
    with pytest.raises(ZeroDivisionError):
        frame.main()


def test_status_of_an_empty_workspace(tmp_path: Path) -> None:
    from audiorec.data.workspace import Workspace

    Workspace.open(tmp_path, write=True).close()
    facts = json.loads(run("--workspace", str(tmp_path), "status", "--json").stdout)
    assert facts["tracks"] == {}
    assert facts["next"] == "audiorec extract FOLDER"
    assert "audiorec extract FOLDER" in run("--workspace", str(tmp_path), "status").stdout
