"""Shards that earlier versions wrote are read as they were meant: sound as 8-bit mu-law, as differences or as it is."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from numpy.typing import NDArray

from audiorec.data.plane_filter import differences
from audiorec.data.tables import FeatureTable, Layout, TrackFeatures, shard_table

LAYOUT = Layout("d" * 16, ("loudness",), (), 0.5, -80.0, 11025)
KEY = b"audiorec.patches"


def older_shard(path: Path, logmel: NDArray[np.uint8], waveform: NDArray[np.uint8], how: bytes | None) -> FeatureTable:
    """A table of one shard of one track, packed in an earlier version's way."""
    packed = TrackFeatures(logmel, waveform, np.zeros(1, np.float32))
    if how is None:  # What is written takes the differences of log-mel: here they must give what was stored.
        packed = replace(packed, logmel=np.cumsum(np.cumsum(logmel, axis=-2), axis=-1).astype(np.uint8))
    else:
        packed = replace(packed, waveform=differences(waveform))
    table = shard_table([(1, packed)], LAYOUT)
    metadata = {key: value for key, value in table.schema.metadata.items() if key != KEY}
    pq.write_table(table.replace_schema_metadata(metadata | ({} if how is None else {KEY: how})), path)
    return FeatureTable({path: [1]}, LAYOUT.digest)


@pytest.mark.parametrize("how", [None, b"differences"])
def test_patches_of_earlier_versions(tmp_path: Path, how: bytes | None) -> None:
    rng = np.random.default_rng(0)
    logmel, waveform = (rng.integers(0, 256, shape, dtype=np.uint8) for shape in ((3, 8, 5), (2, 2, 700)))
    table = older_shard(tmp_path / "1.parquet", logmel, waveform, how)
    np.testing.assert_array_equal(table.logmel().values, logmel)
    np.testing.assert_array_equal(table.waveform().values, waveform)
