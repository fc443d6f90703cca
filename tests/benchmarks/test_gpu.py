"""`benchmarks/gpu.py` in small on a processor: every job in both precisions, one JSON, nothing left out."""

import importlib
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import pytest
from torch.autograd import DeviceType

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "gpu.py"


@pytest.mark.slow
def test_every_job_runs_in_small(tmp_path: Path) -> None:
    command = [sys.executable, str(SCRIPT), "--small", "--device", "cpu", "--out", str(tmp_path / "gpu.json")]
    subprocess.run(command, check=True, capture_output=True, timeout=600)
    found = json.loads((tmp_path / "gpu.json").read_text(encoding="utf-8"))
    assert Counter(line["job"] for line in found["jobs"]) == dict.fromkeys(
        ("cnn spectrogram", "cnn waveform", "dcgan", "neumf", "multimodal head"), 6
    )
    assert all(line["samples_per_s"] > 0 for line in found["jobs"])
    assert all(0 < sum(line["slowest"].values()) <= 1.0 + 1e-6 for line in found["jobs"])
    assert found["left_out"] == []
    assert max(found["same_as_cpu"].values()) == 0.0
    assert found["logmel"]["difference_db"] < 0.05


def test_a_kernel_counts_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The profiler gives its time to the kernel, to the operation that launched it and to marks around both."""
    monkeypatch.syspath_prepend(str(SCRIPT.parent))
    gpu = importlib.import_module("gpu")
    told = [("aten::mm", DeviceType.CPU, False), ("gemm", DeviceType.CUDA, False), ("mark", DeviceType.CUDA, True)]
    events = [
        SimpleNamespace(key=key, device_type=kind, is_user_annotation=is_mark, self_device_time_total=5.0)
        for key, kind, is_mark in told
    ]
    assert gpu.kernel_times(events) == {"gemm": 5.0}
    assert gpu.slowest({"a": 1.0, "b": 3.0, "c": 2.0, "d": 4.0}) == {"d": 0.4, "b": 0.3, "c": 0.2}
