"""The crawl through the real npm server, which is pointed at a small upstream of ours that fails now and then."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from audiorec.sources.rows.contract import Row
from audiorec.sources.services import netease
from tests.ports import free_port
from tests.sources.made_netease import MadeNetease, run_killed
from tests.sources.made_services import service
from tests.sources.real.made_library import partner, program, running
from tests.sources.test_netease import data_of

pytestmark = pytest.mark.slow
# The server keeps answers for two minutes; its own start asks the real service for a token, which we leave out.
SERVE = "require('NeteaseCloudMusicApi/server').serveNcmApi({port: Number(process.argv[1]), host: '127.0.0.1'})"
CRAWL = """
import sys
from pathlib import Path
from audiorec.sources.services.http_client import HttpClient
from audiorec.sources.services.netease_crawl import Crawl
from audiorec.sources.services.netease_state import Caps, CrawlState
extra = {"domain": sys.argv[3], "crypto": "api"}
with CrawlState(Path(sys.argv[2])) as state:
    client = HttpClient(sys.argv[1], rate=1e9, sleep=lambda seconds: None, tries=12)
    crawl = Crawl(client, state, Caps(users=6, songs=60, comments=100, depth=3), extra)
    crawl.start(users=[1])
    crawl.run()
"""


@contextmanager
def servers(folder: Path, made: MadeNetease) -> Iterator[list[str]]:
    """The addresses of the npm server and of the upstream behind it."""
    modules = partner("netease", "node_modules")
    port = free_port()
    folder.mkdir()
    # The server reads a token that its own start would have fetched.
    temporary = {"TMPDIR": str(folder), "NODE_PATH": str(modules)}
    (folder / "anonymous_token").write_text("", encoding="utf-8")
    with (
        service(made.upstream) as upstream,
        running([program("node"), "-e", SERVE, str(port)], port, folder, **temporary),
    ):
        yield [f"http://127.0.0.1:{port}", upstream]


def test_killed_twenty_times_through_the_real_server(tmp_path: Path) -> None:
    for name, made, kills in (("quiet", MadeNetease(), 0), ("killed", MadeNetease(faults=0.1, delay=0.02), 20)):
        with servers(tmp_path / name, made) as (root, upstream):
            command = [sys.executable, "-c", CRAWL, root, str(tmp_path / f"{name}.sqlite"), upstream]
            assert run_killed(command, made, kills) == kills
    assert data_of(tmp_path / "quiet.sqlite") == data_of(tmp_path / "killed.sqlite")
    rows = [row for row in netease.read(tmp_path / "killed.sqlite") if isinstance(row, Row)]
    assert {row.kind for row in rows} == {"like", "playlist", "play", "comment"}
