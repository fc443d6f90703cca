"""`audiorec serve` computes each list on one thread: threads of a product wait busily for the next one."""

from pathlib import Path

import numpy as np
import pytest
import uvicorn
from click.testing import CliRunner
from threadpoolctl import threadpool_info, threadpool_limits

from audiorec.cli.main import cli


def product_threads() -> int:
    return max(each["num_threads"] for each in threadpool_info() if each["user_api"] == "blas")


def test_products_take_one_thread_while_it_serves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert np.ones((2, 2)).sum() == 4  # NumPy's library of products is loaded
    found: list[int] = []
    monkeypatch.setattr(uvicorn.Server, "run", lambda *_, **__: found.append(product_threads()))
    with threadpool_limits(2, user_api="blas"):
        CliRunner().invoke(cli, ["--workspace", str(tmp_path), "serve", "--port", "0"], catch_exceptions=False)
        assert product_threads() == 2
    assert found == [1]
