"""Errors of a disk or share that say nothing of a file: it is tried again, and goes on to have what it had."""

import errno

_CODES = frozenset(
    (errno.EIO, errno.ESTALE, errno.ETIMEDOUT, errno.ENOTCONN, errno.ENXIO, errno.EREMOTEIO, errno.ENOMEM,
     errno.EMFILE, errno.ENFILE, errno.EINTR, errno.EAGAIN, errno.ECONNRESET, errno.EHOSTDOWN, errno.EHOSTUNREACH)
)  # fmt: skip


def raise_if_it_may_pass(error: BaseException) -> None:
    """Raise the OSError behind an error where it is of the disk and not of what stands on it."""
    for cause in (error, error.__cause__, *error.args):
        if isinstance(cause, OSError) and cause.errno in _CODES:
            raise cause
