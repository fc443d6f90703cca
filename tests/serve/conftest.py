"""One small library for all tests of the server, copied for those that write."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from audiorec.serve.app import Server, make_server
from tests.serve.music import make_workspace


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with `songs` and `workspace`; not to be written to."""
    folder = tmp_path_factory.mktemp("library")
    make_workspace(folder)
    return folder


@pytest.fixture
def root(library: Path, tmp_path: Path) -> Path:
    """A workspace of one's own."""
    return Path(shutil.copytree(library / "workspace", tmp_path / "workspace"))


@pytest.fixture
def server(root: Path) -> Server:
    return make_server(root)


@pytest.fixture
def client(server: Server) -> Iterator[TestClient]:
    with TestClient(server.app, base_url="http://127.0.0.1:8337") as opened:
        server.desk.state.wait_ready(30)
        yield opened
