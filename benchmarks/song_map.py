"""How true the map is: of the songs beside a song on the map, how many are near to it (trustworthiness, scikit-learn).

Over all songs at once, and after a tenth of them has come to a map of the others, which do not move. Prints one JSON
line. Run: python benchmarks/song_map.py --workspace DIR [--neighbours 12]
"""

import argparse
import json
import time
from pathlib import Path

import numpy as np
from sklearn.manifold import trustworthiness

from audiorec.data.workspace import Workspace
from audiorec.ranking.joint_space import joint_vectors, known_rows
from audiorec.ranking.similarity import gather
from audiorec.ranking.song_map import lay_out


def main() -> None:
    """Lay out and measure."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--workspace", type=Path, required=True)
    parser.add_argument("--neighbours", type=int, default=12)
    asked = parser.parse_args()
    with Workspace.open(asked.workspace) as space:
        blocks = gather(space).blocks
    vectors = joint_vectors(blocks)
    vectors = vectors[known_rows(vectors)]
    ids, begun = np.arange(len(vectors)), time.process_time()
    whole = lay_out(ids, vectors)
    seconds = time.process_time() - begun
    old = np.random.default_rng(0).random(len(ids)) > 0.1
    before = lay_out(ids[old], vectors[old])
    grown = lay_out(ids, vectors, before)
    true = {
        name: round(float(trustworthiness(vectors, made.points, n_neighbors=asked.neighbours, metric="cosine")), 4)
        for name, made in (("trustworthiness", whole), ("after_a_tenth_came", grown))
    }
    stayed = bool(np.array_equal(grown.points[old], before.points))
    told = {"songs": len(vectors), "by": sorted(blocks), **true, "others_stayed": stayed, "cpu_s": round(seconds, 1)}
    print(json.dumps(told))


if __name__ == "__main__":
    main()
