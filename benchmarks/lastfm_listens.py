"""Who listens to which clip, as a CSV for `audiorec import listens`: an artist's plays on Last.fm go to all its clips.

audiorec --workspace build/clips extract ../shared/data/moodclips/library
python benchmarks/lastfm_listens.py --out build/listens.csv
audiorec --workspace build/clips import listens build/listens.csv
"""

import argparse
import csv
import os
from collections import defaultdict
from pathlib import Path


def main() -> None:
    """Join the clips' artists with the listens."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("AUDIOREC_DATA", "../shared/data")))
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    clips = defaultdict(list)
    with (options.data / "moodclips" / "labels.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            clips[row["hetrec_artist_id"]].append((row["artist"], row["title"]))
    with (
        (options.data / "hetrec-lastfm-2k" / "user_artists.dat").open(encoding="utf-8", newline="") as listens,
        options.out.open("w", encoding="utf-8", newline="") as out,
    ):
        writer = csv.writer(out)
        writer.writerow(("user", "artist", "title", "count"))
        for row in csv.DictReader(listens, delimiter="\t"):
            writer.writerows((row["userID"], *clip, row["weight"]) for clip in clips.get(row["artistID"], ()))


if __name__ == "__main__":
    main()
