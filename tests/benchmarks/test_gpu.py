"""`benchmarks/gpu.py` in small on a processor: every job in both precisions, one JSON, nothing left out."""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "gpu.py"


@pytest.mark.slow
def test_every_job_runs_in_small(tmp_path: Path) -> None:
    command = [sys.executable, str(SCRIPT), "--small", "--device", "cpu", "--out", str(tmp_path / "gpu.json")]
    subprocess.run(command, check=True, capture_output=True, timeout=400)
    found = json.loads((tmp_path / "gpu.json").read_text(encoding="utf-8"))
    assert Counter(line["job"] for line in found["jobs"]) == dict.fromkeys(
        ("cnn spectrogram", "cnn waveform", "dcgan", "neumf", "multimodal head"), 6
    )
    assert all(line["samples_per_s"] > 0 for line in found["jobs"])
    assert found["left_out"] == []
    assert max(found["same_as_cpu"].values()) == 0.0
    assert found["logmel"]["difference_db"] < 0.05
