"""Clock, processor time and peak memory of functions and of commands as new processes, for `scale.py`."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

Lines = Iterator[tuple[str, float]]


def command(name: str, root: Path, *arguments: str) -> Lines:
    """Clock, processor time and peak memory of one command as a new process."""
    yield from process(name, [sys.executable, "-m", "audiorec", "--workspace", str(root), "--quiet", *arguments])


def process(name: str, command: Sequence[str]) -> Lines:
    """The same of any command line."""
    clock = time.perf_counter()
    running, peak, ended = subprocess.Popen(command, stdout=subprocess.DEVNULL), 0.0, 0
    while not ended:
        # The system's own peak of a process counts what its parent held when it was forked.
        peak = max(peak, _peak_mb(running.pid))
        time.sleep(0.01)
        ended, status, used = os.wait4(running.pid, os.WNOHANG)
    if status:
        raise SystemExit(f"{' '.join(command)} ended with status {status}")
    yield f"{name}_s", time.perf_counter() - clock
    yield f"{name}_cpu_s", used.ru_utime + used.ru_stime
    yield f"{name}_mb", peak


def _peak_mb(process: int) -> float:
    with suppress(OSError):
        for line in Path(f"/proc/{process}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return float(line.split()[1]) / 1e3
    return 0.0


def timed(name: str, run: Callable[[], object]) -> Lines:
    """Clock and processor time of a function in this process."""
    clock, processor = time.perf_counter(), time.process_time()
    run()
    yield f"{name}_s", time.perf_counter() - clock
    yield f"{name}_cpu_s", time.process_time() - processor


def weighed(name: str, run: Callable[[], object]) -> Lines:
    """The same, and what it held at most beside what the process held before (Linux)."""
    # The kernel begins to count a process's peak anew.
    Path("/proc/self/clear_refs").write_text("5")
    before = _peak_mb(os.getpid())
    yield from timed(name, run)
    yield f"{name}_mb", _peak_mb(os.getpid()) - before
