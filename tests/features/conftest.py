"""Songs of other tests do not lie beside a test's own: a song alone in its folder is read with the folders around."""

from pathlib import Path

import pytest


@pytest.fixture
def tmp_path(tmp_path: Path) -> Path:
    """An empty folder without neighbours."""
    alone = tmp_path / "alone"
    alone.mkdir()
    return alone
