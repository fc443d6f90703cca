"""Names and keys for services: out of environment variables, else asked for at the terminal, never kept or printed.

It does not know what a key opens.
"""

import getpass
import os
import sys

from audiorec.errors import InputError


def secret(variable: str, what: str) -> str:
    """The value of an environment variable, or what a person types unseen; raises InputError where neither is there."""
    if value := os.environ.get(variable, ""):
        return value
    if not sys.stdin.isatty():
        raise InputError(f"{what} is needed: put it into the environment variable {variable}")
    value = getpass.getpass(f"{what} (or set {variable}): ").strip()
    if not value:
        raise InputError(f"{what} is needed: type it, or put it into the environment variable {variable}")
    return value


def setting(variable: str, what: str) -> str:
    """The value of an environment variable; raises InputError where it is empty."""
    value = os.environ.get(variable, "").strip()
    if not value:
        raise InputError(f"{what} is needed: put it into the environment variable {variable}")
    return value
