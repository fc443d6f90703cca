"""Users' names where nobody looks for them: in models, in what can be made again, among a server's secrets.

A name is taken out or replaced; what a model learned stays, of nobody, until it is trained again. A model of one user
alone goes with them. It does not know listens and feedback: `user_accounts.py` does.
"""

import json
import os
import shutil
import sqlite3
from collections.abc import Collection
from contextlib import closing
from pathlib import Path
from typing import Any

from audiorec.data.workspace import Workspace

SECRETS, CRAWL = "serve-secrets.json", "netease.sqlite"
_NOBODY = ""
_IDS = (
    "SELECT id FROM user u WHERE name || ' (' || id || ')' = ?1 OR (name = '' AND id = ?1)"
    " OR (name = ?1 AND (SELECT count(*) FROM user o WHERE o.name = u.name) = 1)"
)
# Kinds of checkpoints whose labels are all users; a network's are users, then artists.
_ALL = ("neumf", "ranker", "like", "svm")


def take_out(space: Workspace, names: Collection[str], into: str | None) -> None:
    """Replace names by another one (None: by nobody's), in every file that holds them."""
    headers = {path: _json(path) for path in sorted((space.root / "models").rglob("header.json"))}
    for path, header in headers.items():
        _in_header(path, header, names, into)
    for path in sorted((space.root / "derived").glob("*/index.json")):
        _in_index(path, names, into)
    _in_secrets(space.root / SECRETS, names, into)
    if into is None:
        _in_crawl(space.root / CRAWL, names)
        theirs = [path.parent for path, header in headers.items() if header["config"].get("user") in names]
        _remove_models(space, theirs)


def _in_header(path: Path, header: dict[str, Any], names: Collection[str], into: str | None) -> None:
    kind = header["kind"]
    users = len(header["labels"]) if kind in _ALL else header["config"]["users"] if kind == "network" else 0
    labels = _replaced(header["labels"][:users], names, into) + header["labels"][users:]
    user = header["config"].get("user")
    config = header["config"] | ({"user": into} if into is not None and user in names else {})
    if (labels, config) != (header["labels"], header["config"]):
        _write(path, header | {"labels": labels, "config": config})


def _in_index(path: Path, names: Collection[str], into: str | None) -> None:
    index = _json(path)
    made = index["made_from"]
    changed = dict(made)
    if isinstance(made.get("users"), list):
        changed["users"] = _replaced(made["users"], names, into)
    if isinstance(made.get("likes"), dict):
        changed["likes"] = {model: _replaced(users, names, into) for model, users in made["likes"].items()}
    if changed != made:
        _write(path, index | {"made_from": changed})


def _in_secrets(path: Path, names: Collection[str], into: str | None) -> None:
    if not path.is_file():
        return
    secrets = _json(path)
    users = {name: entry for name, entry in secrets.get("users", {}).items() if name not in names}
    if len(users) == len(secrets.get("users", {})):
        return
    if into is not None and into not in users:
        users[into] = next(entry for name, entry in secrets["users"].items() if name in names)
    _write(path, secrets | {"users": users})


def _in_crawl(path: Path, names: Collection[str]) -> None:
    """Remove what a crawl of NetEase found of them; it asks for nothing again that it has asked for."""
    if not path.is_file():
        return
    with closing(sqlite3.connect(path, timeout=30)) as db, db:
        db.execute("PRAGMA secure_delete = ON")
        for name in names:
            # Namesakes are told apart by their ids, and who has no name is called by it.
            for (key,) in db.execute(_IDS, (name,)).fetchall():
                db.execute("DELETE FROM entry WHERE playlist IN (SELECT id FROM playlist WHERE owner = ?)", (key,))
                db.execute("DELETE FROM follow WHERE followed = ?", (key,))
                for table, column in (("playlist", "owner"), ("comment", "user"), ("record", "user"),
                                      ("follow", "user"), ("user", "id")):  # fmt: skip
                    db.execute(f"DELETE FROM {table} WHERE {column} = ?", (key,))


def _replaced(users: list[str], names: Collection[str], into: str | None) -> list[str]:
    """The list with these names replaced: by `into` once, where it is not there already, else by nobody's."""
    found, is_free = list(users), into is not None and into not in users
    for place, user in enumerate(users):
        if user in names:
            found[place], is_free = (str(into), False) if is_free else (_NOBODY, is_free)
    return found


def _remove_models(space: Workspace, folders: Collection[Path]) -> None:
    """Remove versions of models: first their rows, then what no row names."""
    with space.transaction() as db:
        for folder in folders:
            db.execute("DELETE FROM model WHERE name = ? AND version = ?", (folder.parent.name, int(folder.name)))
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


def _json(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def _write(path: Path, values: dict[str, Any]) -> None:
    """In the place of the file, whole or not at all, readable by whom it was."""
    waiting = path.with_suffix(".new")
    mode = path.stat().st_mode & 0o777
    with os.fdopen(os.open(waiting, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "w", encoding="utf-8") as file:
        json.dump(values, file, ensure_ascii=False, indent=1)
        file.flush()
        os.fsync(file.fileno())
    waiting.replace(path)
