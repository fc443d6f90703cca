"""One small library for all tests of the server, copied for those that write."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from audiorec.serve.app import Server, make_server
from tests.serve.browsing import open_page, serve, started
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


@pytest.fixture(scope="module")
def running(library: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Server]]:
    """One server for the tests of a file, which leave nothing behind that another would see."""
    root = tmp_path_factory.mktemp("served") / "workspace"
    yield from serve(Path(shutil.copytree(library / "workspace", root)))


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    yield from started()


@pytest.fixture
def page(browser: Any, running: tuple[str, Server]) -> Iterator[Any]:
    """The page as the user `low`; whatever the browser complains of fails the test."""
    yield from open_page(browser, running[0], {"viewport": {"width": 1200, "height": 800}})
