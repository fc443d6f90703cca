"""Shards that earlier versions wrote are read as they were meant: sound as 8-bit mu-law, as differences or as it is."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from numpy.typing import NDArray

from audiorec.data.coded_sound import HOP, MIDDLE_ROWS, coded
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
    return written(path, shard_table([(1, packed)], LAYOUT), how)


def written(path: Path, table: pa.Table, how: bytes | None) -> FeatureTable:
    """The table as a shard whose columns are those of an earlier version."""
    table = table.drop_columns(["waveform_side"])
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


def test_coded_sound_whose_side_lay_in_the_same_column(tmp_path: Path) -> None:
    sound = np.random.default_rng(0).normal(0.0, 0.1, (3, 2, 8 * HOP)).astype(np.float32)
    features = TrackFeatures(np.zeros((1, 8, 5), np.uint8), coded(sound, LAYOUT.waveform_rate), np.zeros(1, np.float32))
    table = shard_table([(1, features)], LAYOUT)
    pq.write_table(table, tmp_path / "now.parquet")
    now = FeatureTable({tmp_path / "now.parquet": [1]}, LAYOUT.digest)
    middle, pairs = np.split(features.waveform, [MIDDLE_ROWS], axis=1)
    side = np.stack([pairs >> 4, pairs & 15], axis=2).reshape(3, HOP, -1) - np.uint8(8)
    both = np.concatenate([middle, side], axis=1)
    columns = {name: table[name] for name in table.column_names} | {
        "waveform": pa.array([both.tobytes()]),
        "waveform_shape": pa.array([list(both.shape)], table.schema.field("waveform_shape").type),
    }
    before = written(
        tmp_path / "1.parquet", pa.table(columns, metadata=table.schema.metadata), b"differences, coded sound"
    )
    np.testing.assert_array_equal(before.waveform().values, now.waveform().values)
    assert len(np.unique(now.waveform().values[:, 0] - now.waveform().values[:, 1])) > 1
