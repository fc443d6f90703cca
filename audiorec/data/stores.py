"""Stores of objects at URLs (s3://, gs://, file://): opened once, asked again while away, refusals told at once.

Keys come from the environment (AWS_ACCESS_KEY_ID, ...), settings from there (AWS_ENDPOINT_URL, AWS_REGION) or from the
URL. It does not know what the objects are.
"""

import time
from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeVar
from urllib.parse import urlsplit

import pyarrow as pa
import pyarrow.fs as pafs

from audiorec.errors import InputError, WorkspaceError

Answer = TypeVar("Answer")
# A store that is away is asked again for so long, with pauses that grow. Seconds.
_PATIENCE, _PAUSE = 60.0, 0.5
# What will not pass by waiting, in the words of the stores.
_REFUSALS = (
    "ACCESS_DENIED",
    "NO_SUCH_BUCKET",
    "INVALID_ACCESS_KEY",
    "SIGNATURE",
    "HTTP status 403",
    "HTTP response code 403",
)


@lru_cache(maxsize=8)
def store(root: str) -> Any:
    """The store of a URL without a path; raises InputError for one that is not known."""
    if root.startswith("s3://"):
        # An object is one request then, not an upload in parts that a kill leaves behind unseen.
        root += ("&" if "?" in root else "?") + "allow_delayed_open=true"
    try:
        return pafs.FileSystem.from_uri(root)[0]
    except (pa.ArrowInvalid, OSError) as error:
        raise InputError(f"no store is known for {root} ({said(error)}): give s3://, gs:// or file://") from None


def patiently(root: str, act: Callable[[], Answer]) -> Answer:
    """Do it, again and again while the store at `root` is away; raises WorkspaceError when it stays away or refuses.

    What is not there raises FileNotFoundError at once.
    """
    begin, pause = time.monotonic(), _PAUSE
    while True:
        try:
            return act()
        except FileNotFoundError:
            raise
        except OSError as error:
            if any(word in str(error) for word in _REFUSALS) or isinstance(error, PermissionError):
                raise WorkspaceError(f"{root} refuses ({said(error)}): see to its rights and keys") from None
            if time.monotonic() - begin > _PATIENCE:
                raise WorkspaceError(
                    f"{root} does not answer ({said(error)}): see to it and run the same command; what was"
                    " finished is kept"
                ) from None
        time.sleep(pause)
        pause = min(2 * pause, 5.0)


def root_of(url: str) -> str:
    """Scheme, bucket and settings of a URL; of file:// the path too."""
    parts = urlsplit(url)
    return parts._replace(path=parts.path if parts.scheme == "file" else "").geturl()


def said(error: BaseException) -> str:
    """The first line of an error's words."""
    return str(error).splitlines()[0][:200] if str(error) else type(error).__name__
