"""Who may come in: the token of this server, passwords and keys of players' users, and a brake on guessing.

Players prove a password by a salted hash of it, so passwords are kept as they are, in a file that only its owner can
read. Nothing here is ever logged. It does not know HTTP.
"""

import hashlib
import hmac
import json
import os
import secrets
import threading
import time
from pathlib import Path
from typing import Any

from audiorec.errors import WorkspaceError

# Failed logins of one address: after so many within the span it waits.
_MOST_FAILURES = 10
_SPAN = 300.0


class Accounts:
    """The secrets of one server; `token` is None while only this machine may come in."""

    def __init__(self, path: Path, needs_token: bool) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._failures: dict[str, list[float]] = {}
        self._values = _read(path)
        self.is_new_token = needs_token and "token" not in self._values
        if self.is_new_token:
            self._values["token"] = secrets.token_urlsafe(24)
            self._write()
        self.token: str | None = self._values.get("token") if needs_token else None

    def is_token(self, given: str) -> bool:
        """Whether this is the server's token; compared in constant time."""
        return self.token is not None and _same(given, self.token)

    # --- users of players ----------------------------------------------------------------------------------------

    def users(self) -> list[str]:
        """Users that have a password."""
        return sorted(self._values.get("users", {}))

    def set_password(self, user: str, password: str) -> None:
        """Keep a user's password and make a key for them."""
        with self._lock:
            users = self._values.setdefault("users", {})
            users[user] = {"password": password, "key": secrets.token_urlsafe(24)}
            self._write()

    def key_of(self, user: str) -> str | None:
        """A user's key for players that send one in place of a password."""
        found = self._values.get("users", {}).get(user)
        return None if found is None else str(found["key"])

    def user_of_key(self, key: str) -> str | None:
        """Whose key this is."""
        for user, entry in self._values.get("users", {}).items():
            if _same(str(entry["key"]), key):
                return str(user)
        return None

    def is_password(self, user: str, password: str) -> bool:
        """Whether it opens this user's door: their own password, or the server's token where they have none.

        Without a token (this machine only), a user without a password needs none.
        """
        return any(_same(password, secret) for secret in self._secrets(user)) or self._is_open(user)

    def is_salted(self, user: str, digest: str, salt: str) -> bool:
        """Whether `digest` is md5(password + salt) in hex, the proof that players of the Subsonic protocol send."""
        for secret in self._secrets(user):
            made = hashlib.md5((secret + salt).encode(), usedforsecurity=False).hexdigest()
            if _same(made, digest.lower()):
                return True
        return self._is_open(user)

    def _secrets(self, user: str) -> list[str]:
        entry = self._values.get("users", {}).get(user)
        if entry is not None:
            return [str(entry["password"])]
        return [self.token] if self.token is not None else []

    def _is_open(self, user: str) -> bool:
        return self.token is None and user not in self._values.get("users", {})

    # --- the brake -----------------------------------------------------------------------------------------------

    def wait(self, address: str) -> float:
        """Seconds that this address has to wait before it may try again; 0 when it may."""
        with self._lock:
            now = time.monotonic()
            recent = [at for at in self._failures.get(address, []) if now - at < _SPAN]
            if recent:
                self._failures[address] = recent
            else:
                self._failures.pop(address, None)
            return 0.0 if len(recent) < _MOST_FAILURES else _SPAN - (now - recent[-_MOST_FAILURES])

    def failed(self, address: str) -> None:
        """Remember a failed login."""
        with self._lock:
            if len(self._failures) > 10_000:
                self._failures.clear()
            self._failures.setdefault(address, []).append(time.monotonic())

    def _write(self) -> None:
        temporary = self._path.with_name(f".{self._path.name}.tmp")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            temporary.unlink(missing_ok=True)
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                json.dump(self._values, file, ensure_ascii=False)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, self._path)
        except OSError as error:
            raise WorkspaceError(
                f"cannot keep the token in {self._path} ({error.strerror}): see to its disk"
            ) from error


def _read(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise WorkspaceError(f"{path} cannot be read: delete it, and the next start makes a new token") from error
    return dict(found)


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode("utf-8", "replace"), other.encode("utf-8", "replace"))
