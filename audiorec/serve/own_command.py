"""How `audiorec` is called in a terminal so that it means the library that is served."""

import os
import shlex
import shutil
import sys
from pathlib import Path

from audiorec.library import default_workspace


def own_command(root: Path) -> str:
    """`audiorec`, by its path where a terminal would not find it, with the workspace where it is not the usual one."""
    program = "audiorec" if shutil.which("audiorec") else shlex.quote(str(Path(sys.executable).parent / "audiorec"))
    is_usual = root == default_workspace() and "AUDIOREC_WORKSPACE" not in os.environ
    return program if is_usual else f"{program} --workspace {shlex.quote(str(root.absolute()))}"
