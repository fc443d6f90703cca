"""Long work in processes of its own: extraction, training, the demo library. It goes on when the page is closed.

A job is a list of commands of `audiorec`, run one after the other, each line of theirs kept. One job runs at a time,
as one process writes a workspace. It does not know what the commands do.
"""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from audiorec.errors import InputError, UnknownNameError

_MOST_LINES = 2000
_MOST_JOBS = 50


@dataclass
class Job:
    """One job: state is `running`, `done`, `failed` or `stopped`; `step` counts finished commands of `steps`."""

    id: int
    kind: str
    commands: list[list[str]]
    started: float
    state: str = "running"
    step: int = 0
    ended: float | None = None
    lines: list[str] = field(default_factory=list)
    dropped: int = 0

    def as_json(self) -> dict[str, object]:
        """What the API says of it."""
        now = self.commands[min(self.step, len(self.commands) - 1)]
        return {
            "id": self.id,
            "kind": self.kind,
            "state": self.state,
            "step": self.step,
            "steps": len(self.commands),
            "doing": next((word for word in now if not word.startswith("-")), ""),
            "started": self.started,
            "ended": self.ended,
            "last_line": self.lines[-1] if self.lines else "",
        }


class Jobs:
    """Starts, follows and stops jobs; `changed` is called in the job's thread when one begins or ends."""

    def __init__(self, changed: Callable[[Job], None]) -> None:
        self._changed = changed
        self._lock = threading.Lock()
        self._jobs: dict[int, Job] = {}
        self._process: subprocess.Popen[str] | None = None
        self.news = threading.Condition()

    def every(self) -> list[Job]:
        """All jobs of this server's life, the latest first."""
        return sorted(self._jobs.values(), key=lambda job: -job.id)

    def get(self, number: int) -> Job:
        """One job; raises UnknownNameError."""
        if number not in self._jobs:
            raise UnknownNameError(f"no job {number}: it was of an earlier start of the server, or never was")
        return self._jobs[number]

    @property
    def running(self) -> Job | None:
        """The job that runs now."""
        return next((job for job in self._jobs.values() if job.state == "running"), None)

    def start(self, kind: str, workspace: Path, commands: Sequence[Sequence[str]]) -> Job:
        """Start a job; raises InputError while another one runs."""
        with self._lock:
            busy = self.running
            if busy is not None:
                raise InputError(f"a job is running already ({busy.kind}): wait for it, or stop it first")
            number = max(self._jobs, default=0) + 1
            job = Job(number, kind, [list(command) for command in commands], time.time())
            self._jobs[number] = job
            for old in sorted(self._jobs)[:-_MOST_JOBS]:
                del self._jobs[old]
        threading.Thread(target=self._run, args=(job, workspace), name=f"job {number}", daemon=True).start()
        return job

    def stop(self, number: int) -> Job:
        """Ask a job to end; what it finished is kept. Nothing happens to one that has ended."""
        job = self.get(number)
        with self._lock:
            if job.state == "running":
                job.state = "stopped"
                _interrupt(self._process)
        return job

    def close(self) -> None:
        """Stop what runs; for the end of the server."""
        busy = self.running
        if busy is not None:
            self.stop(busy.id)

    def _run(self, job: Job, workspace: Path) -> None:
        self._changed(job)
        for command in job.commands:
            if job.state != "running":
                break
            code = self._one(job, workspace, command)
            if code and job.state == "running":
                job.state = "failed"
            elif job.state == "running":
                job.step += 1
        if job.state == "running":
            job.state = "done"
        job.ended = time.time()
        self._changed(job)
        self._tell()

    def _one(self, job: Job, workspace: Path, command: list[str]) -> int:
        words = [sys.executable, "-m", "audiorec", "--workspace", str(workspace), *command]
        environment = {**os.environ, "PYTHONUNBUFFERED": "1", "NO_COLOR": "1"}
        with self._lock:
            if job.state != "running":
                return 1
            process = subprocess.Popen(
                words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, text=True,
                encoding="utf-8", errors="replace", start_new_session=True, env=environment,
            )  # fmt: skip
            self._process = process
        assert process.stdout is not None
        for line in process.stdout:
            if line.strip():
                job.lines.append(line.rstrip()[:500])
            if len(job.lines) > _MOST_LINES:
                gone = len(job.lines) - _MOST_LINES
                del job.lines[:gone]
                job.dropped += gone
            self._tell()
        return process.wait()

    def _tell(self) -> None:
        with self.news:
            self.news.notify_all()


def _interrupt(process: "subprocess.Popen[str] | None") -> None:
    """As Ctrl+C would: the command keeps what it has finished."""
    if process is None or process.poll() is not None:
        return
    try:
        os.killpg(process.pid, signal.SIGINT)
    except ProcessLookupError:
        return  # it ended a moment ago
    threading.Thread(target=_insist, args=(process,), daemon=True).start()


def _insist(process: "subprocess.Popen[str]") -> None:
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
