"""A cluster of Ray: how it is reached, how answers are waited for, and its failures as errors that a person can mend.

It does not know what is worked on.
"""

import logging
import os
import re
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any
from urllib.parse import urlsplit

from audiorec import __version__
from audiorec.errors import AudiorecError, InputError

# So long a cluster may be without any processor before that is said, and so often it is looked at. Seconds.
_PATIENCE, _LOOK = 60.0, 5.0


@contextmanager
def connected(address: str | None) -> Iterator[Any]:
    """Ray, connected to `address` (None: RAY_ADDRESS, else a cluster that is started on this machine).

    Raises InputError without Ray and where no cluster answers.
    """
    address = reachable(address)
    import ray

    is_ours = not ray.is_initialized()
    if is_ours:
        try:
            ray.init(address=address, log_to_driver=False, logging_level=logging.ERROR, include_dashboard=False)
        except (ConnectionError, RuntimeError, ValueError, TimeoutError) as error:
            said = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise InputError(f"no cluster can be had at {address}: {said[:200]}") from None
    try:
        yield ray
    finally:
        if is_ours:
            ray.shutdown()


def answer(ray: Any, pending: Any) -> Any:
    """What a task answers; raises Ray's own errors, and InputError when for a minute no node is left to do it."""
    last = time.monotonic()
    while not ray.wait([pending], timeout=_LOOK)[0]:
        last = time.monotonic() if processors(ray) else last
        if time.monotonic() - last > _PATIENCE:
            raise InputError("no node of the cluster is left: start some and run the same command; the rest is kept")
    return ray.get(pending)


def processors(ray: Any) -> int:
    """How many processors the cluster has now."""
    return int(ray.cluster_resources().get("CPU", 0))


def refuse_other_version(here: str, expected: str) -> None:
    """On a node: raises InputError where another audiorec is installed than the one that asks."""
    if here != expected:
        raise InputError(f"node {socket.gethostname()} has {here}, not {expected}: install the same version there")


def as_ours(error: Any) -> Exception:
    """What a node raised, as the error that a person can mend where it is one."""
    cause = error.cause
    if isinstance(cause, AudiorecError):
        return cause
    # Ray has no type of its own for a node that lacks a module: the words are all there is.
    if isinstance(cause, ImportError) or "failed to import" in str(cause) or "No module named" in str(cause):
        missing = re.search(r"No module named '([\w.]+)'", str(cause))
        name = missing[1] if missing else "audiorec"
        return InputError(
            f"a node cannot import {name}: install audiorec {__version__} and what runs here on every node"
        )
    return RuntimeError(f"a node failed: {cause}")


def reachable(address: str | None) -> str:
    """The address of a cluster (None: RAY_ADDRESS, else `local`).

    Raises InputError without Ray and where nothing listens; Ray itself would try for half a minute and print a page.
    """
    if find_spec("ray") is None:
        raise InputError("Ray is not installed: pip install 'audiorec[ray]', or leave out --engine ray")
    # Ray itself would join whatever cluster it finds on this machine, another's too.
    address = address or os.environ.get("RAY_ADDRESS") or "local"
    if address in ("auto", "local"):
        return address
    place = urlsplit(address if "://" in address else f"//{address}")
    try:
        socket.create_connection((place.hostname or "", place.port or 0), timeout=10).close()
    except (OSError, ValueError) as error:
        raise InputError(
            f"no Ray cluster answers at {address} ({error}): give HOST:PORT of `ray start --head`"
        ) from None
    return address
