"""`audiorec recommend`: songs for a user, songs that nobody has played included, with the reasons."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from audiorec.cli.console import console, notes, print_table
from audiorec.cli.session import Session, as_one, pass_session

if TYPE_CHECKING:
    from audiorec.ranking.exclusions import Exclusions
    from audiorec.ranking.recommender import Recommendation


@dataclass(frozen=True)
class Options:
    """What is asked for: the options of the command line."""

    user: tuple[str, ...]
    top: int
    cold_only: bool
    why: bool
    per_artist: int
    explore: float
    my_genres: bool
    as_json: bool
    m3u: Path | None
    without_genre: tuple[str, ...]
    without_artist: tuple[str, ...]
    without_folder: tuple[Path, ...]
    years: tuple[int, int] | None
    minutes: tuple[float, float] | None


@click.command("recommend")
@click.option("--user", required=True, multiple=True, metavar="NAME", help="For whom; again: one list for all of them.")
@click.option("--top", default=10, show_default=True, type=click.IntRange(min=1), help="How many songs.")
@click.option("--cold-only", is_flag=True, help="Only songs that nobody has played.")
@click.option("--why", is_flag=True, help="Say why: the share of every signal, and a sentence.")
@click.option(
    "--per-artist", default=3, show_default=True, type=click.IntRange(min=1), help="Most songs of one artist."
)
@click.option(
    "--explore", default=0.0, metavar="SHARE", type=click.FloatRange(0.0, 1.0),
    help="Share of the list kept for songs that few people play.",
)  # fmt: skip
@click.option("--my-genres", is_flag=True, help="Keep the shares of genres that the user listens to.")
@click.option("--without-genre", multiple=True, metavar="NAME", help="No songs of this genre.")
@click.option("--without-artist", multiple=True, metavar="NAME", help="No songs by this artist.")
@click.option("--without-folder", multiple=True, type=click.Path(path_type=Path), help="No songs below this folder.")
@click.option("--years", nargs=2, type=int, metavar="FROM TO", help="Only songs of these years.")
@click.option("--minutes", nargs=2, type=float, metavar="FROM TO", help="Only songs of this length.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--m3u", type=click.Path(path_type=Path, dir_okay=False), help="Write the list as a playlist.")
@pass_session
@as_one(Options)
def command(session: Session, asked: Options) -> None:
    """Recommend songs that a user does not have yet, or that none of several users has."""
    from audiorec.data.ledger import said_by
    from audiorec.data.workspace import Workspace
    from audiorec.ranking import genre_shares
    from audiorec.ranking.diversify import Wishes
    from audiorec.ranking.recommender import Recommender

    mix = genre_shares.STRENGTH if asked.my_genres else 0.0
    wishes = Wishes(per_artist=asked.per_artist, explore=asked.explore, mix=mix)
    with Workspace.open(session.workspace) as space:
        recommender = Recommender.open(space)
        said = [event for user in asked.user for event in said_by(session.workspace, user)]
        found = recommender.recommend(asked.user, asked.top, asked.cold_only, wishes, said, _exclusions(asked))
        if asked.my_genres and not recommender.genres:
            notes(session.quiet).print("--my-genres changes nothing: no song here has a genre in its tags.")
    if asked.m3u is not None:
        _write_playlist(asked.m3u, found)
    if asked.as_json:
        console().print_json(json.dumps([song.as_json() for song in found]))
        return
    if not found:
        console().print(f"Nothing to recommend to {' and '.join(asked.user)}: {_why_nothing(asked)}")
        return
    rows = [
        (str(place), song.artist, song.title, f"{song.score:.3f}", str(song.plays))
        for place, song in enumerate(found, start=1)
    ]
    print_table(f"Songs for {' and '.join(asked.user)}", ["", "artist", "title", "score", "plays"], rows)
    if asked.why:
        for place, song in enumerate(found, start=1):
            console().print(f"{place}. {song.title}: {_why(song)}")
    if recommender.missing:
        notes(session.quiet).print(
            f"Not trained yet, so not asked: {', '.join(recommender.missing)}. Run audiorec train."
        )


def _exclusions(asked: Options) -> "Exclusions":
    from audiorec.ranking.exclusions import Exclusions

    since, until = asked.years or (None, None)
    shortest, longest = (60.0 * minutes for minutes in asked.minutes) if asked.minutes else (None, None)
    named = (asked.without_genre, asked.without_artist, asked.without_folder)
    return Exclusions(*named, shortest=shortest, longest=longest, since=since, until=until)


def _why_nothing(asked: Options) -> str:
    if any((asked.without_genre, asked.without_artist, asked.without_folder, asked.years, asked.minutes)):
        return "no song that is new to them is within what you asked for; --years leaves out songs without a year."
    if asked.cold_only:
        return "every song has been played."
    return "they have every song, or another file of the same recording."


def _why(song: "Recommendation") -> str:
    shares = sorted(song.why.items(), key=lambda entry: -entry[1])
    return f"{song.reason} [{', '.join(f'{name} {share:.2f}' for name, share in shares if share >= 0.005)}]"


def _write_playlist(path: Path, found: list["Recommendation"]) -> None:
    from audiorec.errors import InputError

    lines = ["#EXTM3U"]
    for song in found:
        lines += [f"#EXTINF:-1,{song.artist} - {song.title}".replace("\n", " "), song.path]
    try:
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    except OSError as error:
        raise InputError(f"cannot write {path} ({error.strerror}): name another file with --m3u") from error
