"""Composes the whole demo library: `python -m assets.compose [FOLDER]` (default: assets).

It writes FOLDER/demo and FOLDER/manifest.toml, in about a minute and a half.
"""

import shutil
import sys
from pathlib import Path

from assets.compose.encode import write_song
from assets.compose.library import songs
from assets.compose.manifest import write_manifest
from assets.compose.mix import OUT_RATE
from assets.compose.people import write_people
from assets.compose.render import digest, render


def main(assets: Path) -> None:
    """Render every song, then the listeners, then the manifest, under `assets`."""
    folder = assets / "demo"
    shutil.rmtree(folder / "library", ignore_errors=True)
    digests, seconds = {}, {}
    library = songs()
    for number, song in enumerate(library, start=1):
        samples = render(song)
        write_song(folder / "library", song, samples)
        digests[song.path] = digest(samples)
        seconds[song.path] = len(samples) / OUT_RATE
        print(f"{number:2d}/{len(library)}  {seconds[song.path]:5.1f} s  {song.artist} - {song.title}", flush=True)
    write_people(folder, library, seconds)
    write_manifest(assets / "manifest.toml", folder, digests)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[1])
