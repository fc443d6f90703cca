"""`audiorec status`: what the workspace holds, and what to do next."""

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import click

from audiorec.cli.console import console, print_table
from audiorec.cli.session import Session, pass_session

if TYPE_CHECKING:
    from audiorec.data.workspace import Workspace


@click.command("status")
@click.option("--files", is_flag=True, help="List every file that is not whole, with the reason.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_session
def command(session: Session, files: bool, as_json: bool) -> None:
    """Show what the workspace holds and what to do next."""
    from audiorec.data.workspace import Workspace

    with Workspace.open(session.workspace) as space:
        facts = _facts(space)
        broken = [track for track in space.tracks() if track.reason]
    if files:
        listed = [{"path": track.shown_path, "status": track.status, "reason": track.reason} for track in broken]
        if as_json:
            console().print_json(json.dumps(listed))
        for entry in [] if as_json else listed:
            console().print(f"{entry['status']}: {entry['path']} {entry['reason']}", markup=False)
        return
    if as_json:
        console().print_json(json.dumps(facts))
        return
    rows = [(key.replace("_", " "), _shown(value)) for key, value in facts.items()]
    print_table(f"Workspace {session.workspace}", ["what", "how much"], rows)


def _facts(space: "Workspace") -> dict[str, Any]:
    statuses = Counter(track.status for track in space.tracks())
    models = {name: f"{version:04d}" for name, version in space.models().items()}
    return {
        "tracks": dict(sorted(statuses.items())),
        "artists": len({track.artist for track in space.tracks() if track.artist}),
        "users": _one(space, "SELECT count(DISTINCT user) FROM listen"),
        "listens": _one(space, "SELECT coalesce(sum(count), 0) FROM listen"),
        "played_tracks": _one(space, "SELECT count(DISTINCT track_id) FROM listen"),
        "listens_not_matched": _one(space, "SELECT count(*) FROM unmatched"),
        "friendships": _one(space, "SELECT count(*) FROM (SELECT DISTINCT a, b FROM friend)"),
        "models": models,
        "next": _next_step(space, statuses, models),
    }


def _one(space: "Workspace", query: str) -> int | float:
    value: int | float = space.db.execute(query).fetchone()[0]
    return value


def _next_step(space: "Workspace", statuses: Counter[str], models: dict[str, str]) -> str:
    from audiorec.data.workspace import MAKERS

    if not statuses:
        return "audiorec extract FOLDER"
    if not space.db.execute("SELECT 1 FROM listen").fetchone():
        return "audiorec import listens FILE"
    missing = [name for name in MAKERS if name not in models and name != "dcgan"]
    # A library that is known by its list of songs alone has listeners to learn from, and no sound yet.
    is_heard = bool(statuses["ok"] + statuses["partial"])
    ready = [name for name in missing if is_heard or name in ("network", "cf")]
    if ready:
        return MAKERS[ready[0]]
    return "audiorec extract FOLDER" if missing else "audiorec recommend --user NAME"


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {count}" for key, count in value.items()) or "none"
    return f"{value:g}" if isinstance(value, float) else str(value)
